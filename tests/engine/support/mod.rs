//! Builders that tests read like sentences: a plant row by row, and a schedule placement by placement.

pub(crate) mod plant;
pub(crate) mod random;
pub(crate) mod timetable;

pub(crate) use plant::Plant;
pub(crate) use timetable::Timetable;
