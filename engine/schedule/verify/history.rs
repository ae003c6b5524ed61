//! Rule 8: done and started work are as history has them, pins hold.

use super::Report;
use super::facts::{Continuation, Fact, Facts};
use crate::model::history::{Baseline, Pin, Status};
use crate::model::ids::{OperationId, RequirementId, ResourceId};
use crate::model::operation::Phase;
use crate::model::time::Time;
use crate::schedule::assignment::Schedule;

const RULE: u8 = 8;

/// Checks every operation that the baseline knows, then the order of pinned sequences.
pub(super) fn check(facts: &Facts<'_>, schedule: &Schedule, report: &mut Report) {
    let problem = facts.problem;
    for operation in problem.operation_ids() {
        let Some(baseline) = problem.baseline(operation) else {
            continue;
        };
        let name = facts.name(operation);
        match (baseline.status, facts.get(operation)) {
            (Status::Done, _) => {
                if schedule.get(operation).is_some() {
                    let detail = format!("operation {name} is done and cannot be scheduled");
                    report.add((RULE, "done"), operation, None, None, detail);
                }
            }
            (Status::Started, None) => {
                let detail = format!("operation {name} has started and must be in the schedule");
                report.add((RULE, "started_missing"), operation, None, None, detail);
            }
            (Status::Started, Some(fact)) => started(facts, fact, baseline, report),
            (Status::Planned, Some(fact)) => pinned(facts, fact, baseline, report),
            (Status::Planned, None) => {}
        }
    }
    sequences(facts, report);
}

/// Mode, start and members are history; the end follows from what remains.
fn started(facts: &Facts<'_>, fact: &Fact<'_>, baseline: &Baseline, report: &mut Report) {
    let (name, placement) = (facts.name(fact.operation), fact.placement);
    let mut add = |check: &'static str, at: Option<Time>, what: String| {
        let detail = format!("operation {name} has started: {what}");
        report.add((RULE, check), fact.operation, None, at, detail);
    };
    if baseline.mode.is_some_and(|mode| mode != placement.mode) {
        add("started_mode", None, "its mode is history".to_owned());
    }
    if let Some(start) = baseline.start
        && start != placement.start
    {
        let what = format!("its start is {start}, not {}", placement.start);
        add("started_start", Some(placement.start), what);
    }
    if !holds_its_members(facts, fact, baseline) {
        add("started_members", None, "its members are history".to_owned());
    }
    let Some(Continuation { changeover, end, .. }) = fact.started else {
        return;
    };
    if changeover != placement.changeover {
        let what = match changeover {
            Some((from, to)) => format!("the rest of its changeover runs from {from} to {to}"),
            None => "nothing remains of its changeover".to_owned(),
        };
        add("started_changeover", Some(facts.problem.now), what);
    }
    match end {
        Some(end) if end != placement.end => {
            let what = format!("it ends at {end}, not at {}", placement.end);
            add("started_end", Some(placement.end), what);
        }
        None => {
            let what = "the calendar ends before its work does".to_owned();
            add("started_end", Some(placement.end), what);
        }
        Some(_) => {}
    }
}

/// Whether it holds in each phase those whom the baseline says it holds; for which of two like
/// requirements makes no difference.
fn holds_its_members(facts: &Facts<'_>, fact: &Fact<'_>, baseline: &Baseline) -> bool {
    let in_phase = |(requirement, resource): (RequirementId, ResourceId)| {
        (facts.problem.requirement(requirement).phase, resource)
    };
    let known = baseline.members.iter().map(|&(requirement, resource)| (requirement, resource));
    let placed = fact.placement.members.iter().map(|member| (member.requirement, member.resource));
    let mut known: Vec<(Phase, ResourceId)> = known.map(in_phase).collect();
    let mut placed: Vec<(Phase, ResourceId)> = placed.map(in_phase).collect();
    known.sort_unstable();
    placed.sort_unstable();
    known == placed
}

fn pinned(facts: &Facts<'_>, fact: &Fact<'_>, baseline: &Baseline, report: &mut Report) {
    if baseline.pin == Pin::None {
        return;
    }
    let name = facts.name(fact.operation);
    if fact.mode.resource != baseline.resource {
        let pinned = baseline.resource.map(|resource| facts.resource_name(resource));
        let detail = format!("operation {name} is pinned to {}", pinned.unwrap_or("no resource"));
        report.add((RULE, "pin_resource"), fact.operation, pinned, None, detail);
    }
    if let (Pin::Start, Some(start)) = (baseline.pin, baseline.start)
        && start != fact.placement.start
    {
        let at = fact.placement.start;
        let detail = format!("operation {name} is pinned to start at {start}, not at {at}");
        report.add((RULE, "pin_start"), fact.operation, None, Some(at), detail);
    }
}

/// Operations with pin `sequence` start in baseline order on their resource, others may come between.
fn sequences(facts: &Facts<'_>, report: &mut Report) {
    let mut pinned: Vec<(ResourceId, Time, OperationId, Time)> = Vec::new();
    for fact in facts.planned() {
        let Some(baseline) = facts.problem.baseline(fact.operation) else {
            continue;
        };
        if let (Pin::Sequence, Some(resource), Some(start)) =
            (baseline.pin, baseline.resource, baseline.start)
            && fact.mode.resource == Some(resource)
        {
            pinned.push((resource, start, fact.operation, fact.placement.start));
        }
    }
    pinned.sort_unstable();
    for pair in pinned.windows(2) {
        let [(resource, _, first, first_start), (same, _, second, start)] = *pair else {
            continue;
        };
        if resource == same && start < first_start {
            let (name, other) = (facts.name(second), facts.name(first));
            let detail = format!(
                "operation {name} starts at {start}, before {other}, which goes first on {} by their pins",
                facts.resource_name(resource)
            );
            let check = (RULE, "pin_sequence");
            report.add(check, second, Some(other), Some(start), detail);
        }
    }
}
