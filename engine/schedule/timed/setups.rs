//! Setup states made dense: one small table per matrix.
//!
//! What an operation asks of a matrix, the values of the attributes that the matrix has rules for, is its
//! *family* there. After an operation with a family the state of a resource is that family; other states
//! occur only at the beginning. So `states x families` entries answer every changeover.

use super::instance::{NONE, Setup};
use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::{AttributeId, MatrixId, OperationId, ResourceId, ValueId};
use crate::schedule::decode::Outline;

/// More entries than this are too many for the kernel.
const MOST_ENTRIES: usize = 1 << 21;

/// A state: the value of each attribute of the matrix, ascending by attribute.
type State = Vec<Option<ValueId>>;

/// What one matrix distinguishes.
struct Families {
    attributes: Vec<AttributeId>,
    values: Vec<Vec<ValueId>>,
}

/// All tables.
pub(super) struct Tables {
    /// One after the other.
    pub(super) entries: Vec<Setup>,
    /// By resource: first entry, number of families, state at the beginning.
    pub(super) resources: Vec<(u32, u32, u32)>,
    matrices: Vec<Option<Families>>,
}

impl Tables {
    /// The tables of a problem; none where the state is no function of the operation before, or where
    /// there would be too many entries.
    pub(super) fn of(problem: &Problem, outline: &Outline<'_>) -> Option<Self> {
        let mut tables = Self {
            entries: Vec::new(),
            resources: vec![(NONE, 0, 0); problem.resources.len()],
            matrices: Vec::new(),
        };
        for matrix in (0..problem.matrices.len()).map(MatrixId::new) {
            let families = families(problem, matrix)?;
            if let Some(families) = &families {
                tables.fill(problem, outline, matrix, families)?;
            }
            tables.matrices.push(families);
        }
        Some(tables)
    }

    /// What an operation is to the matrix of a resource.
    pub(super) fn family(&self, problem: &Problem, own: ResourceId, operation: OperationId) -> u32 {
        let matrix = problem.resource(own).matrix;
        let Some(families) = matrix.and_then(|matrix| self.matrices[matrix.index()].as_ref()) else {
            return NONE;
        };
        let values = asked(problem, operation, &families.attributes);
        families.values.binary_search(&values).map_or(NONE, |family| family as u32)
    }

    fn fill(
        &mut self,
        problem: &Problem,
        outline: &Outline<'_>,
        matrix: MatrixId,
        families: &Families,
    ) -> Option<()> {
        let known = |values: &Vec<ValueId>| values.iter().copied().map(Some).collect();
        let mut states: Vec<State> = families.values.iter().map(known).collect();
        let first = self.entries.len() as u32;
        for own in problem.resource_ids().filter(|&id| problem.resource(id).matrix == Some(matrix)) {
            let state = state_at_now(problem, outline, own, &families.attributes);
            let index = states.iter().position(|known| *known == state).unwrap_or_else(|| {
                states.push(state);
                states.len() - 1
            });
            self.resources[own.index()] = (first, families.values.len() as u32, index as u32);
        }
        if self.entries.len() + states.len() * families.values.len() > MOST_ENTRIES {
            return None;
        }
        let rules = problem.matrix(matrix);
        for state in &states {
            let from = |attribute: AttributeId| {
                families.attributes.binary_search(&attribute).ok().and_then(|place| state[place])
            };
            for values in &families.values {
                let to: Vec<_> = families.attributes.iter().copied().zip(values.iter().copied()).collect();
                let (time, cost) = rules.changeover(from, &to, &problem.value_order);
                self.entries.push(Setup { time, cost });
            }
        }
        Some(())
    }
}

/// Values that an operation asks for, of these attributes only.
fn asked(problem: &Problem, operation: OperationId, attributes: &[AttributeId]) -> Vec<ValueId> {
    let setup = &problem.operation(operation).setup;
    setup.iter().filter(|named| attributes.binary_search(&named.0).is_ok()).map(|named| named.1).collect()
}

/// The families of a matrix: `Some(None)` if nobody asks anything of it, `None` if operations on it name
/// different attributes.
#[expect(clippy::option_option, reason = "not in the class, nothing to do, or families")]
fn families(problem: &Problem, matrix: MatrixId) -> Option<Option<Families>> {
    let rules = problem.matrix(matrix);
    let mut attributes: Option<Vec<AttributeId>> = None;
    let mut values = Vec::new();
    for mode in problem.modes.iter().filter(|mode| mode.duration > 0) {
        let on_matrix = mode.resource.is_some_and(|own| problem.resource(own).matrix == Some(matrix));
        if !on_matrix || problem.status(mode.operation) != Status::Planned {
            continue;
        }
        let setup = &problem.operation(mode.operation).setup;
        let has_rules =
            |attribute: AttributeId| rules.attributes.iter().any(|row| row.attribute == attribute);
        let named: Vec<_> = setup.iter().map(|named| named.0).filter(|&id| has_rules(id)).collect();
        if named.is_empty() {
            continue;
        }
        let known = attributes.get_or_insert_with(|| named.clone());
        if *known != named {
            return None;
        }
        values.push(asked(problem, mode.operation, known));
    }
    values.sort_unstable();
    values.dedup();
    Some(attributes.map(|attributes| Families { attributes, values }))
}

/// The state of a resource behind its history.
fn state_at_now(
    problem: &Problem,
    outline: &Outline<'_>,
    own: ResourceId,
    attributes: &[AttributeId],
) -> State {
    let mut state: State = attributes.iter().map(|&attribute| problem.state_at_now(own, attribute)).collect();
    for &operation in &outline.started {
        let mode = problem.baseline(operation).and_then(|known| known.mode).map(|mode| problem.mode(mode));
        if !mode.is_some_and(|mode| mode.resource == Some(own) && mode.duration > 0) {
            continue;
        }
        for &(attribute, value) in &problem.operation(operation).setup {
            if let Ok(place) = attributes.binary_search(&attribute) {
                state[place] = Some(value);
            }
        }
    }
    state
}
