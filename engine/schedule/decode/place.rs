//! The earliest place of one operation, given all that is placed.
//!
//! A candidate start rises until everything fits: windows, links, materials, the own resource, what is
//! required, members, the changeover. Each of them answers either "fits" or the earliest instant at
//! which it might; no answer skips a start that is feasible, so the first start at which all agree is
//! the earliest (contract, section 3).

use super::changeover::Fitted;
use super::hold::{Blocked, Stretch};
use super::links::{Bounds, Handover, Tail};
use super::plan::{Members, Open, Plan, Slot};
use super::refusal::Refusal;
use super::standing::Published;
use crate::model::ids::{ModeId, OperationId};
use crate::model::operation::Suspend;
use crate::model::time::{FAR, Span, Time};
use crate::model::windows::Windows;

/// Where an operation fits.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) slot: Slot,
    pub(crate) members: Members,
    pub(super) fitted: Fitted,
}

/// A candidate start is refused: for good, or until a later one.
enum Verdict {
    Fits(Box<(Members, Fitted)>),
    Later(Time, Refusal),
}

/// What a search for a place goes by.
#[derive(Clone, Copy)]
struct Quest<'a> {
    operation: OperationId,
    mode: ModeId,
    bounds: &'a Bounds,
    open: &'a Windows,
    chosen: &'a Members,
    published: Option<Published>,
    /// Materials are looked at in the end only.
    pinned: bool,
    duration: Span,
    suspends: bool,
}

impl Quest<'_> {
    /// The first span at or after `from` in which the work can be done.
    fn span(&self, from: Time) -> Option<(Time, Time)> {
        if self.duration == 0 {
            Some((from, from))
        } else if self.suspends {
            let start = self.open.next_open(from)?;
            Some((start, self.open.advance(start, self.duration)?))
        } else {
            let start = self.open.next_unbroken(from, self.duration)?;
            Some((start, start + self.duration))
        }
    }

    /// When `work` is done if it starts at `start`.
    fn done(&self, start: Time, work: Span) -> Time {
        if self.suspends { self.open.advance(start, work).unwrap_or(FAR) } else { start + work }
    }

    /// The least start from which `work` is done at `low` or later.
    fn start_for(&self, work: Span, low: Time) -> Time {
        if !self.suspends {
            low - work
        } else if work == 0 {
            low
        } else {
            self.open.retreat(low - 1, work - 1).unwrap_or(-FAR)
        }
    }
}

impl<'p> Plan<'p> {
    /// The earliest place of an operation in a mode at or after `floor`.
    pub(crate) fn earliest(
        &mut self,
        operation: OperationId,
        mode: ModeId,
        chosen: &Members,
        floor: Time,
        published: Option<Published>,
    ) -> Result<Candidate, Refusal> {
        let bounds = self.bounds(operation, mode, floor)?;
        self.earliest_within(operation, mode, chosen, &bounds, (false, published))
    }

    /// A place that starts exactly at `start`; materials are not looked at.
    pub(crate) fn exactly(
        &mut self,
        operation: OperationId,
        mode: ModeId,
        chosen: &Members,
        start: Time,
        published: Option<Published>,
    ) -> Result<Candidate, Refusal> {
        let mut bounds = self.bounds(operation, mode, start)?;
        bounds.start_high = bounds.start_high.min(start);
        self.earliest_within(operation, mode, chosen, &bounds, (true, published))
    }

    fn earliest_within(
        &mut self,
        operation: OperationId,
        mode: ModeId,
        chosen: &Members,
        bounds: &Bounds,
        (pinned, published): (bool, Option<Published>),
    ) -> Result<Candidate, Refusal> {
        let problem = self.outline.problem;
        let data = problem.mode(mode);
        let quest = Quest {
            operation,
            mode,
            bounds,
            open: problem.window_set(data.working),
            chosen,
            published,
            pinned,
            duration: data.duration,
            suspends: problem.operation(operation).suspend == Suspend::Breaks,
        };
        if !data.run_varies {
            return self.search(quest);
        }
        let outline = self.outline;
        let mut best: Result<Candidate, Refusal> = Err(Refusal::Closed(data.resource));
        for mut set in self.member_sets(&outline.mode(mode).run, data.resource, chosen) {
            let open: Open<'p> = self.narrow(data.working, set.iter().map(|member| member.resource));
            let of_changeover = |member: &&crate::schedule::assignment::Member| {
                let groups = &outline.mode(mode).changing.groups;
                groups.iter().any(|need| need.requirement == member.requirement)
            };
            set.extend(chosen.iter().filter(of_changeover).copied());
            let found = self.search(Quest { open: &open, chosen: &set, ..quest });
            best = better(best, found);
        }
        best
    }

    fn search(&mut self, quest: Quest<'_>) -> Result<Candidate, Refusal> {
        let bounds = quest.bounds;
        let resource = self.outline.problem.mode(quest.mode).resource;
        let mut from = bounds.start_low;
        let mut why = Refusal::Closed(resource);
        loop {
            let (start, end) = quest.span(from).ok_or(match why {
                Refusal::Item(_) | Refusal::Busy(_) => why,
                _ => Refusal::Closed(resource),
            })?;
            if end > bounds.end_high || start > bounds.start_high {
                let deadline = self.outline.problem.operation(quest.operation).deadline;
                return Err(if matches!(why, Refusal::Item(_)) {
                    why
                } else if end > deadline {
                    Refusal::Deadline
                } else {
                    Refusal::Fixed
                });
            }
            match self.examine(quest, start, end)? {
                Verdict::Later(time, _) if time >= FAR => {
                    let deadline = self.outline.problem.operation(quest.operation).deadline;
                    return Err(if deadline < FAR { Refusal::Deadline } else { Refusal::Busy(resource) });
                }
                Verdict::Later(time, cause) => {
                    from = time.max(start + 1);
                    why = cause;
                }
                Verdict::Fits(found) => {
                    let (members, fitted) = *found;
                    check_lags(bounds, start, end)?;
                    let changeover = fitted.changeover;
                    let slot = Slot { mode: quest.mode, start, end, changeover };
                    return Ok(Candidate { slot, members, fitted });
                }
            }
        }
    }

    /// Whether an operation fits over a span in which it can work.
    fn examine(&mut self, quest: Quest<'_>, start: Time, end: Time) -> Result<Verdict, Refusal> {
        self.count(1);
        if let Some(later) = check_links(quest, start, end)? {
            return Ok(Verdict::Later(later, Refusal::Fixed));
        }
        if !quest.pinned
            && let Some((later, item)) = self.check_materials(quest, start, end)?
        {
            return Ok(Verdict::Later(later, Refusal::Item(item)));
        }
        if quest.duration == 0 {
            return Ok(Verdict::Fits(Box::default()));
        }
        let later = |blocked: Blocked| Verdict::Later(blocked.until, Refusal::Busy(blocked.resource));
        let outline = self.outline;
        let mode = outline.mode(quest.mode);
        if let Some(own) = mode.own
            && let Some(until) = self.timelines[own.index()].conflict(start, end)
        {
            let open = outline.problem.window_set(outline.problem.resource(own).open);
            let (until, looks) = self.timelines[own.index()].next_gap(until, quest.duration, open);
            self.count(looks);
            return Ok(later(Blocked { until, resource: Some(own) }));
        }
        let stretch = Stretch { start, end, open: quest.suspends.then_some(quest.open) };
        let resource = outline.problem.mode(quest.mode).resource;
        let mut members = match self.occupy(&mode.run, resource, (stretch, quest.duration), quest.chosen) {
            Ok(members) => members,
            Err(blocked) => return Ok(later(blocked)),
        };
        let kept = quest.published.filter(|known| known.start == start).map(|known| known.changeover);
        match self.fit_changeover(quest.operation, quest.mode, (start, end), quest.chosen, kept) {
            Ok(fitted) => {
                members.extend(fitted.members.iter().copied());
                Ok(Verdict::Fits(Box::new((members, fitted))))
            }
            Err(blocked) => Ok(later(blocked)),
        }
    }

    /// The earliest later start at which materials might suffice and fit in.
    fn check_materials(
        &self,
        quest: Quest<'_>,
        start: Time,
        end: Time,
    ) -> Result<Option<(Time, crate::model::ids::ItemId)>, Refusal> {
        let problem = self.outline.problem;
        let materials = &problem.operation(quest.operation).materials;
        for &(item, quantity) in materials {
            if !self.outline.limited[item.index()] {
                continue;
            }
            let balance = &self.balances[item.index()];
            if quantity < 0 {
                let enough = balance.enough_from(start, -quantity).ok_or(Refusal::Item(item))?;
                if enough > start {
                    return Ok(Some((enough, item)));
                }
            } else if let Some(most) = problem.items[item.index()].max_stock {
                // What it takes of the same item at its start makes room.
                let taken = materials.iter().filter(|other| other.0 == item && other.1 < 0);
                let net = quantity + taken.map(|other| other.1).sum::<i64>();
                let room = balance.room_from(end, most - net).ok_or(Refusal::Item(item))?;
                if room > end {
                    return Ok(Some((quest.start_for(quest.duration, room), item)));
                }
            }
        }
        Ok(None)
    }
}

/// The one that ends first; of equals the one that starts first, then the one known.
pub(crate) fn better(
    known: Result<Candidate, Refusal>,
    other: Result<Candidate, Refusal>,
) -> Result<Candidate, Refusal> {
    match (&known, &other) {
        (Ok(first), Ok(second)) => {
            let key = |candidate: &Candidate| (candidate.slot.end, -candidate.slot.start);
            if key(second) < key(first) { other } else { known }
        }
        // A largest lag can be mended by moving the predecessor: the most useful refusal.
        (Err(Refusal::Lag(_, least)), Err(Refusal::Lag(_, less))) if less < least => other,
        (Err(Refusal::Lag(..)), Err(_)) => known,
        (Err(_), Ok(_) | Err(Refusal::Lag(..) | Refusal::Item(_))) | (Err(Refusal::NoMode), Err(_)) => other,
        (Ok(_) | Err(_), Err(_)) => known,
    }
}

/// Leaves the choice of members to the plan.
pub(crate) fn no_members() -> Members {
    Members::new()
}

fn check_lags(bounds: &Bounds, start: Time, end: Time) -> Result<(), Refusal> {
    if let Some((high, before)) = bounds.start_lag
        && start > high
    {
        return Err(Refusal::Lag(before, start - high));
    }
    if let Some((high, before)) = bounds.end_lag
        && end > high
    {
        return Err(Refusal::Lag(before, end - high));
    }
    Ok(())
}

/// The earliest later start at which all links might hold; none if they do.
fn check_links(quest: Quest<'_>, start: Time, end: Time) -> Result<Option<Time>, Refusal> {
    if end < quest.bounds.end_low {
        return Ok(Some(quest.start_for(quest.duration, quest.bounds.end_low)));
    }
    for &Tail { at, work } in &quest.bounds.tails {
        if start < at {
            let allowed = quest.duration - work;
            let done = if quest.suspends { quest.open.open_between(start, at) } else { at - start };
            if done > allowed {
                let later = if quest.suspends { quest.open.retreat(at, allowed) } else { Some(at - allowed) };
                return Ok(Some(later.unwrap_or(at)));
            }
        }
    }
    for &Handover { work, low, high } in &quest.bounds.handovers {
        let done = quest.done(start, work);
        if done > high {
            return Err(Refusal::Fixed);
        }
        if done < low {
            return Ok(Some(quest.start_for(work, low)));
        }
    }
    Ok(None)
}
