//! The table `kpis`: measures as numerator and denominator, so that parents add up.
//!
//! Totals are the terms of the objective, shares of orders and operations, and the plant's load.
//! Resources are measured from `now` to the end of the schedule: `utilization` is working time,
//! `changeover` changeover time and `idle` the rest, each in units x ticks over the open capacity.

use arrow_array::RecordBatch;

use crate::model::Problem;
use crate::model::ids::{OperationId, ResourceId};
use crate::model::operation::{Phase, Target};
use crate::model::profile::Profile;
use crate::model::time::Time;
use crate::schedule::Placement;

use super::Output;
use super::columns::Columns;
use super::orders::{self, Outcome};
use super::runs::{changing_ahead, work_ahead};

struct Row {
    kpi: &'static str,
    resource: Option<ResourceId>,
    numerator: i64,
    denominator: i64,
}

/// Makes the table: totals first, then resources by id.
pub(super) fn table(output: &Output<'_>) -> RecordBatch {
    let mut rows = totals(output);
    rows.extend(resources(output));
    let names = &output.problem.names.resources;
    let dimension = |row: &Row| if row.resource.is_some() { "resource" } else { "total" };
    Columns::new("kpis", output.context, rows.len())
        .texts(rows.iter().map(|row| Some(row.kpi)))
        .texts(rows.iter().map(|row| Some(dimension(row))))
        .texts(rows.iter().map(|row| Some(names.get(row.resource?.index()))))
        .integers(rows.iter().map(|row| Some(row.numerator)))
        .integers(rows.iter().map(|row| Some(row.denominator)))
        .finish()
}

fn totals(output: &Output<'_>) -> Vec<Row> {
    let total = |kpi, numerator: usize, denominator: usize| Row {
        kpi,
        resource: None,
        numerator: numerator as i64,
        denominator: denominator as i64,
    };
    let outcomes = orders::outcomes(output);
    let known: Vec<_> = outcomes.iter().filter_map(Outcome::lateness).collect();
    let due = outcomes.iter().filter(|outcome| outcome.due.is_some()).count();
    let placed = outcomes.iter().filter(|outcome| outcome.status != "unscheduled").count();
    let done = output.runs.iter().filter(|run| run.status != "unscheduled").count();
    let mut rows = vec![
        total("on_time", known.iter().filter(|lateness| **lateness <= 0).count(), due),
        total("late", known.iter().filter(|lateness| **lateness > 0).count(), due),
        total("orders_scheduled", placed, outcomes.len()),
        total("operations_scheduled", done, output.runs.len()),
    ];
    rows.extend(output.values.iter().map(|(term, value)| Row {
        kpi: term.name(),
        resource: None,
        numerator: value,
        denominator: 1,
    }));
    rows
}

/// Units x ticks in which a resource works and changes over.
#[derive(Debug, Clone, Copy, Default)]
struct Load {
    working: i64,
    changing: i64,
}

fn resources(output: &Output<'_>) -> Vec<Row> {
    let problem = output.problem;
    let mut loads = vec![Load::default(); problem.resources.len()];
    let mut end = problem.now;
    for operation in problem.operation_ids() {
        if let Some(placement) = output.schedule.get(operation) {
            end = end.max(placement.end);
            load(problem, operation, placement, &mut loads);
        }
    }
    let mut rows = Vec::with_capacity(3 * loads.len());
    for (resource, load) in problem.resource_ids().zip(loads) {
        let open = capacity(problem.profile(problem.resource(resource).profile), problem.now, end);
        let mut push = |kpi, numerator| {
            rows.push(Row { kpi, resource: Some(resource), numerator, denominator: open });
        };
        push("utilization", load.working);
        push("changeover", load.changing);
        push("idle", (open - load.working - load.changing).max(0));
    }
    rows
}

fn load(problem: &Problem, operation: OperationId, placement: &Placement, loads: &mut [Load]) {
    let mode = problem.mode(placement.mode);
    if mode.duration == 0 {
        return;
    }
    let working = work_ahead(problem, operation, placement);
    let changing = changing_ahead(problem, placement);
    let mut add = |phase, resource: ResourceId, quantity: i64| {
        let load = &mut loads[resource.index()];
        match phase {
            Phase::Run => load.working += working.saturating_mul(quantity),
            Phase::Changeover => load.changing += changing.saturating_mul(quantity),
        }
    };
    if let Some(resource) = mode.resource {
        add(Phase::Run, resource, mode.quantity);
        add(Phase::Changeover, resource, mode.quantity);
    }
    for requirement in problem.requirements_of(placement.mode) {
        if let Target::Resource(resource) = requirement.target {
            add(requirement.phase, resource, requirement.quantity);
        }
    }
    for member in &placement.members {
        add(problem.requirement(member.requirement).phase, member.resource, 1);
    }
}

/// Capacity times time in `[start, end)`.
fn capacity(profile: &Profile, start: Time, end: Time) -> i64 {
    let ends = profile.steps.iter().skip(1).map(|step| step.0).chain([Time::MAX]);
    profile
        .steps
        .iter()
        .zip(ends)
        .map(|(&(from, units), until)| {
            let length = until.min(end) - from.max(start).min(end);
            length.max(0).saturating_mul(units)
        })
        .fold(0, i64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacity_is_summed_over_its_steps() {
        let shifts = Profile { steps: vec![(0, 2), (8, 0), (16, 1)] };
        assert_eq!(capacity(&shifts, 4, 20), 4 * 2 + 4);
        assert_eq!(capacity(&shifts, 9, 12), 0);
        assert_eq!(capacity(&Profile::constant(3), -5, 5), 30);
    }
}
