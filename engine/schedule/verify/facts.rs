//! What a schedule says, resolved once for all rules.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::{Report, shape};
use crate::model::Problem;
use crate::model::history::{Baseline, OnStop, Status};
use crate::model::ids::{OperationId, OrderId, ResourceId, WindowsId};
use crate::model::operation::{Mode, Phase};
use crate::model::time::{Span, Time};
use crate::model::windows::Windows;
use crate::schedule::assignment::{Placement, Schedule};

/// A placed operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fact<'a> {
    /// Which.
    pub(crate) operation: OperationId,
    /// Where and when, as the schedule says.
    pub(crate) placement: &'a Placement,
    /// Its mode.
    pub(crate) mode: &'a Mode,
    /// What history says of it, if it has started.
    pub(crate) started: Option<Continuation>,
    /// Windows in which it works and in which it changes over, as places in [`Facts::windows`].
    run: u32,
    changing: u32,
}

impl Fact<'_> {
    /// The first instant from `now` on at which it may work: its start, or for started work the end
    /// of what remains of its changeover.
    pub(crate) fn run_from(&self) -> Time {
        self.started.map_or(self.placement.start, |history| history.run_from)
    }

    /// Whether it holds anything and changes states: all but operations of duration 0.
    pub(crate) fn is_lasting(&self) -> bool {
        self.mode.duration > 0
    }
}

/// How started work goes on: history leaves no choice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Continuation {
    /// What remains of the changeover, from `now`.
    pub(crate) changeover: Option<(Time, Time)>,
    /// Where work goes on at the earliest.
    pub(crate) run_from: Time,
    /// Its end; none if it never ends.
    pub(crate) end: Option<Time>,
    /// Where it begins anew for the last time, if a stop makes it.
    pub(crate) restarted: Option<Time>,
    /// Work still to do from `now`, as given.
    pub(crate) remaining: Span,
}

/// All placed operations with their windows.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    /// The problem.
    pub(crate) problem: &'a Problem,
    placed: Vec<Option<Fact<'a>>>,
    /// Intersections that members make necessary; those of the problem come first.
    extra: Vec<Windows>,
}

impl<'a> Facts<'a> {
    /// Resolves every usable placement.
    pub(crate) fn of(problem: &'a Problem, schedule: &'a Schedule) -> Self {
        Self::resolve(problem, schedule, &mut Report::default())
    }

    /// Resolves every placement; unusable ones are reported and left out.
    pub(super) fn resolve(problem: &'a Problem, schedule: &'a Schedule, report: &mut Report) -> Self {
        let mut resolver = Resolver { problem, extra: Vec::new(), known: FxHashMap::default() };
        let groups = shape::sorted_groups(problem);
        let placed = problem
            .operation_ids()
            .map(|operation| {
                let placement = schedule.get(operation)?;
                if !shape::is_usable(problem, &groups, operation, placement, report) {
                    return None;
                }
                (problem.status(operation) != Status::Done).then(|| resolver.fact(operation, placement))
            })
            .collect();
        Self { problem, placed, extra: resolver.extra }
    }

    /// The placement of an operation; none for done work and what is left out.
    pub(crate) fn get(&self, operation: OperationId) -> Option<&Fact<'a>> {
        self.placed[operation.index()].as_ref()
    }

    /// All placed operations, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Fact<'a>> {
        self.placed.iter().flatten()
    }

    /// Those not started yet.
    pub(crate) fn planned(&self) -> impl Iterator<Item = &Fact<'a>> {
        self.iter().filter(|fact| fact.started.is_none())
    }

    /// Where an operation works.
    pub(crate) fn working(&self, fact: &Fact<'_>) -> &Windows {
        window_set(self.problem, &self.extra, fact.run)
    }

    /// Where its changeover proceeds.
    pub(crate) fn changing(&self, fact: &Fact<'_>) -> &Windows {
        window_set(self.problem, &self.extra, fact.changing)
    }

    /// Ticks worked from `now` on.
    pub(crate) fn worked(&self, fact: &Fact<'_>) -> Span {
        self.working(fact).open_between(fact.run_from(), fact.placement.end)
    }

    /// Ticks changed over from `now` on.
    pub(crate) fn changed(&self, fact: &Fact<'_>) -> Span {
        fact.placement.changeover.map_or(0, |(start, end)| self.changing(fact).open_between(start, end))
    }

    /// Name of an operation.
    pub(crate) fn name(&self, operation: OperationId) -> &'a str {
        self.problem.names.operations.get(operation.index())
    }

    /// Name of a resource.
    pub(crate) fn resource_name(&self, resource: ResourceId) -> &'a str {
        self.problem.names.resources.get(resource.index())
    }

    /// Whether an unstarted operation has no placement.
    pub(crate) fn is_left_out(&self, operation: OperationId) -> bool {
        self.problem.status(operation) == Status::Planned && self.get(operation).is_none()
    }

    /// By order, whether any of its unstarted operations has no placement.
    pub(crate) fn orders_left_out(&self) -> Vec<bool> {
        self.problem
            .orders
            .iter()
            .map(|order| order.operations.iter().any(|&op| self.is_left_out(op)))
            .collect()
    }

    /// Order of an operation.
    pub(crate) fn order(&self, operation: OperationId) -> Option<OrderId> {
        self.problem.operation(operation).order
    }
}

fn window_set<'a>(problem: &'a Problem, extra: &'a [Windows], place: u32) -> &'a Windows {
    let own = problem.windows.len();
    match (place as usize).checked_sub(own) {
        Some(index) => &extra[index],
        None => &problem.windows[place as usize],
    }
}

/// Finds windows by what they are the intersection of.
struct Resolver<'a> {
    problem: &'a Problem,
    extra: Vec<Windows>,
    known: FxHashMap<SmallVec<[WindowsId; 4]>, u32>,
}

impl<'a> Resolver<'a> {
    fn fact(&mut self, operation: OperationId, placement: &'a Placement) -> Fact<'a> {
        let mode = self.problem.mode(placement.mode);
        let run =
            if mode.run_varies { self.narrowed(mode.working, placement, Phase::Run) } else { mode.working.0 };
        let changing = if mode.changeover_varies {
            self.narrowed(mode.changing, placement, Phase::Changeover)
        } else {
            mode.changing.0
        };
        let baseline = self.problem.baseline(operation);
        let started = baseline.filter(|baseline| baseline.status == Status::Started).map(|baseline| {
            continuation(
                self.problem.now,
                mode.duration,
                baseline,
                window_set(self.problem, &self.extra, run),
                window_set(self.problem, &self.extra, changing),
            )
        });
        Fact { operation, placement, mode, started, run, changing }
    }

    /// Place of `base` intersected with where the members of a phase are open.
    fn narrowed(&mut self, base: WindowsId, placement: &Placement, phase: Phase) -> u32 {
        let mut parts: SmallVec<[WindowsId; 4]> = placement
            .members
            .iter()
            .filter(|member| self.problem.requirement(member.requirement).phase == phase)
            .map(|member| self.problem.resource(member.resource).open)
            .collect();
        parts.sort_unstable();
        parts.dedup();
        parts.insert(0, base);
        if let Some(&place) = self.known.get(&parts) {
            return place;
        }
        let mut windows = self.problem.window_set(base).clone();
        for &part in &parts[1..] {
            windows = windows.intersect(self.problem.window_set(part));
        }
        self.extra.push(windows);
        let place = (self.problem.windows.len() + self.extra.len() - 1) as u32;
        self.known.insert(parts, place);
        place
    }
}

/// How started work goes on (contract, rule 8 and 7.3).
fn continuation(
    now: Time,
    duration: Span,
    baseline: &Baseline,
    working: &Windows,
    changing: &Windows,
) -> Continuation {
    let left = baseline.remaining_changeover;
    let changed = changing.advance(now, left);
    let run_from = changed.unwrap_or(now);
    let remaining = baseline.remaining;
    let fits = working.covers(run_from, run_from + remaining);
    let anew = baseline.on_stop == OnStop::Restart && !fits;
    let restarted = anew
        .then(|| {
            let stop = working.next_closed(run_from)?;
            working.next_unbroken(stop, duration)
        })
        .flatten();
    let end = match (changed, anew) {
        (None, _) => None,
        (_, true) => restarted.map(|start| start + duration),
        (_, false) => working.advance(run_from, remaining),
    };
    Continuation {
        changeover: changed.filter(|_| left > 0).map(|end| (now, end)),
        run_from,
        end,
        restarted,
        remaining,
    }
}
