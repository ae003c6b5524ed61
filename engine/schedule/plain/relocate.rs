//! Moving one operation to another place: relink, rebuild the sequence, sweep.
//!
//! # Idea
//! An operation `u` goes between `a` and `b` on some resource. In the sequence it must then stand behind its
//! chain predecessor and `a`, and before its chain successor and `b`. If the present sequence leaves room
//! for that, `u` slides. Otherwise only the stretch between the two bounds is rebuilt: scanned from left to
//! right, an entry is *delayed* if it is the chain successor of `u`, or `b`, or follows a delayed entry;
//! entries that are not delayed move up, then comes `u`, then the delayed ones in their old order. If `a` or
//! the chain predecessor of `u` turns out delayed, the move would close a cycle: an exact test for free.
//!
//! # Cost
//! Linear in the stretch. Forward, backward and resource-changing moves are the same routine.
//!
//! # References
//! D. J. Pearce, P. H. J. Kelly, ACM Journal of Experimental Algorithmics 11, 2006.

use super::State;
use super::instance::PlainMode;
use super::state::{NO_POSITION, Slot};

/// Where an operation is to go: between two neighbors on a resource, itself left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The operation before it, or the resource's node.
    pub before: u32,
    /// The operation after it, or the resource's node.
    pub after: u32,
    /// The mode that it will run in: resource and duration.
    pub mode: PlainMode,
    /// The index of that mode.
    pub index: u16,
}

/// Nodes whose times a move makes out of date. What follows `node` and `after` may start at another time,
/// what precedes `node` and `before` has another tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The moved operation.
    pub node: u32,
    /// What stood before it.
    pub before: u32,
    /// What stood after it.
    pub after: u32,
}

impl State {
    /// Where a node stands now; relocating it there undoes a move.
    pub fn place(&self, node: u32) -> Place {
        let record = self.records[node as usize];
        let mode = PlainMode { resource: record.resource, duration: record.duration };
        let index = self.modes.get(node as usize).copied().unwrap_or(0);
        Place { before: record.before, after: record.after, mode, index }
    }

    /// Moves a node and recomputes the schedule. `false`, and nothing changed, if that would close a cycle.
    pub fn relocate(&mut self, node: u32, place: Place) -> bool {
        let Some(touched) = self.relink(node, place) else { return false };
        self.refresh(&[touched]);
        true
    }

    /// Sweeps once after any number of [`State::relink`]s.
    pub fn refresh(&mut self, touched: &[Touched]) {
        if touched.is_empty() {
            return;
        }
        let (mut first, mut last) = (NO_POSITION, 0);
        for nodes in touched {
            let own = self.position(nodes.node);
            first = first.min(own).min(self.position(nodes.after));
            let previous = self.position(nodes.before);
            last = last.max(own).max(if previous == NO_POSITION { 0 } else { previous });
        }
        self.sweep(first as usize, last as usize);
    }

    /// Moves a node in the resource orders and the sequence, leaving ends and tails out of date.
    pub fn relink(&mut self, node: u32, place: Place) -> Option<Touched> {
        let old = self.place(node);
        self.unlink(node);
        self.link(node, place);
        if !self.reorder(node) {
            self.unlink(node);
            self.link(node, old);
            return None;
        }
        Some(Touched { node, before: old.before, after: old.after })
    }

    fn unlink(&mut self, node: u32) {
        let Place { before, after, .. } = self.place(node);
        self.join(before, after);
    }

    /// Makes two nodes neighbors on their resource, in records and slots.
    fn join(&mut self, before: u32, after: u32) {
        self.records[before as usize].after = after;
        self.records[after as usize].before = before;
        // Ends of resources have no slot.
        let place = self.position(before) as usize;
        if let Some(slot) = self.slots.get_mut(place) {
            slot.after = after;
        }
        let place = self.position(after) as usize;
        if let Some(slot) = self.slots.get_mut(place) {
            slot.before = before;
        }
    }

    fn link(&mut self, node: u32, place: Place) {
        let record = &mut self.records[node as usize];
        record.resource = place.mode.resource;
        record.duration = place.mode.duration;
        self.slots[record.position as usize].duration = place.mode.duration;
        self.join(place.before, node);
        self.join(node, place.after);
        if let Some(mode) = self.modes.get_mut(node as usize) {
            *mode = place.index;
        }
    }

    fn position(&self, node: u32) -> u32 {
        self.records[node as usize].position
    }

    /// Makes the sequence topological again after `node` was linked elsewhere; `false` on a cycle.
    fn reorder(&mut self, node: u32) -> bool {
        let record = self.records[node as usize];
        let old = record.position;
        // `u` must come before the entry at `latest` and behind all entries below `earliest`.
        let latest = self.position(node + 1).min(self.position(record.after));
        let next = |before: u32| self.position(before).wrapping_add(1);
        let earliest = next(node - 1).max(next(record.before));
        if earliest <= latest {
            if old < earliest {
                self.shift_left(old, earliest - 1, node);
            } else if old > latest {
                self.shift_right(latest, old, node);
            }
            return true;
        }
        self.rebuild(node, old.min(latest) as usize, old.max(earliest - 1) as usize)
    }

    fn shift_left(&mut self, from: u32, to: u32, node: u32) {
        for position in from..to {
            let moved = self.sequence[position as usize + 1];
            self.sequence[position as usize] = moved;
            self.records[moved as usize].position = position;
        }
        let own = self.slots[from as usize];
        self.slots.copy_within(from as usize + 1..=to as usize, from as usize);
        self.slots[to as usize] = own;
        self.sequence[to as usize] = node;
        self.records[node as usize].position = to;
        self.work += u64::from(to - from);
    }

    fn shift_right(&mut self, from: u32, to: u32, node: u32) {
        for position in (from..to).rev() {
            let moved = self.sequence[position as usize];
            self.sequence[position as usize + 1] = moved;
            self.records[moved as usize].position = position + 1;
        }
        let own = self.slots[to as usize];
        self.slots.copy_within(from as usize..to as usize, from as usize + 1);
        self.slots[from as usize] = own;
        self.sequence[from as usize] = node;
        self.records[node as usize].position = from;
        self.work += u64::from(to - from);
    }

    fn next_stamp(&mut self) -> u32 {
        if self.stamp == u32::MAX {
            self.stamp = 0;
            self.records.iter_mut().for_each(|record| record.stamp = 0);
        }
        self.stamp += 1;
        self.stamp
    }

    /// Rebuilds the positions `from..=to`.
    fn rebuild(&mut self, node: u32, from: usize, to: usize) -> bool {
        let Place { before, after, .. } = self.place(node);
        let (chain_before, chain_after) = (node - 1, node + 1);
        let stamp = self.next_stamp();
        self.work += (to - from) as u64;
        let records = &mut self.records[..];
        self.scratch.clear();
        let mut filled = from;
        for position in from..=to {
            let x = self.sequence[position];
            if x == node {
                continue;
            }
            let record = records[x as usize];
            let follows =
                records[x as usize - 1].stamp == stamp || records[record.before as usize].stamp == stamp;
            if follows || x == chain_after || x == after {
                if x == before || x == chain_before {
                    self.restore(from, filled, position, node);
                    return false;
                }
                records[x as usize].stamp = stamp;
                self.scratch.push(x);
            } else {
                self.sequence[filled] = x;
                self.slots[filled] = Slot::of(&record);
                records[x as usize].position = filled as u32;
                filled += 1;
            }
        }
        for (position, &x) in (filled..).zip([node].iter().chain(&self.scratch)) {
            self.sequence[position] = x;
            let record = &mut records[x as usize];
            record.position = position as u32;
            self.slots[position] = Slot::of(record);
        }
        true
    }

    /// Puts a half rebuilt stretch back as it was: delayed entries still know their old positions.
    fn restore(&mut self, from: usize, filled: usize, stopped: usize, node: u32) {
        let old = self.records[node as usize].position as usize;
        let mut kept: Vec<u32> = self.sequence[from..filled].to_vec();
        let mut delayed = std::mem::take(&mut self.scratch);
        let is_before = old >= from && old < stopped;
        // Positions of entries that stay put and of `node`, then the others fill the rest in order.
        let mut taken = vec![false; stopped - from];
        for &x in &delayed {
            taken[self.records[x as usize].position as usize - from] = true;
            self.sequence[self.records[x as usize].position as usize] = x;
        }
        if is_before {
            taken[old - from] = true;
            self.sequence[old] = node;
        }
        let free = (from..stopped).filter(|&position| !taken[position - from]);
        for (position, x) in free.zip(kept.drain(..)) {
            self.sequence[position] = x;
            self.records[x as usize].position = position as u32;
        }
        delayed.clear();
        self.scratch = delayed;
        for position in from..stopped {
            self.slots[position] = Slot::of(&self.records[self.sequence[position] as usize]);
        }
    }
}
