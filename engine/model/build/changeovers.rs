//! Changeover matrices and their rules.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Builder, negative};
use crate::error::Finding;
use crate::model::changeover::{AttributeRules, Combine, Compare, From, Matrix, Rule};
use crate::model::draft::{ChangeoverRow, Symbol};
use crate::model::ids::{AttributeId, ValueId};
use crate::model::operation::Suspend;

/// The name that means "no state known" and nothing else.
pub(super) const UNSET: &str = "unset";

/// What may be said once only.
type RuleKey = (Symbol, AttributeId, From, Option<ValueId>, Compare, i64);

impl Builder<'_> {
    /// All matrices with their rules resolved.
    pub(super) fn matrices(&mut self) -> Vec<Matrix> {
        let draft = self.draft;
        let mut rules: Vec<BTreeMap<AttributeId, Vec<Rule>>> =
            vec![BTreeMap::new(); self.matrix_keys.names.len()];
        let mut known: FxHashMap<RuleKey, usize> = FxHashMap::default();
        for (row, entry) in draft.changeovers.iter().enumerate() {
            let id = draft.symbols.text(entry.matrix);
            let at = self.cell("changeovers", row, id, "matrix", "matrices");
            let matrix = self.matrix_keys.resolve(&at, entry.matrix, &mut self.findings);
            let Some((attribute, rule)) = self.rule(row, id, entry) else {
                continue;
            };
            let key = (entry.matrix, attribute, rule.from, rule.to, rule.compare, rule.priority);
            if let Some(first) = known.insert(key, row) {
                self.findings.push(
                    Finding::error("CHANGEOVER_CONFLICT", "changeovers")
                        .at(row, id)
                        .found(format!("the same rule as row {first}"))
                        .expected("rules that differ in more than duration and cost")
                        .hint("remove one, or give one a priority"),
                );
                continue;
            }
            if let Some(matrix) = matrix {
                rules[matrix as usize].entry(attribute).or_default().push(rule);
            }
        }
        let order = &self.value_order;
        let mut matrices: Vec<Matrix> = rules
            .into_iter()
            .map(|by_attribute| Matrix {
                combine: Combine::Sum,
                suspend: Suspend::Never,
                attached: false,
                attributes: by_attribute
                    .into_iter()
                    .map(|(attribute, rules)| AttributeRules::new(attribute, rules, order))
                    .collect(),
            })
            .collect();
        for entry in &draft.matrices {
            let Some(matrix) = self.matrix_keys.get(entry.matrix) else {
                continue;
            };
            let matrix = &mut matrices[matrix as usize];
            (matrix.combine, matrix.suspend, matrix.attached) =
                (entry.combine, entry.suspend, entry.attached);
        }
        matrices
    }

    fn rule(&mut self, row: usize, id: &str, entry: &ChangeoverRow) -> Option<(AttributeId, Rule)> {
        let draft = self.draft;
        for (column, value) in [("duration", entry.duration), ("cost", entry.cost)] {
            if value < 0 {
                self.findings.push(negative("changeovers", row, id, column, value));
            }
        }
        self.time_in_range("changeovers", row, id, "duration", entry.duration);
        if let Some(to) = entry.to_value {
            self.refuse_unset("changeovers", row, id, "to_value", to);
        }
        if entry.compare != Compare::None && entry.from_value.is_some() && entry.to_value.is_some() {
            self.findings.push(
                Finding::error("COMPARE_WITH_VALUES", "changeovers")
                    .at(row, id)
                    .column("compare")
                    .found("a comparison beside two given values")
                    .expected("compare only where from_value or to_value is null")
                    .hint("remove the comparison, or one of the values"),
            );
        }
        let from = match entry.from_value {
            None => From::Any,
            Some(symbol) if draft.symbols.text(symbol) == UNSET => From::Unset,
            Some(symbol) => From::Value(ValueId(self.value_keys.get(symbol)?)),
        };
        let to = match entry.to_value {
            None => None,
            Some(symbol) => Some(ValueId(self.value_keys.get(symbol)?)),
        };
        let attribute = match entry.attribute {
            Some(symbol) => AttributeId(self.attribute_keys.get(symbol)?),
            None => self.state_attribute,
        };
        let &ChangeoverRow { compare, duration, cost, priority, .. } = entry;
        Some((attribute, Rule { from, to, compare, duration: duration.max(0), cost: cost.max(0), priority }))
    }

    /// The reserved name may not be used as a value.
    pub(super) fn refuse_unset(
        &mut self,
        table: &'static str,
        row: usize,
        id: &str,
        column: &'static str,
        value: Symbol,
    ) {
        if self.draft.symbols.text(value) == UNSET {
            self.findings.push(
                Finding::error("RESERVED_NAME", table)
                    .at(row, id)
                    .column(column)
                    .found("\"unset\"")
                    .expected("a value other than the reserved `unset`")
                    .hint("leave the row out where the state is not known"),
            );
        }
    }
}
