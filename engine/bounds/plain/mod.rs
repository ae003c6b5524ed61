//! Lower bounds on the makespan of a plain instance.
//!
//! The largest of: the longest chain; for each resource, the preemptive schedule of the operations that can
//! run nowhere else, each between its head and its tail (Jackson's rule); and the mean load of all resources
//! together. Milliseconds at a million operations.

mod preemptive;
mod refute;

use crate::schedule::plain::PlainInstance;
use preemptive::{Demand, preemptive_makespan};
pub use refute::network_of;

/// No schedule is shorter.
pub fn makespan_bound(instance: &PlainInstance) -> u32 {
    let mut bound = 0;
    let mut total = 0_u64;
    let mut demands: Vec<Vec<Demand>> = vec![Vec::new(); instance.num_resources()];
    let (mut least_head, mut least_tail) = (u32::MAX, u32::MAX);
    for chain in 0..instance.num_chains() {
        let range = instance.chain(chain);
        let length: u32 = range.clone().map(|operation| instance.shortest(operation)).sum();
        let mut head = instance.release(chain);
        let mut rest = length + instance.tail(chain);
        bound = bound.max(head + rest);
        if !range.is_empty() {
            least_head = least_head.min(head);
            least_tail = least_tail.min(instance.tail(chain));
        }
        for operation in range {
            let duration = instance.shortest(operation);
            rest -= duration;
            total += u64::from(duration);
            let modes = instance.modes(operation);
            if modes.iter().all(|mode| mode.resource == modes[0].resource) {
                demands[modes[0].resource as usize].push(Demand { head, duration, tail: rest });
            }
            head += duration;
        }
    }
    for demand in &mut demands {
        bound = bound.max(preemptive_makespan(demand));
    }
    if total > 0 && least_head < u32::MAX {
        let mean = total.div_ceil(instance.num_resources() as u64) as u32;
        bound = bound.max(least_head + mean + least_tail);
    }
    bound
}
