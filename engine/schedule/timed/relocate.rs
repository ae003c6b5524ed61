//! Moving one node to another place, and taking it back.
//!
//! # Idea
//! A node `u` goes between `a` and `b` on some resource. In the sequence it must then stand behind its
//! predecessors and `a`, and before its successors and `b`. If the present sequence leaves room for that, `u`
//! slides. Otherwise only the stretch between the two bounds is rebuilt: scanned from left to right, an entry
//! is *delayed* if it must follow `u`, or follows a delayed entry; the others move up, then comes `u`, then
//! the delayed ones in their old order. If `a` or a predecessor of `u` turns out delayed, the move would
//! close a cycle: an exact test for free, and nothing has been written yet.
//!
//! # Cost
//! Linear in the stretch.
//!
//! # References
//! D. J. Pearce, P. H. J. Kelly, ACM Journal of Experimental Algorithmics 11, 2006.

use super::instance::NONE;
use super::state::{NO_POSITION, State};
use crate::model::time::Time;

/// Where a node is to go: between two neighbors on a resource, itself left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The node before it, or the border of the resource.
    pub before: u32,
    /// The node after it, or the border of the resource.
    pub after: u32,
    /// The mode that it will run in, by number in the instance.
    pub mode: u32,
}

/// What a node was before it was placed anew.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The node.
    pub node: u32,
    /// Its start.
    pub start: Time,
    /// Its end.
    pub end: Time,
    entry: u32,
    state: u32,
}

impl State<'_> {
    /// Where a node stands now; relinking it there undoes a move.
    #[inline]
    pub fn place_of(&self, node: u32) -> Place {
        let record = &self.records[node as usize];
        Place { before: record.before, after: record.after, mode: record.mode }
    }

    /// Position of a record, [`NO_POSITION`] for borders.
    #[inline]
    pub fn position(&self, record: u32) -> u32 {
        self.records[record as usize].position
    }

    /// Moves a node in the resource orders and the sequence, leaving times out of date. `false`, and nothing
    /// changed, if that would close a cycle.
    pub fn relink(&mut self, node: u32, place: Place) -> bool {
        let old = self.place_of(node);
        self.unlink(node, old);
        self.link(node, place);
        if !self.reorder(node) {
            self.unlink(node, place);
            self.link(node, old);
            return false;
        }
        true
    }

    fn unlink(&mut self, node: u32, place: Place) {
        if self.mode(node).resource != NONE {
            self.records[place.before as usize].after = place.after;
            self.records[place.after as usize].before = place.before;
        }
    }

    fn link(&mut self, node: u32, place: Place) {
        if self.instance.modes[place.mode as usize].resource != NONE {
            self.records[place.before as usize].after = node;
            self.records[place.after as usize].before = node;
        }
        let record = &mut self.records[node as usize];
        (record.before, record.after, record.mode) = (place.before, place.after, place.mode);
    }

    /// Makes the sequence topological again after `node` was linked elsewhere; `false` on a cycle.
    fn reorder(&mut self, node: u32) -> bool {
        let instance = self.instance;
        let record = self.records[node as usize];
        let old = record.position;
        let mut latest = self.position(record.after);
        for arc in instance.outgoing.of(node) {
            latest = latest.min(self.position(arc.node));
        }
        let mut earliest = self.position(record.before).wrapping_add(1);
        for arc in instance.incoming.of(node) {
            earliest = earliest.max(self.position(arc.node) + 1);
        }
        if earliest > latest {
            return self.rebuild(node, old.min(latest) as usize, old.max(earliest - 1) as usize);
        }
        if old < earliest {
            self.slide(old as usize, earliest as usize - 1);
        } else if old > latest {
            self.slide(old as usize, latest as usize);
        }
        true
    }

    fn slide(&mut self, from: usize, to: usize) {
        let (low, high) = (from.min(to), from.max(to));
        if from < to {
            self.sequence[low..=high].rotate_left(1);
        } else {
            self.sequence[low..=high].rotate_right(1);
        }
        self.number(low, high);
    }

    fn number(&mut self, low: usize, high: usize) {
        for position in low..=high {
            self.records[self.sequence[position] as usize].position = position as u32;
        }
        self.work += (high - low) as u64;
    }

    /// Rebuilds the positions `from..=to`.
    fn rebuild(&mut self, node: u32, from: usize, to: usize) -> bool {
        let instance = self.instance;
        if self.stamp > u32::MAX - 4 {
            self.stamp = 0;
            self.records.iter_mut().for_each(|record| record.stamp = 0);
        }
        let (marked, delayed) = (self.stamp + 1, self.stamp + 2);
        self.stamp = delayed;
        for arc in instance.outgoing.of(node) {
            self.records[arc.node as usize].stamp = marked;
        }
        let after = self.records[node as usize].after;
        if self.is_node(after) {
            self.records[after as usize].stamp = marked;
        }
        self.scratch.clear();
        self.kept.clear();
        self.work += (to - from) as u64;
        for position in from..=to {
            let x = self.sequence[position];
            if x == node {
                continue;
            }
            let record = self.records[x as usize];
            let is_delayed = |other: u32| self.records[other as usize].stamp == delayed;
            if record.stamp == marked
                || is_delayed(record.before)
                || instance.incoming.of(x).iter().any(|arc| is_delayed(arc.node))
            {
                self.records[x as usize].stamp = delayed;
                self.scratch.push(x);
            } else {
                self.kept.push(x);
            }
        }
        let is_delayed = |other: u32| self.records[other as usize].stamp == delayed;
        if is_delayed(self.records[node as usize].before)
            || instance.incoming.of(node).iter().any(|arc| is_delayed(arc.node))
        {
            return false;
        }
        let all = self.kept.iter().chain(std::iter::once(&node)).chain(&self.scratch);
        for (slot, &x) in self.sequence[from..=to].iter_mut().zip(all) {
            *slot = x;
        }
        self.number(from, to);
        true
    }

    /// The positions between which times are out of date after `node` left `old`: starts from the first on,
    /// latest starts from the second back.
    pub fn span_of(&self, node: u32, old: Place) -> (usize, usize) {
        let own = self.position(node);
        let first = own.min(self.position(old.after));
        let previous = self.position(old.before);
        let last = own.max(if previous == NO_POSITION { 0 } else { previous });
        (first as usize, last as usize)
    }

    /// Recomputes the starts of whatever depends on `node` and on what follows its old place, and nothing
    /// else; what they were goes to `log`.
    pub fn propagate(&mut self, node: u32, old: Place, log: &mut Vec<Known>) {
        self.propagate_while(node, old, log, |_, _| true);
    }

    /// The same as long as `goes_on` says so of every change; `false` if it did not, and times behind are out
    /// of date: the move has to be undone.
    pub fn propagate_while(
        &mut self,
        node: u32,
        old: Place,
        log: &mut Vec<Known>,
        mut goes_on: impl FnMut(&Self, &Known) -> bool,
    ) -> bool {
        let instance = self.instance;
        let mut word = usize::MAX;
        for record in [node, old.after, self.records[node as usize].after] {
            let position = self.position(record);
            if position != NO_POSITION {
                self.dirty[position as usize / 64] |= 1 << (position % 64);
                word = word.min(position as usize / 64);
            }
        }
        // A changed mode may change transport to what follows, even where no time changes.
        if !instance.transport.is_empty() {
            self.mark_successors(node);
        }
        while word < self.dirty.len() {
            let bits = self.dirty[word];
            if bits == 0 {
                word += 1;
                continue;
            }
            self.dirty[word] = bits & (bits - 1);
            let x = self.sequence[word * 64 + bits.trailing_zeros() as usize];
            self.work += 1;
            let record = self.records[x as usize];
            if self.place(x) {
                let (start, end, entry, state) = (record.start, record.end, record.entry, record.state);
                let known = Known { node: x, start, end, entry, state };
                log.push(known);
                if !goes_on(self, &known) {
                    self.dirty[word..].fill(0);
                    return false;
                }
                self.mark_successors(x);
            }
        }
        true
    }

    fn mark_successors(&mut self, node: u32) {
        let after = self.position(self.records[node as usize].after);
        if after != NO_POSITION {
            self.dirty[after as usize / 64] |= 1 << (after % 64);
        }
        for arc in self.instance.outgoing.of(node) {
            let position = self.position(arc.node) as usize;
            self.dirty[position / 64] |= 1 << (position % 64);
        }
    }

    /// The entry of the setup table that a logged node had.
    pub fn known_entry(known: &Known) -> u32 {
        known.entry
    }

    /// Takes a move back: the node goes to its old place, times to what the log says.
    pub fn undo(&mut self, node: u32, old: Place, log: &[Known]) {
        let whole = self.relink(node, old);
        debug_assert!(whole, "the old place closed no cycle");
        for known in log {
            let record = &mut self.records[known.node as usize];
            (record.start, record.end) = (known.start, known.end);
            (record.entry, record.state) = (known.entry, known.state);
        }
    }
}
