//! Processor time and memory of this process, where the system tells.

use std::path::Path;

use sopengine::search::limit::Stop;

/// Ends a run at so many seconds of processor time.
pub(crate) struct Processor {
    pub until: f64,
}

impl Stop for Processor {
    fn is_due(&self) -> bool {
        processor_seconds() >= self.until
    }
}

/// Processor time of this process so far, 0 where the system does not say.
pub(crate) fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// Peak resident memory of this process in MB, 0 where the system does not say.
pub(crate) fn peak_memory() -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kb| kb.parse().ok()).unwrap_or(0_u64)
        / 1024
}
