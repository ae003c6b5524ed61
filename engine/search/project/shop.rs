//! A job shop inside a project, and lists from its schedules.
//!
//! Where operations form chains and most of them have a resource for themselves, the project without its pools is a
//! job shop, and the plain kernel finds far better sequences for that than lists do in the same time. Its
//! schedules, taken as lists, are what the pools are then fitted into: with nearly as many operators as machines
//! little is left to do, with few of them the sequences are as good as any.

use crate::schedule::plain::{PlainInstance, PlainMode};
use crate::schedule::project::ProjectInstance;
use crate::search::limit::Stop;
use crate::search::rng::Rng;
use crate::search::shop::{PlainOptions, solve_plain};

/// Operations that the plain kernel touches while the project kernel places one.
const PACE: u64 = 32;

/// The project without pools.
#[derive(Debug)]
pub(super) struct Shop {
    instance: PlainInstance,
    /// Operation of the project by operation of the shop.
    operations: Vec<u32>,
}

impl Shop {
    /// The job shop inside a project, if there is one.
    pub(super) fn of(project: &ProjectInstance) -> Option<Self> {
        let count = project.len();
        let is_simple = |op: usize| {
            let (before, after) = (project.before(op), project.after(op));
            let lags = before.iter().chain(after).any(|link| link.1 > 0);
            let data = project.operation(op);
            let (first, last) = (before.is_empty(), after.is_empty());
            let bordered = (first || data.release == 0) && (last || data.tail == 0);
            before.len() <= 1 && after.len() <= 1 && !lags && bordered
        };
        if count == 0 || !(0..count).all(is_simple) {
            return None;
        }
        let is_unary = exclusive(project);
        let resources = project.capacities().len() as u32;
        let (mut chain_starts, mut operations, mut modes) = (vec![0], Vec::new(), Vec::new());
        let (mut releases, mut tails) = (Vec::new(), Vec::new());
        for first in (0..count).filter(|&op| project.before(op).is_empty()) {
            let own = resources + releases.len() as u32;
            releases.push(project.operation(first).release);
            let mut last = first;
            for op in chain(project, first) {
                let demands = &project.operation(op).demands;
                let held =
                    demands.iter().map(|demand| demand.0).find(|&resource| is_unary[resource as usize]);
                modes.push(PlainMode { resource: held.unwrap_or(own), duration: project.duration(op) });
                operations.push(op as u32);
                last = op;
            }
            tails.push(project.operation(last).tail);
            chain_starts.push(operations.len() as u32);
        }
        let mode_starts = (0..=operations.len() as u32).collect();
        let resources = resources + releases.len() as u32;
        let instance =
            PlainInstance::new(resources, chain_starts, mode_starts, modes, releases, tails).ok()?;
        Some(Self { instance, operations })
    }

    /// A list by the starts of a short schedule of the shop, and what it has cost in operations placed.
    pub(super) fn list(&self, work: u64, rng: &mut Rng, stop: &dyn Stop) -> (Vec<u32>, u64) {
        let options = PlainOptions {
            seed: rng.bits(),
            threads: 1,
            workers: 2,
            work_limit: Some(work * PACE),
            time_limit: None,
        };
        let result = solve_plain(&self.instance, None, &options, stop, &mut |_| {});
        let starts = result.solution.starts();
        let mut keys: Vec<u64> = starts
            .iter()
            .zip(&self.operations)
            .map(|(&at, &op)| u64::from(at) << 32 | u64::from(op))
            .collect();
        keys.sort_unstable();
        (keys.into_iter().map(|key| key as u32).collect(), result.stats.work / PACE)
    }
}

/// By resource, whether any two operations that need it exclude each other.
fn exclusive(project: &ProjectInstance) -> Vec<bool> {
    let mut is_unary = vec![true; project.capacities().len()];
    for op in 0..project.len() {
        for &(resource, quantity) in &project.operation(op).demands {
            is_unary[resource as usize] &= quantity * 2 > project.capacities()[resource as usize];
        }
    }
    is_unary
}

fn chain(project: &ProjectInstance, first: usize) -> impl Iterator<Item = usize> + '_ {
    std::iter::successors(Some(first), |&op| project.after(op).first().map(|link| link.0 as usize))
}
