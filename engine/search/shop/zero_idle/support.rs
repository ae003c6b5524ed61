//! Looking ahead: whether a resource can be supplied before it idles too long.

use super::NONE;
use super::floor::Floor;

impl Floor {
    /// Whether some operation can reach a resource before it has idled longer than it may.
    pub(super) fn is_supported(&self, resource: usize) -> bool {
        if self.left[resource] == 0 || !self.queues[resource].is_empty() {
            return true;
        }
        let since = if self.running[resource] == NONE {
            self.idle_since[resource]
        } else {
            self.busy_until.value(resource)
        };
        let latest = since + self.allowance[resource];
        let in_sight = self.heading[resource].iter().any(|&(operation, goal)| {
            let between = self.facts[operation as usize + 1..goal as usize].iter();
            self.stage_end(operation) + between.map(|facts| facts.duration).sum::<u32>() <= latest
        });
        in_sight || self.is_reachable(resource as u32, latest)
    }

    /// The earliest end of an operation that runs or waits.
    fn stage_end(&self, operation: u32) -> u32 {
        let facts = self.facts[operation as usize];
        let at = facts.resource as usize;
        if self.running[at] == operation {
            self.busy_until.value(at)
        } else if self.running[at] == NONE {
            self.time + facts.duration
        } else {
            self.busy_until.value(at) + facts.duration
        }
    }

    /// Whether any chain can reach a resource by `latest` if it never waits again.
    fn is_reachable(&self, resource: u32, latest: u32) -> bool {
        let running = self.running.iter().filter(|&&operation| operation != NONE);
        running.chain(self.queues.iter().flatten()).any(|&operation| {
            let (mut end, mut last) = (self.stage_end(operation), operation as usize);
            while end <= latest {
                match self.facts[last].heads_for {
                    NONE => return false,
                    next if next == resource => return true,
                    _ => last += 1,
                }
                end += self.facts[last].duration;
            }
            false
        })
    }
}
