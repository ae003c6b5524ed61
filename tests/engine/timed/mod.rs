//! The timed kernel against the rich decoder, the plain kernel and the verifier; the search on it.

mod kernel;
mod search;

use sopengine::model::Problem;

use crate::support::random::{self, CALENDARS, CHANGEOVERS, DEADLINES, HISTORY, LAGS, Size, TRANSPORT};

/// Features of which a plant in the class may have any.
const FEATURES: u32 = CALENDARS | CHANGEOVERS | DEADLINES | HISTORY | LAGS | TRANSPORT;

/// A small random plant with some of the features; it may still be out of the class.
fn plant(seed: u64) -> Option<Problem> {
    let mut rng = sopengine::search::rng::Rng::stream(seed, 3);
    let size = Size { orders: rng.between(2, 7), steps: rng.between(1, 5), machines: rng.between(1, 4) };
    random::plant_of(seed, size, rng.below(1024) & FEATURES)
}
