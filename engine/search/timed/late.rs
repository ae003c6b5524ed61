//! Late acceptance where sums over orders count: tardiness, late orders, flow time, changeovers, costs.
//!
//! # Idea
//! A move is made, what depends on it is recomputed exactly (and nothing else), and the objective by level is
//! compared with the present one and with one of some hundred or thousand steps ago; what is worse than both is
//! taken back. No estimate, no temperature, levels of any kind. Exact propagation costs as many operations as
//! change, mostly few.
//!
//! Moves aim at what hurts. Orders are drawn by what they add to the due-date terms; the path of binding
//! causes back from the order's end gives the moves: within its blocks, to other modes, to another place
//! nearby. Where changeovers count, operations that need one are moved next to others of their family.
//!
//! Where tardiness decides, a propagation is called off as soon as the orders that it has reached lose more than
//! could be accepted, the whole tardiness of the order that the move is for taken as gained until it is
//! reached. That may refuse a good move, and never accepts a bad one.
//!
//! The memory is short at first, which gets down fast, and twice as long each time the search has settled.
//!
//! # References
//! - E. K. Burke, Y. Bykov, "The late acceptance hill-climbing heuristic", EJOR 258(1), 2017.
//! - Y. Mati, S. Dauzere-Peres, C. Lahlou, "A general approach for optimizing regular criteria in the
//!   job-shop scheduling problem", EJOR 212(1), 2011.

use smallvec::SmallVec;

use super::moves::Shift;
use super::path::{CriticalPath, is_held};
use crate::model::objective::{Objective, Term};
use crate::model::time::Time;
use crate::schedule::timed::{Arrangement, Known, NONE, Place, State, Tally, TallyUndo};
use crate::search::rng::Rng;
use crate::search::score::Levels;

/// Values remembered at first, and at most.
const MEMORY: (usize, usize) = (500, 64_000);

/// Steps per value remembered without a new best after which the memory grows.
const SETTLED: u32 = 40;

/// Steps between two looks at which orders hurt.
const LOOK: u32 = 200;

/// Work between two looks at the clock.
const POLL: u64 = 1 << 16;

/// What a late acceptance search goes by.
#[derive(Debug)]
pub(super) struct Late<'i> {
    state: State<'i>,
    objective: &'i Objective,
    tally: Tally,
    levels: Levels,
    /// Missed deadlines first, then the objective by level.
    pub(super) best: Arrangement,
    pub(super) best_levels: Levels,
    /// Rounds that it has been behind the best of all.
    pub(super) behind: u32,
    pub(super) moves: u64,
    /// How often it has settled and begun again with a longer memory.
    pub(super) settlings: u32,
    memory: Vec<Levels>,
    step: usize,
    settled: u32,
    path: CriticalPath,
    log: Vec<Known>,
    undo: TallyUndo,
    /// Orders that hurt, with running sums of what they add.
    hurt: Vec<(u32, i64)>,
    until_look: u32,
    counts_changeovers: bool,
    /// The level that is tardiness alone and the first that counts, with its weight.
    tardiness: Option<(usize, i64)>,
    /// The order that the present move is for, and its tardiness.
    aim: (u32, i64),
    rng: Rng,
}

impl<'i> Late<'i> {
    pub(super) fn new(mut state: State<'i>, start: &Arrangement, objective: &'i Objective, rng: Rng) -> Self {
        state.load(start);
        let tally = Tally::new(state.instance, objective);
        let counts_changeovers =
            objective.counts(Term::ChangeoverTime) || objective.counts(Term::ChangeoverCost);
        let mut late = Self {
            state,
            objective,
            tally,
            levels: SmallVec::new(),
            best: start.clone(),
            best_levels: SmallVec::new(),
            behind: 0,
            moves: 0,
            settlings: 0,
            memory: Vec::new(),
            step: 0,
            settled: 0,
            path: CriticalPath::default(),
            log: Vec::new(),
            undo: TallyUndo::default(),
            hurt: Vec::new(),
            until_look: 0,
            counts_changeovers,
            tardiness: tardiness_level(objective),
            aim: (NONE, 0),
            rng,
        };
        late.restart(MEMORY.0);
        late.best_levels = late.levels.clone();
        late
    }

    /// Operations touched so far.
    pub(super) fn work(&self) -> u64 {
        self.state.work
    }

    /// Goes on from another schedule.
    pub(super) fn adopt(&mut self, other: &Arrangement, levels: &Levels) {
        self.best.clone_from(other);
        self.best_levels.clone_from(levels);
        self.behind = 0;
        let length = self.memory.len();
        self.state.load(other);
        self.restart(length);
    }

    /// Everything anew from the state as it is.
    fn restart(&mut self, memory: usize) {
        self.tally.compute(&self.state);
        self.levels = self.value();
        self.memory.clear();
        self.memory.resize(memory, self.levels.clone());
        self.settled = 0;
        self.until_look = 0;
    }

    fn value(&self) -> Levels {
        let values = self.tally.values(&self.state);
        let level = |level: &Vec<(Term, i64)>| {
            level.iter().fold(0_i64, |sum, &(term, weight)| {
                sum.saturating_add(values.get(term).saturating_mul(weight))
            })
        };
        std::iter::once(self.tally.overrun()).chain(self.objective.levels.iter().map(level)).collect()
    }

    /// Makes moves until `quota` operations have been touched; `false` if it was stopped before.
    pub(super) fn round(&mut self, quota: u64, stop: &dyn Fn() -> bool) -> bool {
        let until = self.state.work + quota;
        let mut poll = self.state.work + POLL;
        while self.state.work < until {
            if self.state.work >= poll {
                poll = self.state.work + POLL;
                if stop() {
                    return false;
                }
            }
            self.step();
        }
        true
    }

    fn step(&mut self) {
        if self.until_look == 0 {
            self.until_look = LOOK;
            self.look();
        }
        self.until_look -= 1;
        self.state.work += 4;
        let Some((node, place)) = self.propose() else { return };
        let old = self.state.place_of(node);
        if place == old || !self.state.relink(node, place) {
            return;
        }
        self.moves += 1;
        self.step += 1;
        self.settled += 1;
        let slot = self.step % self.memory.len();
        if !self.propagate(node, old, slot) {
            self.state.undo(node, old, &self.log);
            return;
        }
        self.tally.update(&self.state, (node, old), &self.log, &mut self.undo);
        let levels = self.value();
        if levels <= self.levels || levels <= self.memory[slot] {
            self.levels = levels;
            if self.levels < self.best_levels {
                self.best_levels.clone_from(&self.levels);
                self.state.save(&mut self.best);
                self.settled = 0;
            }
        } else {
            self.state.undo(node, old, &self.log);
            self.tally.undo(&self.undo);
        }
        if self.levels < self.memory[slot] {
            self.memory[slot].clone_from(&self.levels);
        }
        if self.settled as usize > SETTLED as usize * self.memory.len() {
            let length = (2 * self.memory.len()).min(MEMORY.1);
            self.settlings += 1;
            self.state.load(&self.best);
            self.restart(length);
        }
    }

    /// Recomputes what depends on a move; `false` if it was called off.
    fn propagate(&mut self, node: u32, old: Place, slot: usize) -> bool {
        let (instance, tally) = (self.state.instance, &self.tally);
        self.log.clear();
        let Some((index, weight)) = self.tardiness else {
            self.state.propagate(node, old, &mut self.log);
            return true;
        };
        let most = (&self.memory[slot]).max(&self.levels);
        if most[..index] != self.levels[..index] {
            self.state.propagate(node, old, &mut self.log);
            return true;
        }
        let (aim, mut pending) = self.aim;
        let allowed = (most[index] - self.levels[index]) / weight;
        let mut net = 0_i64;
        self.state.propagate_while(node, old, &mut self.log, |state, known| {
            let order = instance.nodes[known.node as usize].order;
            let Some(data) = instance.orders.get(order as usize) else { return true };
            let Some(due) = data.due.filter(|_| tally.span(order).1 == known.end) else { return true };
            let end = state.records[known.node as usize].end;
            net =
                net.saturating_add(data.weight.saturating_mul((end - due).max(0) - (known.end - due).max(0)));
            if order == aim {
                pending = 0;
            }
            net - pending <= allowed
        })
    }

    /// Which orders add how much to due-date terms.
    fn look(&mut self) {
        self.hurt.clear();
        let mut sum = 0_i64;
        for (order, data) in self.state.instance.orders.iter().enumerate() {
            let (_, end) = self.tally.span(order as u32);
            if let Some(due) = data.due
                && end > due
                && !data.nodes.is_empty()
            {
                sum = sum.saturating_add(data.weight.max(1).saturating_mul((end - due).min(1 << 32)));
                self.hurt.push((order as u32, sum));
            }
        }
        self.state.work += self.state.instance.orders.len() as u64 / 8;
    }

    /// A node and where it may go.
    fn propose(&mut self) -> Option<(u32, Place)> {
        self.aim = (NONE, 0);
        if self.counts_changeovers && self.rng.one_in(4) {
            return self.join_family();
        }
        let last = self.last()?;
        self.path.trace(&self.state, last, &mut self.rng);
        self.state.work += self.path.nodes.len() as u64;
        let switches = self.state.instance.is_flexible && self.rng.one_in(3);
        if switches || self.path.blocks.is_empty() {
            let node = self.path.nodes[self.rng.below(self.path.nodes.len() as u32) as usize];
            return if self.rng.one_in(4) { self.nearby(node) } else { self.switch(node) };
        }
        let (from, to) = self.path.blocks[self.rng.below(self.path.blocks.len() as u32) as usize];
        Some(self.shift(from, to).place(&self.state, &self.path))
    }

    /// The node with which something that hurts ends.
    fn last(&mut self) -> Option<u32> {
        let state = &self.state;
        let nodes = state.instance.num_nodes() as u32;
        if let Some(&(_, sum)) = self.hurt.last()
            && !self.rng.one_in(8)
        {
            let drawn = (self.rng.bits() >> 2) as i64 % sum.max(1);
            let order = self.hurt[self.hurt.partition_point(|hurt| hurt.1 <= drawn)].0;
            let data = &state.instance.orders[order as usize];
            let late = data.due.map_or(0, |due| (self.tally.span(order).1 - due).max(0));
            self.aim = (order, data.weight.saturating_mul(late));
            let own = &data.nodes;
            return own.iter().copied().max_by_key(|&node| (state.records[node as usize].end, node));
        }
        if self.rng.one_in(2) {
            return Some(self.rng.below(nodes));
        }
        let borders = nodes..nodes + state.instance.num_resources() as u32;
        let ends = borders.map(|border| state.records[border as usize].before);
        let held = ends.filter(|&node| state.is_node(node));
        held.max_by_key(|&node| (state.records[node as usize].end, node))
    }

    /// A move within a block: an exchange of neighbors, mostly at an end, or an insertion.
    fn shift(&mut self, from: usize, to: usize) -> Shift {
        let rng = &mut self.rng;
        let last = to - 1;
        if to - from == 2 || rng.one_in(2) {
            let moved = match rng.below(3) {
                0 => from,
                1 => last - 1,
                _ => from + rng.below((last - from) as u32) as usize,
            };
            return Shift::Behind { moved, anchor: moved + 1 };
        }
        let reach = (last - from).min(12) as u32;
        let distance = rng.between(1, reach) as usize;
        match rng.below(4) {
            0 => Shift::Behind { moved: from, anchor: from + distance },
            1 => Shift::Behind { moved: last - distance, anchor: last },
            2 => Shift::Ahead { moved: last, anchor: last - distance },
            _ => Shift::Ahead { moved: from + distance, anchor: from },
        }
    }

    /// Another mode, at a place about when the node runs now.
    fn switch(&mut self, node: u32) -> Option<(u32, Place)> {
        let data = &self.state.instance.nodes[node as usize];
        if data.num_modes < 2 {
            return self.nearby(node);
        }
        let own = self.state.records[node as usize].mode - data.first_mode;
        let mode = data.first_mode + (own + 1 + self.rng.below(data.num_modes - 1)) % data.num_modes;
        Some((node, self.place_at(node, mode)))
    }

    /// The place of a node on the resource of a mode that keeps it about where it is in time.
    fn place_at(&mut self, node: u32, mode: u32) -> Place {
        let state = &self.state;
        let resource = state.instance.modes[mode as usize].resource;
        let border = state.border(resource);
        if resource == NONE {
            return Place { before: border, after: border, mode };
        }
        // Ahead of the first that starts later than the node could, give or take one.
        let low = state.bounds(node, &state.instance.modes[mode as usize]).low;
        let start = if self.rng.one_in(2) { low } else { state.records[node as usize].start };
        let mut before = state.records[border as usize].before;
        let mut steps = 0;
        let skip = self.rng.below(3);
        let mut beyond = 0;
        while state.is_node(before) && (before == node || self.goes_on(before, start, &mut beyond, skip)) {
            before = state.records[before as usize].before;
            steps += 1;
        }
        let mut after = if state.is_node(before) {
            state.records[before as usize].after
        } else {
            state.records[border as usize].after
        };
        if after == node {
            after = state.records[node as usize].after;
        }
        self.state.work += steps / 4;
        Place { before, after, mode }
    }

    /// Whether a node starts late enough to be passed on the way back; `skip` earlier ones are passed, too.
    fn goes_on(&self, other: u32, start: Time, beyond: &mut u32, skip: u32) -> bool {
        if self.state.records[other as usize].start >= start {
            return true;
        }
        *beyond += 1;
        *beyond <= skip
    }

    /// A place some steps away on the same resource.
    fn nearby(&mut self, node: u32) -> Option<(u32, Place)> {
        if !is_held(&self.state, node) {
            return None;
        }
        let steps = self.rng.between(1, 4);
        let forward = self.rng.one_in(2);
        let mut other = node;
        for _ in 0..steps {
            let record = &self.state.records[other as usize];
            let next = if forward { record.after } else { record.before };
            if !self.state.is_node(next) {
                break;
            }
            other = next;
        }
        (other != node).then(|| self.beside(node, other, forward))
    }

    /// The place next to another node of the same resource.
    fn beside(&self, node: u32, other: u32, behind: bool) -> (u32, Place) {
        let (state, mode) = (&self.state, self.state.records[node as usize].mode);
        let skip = |next: u32, record: u32| if next == node { record } else { next };
        let (record, own) = (&state.records[other as usize], &state.records[node as usize]);
        let place = if behind {
            Place { before: other, after: skip(record.after, own.after), mode }
        } else {
            Place { before: skip(record.before, own.before), after: other, mode }
        };
        (node, place)
    }

    /// Moves a node that needs a changeover next to one of its family.
    fn join_family(&mut self) -> Option<(u32, Place)> {
        let nodes = self.state.instance.num_nodes() as u32;
        let drawn = (0..8).map(|_| self.rng.below(nodes)).find(|&node| {
            let entry = self.state.records[node as usize].entry;
            entry != NONE && self.state.instance.setup(entry).time > 0
        });
        let node = drawn?;
        let family = self.state.mode(node).family;
        let forward = self.rng.one_in(2);
        let mut passes = self.rng.below(2);
        let mut other = node;
        for _ in 0..30 {
            let record = &self.state.records[other as usize];
            other = if forward { record.after } else { record.before };
            self.state.work += 1;
            if !self.state.is_node(other) {
                return None;
            }
            if self.state.mode(other).family == family {
                if passes == 0 {
                    let behind = self.rng.one_in(2);
                    return Some(self.beside(node, other, behind));
                }
                passes -= 1;
            }
        }
        None
    }
}

/// The first level that counts, if it is tardiness and nothing else: place among the levels (missed deadlines
/// are the first) and weight.
fn tardiness_level(objective: &Objective) -> Option<(usize, i64)> {
    let counts = |row: &&(Term, i64)| row.1 > 0 && row.0 != Term::Unscheduled;
    let index = objective.levels.iter().position(|level| level.iter().any(|row| counts(&row)))?;
    let mut rows = objective.levels[index].iter().filter(counts);
    match (rows.next(), rows.next()) {
        (Some(&(Term::Tardiness, weight)), None) => Some((index + 1, weight)),
        _ => None,
    }
}
