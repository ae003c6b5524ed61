//! How short can a project be?

use crate::schedule::project::ProjectInstance;

/// No schedule is shorter: longest ways, and the work on each resource with the least time before and
/// behind it.
///
/// For every pair of thresholds on a resource, the operations with at least that head and at least that
/// tail cannot take less than their work over the capacity between the two; `O(n^2)` a resource, thresholds
/// thinned on large projects.
pub fn project_bound(instance: &ProjectInstance) -> u32 {
    let heads = instance.heads();
    let tails = instance.tails();
    let ways = (0..instance.len()).map(|op| heads[op] + instance.duration(op) + tails[op]);
    let mut bound = ways.max().unwrap_or(0);
    for (resource, &capacity) in instance.capacities().iter().enumerate() {
        bound = bound.max(by_work(instance, resource as u32, capacity, &heads, tails));
    }
    bound
}

fn by_work(instance: &ProjectInstance, resource: u32, capacity: u64, heads: &[u32], tails: &[u32]) -> u32 {
    let mut users: Vec<(u32, u32, u128)> = Vec::new();
    for operation in 0..instance.len() {
        let data = instance.operation(operation);
        if let Some(demand) = data.demands.iter().find(|demand| demand.0 == resource) {
            let work = u128::from(data.duration) * u128::from(demand.1);
            users.push((heads[operation], tails[operation], work));
        }
    }
    // By tail, the longest first: a prefix is what has at least that tail.
    users.sort_unstable_by_key(|user| (std::cmp::Reverse(user.1), user.0, user.2));
    let mut thresholds: Vec<u32> = users.iter().map(|user| user.0).collect();
    thresholds.sort_unstable();
    thresholds.dedup();
    let thin = (users.len() * thresholds.len() / 4_000_000).max(1);
    let mut bound = 0;
    for &head in thresholds.iter().step_by(thin) {
        let mut work = 0_u128;
        for user in users.iter().filter(|user| user.0 >= head) {
            work += user.2;
            let least = work.div_ceil(u128::from(capacity.max(1))) as u32;
            bound = bound.max(head + least + user.1);
        }
    }
    bound
}
