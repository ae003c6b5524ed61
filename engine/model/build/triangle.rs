//! Changeovers that a detour would shorten.
//!
//! Where changing from a to c takes longer than by way of b, the matrix breaks the triangle inequality.
//! That may be how the plant is (cleaning in two steps), and then a sequence with b between is cheaper
//! than the planner expects; more often a cell is mistyped, or a default fills a pair that nobody
//! measured. One warning a matrix and attribute, with the pair that loses the most.

use super::Builder;
use crate::error::Finding;
use crate::model::changeover::{AttributeRules, From};
use crate::model::ids::ValueId;
use crate::model::problem::Problem;
use crate::model::time::Span;

/// Attributes with more values are not looked at: the check is cubic in them.
const VALUES: usize = 100;

/// A detour: from, by way of, to, and what it saves.
type Detour = (ValueId, ValueId, ValueId, Span);

impl Builder<'_> {
    /// Warns of matrices with a pair that a detour would shorten.
    pub(super) fn triangles(&mut self, problem: &Problem) {
        for (index, matrix) in problem.matrices.iter().enumerate() {
            for rules in &matrix.attributes {
                if let Some((from, by, to, saved)) = self.worst_detour(rules) {
                    let name = |value: ValueId| self.value_keys.names.get(value.index());
                    let direct = rules.between(Some(from), to, &self.value_order).0;
                    let attribute = self.attribute_keys.names.get(rules.attribute.index());
                    let found = format!(
                        "{attribute}: {:?} to {:?} takes {direct}, by way of {:?} {}",
                        name(from),
                        name(to),
                        name(by),
                        direct - saved
                    );
                    let id = self.matrix_keys.names.get(index).to_owned();
                    self.findings.push(
                        Finding::warning("TRIANGLE", "changeovers")
                            .of(id)
                            .column("duration")
                            .found(found)
                            .expected("no changeover longer than a detour")
                            .hint("correct the duration, or keep it if the plant is so: no detour is made on purpose"),
                    );
                }
            }
        }
    }

    /// The pair of named values that a detour shortens the most.
    fn worst_detour(&self, rules: &AttributeRules) -> Option<Detour> {
        let named = rules.rules().iter().flat_map(|rule| {
            let from = if let From::Value(value) = rule.from { Some(value) } else { None };
            from.into_iter().chain(rule.to)
        });
        let mut values: Vec<ValueId> = named.collect();
        values.sort_unstable();
        values.dedup();
        if values.len() > VALUES {
            return None;
        }
        let time = |from: ValueId, to: ValueId| rules.between(Some(from), to, &self.value_order).0;
        let mut worst: Option<Detour> = None;
        for &from in &values {
            for &to in values.iter().filter(|&&to| to != from) {
                let direct = time(from, to);
                for &by in values.iter().filter(|&&by| by != from && by != to) {
                    let saved = direct - time(from, by) - time(by, to);
                    if saved > worst.map_or(0, |known| known.3) {
                        worst = Some((from, by, to, saved));
                    }
                }
            }
        }
        worst
    }
}
