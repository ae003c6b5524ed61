//! The verdict on a schedule: at once, or when something is first asked of the schedule.
//!
//! A solve that was stopped from outside owes its caller an answer within some milliseconds, and the verifier
//! takes microseconds an operation. So where a stopped solve was large, its schedule goes out unjudged, and
//! nothing of it can be seen before it has been judged: tables and figures all pass through
//! [`Judgment::verdict`], whoever asks first waits for it. A caller who wants to know only that the solve has
//! ended pays nothing.

use std::sync::OnceLock;

use crate::error::Finding;
use crate::model::Problem;
use crate::model::objective::{Objective, TermValues};
use crate::schedule::Schedule;
use crate::schedule::verify::{Verdict, verify};

/// What a search says of its schedule.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) objective: Objective,
    pub(super) values: TermValues,
    pub(super) levels: Vec<i64>,
}

/// A verdict that is known, or how to come to it.
#[derive(Debug)]
pub(super) struct Judgment {
    /// Whether orders may be left out.
    partial: bool,
    claim: Option<Claim>,
    verdict: OnceLock<Verdict>,
}

impl Judgment {
    /// One that somebody has come to already.
    pub(super) fn known(verdict: Verdict) -> Self {
        Self { partial: true, claim: None, verdict: OnceLock::from(verdict) }
    }

    /// Still to be come to; what the search claims is compared with it.
    pub(super) fn open(partial: bool, claim: Claim) -> Self {
        Self { partial, claim: Some(claim), verdict: OnceLock::new() }
    }

    /// Whether nobody need wait for it.
    pub(super) fn is_known(&self) -> bool {
        self.verdict.get().is_some()
    }

    /// What the verifier says.
    pub(super) fn verdict(&self, problem: &Problem, schedule: &Schedule) -> &Verdict {
        self.verdict.get_or_init(|| verify(problem, schedule, self.partial))
    }

    /// What is to be told where search and verifier differ.
    pub(super) fn disagreement(&self, problem: &Problem, schedule: &Schedule) -> Option<Finding> {
        let verdict = self.verdict(problem, schedule);
        let claim = self.claim.as_ref().filter(|claim| claim.values != verdict.values)?;
        Some(
            Finding::error("TERMS_DISAGREE", "schedule")
                .found(format!("{:?} by the search", claim.levels))
                .expected(format!("{:?} by the verifier", claim.objective.value(&verdict.values)))
                .hint("A bug of the engine; the verifier's figures are given."),
        )
    }
}
