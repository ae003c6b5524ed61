//! Whether each operation can run at all: a mode whose resources have room and are open together for long enough.

use smallvec::SmallVec;

use super::Builder;
use crate::error::Finding;
use crate::model::history::Status;
use crate::model::ids::ResourceId;
use crate::model::operation::{Mode, Operation, Phase, Suspend, Target};
use crate::model::problem::Problem;
use crate::model::resource::Resource;
use crate::model::time::Span;

impl Builder<'_> {
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
