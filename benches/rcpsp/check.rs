//! A checker of its own: shares nothing with the engine but the instance and the numbers to check.

use sopengine::schedule::project::ProjectInstance;

/// Checks starts against the instance; the makespan if they are a schedule.
pub fn check(instance: &ProjectInstance, starts: &[u32]) -> Result<u64, String> {
    if starts.len() != instance.len() {
        return Err("wrong number of operations".into());
    }
    let start = |operation: usize| u64::from(starts[operation]);
    let end = |operation: usize| start(operation) + u64::from(instance.operation(operation).duration);
    for link in instance.links() {
        if start(link.after as usize) < end(link.before as usize) + u64::from(link.lag) {
            return Err(format!("{link:?} is broken"));
        }
    }
    let mut makespan = 0;
    let mut moments: Vec<Vec<(u64, i64)>> = vec![Vec::new(); instance.capacities().len()];
    for operation in 0..instance.len() {
        let data = instance.operation(operation);
        if start(operation) < u64::from(data.release) {
            return Err(format!("operation {operation} starts before its release"));
        }
        makespan = makespan.max(end(operation) + u64::from(data.tail));
        for &(resource, quantity) in &data.demands {
            moments[resource as usize].push((start(operation), quantity as i64));
            moments[resource as usize].push((end(operation), -(quantity as i64)));
        }
    }
    for (resource, moments) in moments.iter_mut().enumerate() {
        // Ends before starts at one moment: the negative quantities come first.
        moments.sort_unstable();
        let mut held = 0;
        for &(time, quantity) in moments.iter() {
            held += quantity;
            if held > instance.capacities()[resource] as i64 {
                return Err(format!("resource {resource} holds {held} at {time}"));
            }
        }
    }
    Ok(makespan)
}
