//! Rule 4: quantities held at an instant sum to at most the capacity then.

use std::collections::BTreeMap;

use super::Held;
use crate::model::ids::{OperationId, ResourceId};
use crate::model::resource::ResourceKind;
use crate::model::time::Time;
use crate::schedule::verify::Report;
use crate::schedule::verify::facts::Facts;

const RULE: u8 = 4;

/// Units taken (positive) or given back (negative) at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    resource: ResourceId,
    at: Time,
    change: i64,
    operation: OperationId,
}

/// Sweeps each resource by time. Overloads by started work alone are findings.
pub(in crate::schedule::verify) fn check(facts: &Facts<'_>, all: &[Held], report: &mut Report) {
    let is_pool = |held: &&Held| facts.problem.resource(held.resource).kind == ResourceKind::Cumulative;
    let ends = |held: &Held| {
        let Held { resource, from, to, operation, quantity, .. } = *held;
        let taken = Step { resource, at: from, change: quantity, operation };
        [taken, Step { at: to, change: -quantity, ..taken }]
    };
    let mut steps: Vec<Step> = all.iter().filter(is_pool).flat_map(ends).collect();
    steps.sort_unstable();
    for own in steps.chunk_by(|a, b| a.resource == b.resource) {
        sweep(facts, own[0].resource, own, report);
    }
}

/// What is held at an instant.
#[derive(Default)]
struct Load {
    sum: i128,
    /// Quantities of unstarted operations.
    planned: BTreeMap<OperationId, i64>,
    /// Whether it was too much at the last instant.
    over: bool,
}

/// Instants at which load or capacity changes, in order.
fn sweep(facts: &Facts<'_>, resource: ResourceId, steps: &[Step], report: &mut Report) {
    let profile = facts.problem.profile(facts.problem.resource(resource).profile);
    let capacities = &profile.steps;
    let mut next_capacity = capacities.partition_point(|step| step.0 <= steps[0].at);
    let mut capacity = profile.at(steps[0].at);
    let mut load = Load::default();
    let mut index = 0;
    while index < steps.len() {
        let mut at = steps[index].at;
        if let Some(&(changes, value)) = capacities.get(next_capacity)
            && changes <= at
        {
            at = changes;
            capacity = value;
            next_capacity += 1;
        }
        let begun = index;
        while index < steps.len() && steps[index].at == at {
            load.apply(facts, steps[index]);
            index += 1;
        }
        load.judge(facts, (resource, capacity, at), &steps[begun..index], report);
    }
}

impl Load {
    fn apply(&mut self, facts: &Facts<'_>, step: Step) {
        self.sum += i128::from(step.change);
        let started = facts.get(step.operation).is_some_and(|fact| fact.started.is_some());
        if !started {
            let held = self.planned.entry(step.operation).or_default();
            *held += step.change;
            if *held == 0 {
                self.planned.remove(&step.operation);
            }
        }
    }

    /// Reports every operation that begins while there is too much, or, where the capacity drops,
    /// one that runs.
    fn judge(
        &mut self,
        facts: &Facts<'_>,
        (resource, capacity, at): (ResourceId, i64, Time),
        steps: &[Step],
        report: &mut Report,
    ) {
        let over = self.sum > i128::from(capacity) && !self.planned.is_empty();
        let new = over && !self.over;
        self.over = over;
        if !over {
            return;
        }
        let mut begun: Vec<OperationId> = steps
            .iter()
            .filter(|step| step.change > 0 && self.planned.contains_key(&step.operation))
            .map(|step| step.operation)
            .collect();
        begun.sort_unstable();
        begun.dedup();
        let blamed = match (begun.last(), self.planned.last_key_value()) {
            (Some(&operation), _) => operation,
            (None, Some((&operation, _))) if new => operation,
            _ => return,
        };
        let (name, resource) = (facts.name(blamed), facts.resource_name(resource));
        let detail = format!(
            "at {at}, {} units of {resource} are held and {capacity} are there; operation {name} is \
             one holder",
            self.sum
        );
        report.add((RULE, "capacity"), blamed, Some(resource), Some(at), detail);
    }
}
