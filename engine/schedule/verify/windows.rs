//! Rule 6: releases, `now`, deadlines, the horizon. Due dates are soft and no business of this rule.

use super::Report;
use super::facts::Facts;

const RULE: u8 = 6;

/// Checks planned operations; limits shorter than started work are findings.
pub(super) fn check(facts: &Facts<'_>, report: &mut Report) {
    let problem = facts.problem;
    for fact in facts.planned() {
        let (start, end) = (fact.placement.start, fact.placement.end);
        let operation = problem.operation(fact.operation);
        let name = facts.name(fact.operation);
        if start < problem.now {
            let detail = format!("operation {name} starts at {start}, before now ({})", problem.now);
            let check = (RULE, "before_now");
            report.add(check, fact.operation, None, Some(start), detail);
        } else if start < operation.release {
            let detail =
                format!("operation {name} starts at {start}, before its release at {}", operation.release);
            let check = (RULE, "release");
            report.add(check, fact.operation, None, Some(start), detail);
        }
        if end > problem.horizon_end {
            let detail =
                format!("operation {name} ends at {end}, after the horizon at {}", problem.horizon_end);
            let check = (RULE, "horizon");
            report.add(check, fact.operation, None, Some(end), detail);
        } else if end > operation.deadline {
            let detail =
                format!("operation {name} ends at {end}, after its deadline at {}", operation.deadline);
            let check = (RULE, "deadline");
            report.add(check, fact.operation, None, Some(end), detail);
        }
    }
}
