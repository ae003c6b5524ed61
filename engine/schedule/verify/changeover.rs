//! Rule 3: changeovers, by the sequence of each unary resource with a matrix.
//!
//! The state of each attribute is carried along the sequence: started work first, then by start.
//! Operations of duration 0 neither change nor see states. A changeover that does not wait for the
//! previous operation breaks this rule, and rule 2 as well, since both hold the resource.

use super::Report;
use super::facts::{Fact, Facts};
use crate::model::changeover::Matrix;
use crate::model::ids::{AttributeId, OperationId, ResourceId, ValueId};
use crate::model::operation::Suspend;
use crate::model::resource::ResourceKind;
use crate::model::time::{Span, Time};

const RULE: u8 = 3;

/// Checks all changeovers; returns their cost by operation.
pub(super) fn check(facts: &Facts<'_>, report: &mut Report) -> Vec<(OperationId, i64)> {
    let mut sequence: Vec<(ResourceId, bool, Time, OperationId)> = Vec::new();
    for fact in facts.iter() {
        match sequenced_on(facts, fact) {
            Some(resource) => {
                let unstarted = fact.started.is_none();
                sequence.push((resource, unstarted, fact.placement.start, fact.operation));
            }
            None => none_expected(facts, fact, report),
        }
    }
    sequence.sort_unstable();
    let attributes = facts.problem.names.attributes.len();
    let mut costs = Vec::new();
    let mut states: Vec<Option<ValueId>> = vec![None; attributes];
    for own in sequence.chunk_by(|a, b| a.0 == b.0) {
        let resource = own[0].0;
        states.fill(None);
        for &(attribute, value) in &facts.problem.resource(resource).state_at_now {
            states[attribute.index()] = Some(value);
        }
        let mut before: Option<&Fact<'_>> = None;
        for &(_, _, _, operation) in own {
            if let Some(fact) = facts.get(operation) {
                if let Some(before) = before.replace(fact) {
                    waits(facts, before, fact, report);
                }
                let cost = visit(facts, (fact, resource), &mut states, report);
                costs.push((operation, cost));
            }
        }
    }
    costs
}

/// A changeover begins when the operation before it on the resource has ended.
fn waits(facts: &Facts<'_>, before: &Fact<'_>, fact: &Fact<'_>, report: &mut Report) {
    let end = before.placement.end;
    if let Some((start, _)) = fact.placement.changeover
        && fact.started.is_none()
        && start < end
    {
        let (name, other) = (facts.name(fact.operation), facts.name(before.operation));
        let detail = format!("the changeover before {name} begins at {start}, before {other} ends at {end}");
        report.add((RULE, "early"), fact.operation, Some(other), Some(start), detail);
    }
}

/// The resource whose states the operation sees and changes.
fn sequenced_on(facts: &Facts<'_>, fact: &Fact<'_>) -> Option<ResourceId> {
    let resource = fact.mode.resource.filter(|_| fact.is_lasting())?;
    let known = facts.problem.resource(resource);
    (known.kind == ResourceKind::Unary && known.matrix.is_some()).then_some(resource)
}

/// No matrix, no time or no unary resource: no changeover (what history left of one excepted).
fn none_expected(facts: &Facts<'_>, fact: &Fact<'_>, report: &mut Report) {
    if fact.started.is_some() {
        return;
    }
    if let Some((start, _)) = fact.placement.changeover {
        let name = facts.name(fact.operation);
        let detail = format!("operation {name} has a changeover where there can be none");
        let check = (RULE, "not_needed");
        report.add(check, fact.operation, None, Some(start), detail);
    }
}

/// One operation of a sequence: compares what it needs with what it has, then leaves its states.
fn visit(
    facts: &Facts<'_>,
    (fact, resource): (&Fact<'_>, ResourceId),
    states: &mut [Option<ValueId>],
    report: &mut Report,
) -> i64 {
    let problem = facts.problem;
    let setup = &problem.operation(fact.operation).setup;
    let matrix = problem.resource(resource).matrix.map(|id| problem.matrix(id));
    let mut cost = 0;
    if let Some(matrix) = matrix
        && fact.started.is_none()
    {
        let from = |attribute: AttributeId| states[attribute.index()];
        let (needed, price) = matrix.changeover(from, setup, &problem.value_order);
        cost = price;
        compare(facts, (fact, matrix), needed, report);
    }
    for &(attribute, value) in setup {
        states[attribute.index()] = Some(value);
    }
    cost
}

fn compare(facts: &Facts<'_>, (fact, matrix): (&Fact<'_>, &Matrix), needed: Span, report: &mut Report) {
    let name = facts.name(fact.operation);
    let mut add = |check: &'static str, at: Option<Time>, detail: String| {
        report.add((RULE, check), fact.operation, None, at, detail);
    };
    match (fact.placement.changeover, needed) {
        (None, 0) => {}
        (None, _) => add(
            "missing",
            Some(fact.placement.start),
            format!("operation {name} needs a changeover of {needed} ticks and has none"),
        ),
        (Some((start, _)), 0) => {
            add("not_needed", Some(start), format!("operation {name} has a changeover but needs none"));
        }
        (Some(times), _) => timing(facts, (fact, matrix), needed, times, &mut add),
    }
}

/// Place and length of a changeover that is needed and there.
fn timing(
    facts: &Facts<'_>,
    (fact, matrix): (&Fact<'_>, &Matrix),
    needed: Span,
    (start, end): (Time, Time),
    add: &mut dyn FnMut(&'static str, Option<Time>, String),
) {
    let (name, windows) = (facts.name(fact.operation), facts.changing(fact));
    let suspends = matrix.suspend == Suspend::Breaks;
    let length = if suspends { windows.open_between(start, end) } else { end - start };
    if length != needed {
        let detail = format!(
            "the changeover before {name} works {length} ticks from {start} to {end}, it takes {needed}"
        );
        add("duration", Some(start), detail);
    }
    if start < end {
        let edge_open = windows.is_open(start) && windows.is_open(end - 1);
        if !edge_open {
            let at = if windows.is_open(start) { end - 1 } else { start };
            add("closed", Some(at), format!("the changeover before {name} begins or ends in closed time"));
        } else if !suspends && !windows.covers(start, end) {
            let at = windows.next_closed(start);
            add(
                "closed",
                at,
                format!("the changeover before {name} may not pause but runs over closed time"),
            );
        }
    }
    if end > fact.placement.start {
        let at = Some(end);
        add("late", at, format!("the changeover before {name} ends after its start"));
    } else if matrix.attached && end < fact.placement.start {
        let detail = format!("the changeover before {name} must end at its start");
        add("attached", Some(end), detail);
    }
    if start < facts.problem.now {
        add("before_now", Some(start), format!("the changeover before {name} starts before now"));
    }
}
