//! From rows to a problem: every cross check, all findings at once.

use super::draft::Draft;
use super::problem::Problem;
use crate::error::{EngineError, Findings};

/// Checks a draft and makes the problem, with the findings that do not refuse it (warnings and
/// information).
///
/// # Errors
/// [`EngineError::Data`] with all findings where at least one is an error.
pub fn build(draft: &Draft) -> Result<(Problem, Findings), EngineError> {
    let _ = draft;
    Err(EngineError::Internal(
        "the builder is under construction".to_owned(),
    ))
}
