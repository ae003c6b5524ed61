//! The baseline: what is done, what runs, and what a planner has fixed.

use super::members::take_members;
use super::{Builder, negative};
use crate::error::Finding;
use crate::model::draft::{BaselineRow, Symbol};
use crate::model::history::{Baseline, OnStop, Pin, Status};
use crate::model::ids::{AttributeId, ModeId, OperationId, ResourceId, ValueId};
use crate::model::operation::{Phase, Suspend};
use crate::model::problem::Problem;
use crate::model::resource::Resource;
use crate::model::time::{Span, Time};
use crate::model::windows::Windows;

impl Builder<'_> {
    /// What done operations left on resources that `resource_states` does not tell (contract, 7.2).
    pub(super) fn states_left(&mut self, resources: &mut [Resource], problem: &Problem) {
        let draft = self.draft;
        let mut last: Vec<(ResourceId, Time, OperationId)> = Vec::new();
        for entry in draft.baseline.iter().filter(|entry| entry.status == Status::Done) {
            let Some(operation) = self.operation_keys.get(entry.operation).map(OperationId) else {
                continue;
            };
            let mode = self.mode_named(problem, operation, entry.mode, entry.resource);
            if mode.is_some_and(|mode| problem.modes[mode.index()].duration == 0) {
                continue;
            }
            let by_mode = mode.and_then(|mode| problem.modes[mode.index()].resource);
            let by_row = entry.resource.and_then(|resource| self.resource_keys.get(resource)).map(ResourceId);
            if let (Some(resource), Some(end)) = (by_row.or(by_mode), entry.end) {
                last.push((resource, end, operation));
            }
        }
        last.sort_unstable();
        for (resource, _, operation) in last.into_iter().rev() {
            for &(attribute, value) in &problem.operations[operation.index()].setup {
                leave(&mut resources[resource.index()], attribute, value);
            }
        }
    }

    /// Rows of the baseline, checked.
    pub(super) fn history(&mut self, problem: &mut Problem) {
        let draft = self.draft;
        let mut members = self.baseline_members();
        for (row, entry) in draft.baseline.iter().enumerate() {
            let id = draft.symbols.text(entry.operation);
            let at = self.cell("baseline", row, id, "operation", "operations");
            let Some(operation) = self.operation_keys.resolve(&at, entry.operation, &mut self.findings)
            else {
                continue;
            };
            let operation = OperationId(operation);
            if problem.baseline_of[operation.index()] != u32::MAX {
                self.duplicate("baseline", row, id, "operation");
                continue;
            }
            let held = members.remove(&entry.operation).unwrap_or_default();
            let baseline = self.baseline_row(row, id, entry, operation, &held, problem);
            problem.baseline_of[operation.index()] = problem.baselines.len() as u32;
            problem.baselines.push(baseline);
        }
    }

    fn baseline_members(&mut self) -> std::collections::BTreeMap<Symbol, Vec<(ResourceId, Phase)>> {
        let draft = self.draft;
        let mut members: std::collections::BTreeMap<Symbol, Vec<(ResourceId, Phase)>> =
            std::collections::BTreeMap::new();
        for (row, entry) in draft.baseline_members.iter().enumerate() {
            let id = draft.symbols.text(entry.operation);
            let at = self.cell("baseline_members", row, id, "operation", "operations");
            self.operation_keys.resolve(&at, entry.operation, &mut self.findings);
            let at = self.cell("baseline_members", row, id, "resource", "resources");
            if let Some(resource) = self.resource_keys.resolve(&at, entry.resource, &mut self.findings) {
                members.entry(entry.operation).or_default().push((ResourceId(resource), entry.phase));
            }
        }
        members
    }

    fn baseline_row(
        &mut self,
        row: usize,
        id: &str,
        entry: &BaselineRow,
        operation: OperationId,
        held: &[(ResourceId, Phase)],
        problem: &Problem,
    ) -> Baseline {
        let at = self.cell("baseline", row, id, "resource", "resources");
        let resource = entry
            .resource
            .and_then(|symbol| self.resource_keys.resolve(&at, symbol, &mut self.findings))
            .map(ResourceId);
        let mode = self.mode_named(problem, operation, entry.mode, entry.resource);
        if let (Some(symbol), None) = (entry.mode, mode) {
            self.findings.push(
                Finding::error("DANGLING_REF", "baseline")
                    .at(row, id)
                    .column("mode")
                    .found(format!("{:?}", self.draft.symbols.text(symbol)))
                    .expected(format!("a mode of operation {id:?}"))
                    .hint("a mode without a name is called as its resource"),
            );
        }
        for (column, time) in [("start", entry.start), ("end", entry.end)] {
            if let Some(time) = time {
                self.time_in_range("baseline", row, id, column, time);
            }
        }
        for (column, span) in [
            ("remaining", entry.remaining.unwrap_or(0)),
            ("remaining_changeover", entry.remaining_changeover),
        ] {
            if span < 0 {
                self.findings.push(negative("baseline", row, id, column, span));
            }
        }
        let mut baseline = Baseline {
            status: entry.status,
            mode,
            resource,
            start: entry.start,
            end: entry.end,
            remaining: 0,
            remaining_changeover: entry.remaining_changeover.max(0),
            pin: if entry.status == Status::Planned { entry.pin } else { Pin::None },
            on_stop: entry.on_stop,
            members: Vec::new(),
        };
        match entry.status {
            Status::Done => self.done(row, id, entry, &baseline, problem),
            Status::Started => self.started(row, id, entry, operation, held, &mut baseline, problem),
            Status::Planned => self.pin_complete(row, id, &baseline, operation, problem),
        }
        baseline
    }

    fn inconsistent(&mut self, row: usize, id: &str, column: &'static str, found: String, expected: &str) {
        self.findings.push(
            Finding::error("STATUS_INCONSISTENT", "baseline")
                .at(row, id)
                .column(column)
                .found(found)
                .expected(expected)
                .hint("correct the status or the times"),
        );
    }

    fn done(&mut self, row: usize, id: &str, entry: &BaselineRow, baseline: &Baseline, problem: &Problem) {
        match entry.end {
            None => {
                self.inconsistent(row, id, "end", "done without an end".to_owned(), "the end of done work");
            }
            Some(end) if end > self.now => {
                self.inconsistent(
                    row,
                    id,
                    "end",
                    format!("done at {end}, after now"),
                    "an end at or before now",
                );
            }
            Some(end) if entry.start.is_some_and(|start| start > end) => {
                self.inconsistent(
                    row,
                    id,
                    "start",
                    "a start after the end".to_owned(),
                    "a start before the end",
                );
            }
            Some(_) => {}
        }
        let _ = (baseline, problem);
    }

    #[allow(clippy::too_many_arguments, reason = "one row and what it is checked against")]
    fn started(
        &mut self,
        row: usize,
        id: &str,
        entry: &BaselineRow,
        operation: OperationId,
        held: &[(ResourceId, Phase)],
        baseline: &mut Baseline,
        problem: &Problem,
    ) {
        match entry.start {
            None => self.inconsistent(
                row,
                id,
                "start",
                "started without a start".to_owned(),
                "the start of started work",
            ),
            Some(start) if start > self.now => {
                self.inconsistent(
                    row,
                    id,
                    "start",
                    format!("started at {start}, after now"),
                    "a start at or before now",
                );
            }
            Some(_) => {}
        }
        if baseline.on_stop == OnStop::Restart && problem.operation(operation).suspend == Suspend::Breaks {
            self.inconsistent(
                row,
                id,
                "on_stop",
                "restart on work that may pause".to_owned(),
                "resume where suspend = breaks",
            );
        }
        let Some(mode) = baseline.mode else {
            self.inconsistent(
                row,
                id,
                "mode",
                "started in an unknown mode".to_owned(),
                "a mode, or a resource with one mode",
            );
            return;
        };
        baseline.resource = problem.mode(mode).resource;
        match take_members(problem, mode, held, baseline.remaining_changeover > 0) {
            Ok(members) => baseline.members = members,
            Err(found) => self.inconsistent(row, id, "operation", found, "its members in baseline_members"),
        }
        let windows = running_windows(problem, mode, baseline);
        let duration = problem.mode(mode).duration;
        baseline.remaining = entry.remaining.unwrap_or_else(|| {
            let start = entry.start.unwrap_or(self.now);
            remaining_by_default(&windows, duration, start, self.now, baseline.on_stop)
        });
        let never = problem.operation(operation).suspend == Suspend::Never;
        let goes_on = baseline.remaining > 0 && baseline.remaining_changeover == 0;
        if never && goes_on && !windows.is_open(self.now) {
            self.findings.push(
                Finding::warning("FROZEN_IN_DOWNTIME", "baseline")
                    .at(row, id)
                    .column("status")
                    .found("started work that may not pause, closed at now")
                    .expected("open time at now")
                    .hint("it goes on when its resources open; correct the calendar or the status"),
            );
        }
        if duration == 0 && baseline.remaining > 0 {
            self.inconsistent(
                row,
                id,
                "remaining",
                format!("{} ticks left of a milestone", baseline.remaining),
                "0",
            );
        }
    }

    fn pin_complete(
        &mut self,
        row: usize,
        id: &str,
        baseline: &Baseline,
        operation: OperationId,
        problem: &Problem,
    ) {
        if baseline.pin == Pin::None {
            return;
        }
        let without_resource =
            problem.operation(operation).mode_ids().any(|mode| problem.mode(mode).resource.is_none());
        let mut missing = Vec::new();
        if baseline.resource.is_none() && !without_resource {
            missing.push("resource");
        }
        if baseline.pin != Pin::Resource && baseline.start.is_none() {
            missing.push("start");
        }
        for column in missing {
            self.findings.push(
                Finding::error("PIN_INCOMPLETE", "baseline")
                    .at(row, id)
                    .column(column)
                    .found(format!("a pin without {column}"))
                    .expected("what the pin fixes")
                    .hint("fill the column or remove the pin"),
            );
        }
    }

    /// The mode that a row means: by name, else the only one on the resource, else the only one.
    fn mode_named(
        &self,
        problem: &Problem,
        operation: OperationId,
        mode: Option<Symbol>,
        resource: Option<Symbol>,
    ) -> Option<ModeId> {
        let draft = self.draft;
        let mut modes = problem.operations[operation.index()].mode_ids();
        if let Some(mode) = mode {
            let name = draft.symbols.text(mode);
            return modes.find(|id| problem.names.modes.get(id.index()) == name);
        }
        let on = resource.and_then(|resource| self.resource_keys.get(resource)).map(ResourceId);
        let fits = |id: &ModeId| on.is_none() || problem.modes[id.index()].resource == on;
        let mut fitting = modes.filter(fits);
        let only = fitting.next()?;
        fitting.next().is_none().then_some(only)
    }
}

fn leave(resource: &mut Resource, attribute: AttributeId, value: ValueId) {
    if let Err(place) = resource.state_at_now.binary_search_by_key(&attribute, |state| state.0) {
        resource.state_at_now.insert(place, (attribute, value));
    }
}

/// Where started work can run: its mode's windows and those of the members it holds.
pub(super) fn running_windows(problem: &Problem, mode: ModeId, baseline: &Baseline) -> Windows {
    let mut windows = problem.window_set(problem.mode(mode).working).clone();
    for &(requirement, resource) in &baseline.members {
        if problem.requirement(requirement).phase == Phase::Run {
            windows = windows.intersect(problem.window_set(problem.resource(resource).open));
        }
    }
    windows
}

/// Work of the duration that is not done in `[start, now)`; restarted work counts from its last stop.
fn remaining_by_default(windows: &Windows, duration: Span, start: Time, now: Time, on_stop: OnStop) -> Span {
    let since = match on_stop {
        OnStop::Resume => start,
        OnStop::Restart => last_stop(windows, start, now),
    };
    (duration - windows.open_between(since, now)).max(0)
}

/// The end of the last closed time in `[start, now]`; `start` if it was open all along.
fn last_stop(windows: &Windows, start: Time, now: Time) -> Time {
    if !windows.is_open(now) {
        return now;
    }
    windows
        .iter()
        .map(|(open, _)| open)
        .take_while(|&open| open <= now)
        .last()
        .map_or(start, |open| open.max(start))
}
