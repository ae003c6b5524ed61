//! The preemptive one-resource schedule of Jackson.
//!
//! At any time the ready operation with the longest tail runs; a newly ready one with a longer tail
//! interrupts it. The result is the shortest preemptive schedule, hence a bound for every schedule.
//!
//! # Cost
//! `O(n log n)`.
//!
//! # References
//! J. Carlier, "The one-machine sequencing problem", European Journal of Operational Research 11(1), 1982.

use std::collections::BinaryHeap;

/// One operation that the resource must run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand {
    /// Earliest start.
    pub(super) head: u32,
    /// How long it runs.
    pub(super) duration: u32,
    /// What must follow its end.
    pub(super) tail: u32,
}

/// Length of the preemptive schedule; sorts the demands by head.
pub(super) fn preemptive_makespan(demands: &mut [Demand]) -> u32 {
    demands.sort_unstable_by_key(|demand| demand.head);
    let mut ready: BinaryHeap<(u32, u32)> = BinaryHeap::new();
    let (mut time, mut makespan, mut next) = (0, 0, 0);
    while next < demands.len() || !ready.is_empty() {
        if ready.is_empty() {
            time = time.max(demands[next].head);
        }
        while next < demands.len() && demands[next].head <= time {
            ready.push((demands[next].tail, demands[next].duration));
            next += 1;
        }
        let Some((tail, left)) = ready.pop() else { continue };
        let until = demands.get(next).map_or(u32::MAX, |demand| demand.head);
        let run = left.min(until - time);
        time += run;
        if run < left {
            ready.push((tail, left - run));
        } else {
            makespan = makespan.max(time + tail);
        }
    }
    makespan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carliers_example() {
        // Seven operations of Carlier (1982), whose shortest schedule without preemption is 50.
        let data = [(10, 5, 7), (13, 6, 26), (11, 7, 24), (20, 4, 21), (30, 3, 8), (0, 6, 17), (30, 2, 0)];
        let mut demands: Vec<Demand> =
            data.iter().map(|&(head, duration, tail)| Demand { head, duration, tail }).collect();
        assert_eq!(preemptive_makespan(&mut demands), 49);
    }
}
