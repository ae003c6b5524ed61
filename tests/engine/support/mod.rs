//! Builders that tests read like sentences: a plant row by row, and a schedule placement by placement.

pub(crate) mod plant;
pub(crate) mod random;
pub(crate) mod shop;
pub(crate) mod timetable;

pub(crate) use plant::Plant;
pub(crate) use timetable::Timetable;

/// Seeds or cases of a random test: so many in CI, `SOPENGINE_WIDER=10` times as many when one hunts.
pub(crate) fn cases(in_ci: u64) -> std::ops::Range<u64> {
    let given = std::env::var("SOPENGINE_WIDER").ok().and_then(|text| text.parse::<u64>().ok());
    0..given.unwrap_or(1) * in_ci
}
