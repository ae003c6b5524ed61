//! A checker of its own: shares nothing with the engine but the instance and the numbers to check.

use sopengine::schedule::plain::PlainInstance;

/// Checks starts and modes against the instance; the makespan if they are a schedule.
pub fn check(instance: &PlainInstance, starts: &[u32], modes: &[u16]) -> Result<u64, String> {
    if starts.len() != instance.num_operations() || modes.len() != starts.len() {
        return Err("wrong number of operations".into());
    }
    let mut busy: Vec<Vec<(u64, u64)>> = vec![Vec::new(); instance.num_resources()];
    let mut makespan = 0;
    for chain in 0..instance.num_chains() {
        let mut earliest = u64::from(instance.release(chain));
        for operation in instance.chain(chain) {
            let start = u64::from(starts[operation]);
            if start < earliest {
                return Err(format!("operation {operation} starts at {start}, before {earliest}"));
            }
            let mode = instance.modes(operation).get(usize::from(modes[operation])).ok_or("no such mode")?;
            earliest = start + u64::from(mode.duration);
            if mode.duration > 0 {
                busy[mode.resource as usize].push((start, earliest));
            }
        }
        makespan = makespan.max(earliest + u64::from(instance.tail(chain)));
    }
    for (resource, intervals) in busy.iter_mut().enumerate() {
        intervals.sort_unstable();
        if let Some(pair) = intervals.windows(2).find(|pair| pair[0].1 > pair[1].0) {
            return Err(format!("resource {resource} is held twice: {pair:?}"));
        }
    }
    Ok(makespan)
}
