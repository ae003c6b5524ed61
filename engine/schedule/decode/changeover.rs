//! The changeover before an operation, and what a newcomer does to the one behind it.
//!
//! The state before a place in a resource's sequence is carried: for each attribute the last operation
//! that names it, else what the resource had at `now`. A changeover lies as late as it can: that
//! leaves the gap before it whole. A published one is tried where it was, as long as its operation starts when it was
//! to: others count on its setters and tools at other times. Where a newcomer goes into a gap, the next changeover is fitted
//! anew; if it does not fit, the newcomer goes behind the next operation.

use smallvec::SmallVec;

use super::hold::{Blocked, Stretch};
use super::plan::{Change, Changeover, Members, Open, Plan, Stay};
use crate::model::changeover::Matrix;
use crate::model::history::Status;
use crate::model::ids::{AttributeId, MatrixId, ModeId, OperationId, ResourceId, ValueId};
use crate::model::operation::Suspend;
use crate::model::time::{FAR, Span, Time};
use crate::model::windows::Windows;

/// A changeover that fits before an operation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fitted {
    pub(crate) changeover: Changeover,
    pub(crate) members: Members,
    /// Operations behind it whose changeover becomes another.
    pub(crate) refits: SmallVec<[(OperationId, Changeover); 1]>,
}

/// How the rules of a matrix place a changeover.
#[derive(Clone, Copy)]
struct Manner {
    time: Span,
    suspend: bool,
    attached: bool,
}

impl Manner {
    /// The latest that ends at or before `at`.
    fn latest(self, open: &Windows, low: Time, at: Time) -> Option<(Time, Time)> {
        let start =
            if self.suspend { open.retreat(at, self.time)? } else { open.last_unbroken(at, self.time)? };
        let end = self.end(open, start)?;
        (start >= low && (!self.attached || end == at)).then_some((start, end))
    }

    /// The earliest that starts at or after `low`.
    fn earliest(self, open: &Windows, low: Time) -> Option<(Time, Time)> {
        let start = if self.suspend { open.next_open(low)? } else { open.next_unbroken(low, self.time)? };
        Some((start, self.end(open, start)?))
    }

    /// Whether a changeover can be where it was published.
    fn keeps(self, open: &Windows, (low, at): (Time, Time), (start, end): (Time, Time)) -> bool {
        let is_within = low <= start && end <= at && (!self.attached || end == at);
        is_within && self.earliest(open, start) == Some((start, end))
    }

    fn end(self, open: &Windows, start: Time) -> Option<Time> {
        if self.suspend { open.advance(start, self.time) } else { Some(start + self.time) }
    }

    /// The first instant after `at` at which an operation could start, none having fitted at `at`.
    fn later(self, open: &Windows, low: Time, at: Time) -> Option<Time> {
        if !self.attached {
            return self.earliest(open, low).map(|found| found.1.max(at + 1));
        }
        if !self.suspend {
            return open.next_unbroken(low.max(at - self.time + 1), self.time).map(|t| t + self.time);
        }
        let first = self.earliest(open, low)?.1;
        if first > at { Some(first) } else { open.next_open(at).map(|t| t + 1) }
    }
}

impl Plan<'_> {
    /// State of an attribute before the stay at `place` of a resource.
    fn state_before(&self, own: ResourceId, place: usize, attribute: AttributeId) -> Option<ValueId> {
        let problem = self.outline.problem;
        for stay in self.stays[own.index()][..place].iter().rev() {
            let setup = &problem.operation(stay.operation).setup;
            if let Some(named) = setup.iter().find(|named| named.0 == attribute) {
                return Some(named.1);
            }
        }
        problem.state_at_now(own, attribute)
    }

    /// The changeover that lets an operation run on its own resource over `[start, end)`, which is
    /// free there; `kept` is when it was to change over, where it is to run as published.
    pub(crate) fn fit_changeover(
        &mut self,
        operation: OperationId,
        mode: ModeId,
        (start, end): (Time, Time),
        chosen: &Members,
        kept: Option<(Time, Time)>,
    ) -> Result<Fitted, Blocked> {
        let problem = self.outline.problem;
        let Some(own) = self.outline.mode(mode).own else {
            return Ok(Fitted::default());
        };
        let Some(matrix) = problem.resource(own).matrix else {
            return Ok(Fitted::default());
        };
        let setup = &problem.operation(operation).setup;
        let place = self.stays[own.index()].partition_point(|stay| stay.end <= start);
        let state = |attribute| self.state_before(own, place, attribute);
        let (time, cost) = problem.matrix(matrix).changeover(state, setup, &problem.value_order);
        let mut fitted = Fitted::default();
        fitted.changeover.cost = cost;
        if time > 0 {
            let free = self.timelines[own.index()].free_since(start).unwrap_or(problem.now);
            let low = free.max(problem.now);
            let manner = manner(problem.matrix(matrix), time);
            fitted = self.fit_time(mode, manner, (low, start), chosen, kept)?;
            fitted.changeover.cost = cost;
        }
        if let Some(next) = self.stays[own.index()].get(place).copied() {
            let refits = self.refit_behind(own, matrix, place, operation, end);
            let blocked = Blocked { until: next.end.max(start + 1), resource: Some(own) };
            fitted.refits = refits.ok_or(blocked)?;
        }
        Ok(fitted)
    }

    /// Finds a changeover between `low` and `at`.
    fn fit_time(
        &mut self,
        mode: ModeId,
        manner: Manner,
        (low, at): (Time, Time),
        chosen: &Members,
        kept: Option<(Time, Time)>,
    ) -> Result<Fitted, Blocked> {
        let problem = self.outline.problem;
        let data = problem.mode(mode);
        let needs = &self.outline.mode(mode).changing;
        if needs.is_empty() {
            let open = problem.window_set(data.changing);
            let kept = kept.filter(|kept| manner.keeps(open, (low, at), *kept));
            let Some((start, end)) = kept.or_else(|| manner.latest(open, low, at)) else {
                let until = manner.later(open, low, at).unwrap_or(FAR);
                return Err(Blocked { until, resource: data.resource });
            };
            let changeover = Changeover { start, end, time: manner.time, cost: 0 };
            return Ok(Fitted { changeover, ..Fitted::default() });
        }
        if !data.changeover_varies {
            let open = Open::Fixed(problem.window_set(data.changing));
            return self.fit_with_needs(mode, manner, &open, (low, at), chosen, kept);
        }
        let mut blocked = Blocked { until: FAR, resource: data.resource };
        for set in self.member_sets(needs, data.resource, chosen) {
            let open = self.narrow(data.changing, set.iter().map(|member| member.resource));
            match self.fit_with_needs(mode, manner, &open, (low, at), &set, kept) {
                Ok(fitted) => return Ok(fitted),
                Err(other) if other.until < blocked.until => blocked = other,
                Err(_) => {}
            }
        }
        Err(blocked)
    }

    fn fit_with_needs(
        &self,
        mode: ModeId,
        manner: Manner,
        open: &Windows,
        (low, at): (Time, Time),
        chosen: &Members,
        kept: Option<(Time, Time)>,
    ) -> Result<Fitted, Blocked> {
        let needs = &self.outline.mode(mode).changing;
        let own = self.outline.problem.mode(mode).resource;
        let never = Blocked { until: FAR, resource: own };
        let fits = |start: Time, end: Time| {
            let stretch = Stretch { start, end, open: manner.suspend.then_some(open) };
            self.occupy(needs, own, (stretch, manner.time), chosen).map(|members| Fitted {
                changeover: Changeover { start, end, time: manner.time, cost: 0 },
                members,
                ..Fitted::default()
            })
        };
        if let Some((start, end)) = kept.filter(|kept| manner.keeps(open, (low, at), *kept))
            && let Ok(fitted) = fits(start, end)
        {
            return Ok(fitted);
        }
        let late = manner.latest(open, low, at);
        let tried = late.map(|(start, end)| fits(start, end));
        if let Some(Ok(fitted)) = tried {
            return Ok(fitted);
        }
        if manner.attached {
            let until = match tried {
                Some(Err(blocked)) => (blocked.until + manner.time).max(at + 1),
                _ => manner.later(open, low, at).unwrap_or(FAR),
            };
            return Err(Blocked { until, ..never });
        }
        let mut from = low;
        loop {
            let (start, end) = manner.earliest(open, from).ok_or(never)?;
            match fits(start, end) {
                Ok(_) if end > at => return Err(Blocked { until: end, ..never }),
                Ok(fitted) => return Ok(fitted),
                Err(blocked) if blocked.until >= FAR => return Err(blocked),
                Err(blocked) => from = blocked.until.max(start + 1),
            }
        }
    }

    /// The changeovers behind a newcomer that ends at `end` before the stay at `place`; none if the
    /// next one cannot be fitted.
    fn refit_behind(
        &self,
        own: ResourceId,
        matrix: MatrixId,
        place: usize,
        newcomer: OperationId,
        end: Time,
    ) -> Option<SmallVec<[(OperationId, Changeover); 1]>> {
        let problem = self.outline.problem;
        let mut refits = SmallVec::new();
        let mut pending: SmallVec<[(AttributeId, ValueId); 2]> = problem
            .operation(newcomer)
            .setup
            .iter()
            .copied()
            .filter(|&(attribute, value)| self.state_before(own, place, attribute) != Some(value))
            .collect();
        let stays = &self.stays[own.index()];
        for (behind, stay) in stays.iter().enumerate().skip(place) {
            if pending.is_empty() {
                break;
            }
            let setup = &problem.operation(stay.operation).setup;
            let state = |attribute: AttributeId| {
                let changed = pending.iter().find(|change| change.0 == attribute);
                changed.map_or_else(|| self.state_before(own, behind, attribute), |change| Some(change.1))
            };
            let known = self.slot(stay.operation)?.changeover;
            let (time, cost) = problem.matrix(matrix).changeover(state, setup, &problem.value_order);
            if time != known.time || cost != known.cost {
                if problem.status(stay.operation) == Status::Started {
                    return None;
                }
                let refit = if time == known.time {
                    Changeover { cost, ..known }
                } else if behind == place {
                    self.refit_next(*stay, own, matrix, (time, cost), end)?
                } else {
                    return None;
                };
                refits.push((stay.operation, refit));
            }
            pending.retain(|change| setup.iter().all(|named| named.0 != change.0));
        }
        Some(refits)
    }

    fn refit_next(
        &self,
        stay: Stay,
        own: ResourceId,
        matrix: MatrixId,
        (time, cost): (Span, i64),
        end: Time,
    ) -> Option<Changeover> {
        let problem = self.outline.problem;
        let slot = self.slot(stay.operation)?;
        if !self.outline.mode(slot.mode).changing.is_empty() {
            return None;
        }
        if time == 0 {
            return Some(Changeover { cost, ..Changeover::default() });
        }
        let open = problem.window_set(problem.mode(slot.mode).changing);
        let low = self.timelines[own.index()].free_since(stay.start).unwrap_or(end).max(end);
        let (from, to) = manner(problem.matrix(matrix), time).latest(open, low, slot.start)?;
        Some(Changeover { start: from, end: to, time, cost })
    }

    /// Fits the changeovers behind a stay that is gone; false if one does not fit.
    pub(crate) fn mend_behind(&mut self, own: ResourceId, gone: Stay) -> bool {
        let problem = self.outline.problem;
        let Some(matrix) = problem.resource(own).matrix else {
            return true;
        };
        let place = self.stays[own.index()].partition_point(|stay| stay.end <= gone.start);
        let mut pending: SmallVec<[AttributeId; 2]> = problem
            .operation(gone.operation)
            .setup
            .iter()
            .filter(|named| self.state_before(own, place, named.0) != Some(named.1))
            .map(|named| named.0)
            .collect();
        let mut fitted = Fitted::default();
        for (behind, stay) in self.stays[own.index()].iter().enumerate().skip(place) {
            if pending.is_empty() {
                break;
            }
            let setup = &problem.operation(stay.operation).setup;
            let state = |attribute: AttributeId| self.state_before(own, behind, attribute);
            let (time, cost) = problem.matrix(matrix).changeover(state, setup, &problem.value_order);
            let Some(known) = self.slot(stay.operation).map(|slot| slot.changeover) else {
                return false;
            };
            if problem.status(stay.operation) == Status::Planned && (time, cost) != (known.time, known.cost) {
                let refit = if time == known.time {
                    Some(Changeover { cost, ..known })
                } else if behind == place {
                    self.refit_next(*stay, own, matrix, (time, cost), problem.now)
                } else {
                    None
                };
                let Some(refit) = refit else {
                    return false;
                };
                fitted.refits.push((stay.operation, refit));
            }
            pending.retain(|attribute| setup.iter().all(|named| named.0 != *attribute));
        }
        self.book_refits(own, &fitted);
        true
    }

    /// Books the changeovers that a newcomer changes.
    pub(crate) fn book_refits(&mut self, own: ResourceId, fitted: &Fitted) {
        for &(operation, changeover) in &fitted.refits {
            let Some(slot) = self.slot(operation).copied() else {
                continue;
            };
            let mut after = slot;
            after.changeover = changeover;
            let (old, new) = (slot.hold_start(), after.hold_start());
            if old != new {
                self.make(Change::Leave(own, Stay { start: old, end: slot.end, operation }));
                self.make(Change::Free(own, old, slot.end));
                self.make(Change::Busy(own, new, slot.end));
                self.make(Change::Stay(own, Stay { start: new, end: slot.end, operation }));
            }
            self.make(Change::Refit(operation, Box::new((slot.changeover, changeover))));
        }
    }
}

fn manner(matrix: &Matrix, time: Span) -> Manner {
    Manner { time, suspend: matrix.suspend == Suspend::Breaks, attached: matrix.attached }
}
