//! Whether a round is one of decoding or of reinserting, for all workers alike.
//!
//! The same work takes another time in the one than in the other: workers that chose for themselves would wait for each
//! other at the end of the round. What the methods have gained is added up over the workers, so it is known sooner, too.

use super::credit::Credit;
use super::worker::{SMALL, Worker};
use crate::search::rng::Rng;

/// What a worker does in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Moves on the state, each decoded.
    Decode,
    /// Operations leave and come back.
    Reinsert,
}

/// The methods of a run.
#[derive(Debug)]
pub struct Methods {
    rng: Rng,
    rounds: usize,
    /// Where plants are large, what pays off.
    credit: Option<Credit>,
}

impl Methods {
    /// For so many operations.
    pub fn new(operations: usize, rng: Rng) -> Self {
        // Where decoding is cheap both kinds are worth their turn: one finds what the other cannot.
        Self { rng, rounds: 0, credit: (operations > SMALL).then(|| Credit::new(2)) }
    }

    /// The method of the next round.
    pub fn draw(&mut self) -> Method {
        self.rounds += 1;
        let drawn = match &self.credit {
            Some(credit) => credit.draw(&mut self.rng),
            None => self.rounds % 2,
        };
        if drawn == 0 { Method::Decode } else { Method::Reinsert }
    }

    /// Notes what the workers have gained in a round.
    pub fn note(&mut self, method: Method, workers: &[Worker<'_>]) {
        if let Some(credit) = &mut self.credit {
            let gain = workers.iter().map(|worker| worker.gain).fold(0, i64::saturating_add);
            credit.note(method as usize, gain, workers.iter().map(|worker| worker.spent).sum());
        }
    }
}
