//! Rule 1: the work gets done, in open time.

use super::Report;
use super::facts::{Fact, Facts};

const RULE: u8 = 1;

/// Checks planned operations; started ones follow rule 8.
pub(super) fn check(facts: &Facts<'_>, report: &mut Report) {
    for fact in facts.planned() {
        if fact.is_lasting() {
            lasting(facts, fact, report);
        } else {
            instantaneous(facts, fact, report);
        }
    }
}

/// Duration 0: an instant that holds nothing.
fn instantaneous(facts: &Facts<'_>, fact: &Fact<'_>, report: &mut Report) {
    let (name, placement) = (facts.name(fact.operation), fact.placement);
    if placement.start != placement.end {
        let detail = format!(
            "operation {name} takes no time but starts at {} and ends at {}",
            placement.start, placement.end
        );
        let at = Some(placement.start);
        report.add((RULE, "duration"), fact.operation, None, at, detail);
    }
    if !placement.members.is_empty() {
        let detail = format!("operation {name} takes no time and so no members");
        report.add((RULE, "members"), fact.operation, None, None, detail);
    }
}

fn lasting(facts: &Facts<'_>, fact: &Fact<'_>, report: &mut Report) {
    let (name, windows) = (facts.name(fact.operation), facts.working(fact));
    let (start, end) = (fact.placement.start, fact.placement.end);
    let worked = windows.open_between(start, end);
    let suspends = facts.problem.suspends(fact.operation);
    let length = if suspends { worked } else { end - start };
    if length != fact.mode.duration {
        let detail = format!(
            "operation {name} works {length} ticks between {start} and {end}, its mode takes {}",
            fact.mode.duration
        );
        report.add((RULE, "duration"), fact.operation, None, Some(start), detail);
    }
    if start == end {
        return;
    }
    let mut closed = |check: &'static str, at, what: &str| {
        let detail = format!("operation {name} {what} at {at}, when what it needs is closed");
        report.add((RULE, check), fact.operation, None, Some(at), detail);
    };
    if !windows.is_open(start) {
        closed("closed_start", start, "starts");
    }
    if !windows.is_open(end - 1) {
        closed("closed_end", end - 1, "works last");
    }
    if !suspends
        && windows.is_open(start)
        && windows.is_open(end - 1)
        && let Some(gap) = windows.next_closed(start).filter(|&gap| gap < end)
    {
        closed("closed_inside", gap, "may not pause but runs");
    }
}
