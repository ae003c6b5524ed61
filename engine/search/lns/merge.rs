//! What several workers have found apart, in one schedule.
//!
//! In a large plant two workers improve different corners of the same schedule. The merged state takes
//! the best one's modes and the order of its starts, but where that one has left an operation as both
//! began with it and the other has moved it, the other's. One decoding tells what it is worth.
//!
//! # Cost
//! One decoding for each worker that is better than the schedule all began with.

use super::worker::Incumbent;
use crate::model::ids::OperationId;
use crate::schedule::decode::{Decoder, End};
use crate::schedule::state::State;
use crate::search::score::Scorer;

/// Merges incumbents.
#[derive(Debug)]
pub struct Merger<'p> {
    decoder: Decoder<'p>,
    scorer: &'p Scorer<'p>,
    partial: bool,
    begun: u64,
}

impl<'p> Merger<'p> {
    /// With a decoder of its own.
    pub fn new(decoder: Decoder<'p>, scorer: &'p Scorer<'p>, partial: bool) -> Self {
        Self { begun: decoder.work(), decoder, scorer, partial }
    }

    /// Operations touched so far.
    pub fn work(&self) -> u64 {
        self.decoder.work() - self.begun
    }

    /// The best of what is new and of their mergers, if it is better than what all began with.
    pub fn merge(&mut self, begun: &Incumbent, news: &[&Incumbent]) -> Option<Incumbent> {
        let mut better: Vec<&Incumbent> =
            news.iter().copied().filter(|new| new.levels < begun.levels).collect();
        better.sort_by(|one, other| one.levels.cmp(&other.levels));
        let mut best = (*better.first()?).clone();
        for other in &better[1..] {
            if let Some(merged) = self.pair(begun, &best, other) {
                best = merged;
            }
        }
        Some(best)
    }

    /// The merger of two, if it is better than the first.
    fn pair(&mut self, begun: &Incumbent, first: &Incumbent, second: &Incumbent) -> Option<Incumbent> {
        let outline = self.decoder.outline();
        let place = |operation: OperationId| {
            let (was, mine) = (begun.schedule.get(operation), first.schedule.get(operation));
            let its = second.schedule.get(operation).filter(|its| Some(*its) != was && mine == was);
            its.or(mine)
        };
        let mut state = State::of_placements(outline.problem, &outline.free, place);
        let taken = |op: &OperationId| place(*op) != first.schedule.get(*op);
        if !outline.free.iter().any(taken) {
            return None;
        }
        if self.decoder.decode(&state, self.partial, &|| false) != End::Complete {
            return None;
        }
        let levels = self.scorer.levels(&self.decoder);
        if levels >= first.levels {
            return None;
        }
        self.decoder.settle(&mut state);
        let (schedule, left_out) = (self.decoder.schedule(), self.decoder.left_out().to_vec());
        Some(Incumbent { levels, state, schedule, left_out })
    }
}
