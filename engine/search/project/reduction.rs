//! Problems that are projects: the way to the project kernel and back.
//!
//! A problem is a project where every operation is unstarted, has one mode and is held by resources of
//! constant capacity only, no resource changes over, precedences go from end to start with least lags, no
//! deadline and no material limits times, and the makespan is all that counts. Project time 0 is `now`.

use crate::model::Problem;
use crate::model::history::{Pin, Status};
use crate::model::ids::{OperationId, ResourceId};
use crate::model::objective::Objective;
use crate::model::operation::{Phase, Target};
use crate::model::precedence::{Kind, Precedence};
use crate::model::time::{FAR, MILLION};
use crate::schedule::project::{ProjectInstance, ProjectLink, ProjectOperation};
use crate::schedule::{Placement, Schedule};
use crate::search::shop::is_makespan;

/// A project in the kernel's form.
#[derive(Debug, Clone)]
pub struct ProjectReduction {
    /// What the kernel solves.
    pub instance: ProjectInstance,
    /// Operation by number in the instance.
    operations: Vec<OperationId>,
}

impl ProjectReduction {
    /// The reduction of a problem, if it is a project and the objective is the makespan.
    pub fn of(problem: &Problem, objective: &Objective) -> Option<Self> {
        let is_project = is_makespan(objective)
            && !problem.operations.is_empty()
            && problem.operation_ids().all(|id| is_simple(problem, id))
            && problem.precedences.iter().all(|link| is_simple_link(problem, link));
        if !is_project {
            return None;
        }
        let operations = problem.topological.clone();
        let mut number = vec![0_u32; operations.len()];
        for (index, id) in operations.iter().enumerate() {
            number[id.index()] = index as u32;
        }
        let capacities: Option<Vec<u64>> = problem.resource_ids().map(|id| capacity(problem, id)).collect();
        let data: Option<Vec<ProjectOperation>> =
            operations.iter().map(|&id| operation(problem, id)).collect();
        let link = |link: &Precedence| {
            let (before, after) = (number[link.before.index()], number[link.after.index()]);
            Some(ProjectLink { before, after, lag: u32::try_from(link.min_lag).ok()? })
        };
        let links: Option<Vec<ProjectLink>> = problem.precedences.iter().map(link).collect();
        let instance = ProjectInstance::new(capacities?, data?, links?).ok()?;
        Some(Self { instance, operations })
    }

    /// A schedule of the problem from starts in the instance.
    pub fn schedule(&self, problem: &Problem, starts: &[u32]) -> Schedule {
        let mut schedule = Schedule::empty(problem.operations.len());
        for (&id, &start) in self.operations.iter().zip(starts) {
            let mode = problem.operation(id).mode_ids().next();
            schedule.placements[id.index()] = mode.map(|mode| {
                let start = problem.now + i64::from(start);
                let end = start + problem.mode(mode).duration;
                Placement { mode, start, end, changeover: None, members: smallvec::SmallVec::new() }
            });
        }
        schedule
    }

    /// Starts in the instance of a complete schedule of the problem.
    pub fn starts(&self, problem: &Problem, schedule: &Schedule) -> Option<Vec<u32>> {
        let start = |&id: &OperationId| u32::try_from(schedule.get(id)?.start - problem.now).ok();
        self.operations.iter().map(start).collect()
    }
}

fn is_simple(problem: &Problem, id: OperationId) -> bool {
    let operation = problem.operation(id);
    let fixed = problem.baseline(id).is_some_and(|row| row.status != Status::Planned || row.pin != Pin::None);
    !fixed && operation.deadline >= FAR && operation.materials.is_empty() && operation.mode_ids().len() == 1
}

fn is_simple_link(problem: &Problem, link: &Precedence) -> bool {
    link.kind == Kind::EndStart
        && link.min_lag >= 0
        && link.max_lag.is_none()
        && i64::from(link.transfer) == MILLION
        && !link.same_resource
        && problem.transport.is_empty()
}

/// Capacity of a resource where it is the same at all times from `now` on.
fn capacity(problem: &Problem, id: ResourceId) -> Option<u64> {
    let profile = problem.profile(problem.resource(id).profile);
    let from_now = profile.steps.iter().all(|step| step.0 <= problem.now);
    let capacity = u64::try_from(profile.at(problem.now)).ok()?;
    from_now.then_some(capacity)
}

fn operation(problem: &Problem, id: OperationId) -> Option<ProjectOperation> {
    let mode_id = problem.operation(id).mode_ids().next()?;
    let mode = problem.mode(mode_id);
    let mut demands = Vec::new();
    if let Some(own) = mode.resource {
        if problem.resource(own).matrix.is_some() {
            return None;
        }
        demands.push((own.0, u64::try_from(mode.quantity).ok()?));
    }
    for requirement in problem.requirements_of(mode_id) {
        match (requirement.phase, requirement.target) {
            (Phase::Run, Target::Resource(resource)) => {
                demands.push((resource.0, u64::try_from(requirement.quantity).ok()?));
            }
            (Phase::Run, Target::Group(_)) => return None,
            // Without a matrix nothing changes over.
            (Phase::Changeover, _) => {}
        }
    }
    Some(ProjectOperation {
        duration: u32::try_from(mode.duration).ok()?,
        release: u32::try_from(problem.operation(id).release - problem.now).ok()?,
        tail: 0,
        demands,
    })
}
