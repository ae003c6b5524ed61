//! The independent verifier: is this schedule valid, and what is it worth?
//!
//! Written from the contract alone (engine/README.md, rules 1 to 9 and the fine print). It sees the
//! model and a [`Schedule`] and shares no code with decoding or search, so a bug there cannot hide
//! here. It takes any schedule, foreign and broken ones too, and says all that is wrong with it.
//!
//! # Idea
//! [`facts`] resolves each placement once: its mode, the windows in which it works and changes over
//! with the members it has, and, for started work, what history leaves no choice about. Each rule is
//! one file that reads those facts; resources are swept in order of time.
//!
//! # Cost
//! `O(n log n)` in operations, holdings and calendar windows passed; no pair of operations is
//! compared that is not adjacent in some sorted order.
//!
//! # Invariants
//! Violations come by rule, then operation, then instant; the same input gives the same rows. An
//! unusable placement (unknown mode, impossible times) is reported and then treated as missing by
//! the other rules, so one mistake is one row. What history forces is never a violation: links,
//! overlaps, overloads and limits that involve started or done work alone are findings of the
//! builder.

mod changeover;
pub(crate) mod facts;
mod history;
pub(crate) mod holdings;
mod material;
mod partial;
mod precedence;
mod shape;
mod terms;
mod windows;
mod work;

use super::assignment::Schedule;
use crate::model::Problem;
use crate::model::ids::OperationId;
use crate::model::objective::TermValues;
use crate::model::time::Time;
use facts::Facts;

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Rule of section 3 of the contract, 1 to 9.
    pub rule: u8,
    /// Stable short name of the check.
    pub check: &'static str,
    /// The operation that breaks it.
    pub operation: Option<OperationId>,
    /// The other operation, resource or item involved, by name.
    pub other: Option<String>,
    /// Where in time.
    pub at: Option<Time>,
    /// The same as a sentence.
    pub detail: String,
}

impl Violation {
    fn place(&self) -> (u8, Option<OperationId>, Option<Time>) {
        (self.rule, self.operation, self.at)
    }
}

/// What the verifier found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Everything that is wrong, by rule, operation and instant; empty for a valid schedule.
    pub violations: Vec<Violation>,
    /// Every term of the objective, by its definition.
    pub values: TermValues,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_valid(&self) -> bool {
        self.violations.is_empty()
    }

    /// Puts in those that somebody else found, in the same order.
    pub fn add(&mut self, violations: Vec<Violation>) {
        self.violations.extend(violations);
        self.violations.sort_by_key(Violation::place);
    }
}

/// Checks every rule and computes every term; `partial` allows orders to be left out whole.
pub fn verify(problem: &Problem, schedule: &Schedule, partial: bool) -> Verdict {
    let mut report = Report::default();
    let facts = Facts::resolve(problem, schedule, &mut report);
    work::check(&facts, &mut report);
    let holdings = holdings::collect(&facts);
    holdings::unary::check(&facts, &holdings, &mut report);
    let changeover_cost = changeover::check(&facts, &mut report);
    holdings::cumulative::check(&facts, &holdings, &mut report);
    precedence::check(&facts, &mut report);
    windows::check(&facts, &mut report);
    material::check(&facts, &mut report);
    history::check(&facts, schedule, &mut report);
    partial::check(&facts, partial, &mut report);
    let values = terms::values(&facts, changeover_cost);
    report.violations.sort_by_key(Violation::place);
    Verdict { violations: report.violations, values }
}

/// Violations as they are found.
#[derive(Debug, Default)]
struct Report {
    violations: Vec<Violation>,
}

impl Report {
    /// Adds a violation by `operation`.
    fn add(
        &mut self,
        (rule, check): (u8, &'static str),
        operation: OperationId,
        other: Option<&str>,
        at: Option<Time>,
        detail: String,
    ) {
        self.violations.push(Violation {
            rule,
            check,
            operation: Some(operation),
            other: other.map(str::to_owned),
            at,
            detail,
        });
    }
}
