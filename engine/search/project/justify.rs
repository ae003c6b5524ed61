//! Forward and backward passes until the schedule stops getting shorter.

use crate::schedule::project::{Generate, ProjectInstance, generator};

/// A schedule and the list that it follows.
#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    /// Starts, everything as early as its list allows.
    pub(super) starts: Vec<u32>,
    /// Operations by their starts in the schedule pushed to its end.
    pub(super) list: Vec<u32>,
    pub(super) makespan: u32,
}

/// Both generators with scratch.
#[derive(Debug)]
pub(super) struct Justifier<'i> {
    pub(super) forward: &'i ProjectInstance,
    backward: &'i ProjectInstance,
    ahead: Box<dyn Generate>,
    back: Box<dyn Generate>,
    mirrored: Vec<u32>,
    keys: Vec<u64>,
    list: Vec<u32>,
    /// Room for the starts of a trial.
    pub(super) spare: Vec<u32>,
    /// Operations placed so far.
    pub(super) work: u64,
}

impl<'i> Justifier<'i> {
    pub(super) fn new(forward: &'i ProjectInstance, backward: &'i ProjectInstance) -> Self {
        Self {
            forward,
            backward,
            ahead: generator(forward),
            back: generator(backward),
            mirrored: vec![0; forward.len()],
            keys: Vec::new(),
            list: Vec::new(),
            spare: Vec::new(),
            work: 0,
        }
    }

    /// Decodes a list forward: starts and makespan, if that is at most `limit`.
    pub(super) fn decode(&mut self, list: &[u32], starts: &mut [u32], limit: u32) -> Option<u32> {
        self.work += list.len() as u64;
        self.ahead.generate_within(self.forward, list, starts, limit)
    }

    /// Decodes a list and justifies the schedule; the result is in `member`.
    pub(super) fn improve(&mut self, list: &[u32], member: &mut Member) {
        let count = self.forward.len();
        member.starts.resize(count, 0);
        let mut makespan = self.ahead.generate(self.forward, list, &mut member.starts);
        self.work += count as u64;
        loop {
            let pushed = self.push_back(&member.starts, makespan, &mut member.list);
            if pushed >= makespan {
                break;
            }
            makespan = self.ahead.generate(self.forward, &member.list, &mut member.starts);
            self.work += count as u64;
        }
        member.makespan = makespan;
    }

    /// A backward pass: everything as late as possible, the latest end first. Gives the list by starts in
    /// that schedule, and its length.
    fn push_back(&mut self, starts: &[u32], makespan: u32, list: &mut Vec<u32>) -> u32 {
        let last = starts.len() - 1;
        self.keys.clear();
        for (operation, &start) in starts.iter().enumerate() {
            let from_end = makespan - (start + self.forward.duration(operation));
            self.keys.push(u64::from(from_end) << 32 | (last - operation) as u64);
        }
        self.keys.sort_unstable();
        self.list.clear();
        self.list.extend(self.keys.iter().map(|&key| key as u32));
        let pushed = self.back.generate(self.backward, &self.list, &mut self.mirrored);
        self.work += starts.len() as u64;
        self.keys.clear();
        for operation in 0..starts.len() {
            let start = pushed - (self.mirrored[last - operation] + self.forward.duration(operation));
            self.keys.push(u64::from(start) << 32 | operation as u64);
        }
        self.keys.sort_unstable();
        list.clear();
        list.extend(self.keys.iter().map(|&key| key as u32));
        pushed
    }
}
