//! Which features a plant has, read from the problem itself, and which pairs have met so far.

use std::collections::{BTreeMap, BTreeSet};

use sopengine::model::Problem;
use sopengine::model::changeover::Combine;
use sopengine::model::history::{Pin, Status};
use sopengine::model::operation::{Phase, Suspend, Target};
use sopengine::model::precedence::Kind;
use sopengine::model::resource::ResourceKind;

/// Every name that [`of`] can give.
pub(super) const NAMES: [&str; 36] = [
    "alternative modes",
    "zero duration",
    "suspends",
    "calendar",
    "varying pool",
    "pool",
    "tool",
    "group",
    "two members",
    "released need",
    "changeover phase",
    "changeover",
    "two attributes",
    "sum",
    "max",
    "changeover suspends",
    "attached",
    "known state",
    "start_start",
    "end_end",
    "start_end",
    "negative lag",
    "min lag",
    "max lag",
    "transfer",
    "tail",
    "same resource",
    "transport",
    "consumes",
    "produces",
    "max stock",
    "started",
    "done",
    "pin start",
    "deadline",
    "no order",
];

/// The features of a plant.
pub(super) fn of(problem: &Problem) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    operations(problem, &mut found);
    needs(problem, &mut found);
    changeovers(problem, &mut found);
    links(problem, &mut found);
    supplies_and_history(problem, &mut found);
    found
}

fn note(found: &mut BTreeSet<&'static str>, name: &'static str, is: bool) {
    debug_assert!(NAMES.contains(&name), "{name}");
    if is {
        found.insert(name);
    }
}

fn operations(problem: &Problem, found: &mut BTreeSet<&'static str>) {
    for id in problem.operation_ids() {
        let operation = problem.operation(id);
        note(found, "alternative modes", operation.modes.len() > 1);
        note(found, "suspends", operation.suspend == Suspend::Breaks);
        note(found, "zero duration", operation.mode_ids().any(|mode| problem.mode(mode).duration == 0));
        note(found, "no order", operation.order.is_none());
    }
    note(found, "deadline", problem.orders.iter().any(|order| order.deadline.is_some()));
}

fn needs(problem: &Problem, found: &mut BTreeSet<&'static str>) {
    for requirement in &problem.requirements {
        note(found, "released need", requirement.releases());
        note(found, "changeover phase", requirement.phase == Phase::Changeover);
        match requirement.target {
            Target::Group(_) => {
                note(found, "group", true);
                note(found, "two members", requirement.quantity > 1);
            }
            Target::Resource(id) => {
                let unary = problem.resource(id).kind == ResourceKind::Unary;
                note(found, if unary { "tool" } else { "pool" }, true);
            }
        }
    }
    for resource in &problem.resources {
        let closed = !problem.window_set(resource.open).covers(problem.now, problem.now + 500);
        note(found, "calendar", closed);
        note(found, "varying pool", closed && resource.kind == ResourceKind::Cumulative);
    }
}

fn changeovers(problem: &Problem, found: &mut BTreeSet<&'static str>) {
    for resource in &problem.resources {
        let Some(matrix) = resource.matrix.map(|id| problem.matrix(id)) else { continue };
        note(found, "changeover", true);
        note(found, "sum", matrix.combine == Combine::Sum);
        note(found, "max", matrix.combine == Combine::Max);
        note(found, "changeover suspends", matrix.suspend == Suspend::Breaks);
        note(found, "attached", matrix.attached);
        note(found, "known state", !resource.state_at_now.is_empty());
    }
    note(found, "two attributes", problem.operations.iter().any(|operation| operation.setup.len() > 1));
}

fn links(problem: &Problem, found: &mut BTreeSet<&'static str>) {
    for link in &problem.precedences {
        note(found, "start_start", link.kind == Kind::StartStart);
        note(found, "end_end", link.kind == Kind::EndEnd);
        note(found, "start_end", link.kind == Kind::StartEnd);
        note(found, "negative lag", link.min_lag < 0);
        note(found, "min lag", link.min_lag > 0);
        note(found, "max lag", link.max_lag.is_some());
        note(found, "transfer", link.transfer < 1_000_000);
        note(found, "tail", link.tail > 0);
        note(found, "same resource", link.same_resource);
    }
    let pairs = || problem.resource_ids().flat_map(|a| problem.resource_ids().map(move |b| (a, b)));
    note(found, "transport", pairs().any(|(a, b)| problem.transport_between(Some(a), Some(b)) > 0));
}

fn supplies_and_history(problem: &Problem, found: &mut BTreeSet<&'static str>) {
    for operation in &problem.operations {
        note(found, "consumes", operation.materials.iter().any(|row| row.1 < 0));
        note(found, "produces", operation.materials.iter().any(|row| row.1 > 0));
    }
    note(found, "max stock", problem.items.iter().any(|item| item.max_stock.is_some()));
    for id in problem.operation_ids() {
        let Some(known) = problem.baseline(id) else { continue };
        note(found, "started", known.status == Status::Started);
        note(found, "done", known.status == Status::Done);
        note(found, "pin start", known.status == Status::Planned && known.pin == Pin::Start);
    }
}

/// Moves by pair of features.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    moves: BTreeMap<(&'static str, &'static str), usize>,
    total: usize,
}

impl Coverage {
    /// Counts moves on a plant of these features.
    pub(super) fn add(&mut self, features: &BTreeSet<&'static str>, moves: usize) {
        for &a in features {
            for &b in features.range(a..).skip(1) {
                *self.moves.entry((a, b)).or_default() += moves;
            }
        }
        self.total += moves;
    }

    /// Share of the pairs that have met; prints what is missing.
    pub(super) fn share(&self, name: &str) -> f64 {
        let mut missing = Vec::new();
        let mut pairs = 0;
        for (place, &a) in NAMES.iter().enumerate() {
            for &b in &NAMES[place + 1..] {
                // One matrix a plant combines one way.
                if (a, b) == ("sum", "max") {
                    continue;
                }
                pairs += 1;
                if !self.moves.contains_key(&(a.min(b), a.max(b))) {
                    missing.push(format!("{a} + {b}"));
                }
            }
        }
        let share = 1.0 - missing.len() as f64 / f64::from(pairs);
        eprintln!("{name}: {} moves, {:.1} % of {pairs} pairs of features", self.total, 100.0 * share);
        eprintln!("  missing: {}", missing.join(", "));
        share
    }
}
