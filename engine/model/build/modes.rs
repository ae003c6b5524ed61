//! Modes: who can run what, and for how long.

use super::operations::below_one;
use super::{Builder, negative};
use crate::error::Finding;
use crate::model::draft::ModeRow;
use crate::model::ids::{Names, OperationId, ResourceId};
use crate::model::operation::{Mode, Operation};
use crate::model::resource::{Resource, ResourceKind};

impl Builder<'_> {
    /// All modes, those of an operation next to each other by name.
    pub(super) fn modes(
        &mut self,
        operations: &mut [Operation],
        resources: &[Resource],
    ) -> (Vec<Mode>, Names) {
        let draft = self.draft;
        let mut rows: Vec<(u32, &str, u32, Mode)> = Vec::with_capacity(draft.modes.len());
        for (row, entry) in draft.modes.iter().enumerate() {
            if let Some((operation, name, mode)) = self.mode(row, entry, resources) {
                rows.push((operation, name, row as u32, mode));
            }
        }
        rows.sort_unstable_by_key(|&(operation, name, row, _)| (operation, name, row));
        let mut names = Names::default();
        let mut modes: Vec<Mode> = Vec::with_capacity(rows.len());
        let mut last = None;
        for (operation, name, row, mode) in rows {
            if last == Some((operation, name)) {
                self.duplicate("modes", row as usize, name, "operation, mode");
                continue;
            }
            last = Some((operation, name));
            let range = &mut operations[operation as usize].modes;
            if range.start == range.end {
                range.start = modes.len() as u32;
            }
            range.end = modes.len() as u32 + 1;
            names.push(name);
            modes.push(mode);
        }
        (modes, names)
    }

    fn mode<'b>(
        &mut self,
        row: usize,
        entry: &ModeRow,
        resources: &[Resource],
    ) -> Option<(u32, &'b str, Mode)>
    where
        Self: 'b,
    {
        let draft = self.draft;
        let id = draft.symbols.text(entry.operation);
        if entry.quantity < 1 {
            self.findings.push(below_one("modes", row, id, "quantity", entry.quantity));
        }
        for (column, value) in [("duration", entry.duration), ("cost", entry.cost)] {
            if value < 0 {
                self.findings.push(negative("modes", row, id, column, value));
            }
        }
        self.time_in_range("modes", row, id, "duration", entry.duration);
        let at = self.cell("modes", row, id, "operation", "operations");
        let operation = self.operation_keys.resolve(&at, entry.operation, &mut self.findings);
        let at = self.cell("modes", row, id, "resource", "resources");
        let resource = match entry.resource {
            None => None,
            Some(symbol) => Some(ResourceId(self.resource_keys.resolve(&at, symbol, &mut self.findings)?)),
        };
        if let Some(resource) = resource.and_then(|resource| resources.get(resource.index()))
            && resource.kind == ResourceKind::Unary
            && entry.quantity > 1
        {
            self.findings.push(
                Finding::error("QUANTITY_ON_UNARY", "modes")
                    .at(row, id)
                    .column("quantity")
                    .found(entry.quantity.to_string())
                    .expected("1 on a unary resource")
                    .hint("make the resource cumulative if it serves several at a time"),
            );
        }
        let name = entry.mode.or(entry.resource).unwrap_or(entry.operation);
        let operation = operation?;
        let always = self.pool.always();
        let mode = Mode {
            operation: OperationId(operation),
            resource,
            quantity: entry.quantity,
            duration: entry.duration.max(0),
            cost: entry.cost,
            requirements: 0..0,
            working: always,
            changing: always,
            run_varies: false,
            changeover_varies: false,
        };
        Some((operation, self.mode_name(name), mode))
    }

    fn mode_name<'b>(&self, symbol: crate::model::draft::Symbol) -> &'b str
    where
        Self: 'b,
    {
        self.draft.symbols.text(symbol)
    }
}
