//! Processor time and memory of this process, where the system tells.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sopengine::search::limit::{Stop, Stopwatch};

/// Milliseconds of wall time between two questions to the system: one is dear beside a schedule of thirty
/// operations.
const PATIENCE: u64 = 5;

/// Ends a run at so many seconds of processor time.
pub(crate) struct Processor {
    until: f64,
    watch: Stopwatch,
    asked: AtomicU64,
    is_over: AtomicBool,
}

impl Processor {
    /// A run that ends when the process has used so many more seconds.
    pub(crate) fn for_seconds(seconds: f64) -> Self {
        let until = processor_seconds() + seconds;
        Self { until, watch: Stopwatch::start(), asked: AtomicU64::new(0), is_over: AtomicBool::new(false) }
    }
}

impl Stop for Processor {
    fn is_due(&self) -> bool {
        let now = self.watch.elapsed().as_millis() as u64;
        if now >= self.asked.load(Ordering::Relaxed) + PATIENCE {
            self.asked.store(now, Ordering::Relaxed);
            self.is_over.store(processor_seconds() >= self.until, Ordering::Relaxed);
        }
        self.is_over.load(Ordering::Relaxed)
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
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kb| kb.parse().ok()).unwrap_or(0_u64)
        / 1024
}
