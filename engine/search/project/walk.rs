//! A walk over lists: what delays the end moves a little, late acceptance decides.
//!
//! From the end of the schedule back, each operation starts when a predecessor or a holder of its resources
//! ends: that is a critical path. Only moving operations across one of its resource arcs can shorten the
//! schedule (Balas 1969), so a step takes such an arc, or a few in a row, and puts the later operation before the
//! earlier one, or the earlier one behind the later, with what must go along. Late acceptance (Burke and Bykov 2017)
//! compares with the length some steps ago.
//!
//! # Cost
//! One serial generation a step; the path is found anew only when a step was accepted, in
//! `O(n)` an operation on it.

use super::justify::{Justifier, Member};
use crate::schedule::project::ProjectInstance;
use crate::search::limit::Stop;
use crate::search::rng::Rng;

/// Scratch of a walk.
#[derive(Debug, Default)]
pub(super) struct Walk {
    list: Vec<u32>,
    next: Vec<u32>,
    starts: Vec<u32>,
    place: Vec<u32>,
    /// Resource arcs of a critical path: who ends where whom starts.
    arcs: Vec<(u32, u32)>,
    moving: Vec<u32>,
    memory: Vec<u32>,
    keys: Vec<u64>,
}

impl Walk {
    /// Walks from a member for so many steps; the best it met becomes the member, justified. Ends at the bound,
    /// or when `stop` is due.
    pub(super) fn improve(
        &mut self,
        justifier: &mut Justifier<'_>,
        member: &mut Member,
        (steps, memory): (usize, usize),
        (bound, stop): (u32, &dyn Stop),
        rng: &mut Rng,
    ) {
        let instance = justifier.forward;
        let mut makespan = member.makespan;
        self.starts.clone_from(&member.starts);
        self.look(instance, makespan, rng);
        self.memory.clear();
        self.memory.resize(memory.max(1), makespan);
        for step in 0..steps {
            if member.makespan <= bound || self.arcs.is_empty() || stop.is_due() {
                break;
            }
            self.propose(instance, rng);
            let mut starts = std::mem::take(&mut justifier.spare);
            starts.resize(instance.len(), 0);
            let slot = step % self.memory.len();
            let limit = makespan.max(self.memory[slot]);
            if let Some(found) = justifier.decode(&self.next, &mut starts, limit) {
                std::mem::swap(&mut starts, &mut self.starts);
                makespan = found;
                self.look(instance, makespan, rng);
                if makespan < member.makespan {
                    member.makespan = makespan;
                    member.starts.clone_from(&self.starts);
                }
            }
            self.memory[slot] = self.memory[slot].min(makespan);
            justifier.spare = starts;
        }
        self.by_start(&member.starts);
        let list = std::mem::take(&mut self.list);
        justifier.improve(&list, member);
        self.list = list;
    }

    fn by_start(&mut self, starts: &[u32]) {
        self.keys.clear();
        self.keys.extend(starts.iter().enumerate().map(|(op, &start)| u64::from(start) << 32 | op as u64));
        self.keys.sort_unstable();
        self.list.clear();
        self.list.extend(self.keys.iter().map(|&key| key as u32));
    }

    /// Sorts the list by start and finds a critical path.
    fn look(&mut self, instance: &ProjectInstance, makespan: u32, rng: &mut Rng) {
        let starts = std::mem::take(&mut self.starts);
        self.by_start(&starts);
        self.starts = starts;
        self.place.resize(self.list.len(), 0);
        for (place, &operation) in self.list.iter().enumerate() {
            self.place[operation as usize] = place as u32;
        }
        self.arcs.clear();
        let end = |op: usize| self.starts[op] + instance.duration(op);
        let last = (0..instance.len()).filter(|&op| end(op) + instance.operation(op).tail == makespan);
        let Some(mut at) = choose(last, rng) else { return };
        loop {
            let start = self.starts[at];
            let tight = instance.before(at).iter().filter(|&&(op, lag)| end(op as usize) + lag == start);
            let by_link = choose(tight.map(|&(op, _)| op as usize), rng);
            let blockers = self.blockers(instance, at);
            let by_resource = choose(blockers.into_iter(), rng);
            at = match (by_link, by_resource) {
                (Some(link), Some(_)) if rng.one_in(2) => link,
                (_, Some(blocker)) => {
                    self.arcs.push((blocker as u32, at as u32));
                    blocker
                }
                (Some(link), None) => link,
                (None, None) => return,
            };
        }
    }

    /// Operations that end where this one starts and share a resource with it.
    fn blockers(&self, instance: &ProjectInstance, operation: usize) -> smallvec::SmallVec<[usize; 8]> {
        let start = self.starts[operation];
        let own = &instance.operation(operation).demands;
        let place = self.place[operation] as usize;
        let shares = |other: usize| {
            let theirs = &instance.operation(other).demands;
            theirs.iter().any(|demand| own.iter().any(|mine| mine.0 == demand.0))
        };
        let earlier = self.list[..place].iter().map(|&op| op as usize);
        earlier
            .filter(|&op| self.starts[op] + instance.duration(op) == start && instance.duration(op) > 0)
            .filter(|&op| shares(op))
            .collect()
    }

    /// A list with one arc turned around, or a few.
    fn propose(&mut self, instance: &ProjectInstance, rng: &mut Rng) {
        let mut arc = rng.below(self.arcs.len() as u32) as usize;
        let (mut first, second) = self.arcs[arc];
        // Over several in a row that wait for each other, too.
        while rng.one_in(2) && self.arcs.get(arc + 1).is_some_and(|next| next.1 == first) {
            arc += 1;
            first = self.arcs[arc].0;
        }
        let (from, to) = (self.place[first as usize] as usize, self.place[second as usize] as usize);
        self.next.clone_from(&self.list);
        self.moving.clear();
        if rng.one_in(2) {
            // The later one goes before the earlier one, its predecessors in between with it.
            self.moving.push(second);
            for place in (from..to).rev() {
                let operation = self.list[place];
                let before =
                    |&other: &u32| instance.before(other as usize).iter().any(|&(op, _)| op == operation);
                if self.moving.iter().any(before) {
                    self.moving.push(operation);
                }
            }
            self.moving.reverse();
            let stay = self.list[from..=to].iter().filter(|&op| !self.moving.contains(op));
            let order = self.moving.iter().chain(stay);
            for (place, &operation) in (from..).zip(order) {
                self.next[place] = operation;
            }
        } else {
            // The earlier one goes behind the later one, its successors in between with it.
            self.moving.push(first);
            for place in from + 1..=to {
                let operation = self.list[place];
                let after =
                    |&other: &u32| instance.after(other as usize).iter().any(|&(op, _)| op == operation);
                if self.moving.iter().any(after) {
                    self.moving.push(operation);
                }
            }
            let stay = self.list[from..=to].iter().filter(|&op| !self.moving.contains(op));
            let order = stay.chain(&self.moving);
            for (place, &operation) in (from..).zip(order) {
                self.next[place] = operation;
            }
        }
    }
}

/// One of some, all alike.
fn choose(items: impl Iterator<Item = usize>, rng: &mut Rng) -> Option<usize> {
    let mut chosen = None;
    for (count, item) in items.enumerate() {
        if rng.one_in(count as u32 + 1) {
            chosen = Some(item);
        }
    }
    chosen
}
