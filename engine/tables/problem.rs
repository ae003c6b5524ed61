//! A problem together with what its tables looked like.

use std::sync::Arc;

use arrow_schema::{DataType, TimeUnit};

use crate::error::{EngineError, Findings};
use crate::model::{Problem, build};

use super::read::{self, ReadOptions, Tables};
use super::spec::Entity;

/// The type of an entity's ids, so that results give ids back as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum IdType {
    /// Text of any shape; results use plain UTF-8.
    #[default]
    Text,
    /// Integers of this type.
    Integer(DataType),
}

/// What results need to speak the user's language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Whether ticks are seconds.
    pub temporal: bool,
    /// Zone of timestamps in results.
    pub zone: Option<Arc<str>>,
    /// Type of ids, in the order of [`Entity::ALL`].
    pub ids: [IdType; Entity::ALL.len()],
    /// Decimal places of item quantities.
    pub scale: u8,
}

impl Context {
    /// Type of an entity's ids.
    pub fn id_type(&self, entity: Entity) -> &IdType {
        &self.ids[entity as usize]
    }

    /// Arrow type of instants in results.
    pub fn time_type(&self) -> DataType {
        if self.temporal { DataType::Timestamp(TimeUnit::Second, self.zone.clone()) } else { DataType::Int64 }
    }

    /// Arrow type of lengths of time in results.
    pub fn span_type(&self) -> DataType {
        if self.temporal { DataType::Duration(TimeUnit::Second) } else { DataType::Int64 }
    }
}

/// A problem read from tables.
#[derive(Debug)]
pub struct TableProblem {
    /// The problem.
    pub problem: Problem,
    /// What results need.
    pub context: Context,
    /// What was noticed and did not refuse it.
    pub findings: Findings,
}

impl TableProblem {
    /// Reads and checks tables.
    ///
    /// # Errors
    /// [`EngineError::Data`] with all findings where one of them is an error. Cross checks run
    /// unless an id, an instant, a column or a table could not be read.
    pub fn new(tables: &Tables, options: ReadOptions) -> Result<Self, EngineError> {
        let reading = read::read(tables, options);
        let mut findings = reading.findings;
        if !reading.sound {
            return Err(EngineError::Data(findings));
        }
        let refused = findings.has_errors();
        match build::build(&reading.draft) {
            Ok((_, more)) if refused => {
                findings.extend(more);
                Err(EngineError::Data(findings))
            }
            Ok((problem, more)) => {
                findings.extend(more);
                Ok(Self { problem, context: reading.context, findings })
            }
            Err(EngineError::Data(more)) => {
                findings.extend(more);
                Err(EngineError::Data(findings))
            }
            Err(other) => Err(other),
        }
    }
}
