//! Modes and requirements: who can run what, where it is open, and whether it can run at all.

use smallvec::SmallVec;

use super::operations::below_one;
use super::{Builder, negative};
use crate::error::Finding;
use crate::model::draft::{ModeRow, RequirementRow};
use crate::model::history::Status;
use crate::model::ids::{ModeId, Names, OperationId, ResourceId, WindowsId};
use crate::model::operation::{Mode, Operation, Phase, Requirement, Suspend, Target};
use crate::model::problem::Problem;
use crate::model::resource::{Group, Resource, ResourceKind};
use crate::model::time::Span;

impl Builder<'_> {
    /// All modes, those of an operation next to each other by name.
    pub(super) fn modes(
        &mut self,
        operations: &mut [Operation],
        resources: &[Resource],
    ) -> (Vec<Mode>, Names) {
        let draft = self.draft;
        let mut rows: Vec<(u32, &str, u32, Mode)> = Vec::with_capacity(draft.modes.len());
        for (row, entry) in draft.modes.iter().enumerate() {
            if let Some((operation, name, mode)) = self.mode(row, entry, resources) {
                rows.push((operation, name, row as u32, mode));
            }
        }
        rows.sort_unstable_by_key(|&(operation, name, row, _)| (operation, name, row));
        let mut names = Names::default();
        let mut modes: Vec<Mode> = Vec::with_capacity(rows.len());
        let mut last = None;
        for (operation, name, row, mode) in rows {
            if last == Some((operation, name)) {
                self.duplicate("modes", row as usize, name, "operation, mode");
                continue;
            }
            last = Some((operation, name));
            let range = &mut operations[operation as usize].modes;
            if range.start == range.end {
                range.start = modes.len() as u32;
            }
            range.end = modes.len() as u32 + 1;
            names.push(name);
            modes.push(mode);
        }
        (modes, names)
    }

    fn mode<'b>(
        &mut self,
        row: usize,
        entry: &ModeRow,
        resources: &[Resource],
    ) -> Option<(u32, &'b str, Mode)>
    where
        Self: 'b,
    {
        let draft = self.draft;
        let id = draft.symbols.text(entry.operation);
        if entry.quantity < 1 {
            self.findings.push(below_one("modes", row, id, "quantity", entry.quantity));
        }
        for (column, value) in [("duration", entry.duration), ("cost", entry.cost)] {
            if value < 0 {
                self.findings.push(negative("modes", row, id, column, value));
            }
        }
        self.time_in_range("modes", row, id, "duration", entry.duration);
        let at = self.cell("modes", row, id, "operation", "operations");
        let operation = self.operation_keys.resolve(&at, entry.operation, &mut self.findings);
        let at = self.cell("modes", row, id, "resource", "resources");
        let resource = match entry.resource {
            None => None,
            Some(symbol) => Some(ResourceId(self.resource_keys.resolve(&at, symbol, &mut self.findings)?)),
        };
        if let Some(resource) = resource.and_then(|resource| resources.get(resource.index()))
            && resource.kind == ResourceKind::Unary
            && entry.quantity > 1
        {
            self.findings.push(
                Finding::error("QUANTITY_ON_UNARY", "modes")
                    .at(row, id)
                    .column("quantity")
                    .found(entry.quantity.to_string())
                    .expected("1 on a unary resource")
                    .hint("make the resource cumulative if it serves several at a time"),
            );
        }
        let name = entry.mode.or(entry.resource).unwrap_or(entry.operation);
        let operation = operation?;
        let always = self.pool.always();
        let mode = Mode {
            operation: OperationId(operation),
            resource,
            quantity: entry.quantity,
            duration: entry.duration.max(0),
            cost: entry.cost,
            requirements: 0..0,
            working: always,
            changing: always,
            run_varies: false,
            changeover_varies: false,
        };
        Some((operation, self.mode_name(name), mode))
    }

    fn mode_name<'b>(&self, symbol: crate::model::draft::Symbol) -> &'b str
    where
        Self: 'b,
    {
        self.draft.symbols.text(symbol)
    }

    /// Requirements by mode, keys of their rows, and the windows that follow from them.
    pub(super) fn requirements(
        &mut self,
        mut modes: Vec<Mode>,
        mode_names: &Names,
        operations: &[Operation],
        resources: &[Resource],
        groups: &[Group],
    ) -> (Vec<Mode>, Vec<Requirement>, Names) {
        let keys = self.requirement_keys();
        let mut requirements: Vec<Requirement> = Vec::new();
        for (row, entry) in self.draft.requirements.iter().enumerate() {
            self.requirement(row, entry, &modes, mode_names, operations, resources, &mut requirements);
        }
        requirements.retain(|requirement| modes[requirement.mode.index()].duration > 0);
        let by_key =
            |r: &Requirement| (r.mode, r.phase, r.target, r.quantity, r.breaks, keys.get(r.row as usize));
        requirements.sort_by(|a, b| by_key(a).cmp(&by_key(b)));
        for (index, requirement) in requirements.iter().enumerate() {
            let range = &mut modes[requirement.mode.index()].requirements;
            if range.start == range.end {
                range.start = index as u32;
            }
            range.end = index as u32 + 1;
        }
        for mode in &mut modes {
            let own = &requirements[mode.requirements.start as usize..mode.requirements.end as usize];
            (mode.working, mode.run_varies) = self.open_in(Phase::Run, mode, own, resources, groups);
            (mode.changing, mode.changeover_varies) =
                self.open_in(Phase::Changeover, mode, own, resources, groups);
        }
        (modes, requirements, keys)
    }

    /// Keys of requirement rows: the column `requirement`, else made of the row's own key; rows that
    /// are alike are numbered, so that the order of rows does not matter.
    fn requirement_keys(&self) -> Names {
        let text = |symbol| self.draft.symbols.text(symbol);
        let made = |entry: &RequirementRow| {
            let mode = entry.mode.map_or("*", text);
            let target = entry.resource.or(entry.group).map_or("", text);
            let phase = if entry.phase == Phase::Run { "run" } else { "changeover" };
            [text(entry.operation), mode, target, phase].join("/")
        };
        let rows = &self.draft.requirements;
        let mut keyed: Vec<String> = rows
            .iter()
            .map(|entry| entry.requirement.map_or_else(|| made(entry), |key| text(key).to_owned()))
            .collect();
        let mut sorted: Vec<usize> = (0..rows.len()).filter(|&row| rows[row].requirement.is_none()).collect();
        sorted.sort_by(|&a, &b| {
            let key = |row: usize| (&keyed[row], rows[row].quantity, rows[row].breaks);
            key(a).cmp(&key(b))
        });
        let mut repeats = Vec::new();
        let mut count = 1;
        for pair in sorted.windows(2) {
            count = if keyed[pair[0]] == keyed[pair[1]] { count + 1 } else { 1 };
            if count > 1 {
                repeats.push((pair[1], count));
            }
        }
        for (row, count) in repeats {
            keyed[row] = format!("{}#{count}", keyed[row]);
        }
        let mut names = Names::default();
        for key in &keyed {
            names.push(key);
        }
        names
    }

    #[allow(clippy::too_many_arguments, reason = "what one row is checked against")]
    fn requirement(
        &mut self,
        row: usize,
        entry: &RequirementRow,
        modes: &[Mode],
        mode_names: &Names,
        operations: &[Operation],
        resources: &[Resource],
        out: &mut Vec<Requirement>,
    ) {
        let draft = self.draft;
        let id = draft.symbols.text(entry.operation);
        if entry.quantity < 1 {
            self.findings.push(below_one("requirements", row, id, "quantity", entry.quantity));
        }
        let at = self.cell("requirements", row, id, "operation", "operations");
        let operation = self.operation_keys.resolve(&at, entry.operation, &mut self.findings);
        let target = self.target(row, id, entry, resources);
        let (Some(operation), Some(target)) = (operation, target) else {
            return;
        };
        let range = operations[operation as usize].modes.clone();
        let wanted = entry.mode.map(|mode| draft.symbols.text(mode));
        let mut matched = false;
        for mode in range.map(ModeId) {
            if wanted.is_some_and(|wanted| wanted != mode_names.get(mode.index())) {
                continue;
            }
            matched = true;
            if let Target::Resource(resource) = target
                && modes[mode.index()].resource == Some(resource)
            {
                self.findings.push(
                    Finding::error("OWN_RESOURCE", "requirements")
                        .at(row, id)
                        .column("resource")
                        .found(format!(
                            "{:?}, which mode {:?} runs on",
                            self.resource_keys.names.get(resource.index()),
                            mode_names.get(mode.index())
                        ))
                        .expected("a resource other than the mode's own")
                        .hint("raise modes.quantity, or name the mode that the row is for"),
                );
                continue;
            }
            let (quantity, phase, breaks) = (entry.quantity, entry.phase, entry.breaks);
            out.push(Requirement { mode, target, quantity, phase, breaks, row: row as u32 });
        }
        if !matched && let Some(wanted) = wanted {
            self.findings.push(
                Finding::error("DANGLING_REF", "requirements")
                    .at(row, id)
                    .column("mode")
                    .found(format!("{wanted:?}"))
                    .expected(format!("a mode of operation {id:?}"))
                    .hint("a mode without a name is called as its resource"),
            );
        }
    }

    fn target(
        &mut self,
        row: usize,
        id: &str,
        entry: &RequirementRow,
        resources: &[Resource],
    ) -> Option<Target> {
        let found = match (entry.resource, entry.group) {
            (Some(resource), None) => {
                let at = self.cell("requirements", row, id, "resource", "resources");
                let resource = ResourceId(self.resource_keys.resolve(&at, resource, &mut self.findings)?);
                if resources.get(resource.index()).is_some_and(|found| found.kind == ResourceKind::Unary)
                    && entry.quantity > 1
                {
                    self.findings.push(
                        Finding::error("QUANTITY_ON_UNARY", "requirements")
                            .at(row, id)
                            .column("quantity")
                            .found(entry.quantity.to_string())
                            .expected("1 on a unary resource")
                            .hint("require a group for several of a kind"),
                    );
                }
                return Some(Target::Resource(resource));
            }
            (None, Some(group)) => {
                let at = self.cell("requirements", row, id, "group", "groups");
                if self.group_of(group).is_none() {
                    self.group_keys.resolve(&at, group, &mut self.findings);
                }
                return self.group_of(group).map(Target::Group);
            }
            (Some(_), Some(_)) => "both a resource and a group",
            (None, None) => "neither a resource nor a group",
        };
        self.findings.push(
            Finding::error("REQUIREMENT_TARGET", "requirements")
                .at(row, id)
                .column("resource")
                .found(found)
                .expected("exactly one of resource and group")
                .hint("split the row in two, or fill one of the columns"),
        );
        None
    }

    /// Where a phase of a mode can proceed, and whether group members differ in that.
    fn open_in(
        &mut self,
        phase: Phase,
        mode: &Mode,
        own: &[Requirement],
        resources: &[Resource],
        groups: &[Group],
    ) -> (WindowsId, bool) {
        let mut open = self.pool.always();
        let mut varies = false;
        if let Some(resource) = mode.resource.and_then(|resource| resources.get(resource.index())) {
            open = self.pool.open_for(resource.profile, mode.quantity);
        }
        let in_phase = || own.iter().filter(|requirement| requirement.phase == phase);
        for requirement in in_phase() {
            match requirement.target {
                Target::Resource(id) => {
                    let Some(resource) = resources.get(id.index()) else {
                        continue;
                    };
                    let total: i64 = in_phase()
                        .filter(|other| other.target == requirement.target)
                        .map(|other| other.quantity)
                        .sum();
                    let windows = self.pool.open_for(resource.profile, total);
                    open = self.pool.meet(open, windows);
                }
                Target::Group(group) => match groups[group.index()].shared {
                    Some(shared) => open = self.pool.meet(open, shared),
                    None => varies = true,
                },
            }
        }
        (open, varies)
    }

    /// Operations that no mode can ever run.
    pub(super) fn modes_possible(&mut self, problem: &Problem, resources: &[Resource]) {
        let draft = self.draft;
        let history: rustc_hash::FxHashSet<_> = draft
            .baseline
            .iter()
            .filter(|row| row.status != Status::Planned)
            .map(|row| row.operation)
            .collect();
        let mut load: Vec<(u64, Span)> = vec![(0, 0); resources.len()];
        let peak = |resource: &Resource| self.pool.profiles[resource.profile.index()].peak();
        let peaks: Vec<i64> = resources.iter().map(peak).collect();
        for (row, entry) in draft.operations.iter().enumerate() {
            let Some(place) = self.operation_keys.get(entry.operation) else {
                continue;
            };
            if history.contains(&entry.operation) {
                continue;
            }
            let operation = &problem.operations[place as usize];
            let id = draft.symbols.text(entry.operation);
            if operation.modes.is_empty() {
                self.findings.push(
                    Finding::error("NO_ELIGIBLE_RESOURCE", "modes")
                        .of(id)
                        .column("operation")
                        .found(format!("no mode for operation {id:?} (operations[{row}])"))
                        .expected("at least one mode")
                        .hint("add a row to `modes`"),
                );
                continue;
            }
            let mut reasons = Vec::new();
            for mode in operation.mode_ids() {
                let mode = &problem.modes[mode.index()];
                if let Some(resource) = mode.resource {
                    let (users, work) = &mut load[resource.index()];
                    (*users, *work) = (*users + 1, work.saturating_add(mode.duration));
                }
                reasons.extend(self.impossible(problem, operation, mode, &peaks));
            }
            if reasons.len() == operation.modes.len() {
                let (check, found, expected) = reasons.swap_remove(0);
                self.findings.push(
                    Finding::error(check, "operations")
                        .at(row, id)
                        .found(found)
                        .expected(expected)
                        .hint("no mode of this operation can ever run; change its modes or the calendar"),
                );
            }
        }
        self.calendar_ends(resources, &load);
    }

    /// Why a mode can never run, if so.
    fn impossible(
        &self,
        problem: &Problem,
        operation: &Operation,
        mode: &Mode,
        peaks: &[i64],
    ) -> Option<(&'static str, String, String)> {
        if mode.duration == 0 {
            return None;
        }
        let name = |id: ResourceId| self.resource_keys.names.get(id.index());
        let own = mode.resource.map(|id| (id, mode.quantity, Phase::Run));
        let range = mode.requirements.start as usize..mode.requirements.end as usize;
        let required = problem.requirements[range].iter();
        for requirement in required.clone() {
            if let Target::Group(group) = requirement.target {
                let group = &problem.groups[group.index()];
                let choice =
                    group.members.iter().filter(|&&member| Some(member) != mode.resource).count() as i64;
                let wanted: i64 = required
                    .clone()
                    .filter(|other| other.phase == requirement.phase && other.target == requirement.target)
                    .map(|other| other.quantity)
                    .sum();
                if wanted > choice {
                    let found = format!("{wanted} members required, {choice} in the group");
                    return Some(("CAPACITY_TOO_SMALL", found, "at most as many as there are".to_owned()));
                }
            }
        }
        let needs = required.filter_map(|requirement| match requirement.target {
            Target::Resource(id) if requirement.phase == Phase::Run => {
                Some((id, requirement.quantity, requirement.phase))
            }
            _ => None,
        });
        let mut totals: SmallVec<[(ResourceId, i64); 4]> = SmallVec::new();
        for (id, quantity, _) in own.into_iter().chain(needs) {
            match totals.iter_mut().find(|total| total.0 == id) {
                Some(total) => total.1 += quantity,
                None => totals.push((id, quantity)),
            }
        }
        for (id, quantity) in totals {
            let peak = peaks[id.index()];
            if peak == 0 {
                return Some((
                    "NO_CAPACITY",
                    format!("{} never has capacity", name(id)),
                    "capacity at some time".to_owned(),
                ));
            }
            if quantity > peak {
                let found = format!("needs {quantity} of {}, which never has more than {peak}", name(id));
                return Some(("CAPACITY_TOO_SMALL", found, format!("at most {peak}")));
            }
        }
        let open = self.pool.get(mode.working);
        if open.is_empty() {
            return Some((
                "NO_CAPACITY",
                "what it needs is never open together".to_owned(),
                "a common open time".to_owned(),
            ));
        }
        (operation.suspend == Suspend::Never && open.longest() < mode.duration).then(|| {
            let found = format!("{} ticks without a break, longest window {}", mode.duration, open.longest());
            ("WINDOW_TOO_SHORT", found, "a window as long as the work, or suspend = breaks".to_owned())
        })
    }
}
