//! What a caller asks for: objective and time.

use std::time::Duration;

use pyo3::prelude::*;

use crate::error::EngineError;
use crate::model::objective::{Objective, Term};
use crate::tables::TableProblem;

/// An objective as Python gives it.
#[derive(Clone, FromPyObject)]
pub(super) enum ObjectiveArgument {
    Preset(String),
    Levels(Vec<Vec<(String, i64)>>),
}

pub(super) fn objective(
    problem: &TableProblem,
    given: Option<ObjectiveArgument>,
    partial: bool,
) -> Result<Objective, EngineError> {
    let objective = match given {
        None => {
            let due = problem.problem.orders.iter().any(|order| order.due.is_some());
            Objective::preset(if due { "on_time" } else { "throughput" })
        }
        Some(ObjectiveArgument::Preset(name)) => {
            let expected = "on_time, throughput, stable, changeovers, or a list of levels";
            let preset = Objective::preset(&name);
            let refused = EngineError::Option { option: "objective", found: name, expected };
            Some(preset.ok_or(refused)?)
        }
        Some(ObjectiveArgument::Levels(levels)) => Some(Objective { levels: parse(levels)? }),
    };
    let objective = objective.ok_or_else(|| EngineError::Internal("a preset is missing".to_owned()))?;
    Ok(if partial { objective.partial() } else { objective })
}

fn parse(levels: Vec<Vec<(String, i64)>>) -> Result<Vec<Vec<(Term, i64)>>, EngineError> {
    let refused = |found: String, expected| EngineError::Option { option: "objective", found, expected };
    if levels.is_empty() || levels.iter().any(Vec::is_empty) {
        return Err(refused("an empty level".to_owned(), "levels of at least one term each"));
    }
    let term = |(name, weight): (String, i64)| {
        let term = Term::parse(&name);
        let term = term.ok_or_else(|| refused(format!("term {name}"), "terms of the objective"))?;
        if weight < 0 {
            return Err(refused(format!("weight {weight} of {name}"), "weights of at least 0"));
        }
        Ok((term, weight))
    };
    levels.into_iter().map(|level| level.into_iter().map(term).collect()).collect()
}

/// The time limit.
pub(super) fn seconds(limit: Option<f64>) -> Result<Option<Duration>, EngineError> {
    let refused = |found: f64| EngineError::Option {
        option: "time_limit",
        found: found.to_string(),
        expected: "seconds, at least 0 and finite",
    };
    limit.map(|given| Duration::try_from_secs_f64(given).map_err(|_| refused(given))).transpose()
}
