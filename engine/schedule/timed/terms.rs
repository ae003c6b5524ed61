//! The terms of a complete schedule, kept up to date move by move.
//!
//! The same measures as `schedule::metrics`, as sums of what each node and each order adds. A move touches few
//! of them: [`Tally::update`] takes out what was and puts in what is. Terms that are a maximum are read from
//! what is last on each resource and from the orders, and only if they count. Tests hold both together.

use super::instance::{NONE, TimedInstance};
use super::relocate::{Known, Place};
use super::state::{NO_POSITION, State};
use crate::model::objective::{Objective, Term, TermValues};
use crate::model::time::Time;

/// Running values of the terms.
#[derive(Clone, Debug)]
pub struct Tally {
    /// First start and last end by order.
    spans: Vec<(Time, Time)>,
    sums: TermValues,
    /// Ticks by which deadlines are missed, orders that cannot end included.
    overrun: Time,
    counts_makespan: bool,
    counts_lateness: bool,
    counts_flow: bool,
    /// By order: the stamp of the last update that saw it.
    seen: Vec<u32>,
    stamp: u32,
    touched: Vec<u32>,
}

/// Undo information of one update.
#[derive(Clone, Debug, Default)]
pub struct TallyUndo {
    spans: Vec<(u32, (Time, Time))>,
    sums: TermValues,
    overrun: Time,
}

fn add(sums: &mut TermValues, term: Term, value: i64) {
    sums.set(term, sums.get(term).saturating_add(value));
}

impl Tally {
    /// Whether the kernel knows every term that counts: those that are never better later.
    pub fn supports(objective: &Objective) -> bool {
        [Term::Earliness, Term::ResourceCost, Term::Stability].iter().all(|&term| !objective.counts(term))
    }

    /// Nothing computed yet: [`Tally::compute`] comes next.
    pub fn new(instance: &TimedInstance, objective: &Objective) -> Self {
        Self {
            spans: vec![(0, 0); instance.orders.len()],
            sums: TermValues::default(),
            overrun: 0,
            counts_makespan: objective.counts(Term::Makespan),
            counts_lateness: objective.counts(Term::MaxLateness),
            counts_flow: objective.counts(Term::FlowTime),
            seen: vec![0; instance.orders.len()],
            stamp: 0,
            touched: Vec::new(),
        }
    }

    /// Computes everything; `O(n)`.
    pub fn compute(&mut self, state: &State<'_>) {
        let instance = state.instance;
        self.sums = TermValues::default();
        self.overrun = 0;
        add(&mut self.sums, Term::ChangeoverTime, instance.past.changeover_time);
        add(&mut self.sums, Term::ModeCost, instance.past.mode_cost);
        add(&mut self.sums, Term::FlowTime, instance.past.flow_time);
        for node in 0..instance.num_nodes() as u32 {
            let record = &state.records[node as usize];
            self.add_node(state, node, (record.start, record.end, record.entry), 1);
            add(&mut self.sums, Term::ModeCost, instance.modes[record.mode as usize].cost);
        }
        for order in 0..instance.orders.len() as u32 {
            self.spans[order as usize] = span(state, order);
            self.add_order(state, order, 1);
        }
    }

    /// What a node adds beside its order and its mode.
    fn add_node(&mut self, state: &State<'_>, node: u32, times: (Time, Time, u32), sign: i64) {
        let (start, end, entry) = times;
        let data = &state.instance.nodes[node as usize];
        if entry != NONE {
            let setup = state.instance.setup(entry);
            add(&mut self.sums, Term::ChangeoverTime, sign * setup.time);
            add(&mut self.sums, Term::ChangeoverCost, sign * setup.cost);
        }
        if end > data.deadline {
            self.overrun = self.overrun.saturating_add(sign * (end - data.deadline));
        }
        if data.order == NONE && self.counts_flow {
            add(&mut self.sums, Term::FlowTime, sign * (end - start));
        }
    }

    fn add_order(&mut self, state: &State<'_>, order: u32, sign: i64) {
        let data = &state.instance.orders[order as usize];
        let (start, end) = self.spans[order as usize];
        if start > end {
            return; // no operations
        }
        add(&mut self.sums, Term::FlowTime, sign * data.weight.saturating_mul(end - start));
        if let Some(due) = data.due.filter(|&due| end > due) {
            add(&mut self.sums, Term::Tardiness, sign * data.weight.saturating_mul(end - due));
            add(&mut self.sums, Term::LateOrders, sign * data.weight);
        }
    }

    /// After a move and its propagation: `old` is the place that `node` left.
    pub fn update(
        &mut self,
        state: &State<'_>,
        (node, old): (u32, Place),
        log: &[Known],
        undo: &mut TallyUndo,
    ) {
        undo.spans.clear();
        undo.sums = self.sums;
        undo.overrun = self.overrun;
        let instance = state.instance;
        self.stamp += 1;
        self.touched.clear();
        for known in log {
            let record = &state.records[known.node as usize];
            self.add_node(state, known.node, (known.start, known.end, State::known_entry(known)), -1);
            self.add_node(state, known.node, (record.start, record.end, record.entry), 1);
            let order = instance.nodes[known.node as usize].order;
            if order != NONE && self.seen[order as usize] != self.stamp {
                self.seen[order as usize] = self.stamp;
                self.touched.push(order);
            }
        }
        let costs = |mode: u32| instance.modes[mode as usize].cost;
        add(&mut self.sums, Term::ModeCost, costs(state.records[node as usize].mode) - costs(old.mode));
        for index in 0..self.touched.len() {
            let order = self.touched[index];
            undo.spans.push((order, self.spans[order as usize]));
            let fresh = span(state, order);
            if fresh != self.spans[order as usize] {
                self.add_order(state, order, -1);
                self.spans[order as usize] = fresh;
                self.add_order(state, order, 1);
            }
        }
    }

    /// Takes the last update back.
    pub fn undo(&mut self, undo: &TallyUndo) {
        for &(order, known) in &undo.spans {
            self.spans[order as usize] = known;
        }
        self.sums = undo.sums;
        self.overrun = undo.overrun;
    }

    /// Ticks by which deadlines are missed in all: 0 if the schedule is valid.
    pub fn overrun(&self) -> Time {
        self.overrun
    }

    /// First start and last end of an order.
    pub fn span(&self, order: u32) -> (Time, Time) {
        self.spans[order as usize]
    }

    /// All terms that count, as they are now.
    pub fn values(&self, state: &State<'_>) -> TermValues {
        let mut values = self.sums;
        if self.counts_makespan {
            values.set(Term::Makespan, makespan(state) - state.instance.now);
        }
        if self.counts_lateness {
            let spans = state.instance.orders.iter().zip(&self.spans);
            let lateness = spans
                .filter(|(_, span)| span.0 <= span.1)
                .filter_map(|(order, span)| Some(span.1 - order.due?));
            values.set(Term::MaxLateness, lateness.max().unwrap_or(0));
        }
        values
    }
}

/// First start and last end of an order, history included; reversed if it has no operations.
fn span(state: &State<'_>, order: u32) -> (Time, Time) {
    let data = &state.instance.orders[order as usize];
    let mut span = data.past.unwrap_or((Time::MAX, Time::MIN));
    for &node in &data.nodes {
        let record = &state.records[node as usize];
        span = (span.0.min(record.start), span.1.max(record.end));
    }
    span
}

/// The latest end: of what is last on each resource, of what needs none, of started work.
fn makespan(state: &State<'_>) -> Time {
    let nodes = state.instance.num_nodes();
    let last = |border: usize| state.records[border].before as usize;
    let ends = (nodes..state.records.len() - 1).map(last).filter(|&node| node < nodes);
    let held = ends.map(|node| state.records[node].end).max().unwrap_or(state.instance.now);
    let free = state.instance.unheld.iter().map(|&node| state.records[node as usize].end);
    debug_assert!(state.records.iter().take(nodes).all(|record| record.position != NO_POSITION));
    free.max().unwrap_or(held).max(held).max(state.instance.past.end)
}
