//! Holdings and stock, sorted for questions about waits.

use super::material::Balances;
use crate::model::ids::{OperationId, ResourceId};
use crate::model::time::Time;
use crate::schedule::verify::facts::Facts;
use crate::schedule::verify::holdings::{self, Held};

/// So many changes of load before an operation are looked at.
const STRETCHES: usize = 64;

/// Everything that waits are explained from.
#[derive(Debug)]
pub(super) struct Index {
    /// By resource and time.
    held: Vec<Held>,
    /// Where each resource begins in `held`.
    begins: Vec<u32>,
    /// Place of each first piece in `held`, by operation.
    by_operation: Vec<(OperationId, u32)>,
    /// Units held from an instant on, by resource and time.
    loads: Vec<(ResourceId, Time, i64)>,
    /// Stock over time.
    pub(super) balances: Balances,
}

impl Index {
    pub(super) fn new(facts: &Facts<'_>) -> Self {
        let mut held = holdings::collect(facts);
        held.sort_unstable_by_key(|piece| (piece.resource, piece.from, piece.to, piece.operation));
        let mut by_operation: Vec<(OperationId, u32)> = held
            .iter()
            .enumerate()
            .filter(|(_, piece)| piece.first)
            .map(|(index, piece)| (piece.operation, index as u32))
            .collect();
        by_operation.sort_unstable();
        let loads = loads(&held);
        let resources = (0..=facts.problem.resources.len()).map(ResourceId::new);
        let begins = resources.map(|id| held.partition_point(|piece| piece.resource < id) as u32).collect();
        Self { held, begins, by_operation, loads, balances: Balances::new(facts) }
    }

    /// The first piece of each use by an operation.
    pub(super) fn first_pieces(&self, operation: OperationId) -> impl Iterator<Item = (usize, &Held)> {
        let begin = self.by_operation.partition_point(|row| row.0 < operation);
        let own = self.by_operation[begin..].iter().take_while(move |row| row.0 == operation);
        own.map(|row| (row.1 as usize, &self.held[row.1 as usize]))
    }

    /// Pieces on the same resource before the piece at `index`, the nearest first.
    pub(super) fn before(&self, index: usize) -> impl Iterator<Item = &Held> {
        let resource = self.held[index].resource;
        self.held[..index].iter().rev().take_while(move |piece| piece.resource == resource)
    }

    /// How many pieces on the same resource as the piece at `index` end in `(from, to]`, for a unary
    /// resource, where ends rise with starts.
    pub(super) fn ending_within(&self, index: usize, (from, to): (Time, Time)) -> usize {
        let begin = self.begins[self.held[index].resource.index()] as usize;
        let count = |time: Time| self.held[begin..index].partition_point(|piece| piece.to <= time);
        count(to).saturating_sub(count(from))
    }

    /// Stretches of `[from, to)` with the units of a resource held in each; the last
    /// [`STRETCHES`] of them, so that a long wait on a busy pool costs little.
    pub(super) fn load(&self, resource: ResourceId, from: Time, to: Time) -> Vec<(Time, Time, i64)> {
        let begin = self.loads.partition_point(|row| row.0 < resource);
        let own = &self.loads[begin..];
        let own = &own[..own.partition_point(|row| row.0 == resource)];
        let before_end = own.partition_point(|row| row.1 < to);
        let after = own.partition_point(|row| row.1 <= from).max(before_end.saturating_sub(STRETCHES));
        let from = if after == 0 { from } else { from.max(own[after - 1].1) };
        let mut units = if after == 0 { 0 } else { own[after - 1].2 };
        let (mut since, mut stretches) = (from, Vec::new());
        for row in own[after..].iter().take_while(|row| row.1 < to) {
            stretches.push((since, row.1, units));
            (since, units) = (row.1, row.2);
        }
        stretches.push((since, to, units));
        stretches
    }

    /// Since when so many units of a resource are held right before an instant.
    pub(super) fn load_before(&self, resource: ResourceId, at: Time) -> (Time, i64) {
        let place = self.loads.partition_point(|row| (row.0, row.1) < (resource, at));
        let row = place.checked_sub(1).map(|place| self.loads[place]).filter(|row| row.0 == resource);
        row.map_or((Time::MIN, 0), |row| (row.1, row.2))
    }
}

fn loads(held: &[Held]) -> Vec<(ResourceId, Time, i64)> {
    let mut steps: Vec<(ResourceId, Time, i64)> = held
        .iter()
        .flat_map(|piece| {
            [(piece.resource, piece.from, piece.quantity), (piece.resource, piece.to, -piece.quantity)]
        })
        .collect();
    steps.sort_unstable();
    let mut loads: Vec<(ResourceId, Time, i64)> = Vec::with_capacity(steps.len());
    for (resource, at, change) in steps {
        match loads.last_mut() {
            Some(last) if (last.0, last.1) == (resource, at) => last.2 += change,
            Some(last) if last.0 == resource => {
                let units = last.2 + change;
                loads.push((resource, at, units));
            }
            _ => loads.push((resource, at, change)),
        }
    }
    loads
}
