//! What happens if nobody reacts.
//!
//! The live schedule is decoded again under the changed problem: in the order of its starts, modes and
//! members as they were, nothing before its published start, and on each unary resource nothing before
//! the operation ahead of it. What the change delays pushes on what waits for it, nothing more. Idle
//! time that a change opens stays idle: using it would be a decision.
//!
//! An operation that the live schedule does not place comes last, in the gaps that remain: a new order,
//! or one left out so far, which may find a place. So does one whose published mode is gone.
//!
//! A live schedule that still obeys all rules is the answer as it is, with what it does not place in its
//! gaps.
//!
//! Who has a place has it in the order in which operations begin to change over; what then takes the setters of
//! others without need ([`crowding`]) goes behind them, and all is pushed on once more.
//!
//! # Cost
//! Every operation tried where it was, and one verification; where that is not the answer, one decoding
//! more, seldom two or three: a few binary searches an operation.

use fixedbitset::FixedBitSet;
use smallvec::SmallVec;

use super::crowding::crowding;
use crate::model::Problem;
use crate::model::ids::{ItemId, OperationId, ResourceId};
use crate::model::operation::{Phase, Target};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, Time};
use crate::schedule::assignment::{Placement, Schedule};
use crate::schedule::decode::{Decoder, LeftOut, Outline, Standing};
use crate::schedule::state::State;
use crate::schedule::verify::{Verdict, verify};

/// How often those that take the setters of others go behind them.
const TURNS: usize = 3;

/// What becomes of a live schedule.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// The schedule; valid.
    pub schedule: Schedule,
    /// Orders that cannot be placed any more.
    pub left_out: Vec<LeftOut>,
    /// Operations that could not keep their mode or members, ascending.
    pub displaced: Vec<OperationId>,
    /// What the verifier says, where it has been asked already.
    pub verdict: Option<Verdict>,
}

/// Pushes a live schedule on by whatever has changed in the problem. `live` is the schedule as far as
/// this problem can express it.
pub fn simulate(problem: &Problem, live: &Schedule) -> Simulated {
    let outline = Outline::new(problem);
    let mut decoder = Decoder::new(&outline);
    if let Some(simulated) = stands(&outline, &mut decoder, live) {
        return simulated;
    }
    decoder.keep(standing(&outline, live));
    let mut behind = FixedBitSet::with_capacity(problem.operations.len());
    let (mut schedule, mut left_out) = pushed_on(&mut decoder, &kept_state(&outline, live));
    for _ in 0..TURNS {
        let crowding = crowding(problem, live, &schedule);
        let known = behind.count_ones(..);
        behind.extend(crowding.into_iter().map(OperationId::index));
        if behind.count_ones(..) == known {
            break;
        }
        let next = pushed_on(&mut decoder, &state_of(&outline, live, &behind));
        if delay(live, &next.0) >= delay(live, &schedule) {
            break;
        }
        (schedule, left_out) = next;
    }
    let displaced = displaced(&outline, live, &schedule);
    Simulated { schedule, left_out, displaced, verdict: None }
}

/// The schedule of a state, and what it leaves out.
fn pushed_on(decoder: &mut Decoder<'_>, state: &State) -> (Schedule, Vec<LeftOut>) {
    decoder.decode(state, true, &|| false);
    (decoder.schedule(), decoder.left_out().to_vec())
}

/// Operations that are left out, and by how much the others are pushed on.
fn delay(live: &Schedule, now: &Schedule) -> (usize, Time) {
    let pairs = live.placements.iter().zip(&now.placements);
    let (mut out, mut sum) = (0, 0);
    for (was, is) in pairs {
        match (was, is) {
            (Some(was), Some(is)) => sum += (is.start - was.start).max(0),
            (Some(_), None) => out += 1,
            (None, _) => {}
        }
    }
    (out, sum)
}

/// The live schedule as it is, with what it does not place in the gaps that remain, if that obeys all
/// rules.
fn stands(outline: &Outline<'_>, decoder: &mut Decoder<'_>, live: &Schedule) -> Option<Simulated> {
    let mut state = kept_state(outline, live);
    let (mut placed, rest): (Vec<OperationId>, Vec<OperationId>) =
        state.sequence.iter().chain(&outline.pinned).partition(|op| live.get(**op).is_some());
    placed.sort_by_key(|op| (live.get(*op).map(|known| (known.start, known.end)), outline.place_of(*op)));
    if rest.iter().any(|op| outline.is_pinned(*op)) || !decoder.stand(live, &placed) {
        return None;
    }
    let keep = placed.len();
    state.sequence = [placed, rest].concat();
    decoder.fill_gaps(&state, keep);
    // Nothing new: the answer is the live schedule, its changeovers when they were.
    let schedule = if keep == state.sequence.len() { live.clone() } else { decoder.schedule() };
    let same = |op: &OperationId| match (live.get(*op), schedule.get(*op)) {
        (Some(was), Some(is)) => (was.mode, was.start, was.end) == (is.mode, is.start, is.end),
        _ => false,
    };
    if !state.sequence[..keep].iter().all(same) {
        return None;
    }
    let verdict = verify(outline.problem, &schedule, true);
    let left_out = decoder.left_out().to_vec();
    let answer = Simulated { schedule, left_out, displaced: Vec::new(), verdict: Some(verdict) };
    answer.verdict.as_ref().is_some_and(Verdict::is_valid).then_some(answer)
}

/// The live order, modes and members; what has none comes last.
pub(super) fn kept_state(outline: &Outline<'_>, live: &Schedule) -> State {
    state_of(outline, live, &FixedBitSet::new())
}

/// The same; those `behind` have their turn when they start, not when they change over.
fn state_of(outline: &Outline<'_>, live: &Schedule, behind: &FixedBitSet) -> State {
    let mut state = State::of_schedule(outline.problem, live, &outline.free);
    let gone =
        |op: &OperationId| live.get(*op).is_none_or(|placed| !outline.allowed(*op).contains(&placed.mode));
    // What fills a store with a limit has its turn when it does: by then all that empties it has had one. What
    // changes over has it when it begins to: those who change over later must not take its setters.
    let turn = |op: &OperationId| {
        let placed = live.get(*op)?;
        let change = placed.changeover.filter(|_| !behind.contains(op.index()));
        let begins = change.map_or(placed.start, |change| change.0.min(placed.start));
        Some(if fills(outline.problem, *op) { placed.end } else { begins })
    };
    state.sequence.sort_by_key(|op| (gone(op), turn(op)));
    for &operation in &outline.pinned {
        if let Some(placed) = live.get(operation) {
            state.modes[operation.index()] = Some(placed.mode);
            state.members[operation.index()].clone_from(&placed.members);
        }
    }
    state
}

/// Whether an operation produces an item of which only so much can be kept.
fn fills(problem: &Problem, operation: OperationId) -> bool {
    let limited = |item: ItemId| problem.items[item.index()].max_stock.is_some();
    problem.operation(operation).materials.iter().any(|&(item, quantity)| quantity > 0 && limited(item))
}

/// Published starts, and who is ahead of whom.
pub(super) fn standing(outline: &Outline<'_>, live: &Schedule) -> Standing {
    let problem = outline.problem;
    let mut floors = vec![-FAR; problem.operations.len()];
    for &operation in &outline.free {
        if let Some(placed) = live.get(operation) {
            floors[operation.index()] = placed.start;
        }
    }
    Standing { floors, after: ahead(problem, live), ..Standing::default() }
}

/// By operation, the one directly ahead of it on each unary resource that it holds while it runs.
fn ahead(problem: &Problem, live: &Schedule) -> Vec<SmallVec<[(ResourceId, OperationId); 2]>> {
    let mut stays: Vec<Vec<(Time, Time, OperationId)>> = vec![Vec::new(); problem.resources.len()];
    for operation in problem.operation_ids() {
        let Some(placed) = live.get(operation) else {
            continue;
        };
        for resource in held(problem, placed) {
            stays[resource.index()].push((placed.start, placed.end, operation));
        }
    }
    let mut after = vec![SmallVec::new(); problem.operations.len()];
    for (resource, stays) in problem.resource_ids().zip(&mut stays) {
        stays.sort_unstable();
        for pair in stays.windows(2) {
            after[pair[1].2.index()].push((resource, pair[0].2));
        }
    }
    after
}

/// Unary resources that an operation holds while it runs.
pub(super) fn held(problem: &Problem, placed: &Placement) -> SmallVec<[ResourceId; 4]> {
    let mode = problem.mode(placed.mode);
    let mut held = SmallVec::new();
    if mode.duration == 0 {
        return held;
    }
    let unary = |resource: &ResourceId| problem.resource(*resource).kind == ResourceKind::Unary;
    held.extend(mode.resource.filter(unary));
    for (id, row) in mode.requirement_ids().zip(problem.requirements_of(placed.mode)) {
        if row.phase != Phase::Run {
            continue;
        }
        match row.target {
            Target::Resource(resource) => held.extend(Some(resource).filter(unary)),
            Target::Group(_) => {
                let mine = placed.members.iter().filter(|member| member.requirement == id);
                held.extend(mine.map(|member| member.resource));
            }
        }
    }
    held
}

/// Unstarted operations that run otherwise than published.
fn displaced(outline: &Outline<'_>, live: &Schedule, now: &Schedule) -> Vec<OperationId> {
    let mut displaced: Vec<OperationId> = outline.free.clone();
    displaced.retain(|&operation| match (live.get(operation), now.get(operation)) {
        (Some(was), Some(is)) => was.mode != is.mode || was.members != is.members,
        _ => false,
    });
    displaced.sort_unstable();
    displaced
}
