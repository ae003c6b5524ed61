//! Requirements: what a mode needs beside its own resource, and where it is open with all of it.

use super::Builder;
use super::operations::below_one;
use crate::error::Finding;
use crate::model::draft::RequirementRow;
use crate::model::ids::{ModeId, Names, ResourceId, WindowsId};
use crate::model::operation::{Mode, Operation, Phase, Requirement, Target};
use crate::model::resource::{Group, Resource, ResourceKind};

impl Builder<'_> {
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
}
