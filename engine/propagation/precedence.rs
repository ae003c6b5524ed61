//! Lags: earliest times travel along arcs, latest times against them.
//!
//! Bellman and Ford's relaxation from the points that changed. Along a chain of relaxations every point counts
//! how many arcs lie behind it; a chain with more arcs than there are points has passed a point twice, later the
//! second time, if nothing but arcs was at work. Then the arcs alone are looked at, with the durations that are
//! left: a cycle of positive length is no schedule. Without that a cycle would raise windows tick by tick up
//! to the horizon.
//!
//! # References
//! Dechter, Meiri, Pearl, "Temporal constraint networks", Artificial Intelligence 49, 1991. Cherkassky and
//! Goldberg, "Negative-cycle detection algorithms", Mathematical Programming 85, 1999.

use super::domain::{Cause, Conflict, Domains};
use super::network::Network;

/// Lengths of the chains of relaxations of this fixpoint, by point, forward and backward.
#[derive(Debug, Clone, Default)]
pub(super) struct Chains {
    forward: Vec<u32>,
    backward: Vec<u32>,
    is_used: bool,
}

impl Chains {
    pub(super) fn new(points: usize) -> Self {
        Self { forward: vec![0; points], backward: vec![0; points], is_used: false }
    }

    /// The end has been moved by the start, or the start by the end: the chain goes on.
    pub(super) fn carry(&mut self, operation: usize, moved: [bool; 4]) {
        let (start, end) = (2 * operation, 2 * operation + 1);
        let [est, lst, ect, lct] = moved;
        if ect {
            self.forward[end] = self.forward[end].max(self.forward[start]);
        }
        if est {
            self.forward[start] = self.forward[start].max(self.forward[end]);
        }
        if lst {
            self.backward[start] = self.backward[start].max(self.backward[end]);
        }
        if lct {
            self.backward[end] = self.backward[end].max(self.backward[start]);
        }
    }

    /// Whether a chain is too long to be without a cycle; if it is, it begins anew.
    fn is_cycle(&mut self, network: &Network<'_>, domains: &Domains, length: u32) -> bool {
        if length as usize <= 2 * network.operations.len() {
            return false;
        }
        self.forward.fill(0);
        self.backward.fill(0);
        has_cycle(network, domains)
    }

    /// Begins a new fixpoint.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.is_used) {
            self.forward.fill(0);
            self.backward.fill(0);
        }
    }
}

/// Relaxes all arcs at both ends of an operation.
pub(super) fn relax(
    network: &Network<'_>,
    domains: &mut Domains,
    chains: &mut Chains,
    operation: usize,
) -> Result<(), Conflict> {
    domains.cause = Cause::Lags;
    for end in 0..2 {
        let point = 2 * operation + end;
        let low = if end == 0 { domains.est(operation) } else { domains.ect(operation) };
        for arc in network.arcs_from(point) {
            let (other, is_end) = (arc.to as usize / 2, arc.to % 2 == 1);
            let now = if is_end { domains.ect(other) } else { domains.est(other) };
            if low + arc.lag > now {
                let length = chains.forward[point] + 1;
                if chains.is_cycle(network, domains, length) {
                    return Err(domains.conflict(other));
                }
                (chains.forward[arc.to as usize], chains.is_used) = (length, true);
                if is_end {
                    domains.raise_end(other, low + arc.lag)?;
                } else {
                    domains.raise_start(other, low + arc.lag)?;
                }
            }
        }
        let high = if end == 0 { domains.lst(operation) } else { domains.lct(operation) };
        for arc in network.arcs_to(point) {
            let (other, is_end) = (arc.from as usize / 2, arc.from % 2 == 1);
            let now = if is_end { domains.lct(other) } else { domains.lst(other) };
            if high - arc.lag < now {
                let length = chains.backward[point] + 1;
                if chains.is_cycle(network, domains, length) {
                    return Err(domains.conflict(other));
                }
                (chains.backward[arc.from as usize], chains.is_used) = (length, true);
                if is_end {
                    domains.lower_end(other, high - arc.lag)?;
                } else {
                    domains.lower_start(other, high - arc.lag)?;
                }
            }
        }
    }
    Ok(())
}

/// Whether the arcs, with the shortest durations that are left, have a cycle of positive length.
fn has_cycle(network: &Network<'_>, domains: &Domains) -> bool {
    let points = 2 * network.operations.len();
    let mut longest = vec![0; points];
    for _ in 0..=points {
        let mut changed = false;
        for operation in 0..network.operations.len() {
            let duration = network.shortest(operation, domains.modes(operation));
            let end = longest[2 * operation] + duration;
            if end > longest[2 * operation + 1] {
                (longest[2 * operation + 1], changed) = (end, true);
            }
        }
        for arc in &network.arcs {
            let to = longest[arc.from as usize] + arc.lag;
            if to > longest[arc.to as usize] {
                (longest[arc.to as usize], changed) = (to, true);
            }
        }
        if !changed {
            return false;
        }
    }
    true
}
