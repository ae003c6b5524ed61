//! Rule 9: what is left out is left out whole, with all that needs it (contract, 7.1).

use super::Report;
use super::facts::Facts;
use crate::model::history::Status;

const RULE: u8 = 9;

/// Without `partial`, nothing may be missing; with it, whole orders may, and what follows them must.
pub(super) fn check(facts: &Facts<'_>, partial: bool, report: &mut Report) {
    if !partial {
        for operation in facts.problem.operation_ids() {
            if facts.is_left_out(operation) {
                let detail = format!("operation {} is not scheduled", facts.name(operation));
                report.add((RULE, "missing"), operation, None, None, detail);
            }
        }
        return;
    }
    whole_orders(facts, report);
    successors(facts, report);
}

fn whole_orders(facts: &Facts<'_>, report: &mut Report) {
    for (index, order) in facts.problem.orders.iter().enumerate() {
        let missing = order.operations.iter().find(|&&op| facts.is_left_out(op));
        let Some(&missing) = missing else { continue };
        let name = facts.problem.names.orders.get(index);
        for &operation in &order.operations {
            let unstarted = facts.problem.status(operation) == Status::Planned;
            if unstarted && facts.get(operation).is_some() {
                let (op, other) = (facts.name(operation), facts.name(missing));
                let detail =
                    format!("operation {op} is scheduled while {other} of the same order {name} is left out");
                report.add((RULE, "part_of_order"), operation, Some(other), None, detail);
            }
        }
    }
}

fn successors(facts: &Facts<'_>, report: &mut Report) {
    for link in &facts.problem.precedences {
        let planned = facts.get(link.after).is_some_and(|fact| fact.started.is_none());
        if planned && facts.is_left_out(link.before) {
            let (after, before) = (facts.name(link.after), facts.name(link.before));
            let detail = format!("operation {after} is scheduled although {before} before it is left out");
            report.add((RULE, "needs_left_out"), link.after, Some(before), None, detail);
        }
    }
}
