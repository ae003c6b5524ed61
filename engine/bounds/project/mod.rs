//! Bounds of projects: ways and work at once, refutation by propagation with more time.

mod refute;
mod work;

pub use refute::network_of;
pub use work::project_bound;
