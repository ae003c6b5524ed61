//! Where each operation ran, runs or will run, history included.

use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::{ModeId, OperationId, ResourceId};
use crate::model::time::{Span, Time};
use crate::schedule::{Placement, Schedule};

/// What tables say of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) status: &'static str,
    pub(super) mode: Option<ModeId>,
    pub(super) resource: Option<ResourceId>,
    pub(super) start: Option<Time>,
    pub(super) end: Option<Time>,
    pub(super) changeover: Option<(Time, Time)>,
}

/// One for each operation, by id.
pub(super) fn runs(problem: &Problem, schedule: &Schedule) -> Vec<Run> {
    problem.operation_ids().map(|operation| run(problem, schedule, operation)).collect()
}

fn run(problem: &Problem, schedule: &Schedule, operation: OperationId) -> Run {
    let status = problem.status(operation);
    let history = problem.baseline(operation);
    match (status, schedule.get(operation)) {
        (Status::Done, _) => Run {
            status: "done",
            mode: history.and_then(|known| known.mode),
            resource: history.and_then(|known| known.resource),
            start: history.and_then(|known| known.start.or(known.end)),
            end: history.and_then(|known| known.end),
            changeover: None,
        },
        (_, Some(placement)) => Run {
            status: if status == Status::Started { "started" } else { "planned" },
            mode: Some(placement.mode),
            resource: problem.mode(placement.mode).resource,
            start: Some(placement.start),
            end: Some(placement.end),
            changeover: placement.changeover,
        },
        (Status::Started, None) => Run {
            status: "started",
            mode: history.and_then(|known| known.mode),
            resource: history.and_then(|known| known.resource),
            start: history.and_then(|known| known.start),
            end: None,
            changeover: None,
        },
        (Status::Planned, None) => Run {
            status: "unscheduled",
            mode: None,
            resource: None,
            start: None,
            end: None,
            changeover: None,
        },
    }
}

/// Working time of an operation from `now` on.
pub(super) fn work_ahead(problem: &Problem, operation: OperationId, placement: &Placement) -> Span {
    match problem.baseline(operation) {
        Some(known) if known.status == Status::Started => known.remaining,
        _ => problem.mode(placement.mode).duration,
    }
}

/// Working time of the changeover of a placement; closed time in it does not count.
pub(super) fn changing_ahead(problem: &Problem, placement: &Placement) -> Span {
    let Some((start, end)) = placement.changeover else { return 0 };
    let mode = problem.mode(placement.mode);
    let shared = problem.window_set(mode.changing);
    if !mode.changeover_varies {
        return shared.open_between(start, end);
    }
    let mut windows = shared.clone();
    for member in &placement.members {
        if problem.requirement(member.requirement).phase == crate::model::operation::Phase::Changeover {
            windows = windows.intersect(problem.window_set(problem.resource(member.resource).open));
        }
    }
    windows.open_between(start, end)
}
