//! What the decoder needs to know of a problem, worked out once.
//!
//! Requirements of each mode summed by resource, the modes that pins and `same_resource` leave, the
//! pins in time order, the order among operations pinned by sequence. Shared by all workers.

use smallvec::SmallVec;

use crate::model::Problem;
use crate::model::history::{Pin, Status};
use crate::model::ids::{GroupId, ModeId, OperationId, OrderId, RequirementId, ResourceId};
use crate::model::operation::{Breaks, Phase, Target};
use crate::model::resource::ResourceKind;

/// A fixed resource that a phase of a mode holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need {
    pub(crate) resource: ResourceId,
    pub(crate) unary: bool,
    /// Held throughout.
    pub(crate) hold: i64,
    /// Held while working.
    pub(crate) release: i64,
}

impl Need {
    /// All that the phase needs of the resource.
    pub(crate) fn total(self) -> i64 {
        self.hold + self.release
    }
}

/// Members that a phase of a mode takes from a group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GroupNeed {
    pub(crate) requirement: RequirementId,
    pub(crate) group: GroupId,
    pub(crate) quantity: usize,
    pub(crate) release: bool,
}

/// What one phase of a mode holds beside the mode's own unary resource.
#[derive(Debug, Clone, Default)]
pub(crate) struct PhaseNeeds {
    pub(crate) fixed: SmallVec<[Need; 2]>,
    pub(crate) groups: SmallVec<[GroupNeed; 1]>,
}

impl PhaseNeeds {
    pub(crate) fn is_empty(&self) -> bool {
        self.fixed.is_empty() && self.groups.is_empty()
    }
}

/// A mode as the decoder sees it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ModeOutline {
    /// Its own resource, where that is unary and the duration positive.
    pub(crate) own: Option<ResourceId>,
    pub(crate) run: PhaseNeeds,
    pub(crate) changing: PhaseNeeds,
}

/// What is known once for all decodings of a problem.
#[derive(Debug)]
pub struct Outline<'p> {
    /// The problem.
    pub problem: &'p Problem,
    pub(crate) modes: Vec<ModeOutline>,
    /// Modes that pins and `same_resource` leave, by operation.
    pub(crate) allowed: Vec<SmallVec<[ModeId; 2]>>,
    /// Operations pinned by sequence, in their order, by resource.
    pub(crate) pin_chains: Vec<Vec<OperationId>>,
    /// Chain and place in it, by operation.
    pub(crate) pin_place: PinPlaces,
    /// Operations whose start is pinned, by start.
    pub(crate) pinned: Vec<OperationId>,
    /// Operations that are neither done, started nor pinned by start, in topological order.
    pub free: Vec<OperationId>,
    /// Started operations in the order in which their resources see them.
    pub(crate) started: Vec<OperationId>,
    /// Place in `problem.topological`.
    pub(crate) rank: Vec<u32>,
    /// Whether the item's balance is looked at.
    pub(crate) limited: Vec<bool>,
}

impl<'p> Outline<'p> {
    /// Works it out.
    pub fn new(problem: &'p Problem) -> Self {
        let mut rank = vec![0; problem.operations.len()];
        for (place, operation) in problem.topological.iter().enumerate() {
            rank[operation.index()] = place as u32;
        }
        let with_status = |status: Status| {
            problem.operation_ids().filter(move |&operation| problem.status(operation) == status)
        };
        let mut started: Vec<_> = with_status(Status::Started).collect();
        started.sort_by_key(|&op| (problem.baseline(op).and_then(|known| known.start), op));
        let pin = |op: OperationId| problem.baseline(op).map_or(Pin::None, |known| known.pin);
        let mut pinned: Vec<_> = with_status(Status::Planned).filter(|&op| pin(op) == Pin::Start).collect();
        pinned.sort_by_key(|&op| (problem.baseline(op).and_then(|known| known.start), rank[op.index()]));
        let free = problem
            .topological
            .iter()
            .copied()
            .filter(|&op| problem.status(op) == Status::Planned && pin(op) != Pin::Start)
            .collect();
        let (pin_chains, pin_place) = sequence_pins(problem, &pin);
        Self {
            problem,
            modes: (0..problem.modes.len()).map(|mode| outline_mode(problem, ModeId::new(mode))).collect(),
            allowed: allowed_modes(problem),
            pin_chains,
            pin_place,
            pinned,
            free,
            started,
            rank,
            limited: problem.items.iter().map(|item| !item.unlimited).collect(),
        }
    }

    pub(crate) fn mode(&self, mode: ModeId) -> &ModeOutline {
        &self.modes[mode.index()]
    }

    /// Modes that an operation may take.
    pub fn allowed(&self, operation: OperationId) -> &[ModeId] {
        &self.allowed[operation.index()]
    }

    /// Whether an operation's start is pinned.
    pub(crate) fn is_pinned(&self, operation: OperationId) -> bool {
        let known = self.problem.baseline(operation);
        known.is_some_and(|known| known.pin == Pin::Start && known.status == Status::Planned)
    }

    /// Place of an operation in a topological order.
    pub fn place_of(&self, operation: OperationId) -> u32 {
        self.rank[operation.index()]
    }

    /// Unstarted operations of an order, in topological order.
    pub(crate) fn unstarted_of(&self, order: OrderId) -> Vec<OperationId> {
        let all = &self.problem.order(order).operations;
        let unstarted = |op: &OperationId| self.problem.status(*op) == Status::Planned;
        let mut operations: Vec<_> = all.iter().copied().filter(unstarted).collect();
        operations.sort_by_key(|op| self.rank[op.index()]);
        operations
    }
}

fn outline_mode(problem: &Problem, id: ModeId) -> ModeOutline {
    let mode = problem.mode(id);
    let mut outline = ModeOutline::default();
    if mode.duration == 0 {
        return outline;
    }
    let kind = |resource: ResourceId| problem.resource(resource).kind;
    match mode.resource {
        Some(own) if kind(own) == ResourceKind::Unary => outline.own = Some(own),
        Some(own) => {
            let need = Need { resource: own, unary: false, hold: mode.quantity, release: 0 };
            outline.run.fixed.push(need);
        }
        None => {}
    }
    for (place, requirement) in problem.requirements_of(id).iter().enumerate() {
        let phase = match requirement.phase {
            Phase::Run => &mut outline.run,
            Phase::Changeover => &mut outline.changing,
        };
        let release = requirement.breaks == Breaks::Release;
        match requirement.target {
            Target::Group(group) => phase.groups.push(GroupNeed {
                requirement: RequirementId(mode.requirements.start + place as u32),
                group,
                quantity: requirement.quantity as usize,
                release,
            }),
            Target::Resource(resource) => {
                let unary = kind(resource) == ResourceKind::Unary;
                let known = phase.fixed.iter().position(|need| need.resource == resource);
                let at = known.unwrap_or_else(|| {
                    phase.fixed.push(Need { resource, unary, hold: 0, release: 0 });
                    phase.fixed.len() - 1
                });
                let need = &mut phase.fixed[at];
                *(if release { &mut need.release } else { &mut need.hold }) += requirement.quantity;
            }
        }
    }
    outline
}

/// The modes that an operation may take: those on the pinned resource, and those on a resource that
/// all operations linked by `same_resource` can take.
fn allowed_modes(problem: &Problem) -> Vec<SmallVec<[ModeId; 2]>> {
    let mut allowed: Vec<SmallVec<[ModeId; 2]>> =
        problem.operation_ids().map(|op| modes_under_pin(problem, op)).collect();
    // Every pass removes a mode or is the last; a chain needs as many passes as it is long at worst.
    let same: Vec<_> = problem.precedences.iter().filter(|link| link.same_resource).collect();
    let resource = |mode: &ModeId| problem.mode(*mode).resource;
    loop {
        let mut changed = false;
        for link in &same {
            for (one, other) in [(link.before, link.after), (link.after, link.before)] {
                let partner: SmallVec<[_; 4]> = allowed[other.index()].iter().filter_map(resource).collect();
                let modes = &mut allowed[one.index()];
                let before = modes.len();
                modes.retain(|mode| resource(mode).is_some_and(|own| partner.contains(&own)));
                changed |= modes.len() != before;
            }
        }
        if !changed {
            return allowed;
        }
    }
}

fn modes_under_pin(problem: &Problem, operation: OperationId) -> SmallVec<[ModeId; 2]> {
    let all = problem.operation(operation).mode_ids();
    let Some(known) = problem.baseline(operation) else {
        return all.collect();
    };
    let resource = |mode: ModeId| problem.mode(mode).resource;
    match known.status {
        Status::Planned if known.pin == Pin::None => all.collect(),
        Status::Planned => all.filter(|&mode| resource(mode) == known.resource).collect(),
        Status::Started => known.mode.into_iter().collect(),
        Status::Done => match known.resource {
            Some(own) => all.filter(|&mode| resource(mode) == Some(own)).collect(),
            None => known.mode.into_iter().collect(),
        },
    }
}

/// Chain and place in it, by operation.
type PinPlaces = Vec<Option<(u32, u32)>>;

/// Operations pinned by sequence: a chain by resource, by baseline start and id, and each one's place.
fn sequence_pins(problem: &Problem, pin: &dyn Fn(OperationId) -> Pin) -> (Vec<Vec<OperationId>>, PinPlaces) {
    let mut pinned: Vec<_> = problem
        .operation_ids()
        .filter(|&op| pin(op) == Pin::Sequence && problem.status(op) == Status::Planned)
        .filter_map(|op| {
            let known = problem.baseline(op)?;
            Some((known.resource?, known.start, op))
        })
        .collect();
    pinned.sort_unstable();
    let mut place = vec![None; problem.operations.len()];
    let mut chains: Vec<Vec<OperationId>> = Vec::new();
    for same in pinned.chunk_by(|one, other| one.0 == other.0) {
        for (index, &(_, _, operation)) in same.iter().enumerate() {
            place[operation.index()] = Some((chains.len() as u32, index as u32));
        }
        chains.push(same.iter().map(|row| row.2).collect());
    }
    (chains, place)
}
