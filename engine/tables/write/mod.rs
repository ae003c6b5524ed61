//! From a schedule to the tables of a result.
//!
//! [`Output`] holds what all tables draw on; each file makes one table. Ids come back in the type in
//! which they were given, instants in the problem's zone. Rows are ordered by id, or by resource and
//! time, so equal schedules give equal bytes.

mod assignments;
mod columns;
mod dispatch;
mod findings;
mod kpis;
mod orders;
mod reasons;
mod runs;
mod schedule;

use arrow_array::RecordBatch;

use crate::model::Problem;
use crate::model::objective::TermValues;
use crate::schedule::Schedule;
use crate::schedule::verify::Violation;
use crate::search::LeftOut;

use super::problem::Context;

pub use findings::findings;
use runs::Run;

/// What the tables of a result are made from.
#[derive(Debug)]
pub struct Output<'a> {
    problem: &'a Problem,
    context: &'a Context,
    schedule: &'a Schedule,
    values: &'a TermValues,
    left_out: &'a [LeftOut],
    runs: Vec<Run>,
}

impl<'a> Output<'a> {
    /// Looks once at every operation.
    pub fn new(
        problem: &'a Problem,
        context: &'a Context,
        schedule: &'a Schedule,
        values: &'a TermValues,
        left_out: &'a [LeftOut],
    ) -> Self {
        Self { problem, context, schedule, values, left_out, runs: runs::runs(problem, schedule) }
    }

    /// A table of a schedule by its name, none where there is no such table; `findings` and `violations`
    /// have their own functions.
    pub fn table(&self, name: &str) -> Option<RecordBatch> {
        Some(match name {
            "schedule" => schedule::table(self),
            "assignments" => assignments::table(self),
            "dispatch" => dispatch::table(self),
            "order_results" => orders::table(self),
            "reasons" => reasons::table(self),
            "kpis" => kpis::table(self),
            _ => return None,
        })
    }

    /// The schedule alone, for reports on the way.
    pub fn schedule(&self) -> RecordBatch {
        schedule::table(self)
    }
}

/// The table `violations`.
pub fn violations(problem: &Problem, context: &Context, found: &[Violation]) -> RecordBatch {
    findings::violations(problem, context, found)
}
