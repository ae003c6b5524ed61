//! Movements of one item that arcs put in order, whatever the windows say.

use super::{Amount, Balance};
use crate::model::time::{FAR, Time};
use crate::propagation::domain::Domains;
use crate::propagation::network::{Network, Point, Reservoir};

/// Movements of the largest reservoir that is looked at in pairs.
const PAIRS: usize = 64;

/// Points touched by one walk along arcs, for each point there is, at most: a positive cycle has no longest path.
const TOUCHES: usize = 8;

/// What arcs say of the takes of a reservoir, by take.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    rows: Vec<Row>,
}

/// What happens on which side of a take.
#[derive(Debug, Clone, Default)]
struct Row {
    /// Gives that come strictly after it, by place.
    later_gives: Vec<bool>,
    /// Takes that come before it or with it, by place; itself not.
    earlier_takes: Vec<bool>,
}

impl Row {
    fn says_something(&self) -> bool {
        self.later_gives.iter().chain(&self.earlier_takes).any(|&known| known)
    }
}

impl Order {
    pub(super) fn new(network: &Network<'_>, reservoir: &Reservoir) -> Self {
        let (gives, takes) = (&reservoir.gives, &reservoir.takes);
        if gives.len() + takes.len() > PAIRS {
            return Self::default();
        }
        let mut rows = vec![Row::default(); takes.len()];
        for row in &mut rows {
            row.earlier_takes = vec![false; takes.len()];
        }
        for (place, take) in takes.iter().enumerate() {
            let Some(later) = distances(network, take.point) else { continue };
            rows[place].later_gives = gives.iter().map(|give| later[give.point as usize] > 0).collect();
            for (other, row) in rows.iter_mut().enumerate().filter(|&(other, _)| other != place) {
                row.earlier_takes[place] = later[takes[other].point as usize] >= 0;
            }
        }
        for row in &mut rows {
            row.later_gives.resize(gives.len(), false);
        }
        if !rows.iter().any(Row::says_something) {
            rows.clear();
        }
        Self { rows }
    }

    /// The first instant at which enough is there for a take, as far as order and windows tell; none where
    /// order says nothing.
    pub(super) fn earliest(
        &self,
        place: usize,
        balance: &Balance,
        domains: &Domains,
        work: &mut u64,
    ) -> Option<Time> {
        let row = self.rows.get(place).filter(|row| row.says_something())?;
        let take = balance.takes[place];
        let mut level = -Amount::from(take.quantity);
        let mut changes = balance.known.clone();
        for (give, &later) in balance.gives.iter().zip(&row.later_gives) {
            if !later {
                changes.push((domains.earliest(give.point), Amount::from(give.quantity)));
            }
        }
        for (other, (taken, &earlier)) in balance.takes.iter().zip(&row.earlier_takes).enumerate() {
            let quantity = Amount::from(taken.quantity);
            if earlier {
                level -= quantity;
            } else if other != place {
                changes.push((domains.latest(taken.point), -quantity));
            }
        }
        changes.sort_unstable();
        *work += changes.len() as u64;
        let earliest = domains.earliest(take.point);
        let mut next = 0;
        let mut at = earliest;
        loop {
            while let Some(change) = changes.get(next).filter(|change| change.0 <= at) {
                level += change.1;
                next += 1;
            }
            if level >= 0 {
                return Some(at);
            }
            at = changes.get(next).map_or(FAR, |change| change.0);
            if next == changes.len() {
                return Some(FAR);
            }
        }
    }
}

/// The least time from a point to every other by arcs, -FAR where there is no path; none where a cycle is in
/// the way.
fn distances(network: &Network<'_>, from: Point) -> Option<Vec<Time>> {
    let points = 2 * network.operations.len();
    let mut longest = vec![-FAR; points];
    longest[from as usize] = 0;
    let (mut waiting, mut touched) = (std::collections::VecDeque::from([from as usize]), 0);
    while let Some(point) = waiting.pop_front() {
        touched += 1;
        if touched > TOUCHES * (points + 4) {
            return None;
        }
        for arc in network.arcs_from(point) {
            let there = longest[point] + arc.lag;
            if there > longest[arc.to as usize] {
                longest[arc.to as usize] = there;
                waiting.push_back(arc.to as usize);
            }
        }
    }
    Some(longest)
}
