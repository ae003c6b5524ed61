//! Looking ahead: whether a resource can be supplied before it idles too long.

use super::NONE;
use super::floor::{Floor, Shop};

/// Operations of a delayed chain whose resources are checked.
const SIGHT: usize = 2;

impl Floor {
    /// Whether some operation can reach a resource before it has idled longer than it may.
    pub(super) fn is_supported(&self, shop: &Shop, resource: usize) -> bool {
        if self.left[resource] == 0 || self.queue(resource as u32).next().is_some() {
            return true;
        }
        let free_from = match self.busy_until[resource] {
            NONE => self.idle_since[resource],
            end => end,
        };
        let latest = free_from + self.allowance[resource];
        // Nearly always the next operation of a running one, found in one sweep without a branch.
        let coming = self.busy_until.iter().zip(&self.heads_for);
        let is_near =
            |(&end, &next): (&u32, &u32)| u32::from(end <= latest) & u32::from(next == resource as u32);
        if coming.fold(0, |found, pair| found | is_near(pair)) > 0 {
            return true;
        }
        let reaches = |operation, time| self.reaches(shop, operation, time, resource, latest);
        let passing = (0..self.passes_at.len()).filter(|&r| self.passes_at[r] <= latest);
        let mut passing = passing.map(|r| (self.running[r] as usize + 1, self.busy_until[r]));
        passing.any(|(operation, end)| reaches(operation, end))
            || self.waiting.iter().any(|waiting| reaches(waiting.operation as usize, self.time))
    }

    /// Whether a chain, at an operation that could begin at `time`, can be at a resource by `latest`.
    fn reaches(
        &self,
        shop: &Shop,
        mut operation: usize,
        mut time: u32,
        resource: usize,
        latest: u32,
    ) -> bool {
        while time <= latest {
            let facts = shop.facts[operation];
            if facts.resource as usize == resource {
                return true;
            }
            if facts.heads_for == NONE {
                return false;
            }
            time = self.free_from(facts.resource as usize, time) + facts.duration;
            operation += 1;
        }
        false
    }

    /// When an operation that arrives at `time` can start at the earliest.
    fn free_from(&self, resource: usize, time: u32) -> u32 {
        match self.busy_until[resource] {
            NONE => time,
            end => end.max(time),
        }
    }

    /// Whether the resources that a waiting chain heads for do without it, now that it must wait longer.
    pub(super) fn is_dispensable(&self, shop: &Shop, operation: usize) -> bool {
        let ahead = shop.facts[operation..].iter().map(|facts| facts.heads_for);
        ahead.take_while(|&next| next != NONE).take(SIGHT).all(|next| self.is_supported(shop, next as usize))
    }
}
