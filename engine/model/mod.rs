//! What is a problem?
//!
//! Plain, validated once, immutable. [`draft`] takes rows as tables give them; [`build`] checks
//! everything and makes the dense [`Problem`]. The rules are those of the contract (engine/README.md);
//! section numbers in comments refer to it.
//!
//! # Words
//! An *order* is customer demand made of *operations*; each runs in one *mode* on the mode's own
//! *resource* and may *require* others, singly or from a *group*. A *calendar* says when capacity is
//! there. A *changeover* brings a unary resource from one *setup state* to the next. A *precedence*
//! links two operations by a *lag*.

pub mod build;
pub mod changeover;
pub mod draft;
pub mod history;
pub mod ids;
pub mod material;
pub mod objective;
pub mod operation;
pub mod precedence;
pub mod problem;
pub mod profile;
pub mod resource;
pub(crate) mod slices;
pub mod time;
pub mod windows;

pub use problem::Problem;
