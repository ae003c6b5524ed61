//! Problems that are plain: the way to the plain kernel and back.
//!
//! A problem is plain where every operation is unstarted and held by nothing but one unary resource that
//! is always open and never changes over, precedences are chains from end to start without lags, nothing
//! but releases of whole chains limits times, no material moves, and the makespan is all that counts.
//! Plain time 0 is `now`.
//!
//! An operation without duration holds nothing and needs nothing open, so it takes no part in the kernel's
//! problem, where it would queue for a resource: it happens when its predecessor ends. Where only some modes
//! have no duration, one of them is as good as any mode can be.

use crate::model::Problem;
use crate::model::history::{Pin, Status};
use crate::model::ids::{ModeId, OperationId};
use crate::model::objective::{Objective, Term};
use crate::model::precedence::{Kind, Precedence};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, MILLION};
use crate::schedule::plain::{PlainInstance, PlainMode, PlainSolution};
use crate::schedule::{Placement, Schedule};

/// A plain problem in the kernel's form.
#[derive(Debug, Clone)]
pub struct Reduction {
    /// What the kernel solves.
    pub instance: PlainInstance,
    /// Operation by number in the instance.
    operations: Vec<OperationId>,
    /// Operations without duration.
    instants: Vec<Instant>,
}

/// An operation that takes no time.
#[derive(Debug, Clone, Copy)]
struct Instant {
    id: OperationId,
    mode: ModeId,
    /// Number of the operation whose end it happens at; the release of its chain if none.
    after: Option<usize>,
    release: i64,
}

impl Reduction {
    /// The reduction of a problem, if it is plain and the objective is the makespan.
    pub fn of(problem: &Problem, objective: &Objective) -> Option<Self> {
        if !is_makespan(objective) || problem.operations.is_empty() {
            return None;
        }
        let all_plain = problem.operation_ids().all(|id| is_plain(problem, id))
            && problem.precedences.iter().all(|link| is_plain_link(problem, link));
        if !all_plain {
            return None;
        }
        let (listed, listed_starts) = chains(problem)?;
        let (mut operations, mut instants) = (Vec::with_capacity(listed.len()), Vec::new());
        let (mut chain_starts, mut releases) = (vec![0_u32], Vec::new());
        for chain in listed_starts.windows(2) {
            let own = &listed[chain[0] as usize..chain[1] as usize];
            let release = problem.operation(own[0]).release;
            if own.iter().any(|&id| problem.operation(id).release > release) {
                return None;
            }
            let first = operations.len();
            for &id in own {
                if let Some(mode) = instant_mode(problem, id) {
                    let after = operations.len().checked_sub(1).filter(|&last| last >= first);
                    instants.push(Instant { id, mode, after, release });
                } else {
                    operations.push(id);
                }
            }
            // The kernel forgets chains without an operation, but such an end counts in the makespan.
            if operations.len() == first && release > problem.now {
                return None;
            }
            chain_starts.push(operations.len() as u32);
            releases.push(u32::try_from(release - problem.now).ok()?);
        }
        if operations.is_empty() {
            return None;
        }
        let (mut mode_starts, mut modes) = (vec![0_u32], Vec::with_capacity(problem.modes.len()));
        for &id in &operations {
            for mode in problem.operation(id).mode_ids().map(|mode| problem.mode(mode)) {
                let duration = u32::try_from(mode.duration).ok()?;
                modes.push(PlainMode { resource: mode.resource?.0, duration });
            }
            mode_starts.push(modes.len() as u32);
        }
        let resources = problem.resources.len() as u32;
        let instance =
            PlainInstance::new(resources, chain_starts, mode_starts, modes, releases, Vec::new()).ok()?;
        Some(Self { instance, operations, instants })
    }

    /// A schedule of the problem from one of the instance.
    pub fn schedule(&self, problem: &Problem, solution: &PlainSolution) -> Schedule {
        let mut schedule = Schedule::empty(problem.operations.len());
        let placed = |mode, start, end| {
            Some(Placement { mode, start, end, changeover: None, members: smallvec::SmallVec::new() })
        };
        for (index, &id) in self.operations.iter().enumerate() {
            let mode = ModeId(problem.operation(id).modes.start + u32::from(solution.modes()[index]));
            let start = problem.now + i64::from(solution.starts()[index]);
            let end = start + problem.mode(mode).duration;
            schedule.placements[id.index()] = placed(mode, start, end);
        }
        for instant in &self.instants {
            let before = instant.after.and_then(|number| schedule.get(self.operations[number]));
            let at = before.map_or(instant.release, |placement| placement.end);
            schedule.placements[instant.id.index()] = placed(instant.mode, at, at);
        }
        schedule
    }

    /// A schedule of the instance from a complete one of the problem.
    pub fn solution(&self, problem: &Problem, schedule: &Schedule) -> Option<PlainSolution> {
        let mut starts = Vec::with_capacity(self.operations.len());
        let mut modes = Vec::with_capacity(self.operations.len());
        for &id in &self.operations {
            let placement = schedule.get(id)?;
            starts.push(u32::try_from(placement.start - problem.now).ok()?);
            modes.push(u16::try_from(placement.mode.0 - problem.operation(id).modes.start).ok()?);
        }
        PlainSolution::new(&self.instance, starts, modes).ok()
    }
}

/// Whether nothing but the makespan counts, `unscheduled` apart.
pub(in crate::search) fn is_makespan(objective: &Objective) -> bool {
    let mut levels =
        objective.levels.iter().filter(|level| !matches!(level.as_slice(), [(Term::Unscheduled, _)]));
    let weighs = |level: &Vec<(Term, i64)>| {
        level.iter().all(|&(term, weight)| term == Term::Makespan || weight == 0)
            && level.iter().any(|&(term, weight)| term == Term::Makespan && weight > 0)
    };
    levels.next().is_some_and(weighs) && levels.next().is_none()
}

fn is_plain(problem: &Problem, id: OperationId) -> bool {
    let operation = problem.operation(id);
    let fixed = problem.baseline(id).is_some_and(|row| row.status != Status::Planned || row.pin != Pin::None);
    !fixed
        && operation.deadline >= FAR
        && operation.materials.is_empty()
        && operation.mode_ids().len() > 0
        && (instant_mode(problem, id).is_some()
            || operation.mode_ids().all(|mode| is_plain_mode(problem, mode)))
}

/// The first mode without duration, if the operation has one.
fn instant_mode(problem: &Problem, id: OperationId) -> Option<ModeId> {
    problem.operation(id).mode_ids().find(|&mode| problem.mode(mode).duration == 0)
}

fn is_plain_mode(problem: &Problem, id: ModeId) -> bool {
    let mode = problem.mode(id);
    let Some(resource) = mode.resource.map(|resource| problem.resource(resource)) else { return false };
    resource.kind == ResourceKind::Unary
        && resource.matrix.is_none()
        && mode.requirements.start == mode.requirements.end
        && problem.window_set(mode.working).is_always()
}

fn is_plain_link(problem: &Problem, link: &Precedence) -> bool {
    link.kind == Kind::EndStart
        && link.min_lag == 0
        && link.max_lag.is_none()
        && i64::from(link.transfer) == MILLION
        && !link.same_resource
        && problem.transport.is_empty()
}

/// Operations chain by chain with the starts of chains, if precedences form chains.
fn chains(problem: &Problem) -> Option<(Vec<OperationId>, Vec<u32>)> {
    let mut operations = Vec::with_capacity(problem.operations.len());
    let mut starts = Vec::new();
    for first in problem.operation_ids() {
        if problem.incoming(first).next().is_some() {
            continue;
        }
        starts.push(operations.len() as u32);
        let mut next = Some(first);
        while let Some(id) = next {
            operations.push(id);
            let links = problem.outgoing(id);
            next = links.first().map(|link| link.after);
            let single = links.iter().all(|link| Some(link.after) == next);
            let joined = next.is_some_and(|after| problem.incoming(after).any(|link| link.before != id));
            if !single || joined {
                return None;
            }
        }
    }
    starts.push(operations.len() as u32);
    (operations.len() == problem.operations.len()).then_some((operations, starts))
}
