//! Stock over time, and since when enough (or room enough) has been there.

use crate::model::ids::ItemId;
use crate::model::time::Time;
use crate::schedule::verify::facts::Facts;

/// Where so many movements before an operation never left too little, material is no reason.
const MOVEMENTS: usize = 256;

/// Balance of each limited item from an instant on, by item and time.
#[derive(Debug)]
pub(super) struct Balances {
    rows: Vec<(ItemId, Time, i128)>,
}

impl Balances {
    pub(super) fn new(facts: &Facts<'_>) -> Self {
        let mut moves: Vec<(ItemId, Time, i64)> = Vec::new();
        for (index, item) in facts.problem.items.iter().enumerate() {
            let arrivals = item.arrivals.iter().filter(|_| !item.unlimited);
            moves.extend(arrivals.map(|&(at, quantity)| (ItemId::new(index), at, quantity)));
        }
        for fact in facts.iter() {
            for &(item, quantity) in &facts.problem.operation(fact.operation).materials {
                let taken = quantity < 0 && fact.started.is_some();
                if !taken && !facts.problem.items[item.index()].unlimited {
                    let at = if quantity < 0 { fact.placement.start } else { fact.placement.end };
                    moves.push((item, at, quantity));
                }
            }
        }
        moves.sort_unstable();
        let mut rows: Vec<(ItemId, Time, i128)> = Vec::with_capacity(moves.len());
        for (item, at, quantity) in moves {
            let quantity = i128::from(quantity);
            match rows.last_mut() {
                Some(last) if (last.0, last.1) == (item, at) => last.2 += quantity,
                Some(last) if last.0 == item => {
                    let balance = last.2 + quantity;
                    rows.push((item, at, balance));
                }
                _ => rows.push((item, at, quantity)),
            }
        }
        Self { rows }
    }

    /// The first instant from which, until `until`, the balance stays within limits with `change`
    /// added; `from` if it always does.
    pub(super) fn settled(
        &self,
        item: ItemId,
        (from, until): (Time, Time),
        change: i64,
        most: Option<i64>,
    ) -> Time {
        let begin = self.rows.partition_point(|row| (row.0, row.1) < (item, Time::MIN));
        let end = self.rows.partition_point(|row| (row.0, row.1) < (item, until));
        let fits = |balance: i128| {
            let after = balance + i128::from(change);
            if change < 0 { after >= 0 } else { most.is_none_or(|most| after <= i128::from(most)) }
        };
        // Backwards over the stretches before `until`.
        let mut next = until;
        if end - begin > MOVEMENTS && self.rows[end - MOVEMENTS..end].iter().all(|row| fits(row.2)) {
            return from;
        }
        for row in self.rows[begin..end].iter().rev() {
            if !fits(row.2) {
                return next;
            }
            next = row.1;
            if next <= from {
                return from;
            }
        }
        if fits(0) { from } else { next }
    }

    /// Since when an item has had its balance right before an instant.
    pub(super) fn before(&self, item: ItemId, at: Time) -> (Time, i128) {
        let place = self.rows.partition_point(|row| (row.0, row.1) < (item, at));
        let row = place.checked_sub(1).map(|place| self.rows[place]).filter(|row| row.0 == item);
        row.map_or((Time::MIN, 0), |row| (row.1, row.2))
    }
}
