//! The rich decoder: a suffix decoded behind a prefix that stands, and what was taken back given back.
//!
//! Three things are not part of a state, so that a decoding from nothing may find another answer, as valid: the
//! floor that a largest lag sets where a successor has moved its predecessor; that an order with a pinned
//! start is left out (from nothing pins go first; behind a prefix they find their place taken); and that one
//! is left out which pins put before another in their sequence (from nothing the other waits until that is
//! known; in a prefix it has its place). All else must agree to the last placement: the first two are looked
//! for in the plant, the third in the prefix of each move.

use std::collections::BTreeSet;

use sopengine::model::Problem;
use sopengine::model::history::{Pin, Status};
use sopengine::model::ids::{OperationId, ResourceId};
use sopengine::schedule::Schedule;
use sopengine::schedule::decode::{Decoder, End, LeftOut, Outline, Unwatched};
use sopengine::schedule::state::State;
use sopengine::schedule::verify::verify;
use sopengine::search::lns::neighborhood::Neighborhood;
use sopengine::search::rng::Rng;

use super::features::{self, Coverage};
use super::moves;
use crate::support::random;

/// What a decoder has made: placements, who is left out, how many have a place.
type Made = (Schedule, Vec<LeftOut>, usize);

fn made(decoder: &Decoder<'_>) -> Made {
    (decoder.schedule(), decoder.left_out().to_vec(), decoder.placed())
}

/// Operations whose placements differ, with both.
fn differences(a: &Schedule, b: &Schedule) -> Vec<String> {
    let pairs = a.placements.iter().zip(&b.placements).enumerate();
    pairs.filter(|(_, (a, b))| a != b).map(|(id, (a, b))| format!("{id}: {a:?} | {b:?}")).collect()
}

/// Whether a decoding in part may differ from one from nothing.
fn may_differ(problem: &Problem) -> bool {
    let pinned = |pin: Pin| pin == Pin::Start;
    problem.precedences.iter().any(|link| link.max_lag.is_some())
        || problem.operation_ids().any(|id| problem.baseline(id).is_some_and(|known| pinned(known.pin)))
}

/// Whether one of `kept` comes behind one that has no place in their pinned sequence.
fn waited_for_one_left_out(problem: &Problem, decoder: &Decoder<'_>, kept: &[OperationId]) -> bool {
    let place = |id: OperationId| {
        let known = problem.baseline(id).filter(|known| known.pin == Pin::Sequence)?;
        (known.status == Status::Planned).then_some((known.resource?, known.start, id))
    };
    let open = problem.operation_ids().filter(|&id| decoder.times(id).is_none());
    let open: Vec<_> = open.filter_map(place).collect();
    let behind = |later: &(ResourceId, _, _)| open.iter().any(|one| one.0 == later.0 && one < later);
    kept.iter().filter_map(|&id| place(id)).any(|later| behind(&later))
}

/// A decoder that walks from state to state.
struct Walk<'p> {
    seed: u64,
    outline: &'p Outline<'p>,
    decoder: Decoder<'p>,
    state: State,
    neighborhood: Neighborhood,
    rng: Rng,
    moves: usize,
    may_differ: bool,
    differ: usize,
}

impl<'p> Walk<'p> {
    fn new(outline: &'p Outline<'p>, seed: u64) -> Self {
        let rng = Rng::stream(seed, 7);
        let mut decoder = Decoder::new(outline);
        let mut state = State::new(outline.problem, outline.free.clone());
        assert_eq!(decoder.decode(&state, true, &|| false), End::Complete);
        decoder.settle(&mut state);
        let mut neighborhood = Neighborhood::new(outline);
        neighborhood.refresh(&decoder, &state);
        let may_differ = may_differ(outline.problem);
        Self { seed, outline, decoder, state, neighborhood, rng, moves: 0, may_differ, differ: 0 }
    }

    /// One move, done in part and from nothing, then kept or undone.
    fn step(&mut self) {
        let (before, sequence) = (made(&self.decoder), self.state.sequence.clone());
        let expected = self.proposed_anew();
        let Some(proposal) = self.neighborhood.propose(&self.decoder, &mut self.state, &mut self.rng) else {
            assert_eq!(expected, None);
            return;
        };
        self.moves += 1;
        let keep = proposal.keep;
        let problem = self.outline.problem;
        let may_differ =
            self.may_differ || waited_for_one_left_out(problem, &self.decoder, &self.state.sequence[..keep]);
        let proposed = (keep, self.state.clone());
        assert_eq!(Some(proposed), expected, "seed {}: what moves know of the state", self.seed);
        let (end, undone) = self.decoder.resume(&self.state, keep, true, &|| false, &mut Unwatched);
        assert_eq!(end, End::Complete);
        self.compare(keep, may_differ);
        if self.rng.one_in(2) {
            self.decoder.settle(&mut self.state);
            self.neighborhood.refresh_from(&self.decoder, &self.state, undone.kept());
        } else {
            self.decoder.restore(undone);
            proposal.take_back(&mut self.state);
            assert_eq!(made(&self.decoder), before, "restore gives back what was");
            assert_eq!(self.state.sequence, sequence);
        }
    }

    /// What moves that have never seen another state would propose.
    fn proposed_anew(&self) -> Option<(usize, State)> {
        let (mut state, mut rng) = (self.state.clone(), self.rng.clone());
        let mut neighborhood = Neighborhood::new(self.outline);
        neighborhood.refresh(&self.decoder, &state);
        let proposal = neighborhood.propose(&self.decoder, &mut state, &mut rng)?;
        Some((proposal.keep, state))
    }

    /// The decoding in part against the one from nothing.
    fn compare(&mut self, keep: usize, may_differ: bool) {
        let mut fresh = Decoder::new(self.outline);
        assert_eq!(fresh.decode(&self.state, true, &|| false), End::Complete);
        let (part, whole) = (made(&self.decoder), made(&fresh));
        for left_out in [&part.1, &whole.1] {
            let orders: BTreeSet<_> = left_out.iter().map(|left| left.order.ok_or(left.operation)).collect();
            assert_eq!(orders.len(), left_out.len(), "seed {}: {left_out:?}", self.seed);
        }
        if part == whole {
            return;
        }
        self.differ += 1;
        let differ = differences(&part.0, &whole.0);
        let found = features::of(self.outline.problem);
        assert!(
            keep > 0 && may_differ,
            "seed {}, move {}, behind {keep} with {found:?}: {differ:?}",
            self.seed,
            self.moves
        );
        for schedule in [&part.0, &whole.0] {
            let verdict = verify(self.outline.problem, schedule, true);
            assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
        }
    }
}

#[test]
fn suffixes_equal_decodings_from_nothing() {
    let wanted = moves(0.6);
    let (mut coverage, mut made, mut differ, mut exact) = (Coverage::default(), 0, 0, 0);
    let mut seed = 0;
    while made < wanted {
        seed += 1;
        let Some(problem) = random::plant(seed) else { continue };
        let outline = Outline::new(&problem);
        let mut walk = Walk::new(&outline, seed);
        for _ in 0..60 {
            walk.step();
        }
        coverage.add(&features::of(&problem), walk.moves);
        made += walk.moves;
        differ += walk.differ;
        exact += if walk.may_differ { 0 } else { walk.moves };
    }
    eprintln!("{exact} of {made} moves on plants that must agree; {differ} others found another answer");
    assert!(exact * 2 > made && differ * 10 < made, "{exact}, {differ} of {made}");
    assert!(coverage.share("decoder") >= 0.95);
}
