//! Calendars, resources, groups, setup rules and transport.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Builder, negative};
use crate::error::Finding;
use crate::model::changeover::{AttributeRules, Combine, Compare, From, Matrix, Rule};
use crate::model::draft::{CalendarRow, ChangeoverRow, Symbol};
use crate::model::ids::{AttributeId, GroupId, LocationId, MatrixId, ResourceId, ValueId};
use crate::model::operation::Suspend;
use crate::model::profile::Profile;
use crate::model::resource::{Group, Resource, ResourceKind};
use crate::model::time::{FAR, LIMIT, Span};

/// The name that means "no state known" and nothing else.
pub(super) const UNSET: &str = "unset";

impl Builder<'_> {
    /// Rows of each calendar in order of time, checked.
    pub(super) fn calendars(&mut self) {
        let draft = self.draft;
        let mut by_calendar: BTreeMap<Symbol, Vec<(usize, &CalendarRow)>> = BTreeMap::new();
        for (row, entry) in draft.calendars.iter().enumerate() {
            let id = draft.symbols.text(entry.calendar);
            self.time_in_range("calendars", row, id, "start", entry.start);
            if entry.capacity.is_some_and(|capacity| capacity < 0) {
                self.findings.push(negative("calendars", row, id, "capacity", entry.capacity.unwrap_or(0)));
            }
            if let Some(end) = entry.end {
                self.time_in_range("calendars", row, id, "end", end);
                if end <= entry.start {
                    self.findings.push(
                        Finding::error("SHIFT_INVERTED", "calendars")
                            .at(row, id)
                            .column("end")
                            .found(format!("end {end}, start {}", entry.start))
                            .expected("an end after the start")
                            .hint("a shift over midnight ends on the next day"),
                    );
                    continue;
                }
            }
            by_calendar.entry(entry.calendar).or_default().push((row, entry));
        }
        for (symbol, mut rows) in by_calendar {
            rows.sort_by_key(|(_, entry)| (entry.start, entry.end));
            let mut kept: Vec<CalendarRow> = Vec::with_capacity(rows.len());
            for (row, entry) in rows {
                if kept.last().is_some_and(|last| last.end.is_none_or(|end| end > entry.start)) {
                    self.findings.push(
                        Finding::error("SHIFT_CONFLICT", "calendars")
                            .at(row, draft.symbols.text(symbol))
                            .column("start")
                            .found(format!("it starts at {} inside another row", entry.start))
                            .expected("open intervals that do not overlap")
                            .hint("cut one of the two rows"),
                    );
                } else {
                    // What is out of range is refused above, and must not overflow until then.
                    kept.push(CalendarRow {
                        start: entry.start.clamp(-LIMIT, LIMIT),
                        end: entry.end.map(|end| end.clamp(-LIMIT, LIMIT)),
                        ..entry.clone()
                    });
                }
            }
            self.calendar_rows.insert(symbol, kept);
        }
    }

    /// Capacity over time of a calendar whose rows without capacity have `own`.
    fn calendar_profile(rows: &[CalendarRow], own: i64) -> Profile {
        let mut steps: Vec<(i64, i64)> = Vec::with_capacity(rows.len() * 2);
        let mut step = |time: i64, capacity: i64| {
            if steps.last().is_some_and(|last| last.0 == time) {
                steps.pop();
            }
            if steps.last().map_or(0, |last: &(i64, i64)| last.1) != capacity {
                steps.push((time, capacity));
            }
        };
        for row in rows {
            step(row.start, row.capacity.unwrap_or(own));
            if let Some(end) = row.end {
                step(end, 0);
            }
        }
        Profile { steps }
    }

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

    /// All matrices with their rules resolved.
    pub(super) fn matrices(&mut self) -> Vec<Matrix> {
        let draft = self.draft;
        let mut rules: Vec<BTreeMap<AttributeId, Vec<Rule>>> =
            vec![BTreeMap::new(); self.matrix_keys.names.len()];
        let mut known: FxHashMap<RuleKey, usize> = FxHashMap::default();
        for (row, entry) in draft.changeovers.iter().enumerate() {
            let id = draft.symbols.text(entry.matrix);
            let at = self.cell("changeovers", row, id, "matrix", "matrices");
            let matrix = self.matrix_keys.resolve(&at, entry.matrix, &mut self.findings);
            let Some((attribute, rule)) = self.rule(row, id, entry) else {
                continue;
            };
            let key = (entry.matrix, attribute, rule.from, rule.to, rule.compare, rule.priority);
            if let Some(first) = known.insert(key, row) {
                self.findings.push(
                    Finding::error("CHANGEOVER_CONFLICT", "changeovers")
                        .at(row, id)
                        .found(format!("the same rule as row {first}"))
                        .expected("rules that differ in more than duration and cost")
                        .hint("remove one, or give one a priority"),
                );
                continue;
            }
            if let Some(matrix) = matrix {
                rules[matrix as usize].entry(attribute).or_default().push(rule);
            }
        }
        let order = &self.value_order;
        let mut matrices: Vec<Matrix> = rules
            .into_iter()
            .map(|by_attribute| Matrix {
                combine: Combine::Sum,
                suspend: Suspend::Never,
                attached: false,
                attributes: by_attribute
                    .into_iter()
                    .map(|(attribute, rules)| AttributeRules::new(attribute, rules, order))
                    .collect(),
            })
            .collect();
        for entry in &draft.matrices {
            let Some(matrix) = self.matrix_keys.get(entry.matrix) else {
                continue;
            };
            let matrix = &mut matrices[matrix as usize];
            (matrix.combine, matrix.suspend, matrix.attached) =
                (entry.combine, entry.suspend, entry.attached);
        }
        matrices
    }

    fn rule(&mut self, row: usize, id: &str, entry: &ChangeoverRow) -> Option<(AttributeId, Rule)> {
        let draft = self.draft;
        for (column, value) in [("duration", entry.duration), ("cost", entry.cost)] {
            if value < 0 {
                self.findings.push(negative("changeovers", row, id, column, value));
            }
        }
        self.time_in_range("changeovers", row, id, "duration", entry.duration);
        if let Some(to) = entry.to_value {
            self.refuse_unset("changeovers", row, id, "to_value", to);
        }
        if entry.compare != Compare::None && entry.from_value.is_some() && entry.to_value.is_some() {
            self.findings.push(
                Finding::error("COMPARE_WITH_VALUES", "changeovers")
                    .at(row, id)
                    .column("compare")
                    .found("a comparison beside two given values")
                    .expected("compare only where from_value or to_value is null")
                    .hint("remove the comparison, or one of the values"),
            );
        }
        let from = match entry.from_value {
            None => From::Any,
            Some(symbol) if draft.symbols.text(symbol) == UNSET => From::Unset,
            Some(symbol) => From::Value(ValueId(self.value_keys.get(symbol)?)),
        };
        let to = match entry.to_value {
            None => None,
            Some(symbol) => Some(ValueId(self.value_keys.get(symbol)?)),
        };
        let attribute = match entry.attribute {
            Some(symbol) => AttributeId(self.attribute_keys.get(symbol)?),
            None => self.state_attribute,
        };
        let &ChangeoverRow { compare, duration, cost, priority, .. } = entry;
        Some((attribute, Rule { from, to, compare, duration: duration.max(0), cost: cost.max(0), priority }))
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

    /// The reserved name may not be used as a value.
    pub(super) fn refuse_unset(
        &mut self,
        table: &'static str,
        row: usize,
        id: &str,
        column: &'static str,
        value: Symbol,
    ) {
        if self.draft.symbols.text(value) == UNSET {
            self.findings.push(
                Finding::error("RESERVED_NAME", table)
                    .at(row, id)
                    .column(column)
                    .found("\"unset\"")
                    .expected("a value other than the reserved `unset`")
                    .hint("leave the row out where the state is not known"),
            );
        }
    }

    /// Resources whose calendar may end before the work does, and those that never open.
    pub(super) fn calendar_ends(&mut self, resources: &[Resource], load: &[(u64, Span)]) {
        for (index, resource) in resources.iter().enumerate() {
            let (users, work) = load[index];
            let id = self.resource_keys.names.get(index).to_owned();
            let open = self.pool.get(resource.open);
            let Some(last) = open.last_end() else {
                continue;
            };
            if users == 0 || last >= FAR || last >= self.horizon_end {
                continue;
            }
            let left = open.open_between(self.now, last);
            if work > left {
                self.findings.push(
                    Finding::warning("CALENDAR_ENDS", "calendars")
                        .of(id)
                        .column("end")
                        .found(format!("closed for ever from {last}, {left} open ticks left"))
                        .expected(format!("time for work of up to {work} ticks"))
                        .hint("extend the calendar; what does not fit is left out"),
                );
            }
        }
    }

    pub(super) fn group_of(&self, symbol: Symbol) -> Option<GroupId> {
        self.group_keys.get(symbol).map(GroupId)
    }
}

type RuleKey = (Symbol, AttributeId, From, Option<ValueId>, Compare, i64);
