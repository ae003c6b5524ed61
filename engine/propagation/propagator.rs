//! A rule about several operations at once.

use super::domain::{Conflict, Domains};
use super::network::Network;

/// Narrows windows by one rule. Sound: it never removes what a solution of the network has.
pub trait Propagator: std::fmt::Debug {
    /// Operations whose change wakes it.
    fn operations(&self) -> Vec<u32>;

    /// Whether it waits until all cheap ones have nothing to say.
    fn is_dear(&self) -> bool {
        false
    }

    /// Narrows; the number of operations it looked at, or the contradiction.
    fn narrow(&mut self, network: &Network<'_>, domains: &mut Domains) -> Result<u64, Conflict>;
}
