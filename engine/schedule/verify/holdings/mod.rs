//! Who holds what and when (contract, rules 2 and 4, 7.4): the input of both sweeps.
//!
//! The mode's own resource is held from the changeover's start, the gap before the operation
//! included; what is required only over its phase. `release` frees it while nothing proceeds; a hold
//! on a cumulative resource does not count where its capacity is below what the operation needs of
//! it. Started work holds from `now`.

pub(super) mod cumulative;
pub(super) mod unary;

use rustc_hash::FxHashMap;

use super::facts::{Fact, Facts};
use crate::model::ids::{OperationId, ProfileId, ResourceId};
use crate::model::operation::{Breaks, Phase, Target};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, Time};
use crate::model::windows::Windows;

/// Units of a resource held over `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// What.
    pub(crate) resource: ResourceId,
    /// Since when.
    pub(crate) from: Time,
    /// Until when, exclusive.
    pub(crate) to: Time,
    /// By whom.
    pub(crate) operation: OperationId,
    /// How many units.
    pub(crate) quantity: i64,
    /// In which phase.
    pub(crate) phase: Phase,
    /// Whether it is the mode's own resource, which is held from the changeover's start.
    pub(crate) own: bool,
    /// Whether it is the first and the last piece of this use.
    pub(crate) first: bool,
    /// See `first`.
    pub(crate) last: bool,
}

/// One use of a resource by an operation in a phase.
#[derive(Debug, Clone, Copy)]
struct Use {
    resource: ResourceId,
    quantity: i64,
    phase: Phase,
    breaks: Breaks,
    own: bool,
}

/// Collects the holdings of all placed operations.
pub(crate) fn collect(facts: &Facts<'_>) -> Vec<Held> {
    let mut collector = Collector { facts, open_for: FxHashMap::default(), found: Vec::new() };
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
            own: true,
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
                own: false,
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
            own: false,
        });
    }
}

struct Collector<'f, 'a> {
    facts: &'f Facts<'a>,
    /// Where a profile has at least so much.
    open_for: FxHashMap<(ProfileId, i64), Windows>,
    found: Vec<Held>,
}

impl Collector<'_, '_> {
    /// Adds the holding of `uses[index]`.
    fn hold(&mut self, fact: &Fact<'_>, uses: &[Use], index: usize) {
        let used = uses[index];
        let Some((from, to)) = self.phase(fact, used) else {
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
            add_pieces(&mut self.found, (fact, used), windows, (from, to));
        } else if unary {
            self.found.push(piece((fact, used), (from, to)));
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
            add_pieces(&mut self.found, (fact, used), windows, (from, to));
        }
    }

    /// When the phase of a use lasts; none if there is no such phase.
    fn phase(&self, fact: &Fact<'_>, used: Use) -> Option<(Time, Time)> {
        let now = fact.started.map_or(-FAR, |_| self.facts.problem.now);
        let placement = fact.placement;
        let (from, to) = match (used.phase, placement.changeover) {
            (Phase::Changeover, changeover) => changeover?,
            (Phase::Run, Some((start, _))) if used.own => (start.min(placement.start), placement.end),
            (Phase::Run, _) => (placement.start, placement.end),
        };
        let from = from.max(now);
        (from < to).then_some((from, to))
    }
}

/// Adds the parts of `[from, to)` that lie in `windows`.
fn add_pieces(found: &mut Vec<Held>, of: (&Fact<'_>, Use), windows: &Windows, (from, to): (Time, Time)) {
    let before = found.len();
    let mut at = from;
    while let Some(open) = windows.next_open(at).filter(|&open| open < to) {
        let closed = windows.next_closed(open).map_or(to, |end| end.min(to));
        let first = found.len() == before;
        found.push(Held { first, last: false, ..piece(of, (open, closed)) });
        at = closed;
        if at >= to {
            break;
        }
    }
    if let Some(last) = found[before..].last_mut() {
        last.last = true;
    }
}

fn piece((fact, used): (&Fact<'_>, Use), (from, to): (Time, Time)) -> Held {
    Held {
        resource: used.resource,
        from,
        to,
        operation: fact.operation,
        quantity: used.quantity,
        phase: used.phase,
        own: used.own,
        first: true,
        last: true,
    }
}
