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
//! gaps, even where generation would not come back to it.
//!
//! Who has a place has it in the order in which operations begin to change over, and what still starts when it was
//! to changes over when it was to, so nobody takes the setters of others without need.
//!
//! # Cost
//! One decoding, in which what stands fits at the first try; where something moves, everything is tried where it was
//! up to the first operation that does not fit there.

use smallvec::SmallVec;

use crate::model::Problem;
use crate::model::ids::{ItemId, OperationId, ResourceId};
use crate::model::operation::{Phase, Target};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, Time};
use crate::schedule::assignment::{Placement, Schedule};
use crate::schedule::decode::{Decoder, LeftOut, Outline, Published, Standing};
use crate::schedule::state::State;
use crate::schedule::verify::{Verdict, verify};

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
    let state = kept_state(&outline, live);
    decoder.keep(standing(&outline, live));
    decoder.decode(&state, true, &|| false);
    let (schedule, left_out) = (decoder.schedule(), decoder.left_out().to_vec());
    let pushed_on =
        Simulated { displaced: displaced(&outline, live, &schedule), schedule, left_out, verdict: None };
    if is_at_rest(live, &pushed_on.schedule) {
        return pushed_on;
    }
    stands(&outline, live, state).unwrap_or(pushed_on)
}

/// Whether all that a live schedule places is where it was.
fn is_at_rest(live: &Schedule, now: &Schedule) -> bool {
    let place = |placed: &Placement| (placed.mode, placed.start, placed.end);
    let mut pairs = live.placements.iter().zip(&now.placements);
    pairs.all(|(was, is)| was.is_none() || was.as_ref().map(place) == is.as_ref().map(place))
}

/// The live schedule as it is, with what it does not place in the gaps that remain, if that obeys all
/// rules. Generation in the order of its starts need not come back to it: material and largest lags decide, too.
fn stands(outline: &Outline<'_>, live: &Schedule, mut state: State) -> Option<Simulated> {
    let (mut placed, rest): (Vec<OperationId>, Vec<OperationId>) =
        state.sequence.iter().chain(&outline.pinned).partition(|op| live.get(**op).is_some());
    if rest.iter().any(|op| outline.is_pinned(*op)) {
        return None;
    }
    placed.sort_by_cached_key(|op| {
        (live.get(*op).map(|known| (known.start, known.end)), outline.place_of(*op))
    });
    let mut decoder = Decoder::new(outline);
    if !decoder.stand(live, &placed) {
        return None;
    }
    let keep = placed.len();
    state.sequence = [placed, rest].concat();
    decoder.fill_gaps(&state, keep);
    // Nothing new: the answer is the live schedule, its changeovers when they were.
    let schedule = if keep == state.sequence.len() { live.clone() } else { decoder.schedule() };
    let left_out = decoder.left_out().to_vec();
    let verdict = Some(verify(outline.problem, &schedule, true)).filter(Verdict::is_valid)?;
    let displaced = Vec::new();
    is_at_rest(live, &schedule).then_some(Simulated { schedule, left_out, displaced, verdict: Some(verdict) })
}

/// The live order, modes and members; what has none comes last.
pub(super) fn kept_state(outline: &Outline<'_>, live: &Schedule) -> State {
    let mut state = State::of_schedule(outline.problem, live, &outline.free);
    let gone =
        |op: &OperationId| live.get(*op).is_none_or(|placed| !outline.allowed(*op).contains(&placed.mode));
    // What fills a store with a limit has its turn when it does: by then all that empties it has had one. What
    // changes over has it when it begins to: those who change over later must not take its setters.
    let turn = |op: &OperationId| {
        let placed = live.get(*op)?;
        let begins = placed.changeover.map_or(placed.start, |change| change.0.min(placed.start));
        Some(if fills(outline.problem, *op) { placed.end } else { begins })
    };
    state.sequence.sort_by_cached_key(|op| (gone(op), turn(op)));
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

/// Published starts and changeovers, and who is ahead of whom.
pub(super) fn standing(outline: &Outline<'_>, live: &Schedule) -> Standing {
    let problem = outline.problem;
    let mut floors = vec![-FAR; problem.operations.len()];
    let mut changeovers = vec![None; problem.operations.len()];
    for &operation in &outline.free {
        if let Some(placed) = live.get(operation) {
            let (mode, start) = (placed.mode, placed.start);
            floors[operation.index()] = start;
            changeovers[operation.index()] =
                placed.changeover.map(|changeover| Published { mode, start, changeover });
        }
    }
    Standing { floors, after: ahead(problem, live), changeovers, ..Standing::default() }
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
