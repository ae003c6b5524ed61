//! Calendars: capacity over time, and whether it ends too soon.

use std::collections::BTreeMap;

use super::{Builder, negative};
use crate::error::Finding;
use crate::model::draft::{CalendarRow, Symbol};
use crate::model::profile::Profile;
use crate::model::resource::Resource;
use crate::model::time::{FAR, LIMIT, Span};

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
    pub(super) fn calendar_profile(rows: &[CalendarRow], own: i64) -> Profile {
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
}
