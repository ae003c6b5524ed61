//! Who holds what and when (contract, rules 2 and 4, 7.4): the input of both sweeps.
//!
//! The mode's own resource is held from the changeover's start, the gap before the operation
//! included; what is required only over its phase. `release` frees it while nothing proceeds; a hold
//! on a cumulative resource does not count where its capacity is below what the operation needs of
//! it. Started work holds from `now`.

use rustc_hash::FxHashMap;

use super::facts::{Fact, Facts};
use crate::model::ids::{OperationId, ProfileId, ResourceId};
use crate::model::operation::{Breaks, Phase, Target};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, Time};
use crate::model::windows::Windows;

/// A unary resource held over `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Held {
    /// What.
    pub(super) resource: ResourceId,
    /// Since when.
    pub(super) from: Time,
    /// Until when, exclusive.
    pub(super) to: Time,
    /// By whom.
    pub(super) operation: OperationId,
}

/// Units of a cumulative resource taken (positive) or given back (negative) at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    /// Of what.
    pub(super) resource: ResourceId,
    /// When.
    pub(super) at: Time,
    /// How many.
    pub(super) change: i64,
    /// By whom.
    pub(super) operation: OperationId,
}

/// All holdings of a schedule.
#[derive(Debug, Default)]
pub(super) struct Holdings {
    /// Of unary resources.
    pub(super) unary: Vec<Held>,
    /// Of cumulative ones.
    pub(super) pools: Vec<Step>,
}

/// One use of a resource by an operation in a phase.
#[derive(Debug, Clone, Copy)]
struct Use {
    resource: ResourceId,
    quantity: i64,
    phase: Phase,
    breaks: Breaks,
}

/// Collects the holdings of all placed operations.
pub(super) fn collect(facts: &Facts<'_>) -> Holdings {
    let mut collector = Collector {
        facts,
        open_for: FxHashMap::default(),
        found: Holdings::default(),
    };
    let mut uses = Vec::new();
    for fact in facts.iter().filter(|fact| fact.is_lasting()) {
        uses.clear();
        own_use(fact, &mut uses);
        required_uses(facts, fact, &mut uses);
        for index in 0..uses.len() {
            collector.hold(fact, &uses, index);
        }
    }
    collector.found
}

fn own_use(fact: &Fact<'_>, uses: &mut Vec<Use>) {
    if let Some(resource) = fact.mode.resource {
        uses.push(Use {
            resource,
            quantity: fact.mode.quantity,
            phase: Phase::Run,
            breaks: Breaks::Hold,
        });
    }
}

fn required_uses(facts: &Facts<'_>, fact: &Fact<'_>, uses: &mut Vec<Use>) {
    let required = facts.problem.requirements_of(fact.placement.mode);
    for requirement in required {
        if let Target::Resource(resource) = requirement.target {
            uses.push(Use {
                resource,
                quantity: requirement.quantity,
                phase: requirement.phase,
                breaks: requirement.breaks,
            });
        }
    }
    for member in &fact.placement.members {
        let requirement = facts.problem.requirement(member.requirement);
        uses.push(Use {
            resource: member.resource,
            quantity: 1,
            phase: requirement.phase,
            breaks: requirement.breaks,
        });
    }
}

struct Collector<'f, 'a> {
    facts: &'f Facts<'a>,
    /// Where a profile has at least so much.
    open_for: FxHashMap<(ProfileId, i64), Windows>,
    found: Holdings,
}

impl Collector<'_, '_> {
    /// Adds the holding of `uses[index]`.
    fn hold(&mut self, fact: &Fact<'_>, uses: &[Use], index: usize) {
        let used = uses[index];
        let own = index == 0 && fact.mode.resource == Some(used.resource);
        let Some((from, to)) = self.phase(fact, used, own) else {
            return;
        };
        let resource = self.facts.problem.resource(used.resource);
        let unary = resource.kind == ResourceKind::Unary;
        if used.breaks == Breaks::Release {
            let windows = match used.phase {
                Phase::Run => self.facts.working(fact),
                Phase::Changeover => self.facts.changing(fact),
            };
            // Work that remains waits for what remains of the changeover.
            let from = match used.phase {
                Phase::Run => from.max(fact.run_from()),
                Phase::Changeover => from,
            };
            self.found
                .add_pieces(fact, used, windows, (from, to), unary);
        } else if unary {
            self.found.add(fact, used, (from, to), true);
        } else {
            let needed = uses
                .iter()
                .filter(|other| other.resource == used.resource && other.phase == used.phase)
                .map(|other| other.quantity)
                .fold(0, i64::saturating_add);
            let profile = resource.profile;
            let windows = self
                .open_for
                .entry((profile, needed))
                .or_insert_with(|| self.facts.problem.profile(profile).open_for(needed));
            self.found
                .add_pieces(fact, used, windows, (from, to), false);
        }
    }

    /// When the phase of a use lasts; none if there is no such phase.
    fn phase(&self, fact: &Fact<'_>, used: Use, own: bool) -> Option<(Time, Time)> {
        let now = fact.started.map_or(-FAR, |_| self.facts.problem.now);
        let placement = fact.placement;
        let (from, to) = match (used.phase, placement.changeover) {
            (Phase::Changeover, changeover) => changeover?,
            (Phase::Run, Some((start, _))) if own => (start.min(placement.start), placement.end),
            (Phase::Run, _) => (placement.start, placement.end),
        };
        let from = from.max(now);
        (from < to).then_some((from, to))
    }
}

impl Holdings {
    /// Adds the parts of `[from, to)` that lie in `windows`.
    fn add_pieces(
        &mut self,
        fact: &Fact<'_>,
        used: Use,
        windows: &Windows,
        (from, to): (Time, Time),
        unary: bool,
    ) {
        let mut at = from;
        while let Some(open) = windows.next_open(at).filter(|&open| open < to) {
            let closed = windows.next_closed(open).map_or(to, |end| end.min(to));
            self.add(fact, used, (open, closed), unary);
            at = closed;
            if at >= to {
                return;
            }
        }
    }

    fn add(&mut self, fact: &Fact<'_>, used: Use, (from, to): (Time, Time), unary: bool) {
        let (resource, operation) = (used.resource, fact.operation);
        if unary {
            self.unary.push(Held {
                resource,
                from,
                to,
                operation,
            });
            return;
        }
        for (at, change) in [(from, used.quantity), (to, -used.quantity)] {
            self.pools.push(Step {
                resource,
                at,
                change,
                operation,
            });
        }
    }
}
