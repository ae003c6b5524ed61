//! What to put back.
//!
//! Every change writes the old value first; going back to a mark writes the old values in reverse order.
//! One entry a change, nothing else: a search that changes little pays little.

use crate::model::time::Time;

/// One value that was overwritten: its place and what it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) place: u32,
    pub(super) old: Time,
}

/// Old values in the order in which they were overwritten.
#[derive(Debug, Clone, Default)]
pub(super) struct Trail {
    entries: Vec<Entry>,
}

impl Trail {
    pub(super) fn push(&mut self, place: usize, old: Time) {
        self.entries.push(Entry { place: place as u32, old });
    }

    /// A point to go back to.
    pub(super) fn mark(&self) -> usize {
        self.entries.len()
    }

    /// Puts back all that was overwritten since the mark.
    pub(super) fn undo(&mut self, mark: usize, values: &mut [Time]) {
        while self.entries.len() > mark {
            if let Some(entry) = self.entries.pop() {
                values[entry.place as usize] = entry.old;
            }
        }
    }
}
