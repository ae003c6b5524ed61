//! The value of a decoding by objective level, straight from the decoder.
//!
//! The same terms as `schedule::metrics`, read from what the decoder knows and only where they count.
//! Tests hold the two together.

use smallvec::SmallVec;

use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::OperationId;
use crate::model::objective::{Objective, Term};
use crate::model::operation::{Order, Phase, Target};
use crate::model::resource::ResourceKind;
use crate::model::time::Time;
use crate::schedule::decode::{Decoder, Slot};
use crate::schedule::metrics;

/// Objective by level; smaller is better, the first difference decides.
pub type Levels = SmallVec<[i64; 4]>;

/// Values decodings under one objective.
#[derive(Debug)]
pub struct Scorer<'p> {
    problem: &'p Problem,
    objective: &'p Objective,
    counted: Vec<Term>,
    /// Levels that follow from what has moved: sums over orders or operations, and the makespan.
    follows: bool,
}

#[derive(Default)]
struct Sums {
    by_term: [i64; 12],
    cost: i128,
}

impl Sums {
    fn add(&mut self, term: Term, value: i64) {
        let sum = &mut self.by_term[term as usize];
        *sum = sum.saturating_add(value);
    }

    fn raise(&mut self, term: Term, value: i64) {
        let most = &mut self.by_term[term as usize];
        *most = (*most).max(value);
    }
}

impl<'p> Scorer<'p> {
    /// For an objective.
    pub fn new(problem: &'p Problem, objective: &'p Objective) -> Self {
        let counted: Vec<_> = Term::ALL.into_iter().filter(|&term| objective.counts(term)).collect();
        let follows =
            counted.iter().all(|&term| is_sum(term) || term == Term::Makespan || term == Term::Unscheduled);
        Self { problem, objective, counted, follows }
    }

    fn counts(&self, term: Term) -> bool {
        self.counted.contains(&term)
    }

    /// The objective of what the decoder has placed.
    pub fn levels(&self, decoder: &Decoder<'_>) -> Levels {
        let mut sums = Sums::default();
        let left_out = self.add_orders(decoder, &mut sums);
        let by_operation = [
            Term::Makespan,
            Term::ChangeoverTime,
            Term::ChangeoverCost,
            Term::ModeCost,
            Term::ResourceCost,
            Term::Stability,
        ];
        if by_operation.into_iter().any(|term| self.counts(term)) {
            self.add_operations(decoder, &left_out, &mut sums);
        }
        let unit = if self.problem.temporal { 3_600 } else { 1 };
        sums.by_term[Term::ResourceCost as usize] =
            i64::try_from(sums.cost.div_euclid(unit)).unwrap_or(i64::MAX);
        let level = |terms: &Vec<(Term, i64)>| {
            let values =
                terms.iter().map(|&(term, weight)| sums.by_term[term as usize].saturating_mul(weight));
            values.fold(0, i64::saturating_add)
        };
        self.objective.levels.iter().map(level).collect()
    }

    /// The levels after a move, from those before it and what has moved with the slots it had
    /// (ascending), all of it placed now. Exact but for the makespan, which is told from above: it falls
    /// when [`Scorer::levels`] is asked. None where a term does not follow from what has moved.
    pub(crate) fn after(
        &self,
        decoder: &Decoder<'_>,
        before: &Levels,
        moved: &[(OperationId, Slot)],
    ) -> Option<Levels> {
        if !self.follows {
            return None;
        }
        let was = |operation: OperationId| {
            let known = moved.binary_search_by_key(&operation, |row| row.0);
            known.map_or_else(|_| decoder.slot(operation), |place| Some(&moved[place].1))
        };
        let mut orders: SmallVec<[_; 32]> =
            moved.iter().filter_map(|row| self.problem.operation(row.0).order).collect();
        orders.sort_unstable();
        orders.dedup();
        let mut after = before.clone();
        let levels = || self.objective.levels.iter().enumerate();
        let mut add = |level: usize, change: i64| after[level] = after[level].saturating_add(change);
        for id in orders {
            let order = self.problem.order(id);
            let now = span(&order.operations, |operation| decoder.slot(operation));
            let known = span(&order.operations, was);
            let value = |times: Option<(Time, Time)>, terms: &[(Term, i64)]| {
                times.map_or(0, |times| of_order(order, times, terms))
            };
            for (level, terms) in levels() {
                add(level, value(now, terms).saturating_sub(value(known, terms)));
            }
        }
        let mut latest = None;
        for (operation, known) in moved {
            let now = decoder.slot(*operation)?;
            for (level, terms) in levels() {
                let value = |slot: &Slot| self.of_operation(*operation, slot, terms);
                add(level, value(now).saturating_sub(value(known)));
            }
            latest = latest.max(Some(now.end - self.problem.now));
        }
        for (level, terms) in levels() {
            let weight: i64 = terms.iter().filter(|row| row.0 == Term::Makespan).map(|row| row.1).sum();
            // Alone in its level, or else it is not known by itself.
            match latest {
                Some(latest) if weight > 0 && terms.len() == 1 => {
                    after[level] = after[level].max(latest.saturating_mul(weight));
                }
                Some(_) if weight > 0 => return None,
                _ => {}
            }
        }
        Some(after)
    }

    /// Whether [`Scorer::after`] has told the truth: all but the makespan is exact, that is from above.
    pub(crate) fn agrees(&self, decoder: &Decoder<'_>, told: &Levels) -> bool {
        let exact = self.levels(decoder);
        let has_makespan =
            |level: usize| self.objective.levels[level].iter().any(|row| row.0 == Term::Makespan);
        let saturated = |value: i64| value.unsigned_abs() > u64::MAX / 8;
        told.iter().zip(&exact).enumerate().all(|(level, (&told, &exact))| {
            told == exact || saturated(exact) || (has_makespan(level) && told > exact)
        })
    }

    /// What one operation adds to a level.
    fn of_operation(&self, operation: OperationId, slot: &Slot, level: &[(Term, i64)]) -> i64 {
        let value = |term: Term| match term {
            Term::ChangeoverTime => slot.changeover.time,
            Term::ChangeoverCost => slot.changeover.cost,
            Term::ModeCost => self.problem.mode(slot.mode).cost,
            // Without order it is its own order of weight 1.
            Term::FlowTime if self.problem.operation(operation).order.is_none() => slot.end - slot.start,
            Term::Stability if self.problem.status(operation) == Status::Planned => {
                let resource = self.problem.mode(slot.mode).resource;
                let known = self.problem.baseline(operation);
                known.map_or(0, |known| metrics::stability_of(self.problem, known, slot.start, resource))
            }
            _ => 0,
        };
        let values = level.iter().map(|&(term, weight)| value(term).saturating_mul(weight));
        values.fold(0, i64::saturating_add)
    }

    /// Adds the terms of orders; tells which orders are left out.
    fn add_orders(&self, decoder: &Decoder<'_>, sums: &mut Sums) -> Vec<bool> {
        let mut left_out = vec![false; self.problem.orders.len()];
        let mut lateness: Option<Time> = None;
        for id in self.problem.order_ids() {
            let order = self.problem.order(id);
            let Some((start, end)) = span(&order.operations, |operation| decoder.slot(operation)) else {
                if !order.operations.is_empty() {
                    left_out[id.index()] = true;
                    sums.add(Term::Unscheduled, order.weight.max(1));
                }
                continue;
            };
            sums.add(Term::FlowTime, order.weight.saturating_mul(end - start));
            if let Some(due) = order.due {
                sums.add(Term::Tardiness, order.weight.saturating_mul((end - due).max(0)));
                sums.add(Term::LateOrders, if end > due { order.weight } else { 0 });
                sums.add(Term::Earliness, order.earliness_weight.saturating_mul((due - end).max(0)));
                lateness = Some(lateness.map_or(end - due, |known| known.max(end - due)));
            }
        }
        sums.by_term[Term::MaxLateness as usize] = lateness.unwrap_or(0);
        if self.counts(Term::FlowTime) {
            let alone = self.problem.operation_ids().filter(|&op| self.problem.operation(op).order.is_none());
            for slot in alone.filter_map(|op| decoder.slot(op)) {
                sums.add(Term::FlowTime, slot.end - slot.start);
            }
        }
        for left in decoder.left_out().iter().filter(|left| left.order.is_none()) {
            debug_assert!(decoder.slot(left.operation).is_none());
            sums.add(Term::Unscheduled, 1);
        }
        left_out
    }

    fn add_operations(&self, decoder: &Decoder<'_>, left_out: &[bool], sums: &mut Sums) {
        for operation in self.problem.operation_ids() {
            let Some(slot) = decoder.slot(operation) else {
                continue;
            };
            let status = self.problem.status(operation);
            let order = self.problem.operation(operation).order;
            if status == Status::Done || order.is_some_and(|order| left_out[order.index()]) {
                continue;
            }
            sums.raise(Term::Makespan, slot.end - self.problem.now);
            sums.add(Term::ChangeoverTime, slot.changeover.time);
            sums.add(Term::ChangeoverCost, slot.changeover.cost);
            sums.add(Term::ModeCost, self.problem.mode(slot.mode).cost);
            if status == Status::Planned
                && self.counts(Term::Stability)
                && let Some(known) = self.problem.baseline(operation)
            {
                let resource = self.problem.mode(slot.mode).resource;
                let moved = metrics::stability_of(self.problem, known, slot.start, resource);
                sums.add(Term::Stability, moved);
            }
            if self.counts(Term::ResourceCost) {
                sums.cost += self.resource_cost(decoder, operation);
            }
        }
    }

    fn resource_cost(&self, decoder: &Decoder<'_>, operation: OperationId) -> i128 {
        let problem = self.problem;
        let Some(slot) = decoder.slot(operation) else {
            return 0;
        };
        let data = problem.mode(slot.mode);
        if data.duration == 0 {
            return 0;
        }
        let (working, changing) = (decoder.worked(operation), slot.changeover.time);
        let price = |resource: crate::model::ids::ResourceId, quantity: i64, ticks: i64| {
            i128::from(problem.resource(resource).cost_per_hour) * i128::from(quantity) * i128::from(ticks)
        };
        let in_phase = |phase: Phase| if phase == Phase::Run { working } else { changing };
        let mut cost = 0;
        if let Some(own) = data.resource {
            let unary = problem.resource(own).kind == ResourceKind::Unary;
            cost += price(own, data.quantity, if unary { working + changing } else { working });
        }
        for requirement in problem.requirements_of(slot.mode) {
            if let Target::Resource(resource) = requirement.target {
                cost += price(resource, requirement.quantity, in_phase(requirement.phase));
            }
        }
        for member in decoder.members(operation) {
            cost += price(member.resource, 1, in_phase(problem.requirement(member.requirement).phase));
        }
        cost
    }
}

/// Whether a term is a sum over orders or operations, each by itself.
fn is_sum(term: Term) -> bool {
    !matches!(term, Term::Unscheduled | Term::MaxLateness | Term::Makespan | Term::ResourceCost)
}

/// First start and last end of operations, if all of them have a place.
fn span<'s>(
    operations: &[OperationId],
    slot: impl Fn(OperationId) -> Option<&'s Slot>,
) -> Option<(Time, Time)> {
    let mut span: Option<(Time, Time)> = None;
    for &operation in operations {
        let slot = slot(operation)?;
        let known = span.unwrap_or((slot.start, slot.end));
        span = Some((known.0.min(slot.start), known.1.max(slot.end)));
    }
    span
}

/// What one order adds to a level, with its first start and last end.
fn of_order(order: &Order, (start, end): (Time, Time), level: &[(Term, i64)]) -> i64 {
    let late = order.due.map_or(0, |due| end - due);
    let value = |term: Term| match term {
        Term::Tardiness => order.weight.saturating_mul(late.max(0)),
        Term::LateOrders if late > 0 => order.weight,
        Term::Earliness => order.earliness_weight.saturating_mul((-late).max(0)),
        Term::FlowTime => order.weight.saturating_mul(end - start),
        _ => 0,
    };
    let values = level.iter().map(|&(term, weight)| value(term).saturating_mul(weight));
    values.fold(0, i64::saturating_add)
}
