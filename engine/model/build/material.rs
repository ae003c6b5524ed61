//! Items, what arrives of them, and what operations move.

use std::collections::BTreeMap;

use super::{Builder, negative};
use crate::error::Finding;
use crate::model::ids::ItemId;
use crate::model::material::Item;
use crate::model::operation::Operation;
use crate::model::time::{LIMIT, Time};

impl Builder<'_> {
    /// All items; operations get their movements.
    pub(super) fn items(&mut self, operations: &mut [Operation]) -> Vec<Item> {
        let mut items: Vec<Item> = vec![Item::default(); self.item_keys.names.len()];
        self.item_rows(&mut items);
        let stocked = self.stock(&mut items);
        let (consumers, produced) = self.movements(operations);
        for (index, item) in items.iter().enumerate() {
            if let Some(&row) = consumers.get(&ItemId::new(index))
                && !item.unlimited
                && !stocked[index]
                && !produced[index]
            {
                let id = self.item_keys.names.get(index).to_owned();
                self.findings.push(
                    Finding::error("ITEM_WITHOUT_SUPPLY", "materials")
                        .at(row, id.clone())
                        .column("item")
                        .found(format!("{id:?} is consumed; it has neither stock nor a producer"))
                        .expected("a row of stock, a producing operation, or items.unlimited")
                        .hint("set unlimited = true if it is never short"),
                );
            }
        }
        items
    }

    fn item_rows(&mut self, items: &mut [Item]) {
        let draft = self.draft;
        for (row, entry) in draft.items.iter().enumerate() {
            let id = draft.symbols.text(entry.item);
            if let Some(limit) = entry.max_stock.filter(|&limit| limit < 0) {
                self.findings.push(negative("items", row, id, "max_stock", limit));
            }
            if let Some(item) = self.item_keys.get(entry.item) {
                let item = &mut items[item as usize];
                (item.max_stock, item.unlimited) = (entry.max_stock, entry.unlimited);
            }
        }
    }

    /// Arrivals by item; tells which items have any.
    fn stock(&mut self, items: &mut [Item]) -> Vec<bool> {
        let draft = self.draft;
        let mut stocked = vec![false; items.len()];
        let mut arrivals: Vec<BTreeMap<Time, i128>> = vec![BTreeMap::new(); items.len()];
        for (row, entry) in draft.stock.iter().enumerate() {
            let id = draft.symbols.text(entry.item);
            if let Some(time) = entry.time {
                self.time_in_range("stock", row, id, "time", time);
            }
            self.quantity_in_range("stock", row, id, entry.quantity);
            if let Some(item) = self.item_keys.get(entry.item) {
                stocked[item as usize] = true;
                let time = entry.time.unwrap_or(self.now).max(self.now);
                *arrivals[item as usize].entry(time).or_default() += i128::from(entry.quantity);
            }
        }
        for (index, by_time) in arrivals.into_iter().enumerate() {
            items[index].arrivals = by_time.iter().map(|(&time, &sum)| (time, clamp(sum))).collect();
            self.stock_limits(index, &items[index]);
        }
        stocked
    }

    /// Limits that stock rows alone break (contract, 7.7).
    fn stock_limits(&mut self, index: usize, item: &Item) {
        if item.unlimited {
            return;
        }
        let mut balance = 0_i64;
        for &(time, quantity) in &item.arrivals {
            balance = balance.saturating_add(quantity);
            let broken = if balance < 0 {
                Some("below 0".to_owned())
            } else {
                item.max_stock
                    .filter(|&limit| balance > limit)
                    .map(|limit| format!("above max_stock {limit}"))
            };
            if let Some(broken) = broken {
                self.findings.push(
                    Finding::warning("STOCK_LIMIT", "stock")
                        .of(self.item_keys.names.get(index))
                        .column("quantity")
                        .found(format!("the balance is {balance} at {time} by stock rows alone, {broken}"))
                        .expected("a balance within its limits")
                        .hint("operations may not make it worse"),
                );
                return;
            }
        }
    }

    /// Consumption and production by operation and item: rows add up within each, since an operation
    /// does not feed itself. Tells a consuming row by item and which are produced.
    fn movements(&mut self, operations: &mut [Operation]) -> (BTreeMap<ItemId, usize>, Vec<bool>) {
        let draft = self.draft;
        let mut consumers = BTreeMap::new();
        let mut produced = vec![false; self.item_keys.names.len()];
        for (row, entry) in draft.materials.iter().enumerate() {
            let id = draft.symbols.text(entry.operation);
            self.quantity_in_range("materials", row, id, entry.quantity);
            let at = self.cell("materials", row, id, "operation", "operations");
            let operation = self.operation_keys.resolve(&at, entry.operation, &mut self.findings);
            let (Some(operation), Some(item)) = (operation, self.item_keys.get(entry.item).map(ItemId))
            else {
                continue;
            };
            if entry.quantity < 0 {
                consumers.entry(item).or_insert(row);
            } else if entry.quantity > 0 {
                produced[item.index()] = true;
            }
            let movements = &mut operations[operation as usize].materials;
            let produces = |quantity: i64| quantity > 0;
            let key = (item, produces(entry.quantity));
            match movements.binary_search_by_key(&key, |movement| (movement.0, produces(movement.1))) {
                Ok(place) => movements[place].1 = movements[place].1.saturating_add(entry.quantity),
                Err(place) => movements.insert(place, (item, entry.quantity)),
            }
        }
        for operation in operations {
            operation.materials.retain(|movement| movement.1 != 0);
        }
        (consumers, produced)
    }

    fn quantity_in_range(&mut self, table: &'static str, row: usize, id: &str, quantity: i64) {
        if quantity.checked_abs().is_none_or(|size| size > LIMIT) {
            self.findings.push(
                Finding::error("OVERFLOW", table)
                    .at(row, id)
                    .column("quantity")
                    .found(quantity.to_string())
                    .expected(format!("at most {LIMIT} base units in size"))
                    .hint("use a coarser unit of measure"),
            );
        }
    }
}

fn clamp(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { -LIMIT } else { LIMIT })
}
