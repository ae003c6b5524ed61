//! Resources, groups and transport.

use super::{Builder, negative};
use crate::error::Finding;
use crate::model::draft::Symbol;
use crate::model::ids::{AttributeId, GroupId, LocationId, MatrixId, ResourceId, ValueId};
use crate::model::profile::Profile;
use crate::model::resource::{Group, Resource, ResourceKind};
use crate::model::time::Span;

impl Builder<'_> {
    /// All resources.
    pub(super) fn resources(&mut self) -> Vec<Resource> {
        let draft = self.draft;
        let mut resources: Vec<Option<Resource>> = vec![None; self.resource_keys.names.len()];
        for (row, entry) in draft.resources.iter().enumerate() {
            let id = draft.symbols.text(entry.resource);
            let place = self.resource_keys.get(entry.resource).map_or(0, |id| id as usize);
            if resources.get(place).is_none_or(Option::is_some) {
                continue;
            }
            if entry.capacity < 0 {
                self.findings.push(negative("resources", row, id, "capacity", entry.capacity));
            }
            if entry.cost_per_hour < 0 {
                self.findings.push(negative("resources", row, id, "cost_per_hour", entry.cost_per_hour));
            }
            let profile = match entry.calendar {
                None => Profile::constant(entry.capacity.max(0)),
                Some(calendar) => {
                    if let Some(rows) = self.calendar_rows.get(&calendar) {
                        Self::calendar_profile(rows, entry.capacity.max(0))
                    } else {
                        let at = self.cell("resources", row, id, "calendar", "calendars");
                        self.calendar_keys.resolve(&at, calendar, &mut self.findings);
                        Profile::constant(0)
                    }
                }
            };
            let kind = self.resource_kind(row, id, entry.kind, entry.capacity.max(profile.peak()));
            let matrix = entry.changeover_matrix.and_then(|matrix| {
                let at = self.cell("resources", row, id, "changeover_matrix", "matrices");
                self.matrix_keys.resolve(&at, matrix, &mut self.findings).map(MatrixId)
            });
            if matrix.is_some() && kind == ResourceKind::Cumulative {
                self.findings.push(
                    Finding::error("MATRIX_ON_CUMULATIVE", "resources")
                        .at(row, id)
                        .column("changeover_matrix")
                        .found("a changeover matrix on a cumulative resource")
                        .expected("a unary resource")
                        .hint("only one thing at a time can be changed over; use a unary resource"),
                );
            }
            let profile = self.pool.profile(profile);
            resources[place] = Some(Resource {
                kind,
                profile,
                open: self.pool.open_for(profile, 1),
                matrix,
                cost_per_hour: entry.cost_per_hour,
                location: entry
                    .location
                    .and_then(|location| self.location_keys.get(location))
                    .map(LocationId),
                state_at_now: Vec::new(),
            });
        }
        self.resource_states(&mut resources);
        resources.into_iter().flatten().collect()
    }

    fn resource_kind(
        &mut self,
        row: usize,
        id: &str,
        given: Option<ResourceKind>,
        largest: i64,
    ) -> ResourceKind {
        let kind = given.unwrap_or(if largest <= 1 { ResourceKind::Unary } else { ResourceKind::Cumulative });
        if kind == ResourceKind::Unary && largest > 1 {
            self.findings.push(
                Finding::error("UNARY_CAPACITY", "resources")
                    .at(row, id)
                    .column("kind")
                    .found(format!("kind unary with capacity {largest}"))
                    .expected("capacity 0 or 1 at all times")
                    .hint("make it cumulative, or a group of unary resources"),
            );
        }
        kind
    }

    fn resource_states(&mut self, resources: &mut [Option<Resource>]) {
        let draft = self.draft;
        for (row, entry) in draft.resource_states.iter().enumerate() {
            let id = draft.symbols.text(entry.resource);
            let at = self.cell("resource_states", row, id, "resource", "resources");
            let resource = self.resource_keys.resolve(&at, entry.resource, &mut self.findings);
            self.refuse_unset("resource_states", row, id, "value", entry.value);
            let (Some(resource), Some(attribute), Some(value)) = (
                resource,
                self.attribute_keys.get(entry.attribute).map(AttributeId),
                self.value_keys.get(entry.value).map(ValueId),
            ) else {
                continue;
            };
            let Some(resource) = resources[resource as usize].as_mut() else {
                continue;
            };
            match resource.state_at_now.binary_search_by_key(&attribute, |state| state.0) {
                Ok(_) => self.duplicate("resource_states", row, id, "resource, attribute"),
                Err(place) => resource.state_at_now.insert(place, (attribute, value)),
            }
        }
    }

    /// All groups, with the windows that their members share.
    pub(super) fn groups(&mut self, resources: &[Resource]) -> Vec<Group> {
        let draft = self.draft;
        let mut members: Vec<Vec<(i64, ResourceId)>> = vec![Vec::new(); self.group_keys.names.len()];
        for (row, entry) in draft.groups.iter().enumerate() {
            let id = draft.symbols.text(entry.group);
            let at = self.cell("groups", row, id, "member", "resources");
            let Some(resource) = self.resource_keys.resolve(&at, entry.member, &mut self.findings) else {
                continue;
            };
            let resource = ResourceId(resource);
            if resources.get(resource.index()).is_some_and(|member| member.kind == ResourceKind::Cumulative) {
                self.findings.push(
                    Finding::error("GROUP_MEMBER", "groups")
                        .at(row, id)
                        .column("member")
                        .found(format!("{:?}, a cumulative resource", draft.symbols.text(entry.member)))
                        .expected("a unary resource")
                        .hint("require the cumulative resource directly"),
                );
            }
            let Some(group) = self.group_keys.get(entry.group) else {
                continue;
            };
            if members[group as usize].iter().any(|&(_, known)| known == resource) {
                self.duplicate("groups", row, id, "group, member");
                continue;
            }
            members[group as usize].push((entry.priority, resource));
        }
        members
            .into_iter()
            .map(|mut members| {
                members.sort_by_key(|&(priority, resource)| (std::cmp::Reverse(priority), resource));
                let members: Vec<ResourceId> = members.into_iter().map(|(_, resource)| resource).collect();
                let open = |member: &ResourceId| resources.get(member.index()).map(|member| member.open);
                let first = members.first().and_then(open);
                let shared = first.filter(|_| members.iter().all(|member| open(member) == first));
                Group { members, shared }
            })
            .collect()
    }

    /// Transport times, `from x to`; 0 where nothing is said.
    pub(super) fn transport(&mut self) -> Vec<Span> {
        let draft = self.draft;
        let locations = self.location_keys.names.len();
        if draft.transport.is_empty() {
            return Vec::new();
        }
        let mut times = vec![0; locations * locations];
        let mut known = vec![false; locations * locations];
        for (row, entry) in draft.transport.iter().enumerate() {
            let id = draft.symbols.text(entry.from_location);
            if entry.duration < 0 {
                self.findings.push(negative("transport", row, id, "duration", entry.duration));
            }
            self.time_in_range("transport", row, id, "duration", entry.duration);
            let place = |symbol| self.location_keys.get(symbol).map_or(0, |id| id as usize);
            let pair = place(entry.from_location) * locations + place(entry.to_location);
            if std::mem::replace(&mut known[pair], true) {
                self.duplicate("transport", row, id, "from_location, to_location");
            }
            times[pair] = if entry.from_location == entry.to_location { 0 } else { entry.duration };
        }
        self.transport_known = known;
        times
    }

    pub(super) fn group_of(&self, symbol: Symbol) -> Option<GroupId> {
        self.group_keys.get(symbol).map(GroupId)
    }
}
