//! From names to dense ids: one directory per kind, sorted by text.

use crate::error::{Finding, Findings};
use crate::model::draft::{Draft, Symbol, Symbols};
use crate::model::ids::Names;

/// Dense ids of one kind by symbol.
#[derive(Debug, Clone, Default)]
pub(super) struct Directory {
    /// Names by dense id.
    pub(super) names: Names,
    dense: Vec<u32>,
}

/// No dense id.
const NONE: u32 = u32::MAX;

impl Directory {
    /// From symbols in any order; repeats are one.
    pub(super) fn new(symbols: &Symbols, members: impl Iterator<Item = Symbol>) -> Self {
        let mut dense = vec![NONE; symbols.len()];
        let mut known: Vec<Symbol> = Vec::new();
        for symbol in members {
            let place = &mut dense[symbol.0 as usize];
            if *place == NONE {
                *place = 0;
                known.push(symbol);
            }
        }
        known.sort_unstable_by(|&a, &b| symbols.text(a).cmp(symbols.text(b)));
        let mut names = Names::default();
        for (index, &symbol) in known.iter().enumerate() {
            dense[symbol.0 as usize] = index as u32;
            names.push(symbols.text(symbol));
        }
        Self { names, dense }
    }

    /// From the key column of a table; a repeated key is an error.
    pub(super) fn unique(
        draft: &Draft,
        table: &'static str,
        column: &'static str,
        keys: impl Iterator<Item = Symbol>,
        findings: &mut Findings,
    ) -> Self {
        let mut first = vec![NONE; draft.symbols.len()];
        let mut kept = Vec::new();
        for (row, symbol) in keys.enumerate() {
            let place = &mut first[symbol.0 as usize];
            if *place == NONE {
                *place = row as u32;
                kept.push(symbol);
            } else {
                let id = draft.symbols.text(symbol);
                findings.push(
                    Finding::error("DUPLICATE_ID", table)
                        .at(row, id)
                        .column(column)
                        .found(format!("{id:?} again, first in row {place}"))
                        .expected("each key once")
                        .hint("remove or rename one of the two rows"),
                );
            }
        }
        Self::new(&draft.symbols, kept.into_iter())
    }

    /// Dense id of a symbol.
    pub(super) fn get(&self, symbol: Symbol) -> Option<u32> {
        self.dense.get(symbol.0 as usize).copied().filter(|&id| id != NONE)
    }

    /// Dense id, or a finding that names the nearest known one.
    pub(super) fn resolve(&self, at: &Cell<'_>, symbol: Symbol, findings: &mut Findings) -> Option<u32> {
        let found = self.get(symbol);
        if found.is_none() {
            let text = at.draft.symbols.text(symbol);
            let hint = match nearest(&self.names, text) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("add it to `{}` or remove the row", at.refers_to),
            };
            findings.push(
                Finding::error("DANGLING_REF", at.table)
                    .at(at.row, at.id)
                    .column(at.column)
                    .found(format!("{text:?}"))
                    .expected(format!("a key of `{}`", at.refers_to))
                    .hint(hint),
            );
        }
        found
    }
}

/// Where a reference stands, for its finding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) draft: &'a Draft,
    pub(super) table: &'static str,
    pub(super) row: usize,
    pub(super) id: &'a str,
    pub(super) column: &'static str,
    pub(super) refers_to: &'static str,
}

/// Names further than this many edits are no suggestion.
const FARTHEST: usize = 2;
/// Larger directories are not searched: the suggestion is a courtesy.
const SEARCHED: usize = 5_000;

/// The name within a few edits of `text`.
pub(crate) fn nearest<'a>(names: &'a Names, text: &str) -> Option<&'a str> {
    if names.len() > SEARCHED || text.len() > 64 {
        return None;
    }
    (0..names.len())
        .map(|index| names.get(index))
        .filter(|name| name.len().abs_diff(text.len()) <= FARTHEST)
        .map(|name| (edits(name.as_bytes(), text.as_bytes()), name))
        .filter(|&(edits, name)| edits <= FARTHEST && edits < name.len().max(2))
        .min()
        .map(|(_, name)| name)
}

/// Edit distance (Levenshtein 1966), one row at a time.
fn edits(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, &left) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &right) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(left != right)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered() {
        let mut names = Names::default();
        for name in ["lathe-1", "lathe-2", "paint"] {
            names.push(name);
        }
        assert_eq!(nearest(&names, "lathe1"), Some("lathe-1"));
        assert_eq!(nearest(&names, "pianta"), None);
        assert_eq!(edits(b"kitten", b"sitting"), 3);
    }
}
