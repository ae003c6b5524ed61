//! Pins: those that cannot hold are released, those that contradict each other are errors.

use std::collections::BTreeMap;

use super::Builder;
use super::history::running_windows;
use crate::error::Finding;
use crate::model::history::{Baseline, OnStop, Pin, Status};
use crate::model::ids::{ModeId, OperationId, ResourceId};
use crate::model::operation::{Phase, Target};
use crate::model::precedence::Kind;
use crate::model::problem::Problem;
use crate::model::resource::ResourceKind;
use crate::model::time::{MILLION, Span, Time};
use crate::model::windows::Windows;

/// What started work holds from `now` on.
#[derive(Debug, Default)]
struct Running {
    /// Resource, until, quantity.
    holdings: Vec<(ResourceId, Time, i64)>,
}

impl Builder<'_> {
    /// Releases start pins that closed time or started work makes impossible; refuses contradictions.
    pub(super) fn pins(&mut self, problem: &mut Problem) {
        let draft = self.draft;
        let running = self.running(problem);
        let mut fixed: Vec<(OperationId, ResourceId, Time, Time, usize)> = Vec::new();
        for (row, entry) in draft.baseline.iter().enumerate() {
            let Some(operation) = self.operation_keys.get(entry.operation).map(OperationId) else {
                continue;
            };
            let Some(baseline) = problem.baseline(operation).cloned() else {
                continue;
            };
            if baseline.status != Status::Planned {
                continue;
            }
            let id = draft.symbols.text(entry.operation);
            if baseline.pin != Pin::None && !self.pin_eligible(row, id, operation, &baseline, problem) {
                continue;
            }
            let (Pin::Start, Some(start)) = (baseline.pin, baseline.start) else {
                continue;
            };
            match self.pinned_end(problem, operation, &baseline, start, &running) {
                Some((resource, end)) => {
                    if let Some(resource) = resource {
                        fixed.push((operation, resource, start, end, row));
                    }
                }
                None => self.release_pin(row, id, operation, start, problem),
            }
        }
        self.pin_conflicts(problem, &mut fixed);
    }

    fn pin_eligible(
        &mut self,
        row: usize,
        id: &str,
        operation: OperationId,
        baseline: &Baseline,
        problem: &Problem,
    ) -> bool {
        let mut modes = problem.operation(operation).mode_ids();
        let eligible = modes.any(|mode| problem.mode(mode).resource == baseline.resource);
        if !eligible && baseline.pin != Pin::Start {
            self.findings.push(
                Finding::error("PIN_INFEASIBLE", "baseline")
                    .at(row, id)
                    .column("resource")
                    .found("a pin on a resource that none of its modes uses")
                    .expected("a resource of one of its modes")
                    .hint("correct the resource or remove the pin"),
            );
        }
        eligible || baseline.pin == Pin::Start
    }

    fn release_pin(
        &mut self,
        row: usize,
        id: &str,
        operation: OperationId,
        start: Time,
        problem: &mut Problem,
    ) {
        let place = problem.baseline_of[operation.index()] as usize;
        problem.baselines[place].pin = Pin::None;
        self.findings.push(
            Finding::warning("PIN_RELEASED", "baseline")
                .at(row, id)
                .column("pin")
                .found(format!("start {start}: closed time, a window, now or started work is in the way"))
                .expected("a start from which the work can run")
                .hint("the operation is free to move"),
        );
    }

    /// The resource and the earliest end of pinned work; none where it cannot run from there.
    fn pinned_end(
        &self,
        problem: &Problem,
        operation: OperationId,
        baseline: &Baseline,
        start: Time,
        running: &Running,
    ) -> Option<(Option<ResourceId>, Time)> {
        let record = problem.operation(operation);
        if start < self.now || start < record.release {
            return None;
        }
        let on_resource = record.mode_ids().filter(|&mode| problem.mode(mode).resource == baseline.resource);
        let ends = on_resource.filter_map(|mode| earliest_end(problem, operation, mode, start, running));
        let end = ends.filter(|&end| end <= record.deadline).min()?;
        Some((baseline.resource, end))
    }

    /// What started work holds, with findings where it contradicts limits or itself.
    fn running(&mut self, problem: &Problem) -> Running {
        let draft = self.draft;
        let mut running = Running::default();
        for (row, entry) in
            draft.baseline.iter().enumerate().filter(|(_, entry)| entry.status == Status::Started)
        {
            let Some(operation) = self.operation_keys.get(entry.operation).map(OperationId) else {
                continue;
            };
            let Some(baseline) = problem.baseline(operation) else {
                continue;
            };
            let Some(mode) = baseline.mode else { continue };
            let Some(end) = started_end(problem, mode, baseline) else {
                continue;
            };
            let id = draft.symbols.text(entry.operation);
            if end > problem.operation(operation).deadline {
                self.findings.push(
                    Finding::warning("STARTED_PAST_LIMIT", "baseline")
                        .at(row, id)
                        .column("remaining")
                        .found(format!("started work ends at {end}"))
                        .expected(format!("an end by {}", problem.operation(operation).deadline))
                        .hint("started work is finished all the same"),
                );
            }
            self.hold(problem, row, id, mode, baseline, end, &mut running);
        }
        running
    }

    #[allow(clippy::too_many_arguments, reason = "one holding and what it is checked against")]
    fn hold(
        &mut self,
        problem: &Problem,
        row: usize,
        id: &str,
        mode: ModeId,
        baseline: &Baseline,
        end: Time,
        running: &mut Running,
    ) {
        let record = problem.mode(mode);
        let own = record.resource.map(|resource| (resource, record.quantity));
        let required =
            problem.requirements_of(mode).iter().filter_map(|requirement| match requirement.target {
                Target::Resource(resource) if requirement.phase == Phase::Run && !requirement.releases() => {
                    Some((resource, requirement.quantity))
                }
                _ => None,
            });
        let members = baseline.members.iter().filter_map(|&(requirement, resource)| {
            let requirement = problem.requirement(requirement);
            (requirement.phase == Phase::Run && !requirement.releases()).then_some((resource, 1))
        });
        for (resource, quantity) in own.into_iter().chain(required).chain(members) {
            let unary = problem.resource(resource).kind == ResourceKind::Unary;
            if unary && end > self.now && running.holdings.iter().any(|&(held, _, _)| held == resource) {
                self.findings.push(
                    Finding::warning("STARTED_OVERLAP", "baseline")
                        .at(row, id)
                        .column("resource")
                        .found(format!(
                            "{:?} is held by two started operations",
                            problem.names.resources.get(resource.index())
                        ))
                        .expected("one holder at a time")
                        .hint("report one of them as done"),
                );
            }
            if end > self.now {
                running.holdings.push((resource, end, quantity));
            }
        }
    }

    /// Start pins that overlap on a unary resource or break a precedence between them.
    fn pin_conflicts(
        &mut self,
        problem: &Problem,
        fixed: &mut [(OperationId, ResourceId, Time, Time, usize)],
    ) {
        fixed.sort_by_key(|&(operation, resource, start, end, _)| (resource, start, end, operation));
        let mut conflicts: Vec<(usize, OperationId, OperationId, &'static str)> = Vec::new();
        for pair in fixed.windows(2) {
            let ((before, resource, _, end, _), (after, other, start, last, row)) = (pair[0], pair[1]);
            let unary = problem.resource(resource).kind == ResourceKind::Unary;
            if resource == other && unary && start < end && start < last {
                conflicts.push((row, before, after, "overlap on their resource"));
            }
        }
        let by_operation: BTreeMap<OperationId, (ResourceId, Time, Time)> =
            fixed.iter().map(|&(operation, on, start, end, _)| (operation, (on, start, end))).collect();
        for &(after, on, start, last, row) in fixed.iter() {
            for link in problem.incoming(after) {
                let Some(&(from, first, end)) = by_operation.get(&link.before) else { continue };
                let before = link.before;
                let lag = link.min_lag + problem.transport_between(Some(from), Some(on));
                let whole = i64::from(link.transfer) == MILLION;
                let (earlier, later) = match link.kind {
                    Kind::EndStart if whole => (end, start),
                    Kind::EndStart | Kind::StartStart => (first, start),
                    Kind::EndEnd => (end, last),
                    Kind::StartEnd => (first, last),
                };
                // Ends are the earliest possible, so a later end of `after` may still satisfy a link to it.
                let breaks = matches!(link.kind, Kind::EndStart | Kind::StartStart) && later < earlier + lag;
                let exceeds = whole
                    && link.kind == Kind::StartStart
                    && link.max_lag.is_some_and(|max| later > earlier + max);
                if breaks || exceeds {
                    conflicts.push((row, before, after, "break a precedence"));
                }
            }
        }
        for (row, before, after, how) in conflicts {
            let name = |id: OperationId| problem.names.operations.get(id.index());
            self.findings.push(
                Finding::error("PIN_CONFLICT", "baseline")
                    .at(row, name(after))
                    .column("pin")
                    .found(format!("pinned starts of {:?} and {:?} {how}", name(before), name(after)))
                    .expected("pins that can hold together")
                    .hint("remove one of the two pins"),
            );
        }
    }
}

/// Earliest end of work in a mode from a fixed start, given calendars and started work alone.
fn earliest_end(
    problem: &Problem,
    operation: OperationId,
    mode: ModeId,
    start: Time,
    running: &Running,
) -> Option<Time> {
    let record = problem.mode(mode);
    if record.duration == 0 {
        return Some(start);
    }
    let working = problem.window_set(record.working);
    let mut end = finish(problem, operation, working, start, record.duration)?;
    let own = record.resource.map(|resource| (resource, record.quantity));
    let mut needs: Vec<(ResourceId, i64)> = own.into_iter().collect();
    for requirement in
        problem.requirements_of(mode).iter().filter(|requirement| requirement.phase == Phase::Run)
    {
        match requirement.target {
            Target::Resource(resource) => needs.push((resource, requirement.quantity)),
            Target::Group(group) => {
                let free = problem.groups[group.index()].members.iter().filter(|&&member| {
                    Some(member) != record.resource && fits(problem, member, 1, start, running)
                });
                let mut ends: Vec<Time> = free
                    .filter_map(|&member| {
                        let both = working.intersect(problem.window_set(problem.resource(member).open));
                        finish(problem, operation, &both, start, record.duration)
                    })
                    .collect();
                ends.sort_unstable();
                end = end.max(*ends.get(requirement.quantity.max(1) as usize - 1)?);
            }
        }
    }
    needs.iter().all(|&(resource, quantity)| fits(problem, resource, quantity, start, running)).then_some(end)
}

fn fits(problem: &Problem, resource: ResourceId, quantity: i64, start: Time, running: &Running) -> bool {
    let record = problem.resource(resource);
    let held = running.holdings.iter().filter(|&&(held, until, _)| held == resource && until > start);
    match record.kind {
        ResourceKind::Unary => held.count() == 0,
        ResourceKind::Cumulative => {
            let used: i64 = held.map(|&(_, _, quantity)| quantity).sum();
            used + quantity <= problem.profile(record.profile).at(start)
        }
    }
}

fn finish(
    problem: &Problem,
    operation: OperationId,
    windows: &Windows,
    start: Time,
    duration: Span,
) -> Option<Time> {
    if !windows.is_open(start) {
        return None;
    }
    if problem.suspends(operation) {
        return windows.advance(start, duration);
    }
    windows.covers(start, start + duration).then_some(start + duration)
}

/// The end of started work: its remaining changeover, then its remaining work (contract, 7.3).
fn started_end(problem: &Problem, mode: ModeId, baseline: &Baseline) -> Option<Time> {
    let mut changing = problem.window_set(problem.mode(mode).changing).clone();
    for &(requirement, resource) in &baseline.members {
        if problem.requirement(requirement).phase == Phase::Changeover {
            changing = changing.intersect(problem.window_set(problem.resource(resource).open));
        }
    }
    let from = changing.advance(problem.now, baseline.remaining_changeover)?;
    let windows = running_windows(problem, mode, baseline);
    match baseline.on_stop {
        OnStop::Resume => windows.advance(from, baseline.remaining),
        OnStop::Restart if baseline.remaining == 0 => Some(from),
        OnStop::Restart if windows.covers(from, from + baseline.remaining) => Some(from + baseline.remaining),
        OnStop::Restart => {
            let duration = problem.mode(mode).duration;
            let again = windows.next_closed(from)?;
            Some(windows.next_unbroken(again, duration)? + duration)
        }
    }
}
