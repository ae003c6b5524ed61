//! What precedences say about the start and end of an operation (contract, rule 5).
//!
//! Most links are four numbers: least and largest start and end. Those with transfer or tail depend on
//! the work inside an operation and are looked at for each candidate.

use smallvec::SmallVec;

use super::plan::{Open, Plan, Slot};
use super::refusal::Refusal;
use crate::model::history::{OnStop, Status};
use crate::model::ids::{ModeId, OperationId, ResourceId};
use crate::model::precedence::{Kind, Precedence};
use crate::model::time::{FAR, MILLION, Span, Time, share};
use crate::model::windows::Windows;

/// A bound on what is still to do when a predecessor that transfers early ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tail {
    /// When.
    pub(crate) at: Time,
    /// So much of the work must still be to do.
    pub(crate) work: Span,
}

/// A bound on when so much of the work is done, from a successor that has its place already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handover {
    /// So much of the work.
    pub(crate) work: Span,
    /// Done at or after.
    pub(crate) low: Time,
    /// Done at or before.
    pub(crate) high: Time,
}

/// Where an operation may lie.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    pub(crate) start_low: Time,
    pub(crate) start_high: Time,
    pub(crate) end_low: Time,
    pub(crate) end_high: Time,
    pub(crate) tails: SmallVec<[Tail; 1]>,
    pub(crate) handovers: SmallVec<[Handover; 1]>,
    /// Latest start by a largest lag, and the predecessor that it comes from.
    pub(crate) start_lag: Option<(Time, OperationId)>,
    /// Latest end by a largest lag, and the predecessor that it comes from.
    pub(crate) end_lag: Option<(Time, OperationId)>,
}

impl Plan<'_> {
    /// Where an operation may lie in a mode, given what is placed and no earlier than `floor`.
    pub(crate) fn bounds(
        &self,
        operation: OperationId,
        mode: ModeId,
        floor: Time,
    ) -> Result<Bounds, Refusal> {
        let problem = self.outline.problem;
        let data = problem.operation(operation);
        let mut bounds = Bounds {
            start_low: data.release.max(problem.now).max(floor),
            start_high: FAR,
            end_low: -FAR,
            end_high: data.deadline,
            tails: SmallVec::new(),
            handovers: SmallVec::new(),
            start_lag: None,
            end_lag: None,
        };
        for link in problem.incoming(operation) {
            let before = self.slot(link.before).ok_or(Refusal::Waits(link.before))?;
            self.bound_by_before(link, before, mode, &mut bounds)?;
        }
        for link in problem.outgoing(operation) {
            if let Some(after) = self.slot(link.after) {
                self.bound_by_after(link, after, mode, &mut bounds)?;
            }
        }
        self.bound_by_pins(operation, &mut bounds);
        Ok(bounds)
    }

    /// Among operations pinned by sequence the nearest ones that are placed bound the start.
    fn bound_by_pins(&self, operation: OperationId, bounds: &mut Bounds) {
        let Some(place) = self.outline.pin_place[operation.index()] else {
            return;
        };
        let (chain, place) = (&self.outline.pin_chains[place.0 as usize], place.1 as usize);
        let start = |op: &OperationId| self.slot(*op).map(|slot| slot.start);
        if let Some(first) = chain[..place].iter().rev().find_map(start) {
            bounds.start_low = bounds.start_low.max(first);
        }
        if let Some(next) = chain[place + 1..].iter().find_map(start) {
            bounds.start_high = bounds.start_high.min(next);
        }
    }

    /// The resource that an operation uses in a mode; for done work the one that is on record.
    fn used(&self, operation: OperationId, mode: ModeId) -> Option<ResourceId> {
        let problem = self.outline.problem;
        match problem.baseline(operation) {
            Some(known) if known.status == Status::Done => known.resource,
            _ => problem.mode(mode).resource,
        }
    }

    /// Least lag with transport between two modes.
    fn lag(&self, link: &Precedence, before: ModeId, after: ModeId) -> Span {
        let (from, to) = (self.used(link.before, before), self.used(link.after, after));
        link.min_lag + self.outline.problem.transport_between(from, to)
    }

    fn same_resource(&self, link: &Precedence, before: ModeId, after: ModeId) -> bool {
        let first = self.used(link.before, before);
        !link.same_resource || (first.is_some() && first == self.used(link.after, after))
    }

    fn bound_by_before(
        &self,
        link: &Precedence,
        before: &Slot,
        mode: ModeId,
        bounds: &mut Bounds,
    ) -> Result<(), Refusal> {
        if !self.same_resource(link, before.mode, mode) {
            return Err(Refusal::OtherResource(link.before));
        }
        let lag = self.lag(link, before.mode, mode);
        let early = link.kind == Kind::EndStart && i64::from(link.transfer) < MILLION;
        let from = match link.kind {
            Kind::EndStart if early => self.handed_over(link.before, link.transfer),
            Kind::EndStart | Kind::EndEnd => before.end,
            Kind::StartStart | Kind::StartEnd => before.start,
        };
        let to_start = matches!(link.kind, Kind::EndStart | Kind::StartStart);
        let low = if to_start { &mut bounds.start_low } else { &mut bounds.end_low };
        *low = (*low).max(from + lag);
        if let Some(most) = link.max_lag {
            let high = if to_start { &mut bounds.start_lag } else { &mut bounds.end_lag };
            if high.is_none_or(|known| from + most < known.0) {
                *high = Some((from + most, link.before));
            }
        }
        if early {
            let duration = self.outline.problem.mode(mode).duration;
            bounds.end_low = bounds.end_low.max(before.end + lag);
            if link.tail > 0 {
                bounds.tails.push(Tail { at: before.end + lag, work: share(link.tail, duration) });
            }
        }
        Ok(())
    }

    fn bound_by_after(
        &self,
        link: &Precedence,
        after: &Slot,
        mode: ModeId,
        bounds: &mut Bounds,
    ) -> Result<(), Refusal> {
        let problem = self.outline.problem;
        if !self.same_resource(link, mode, after.mode) {
            return Err(Refusal::OtherResource(link.after));
        }
        let history = problem.status(link.after) != Status::Planned;
        let to_start = matches!(link.kind, Kind::EndStart | Kind::StartStart);
        let early = link.kind == Kind::EndStart && i64::from(link.transfer) < MILLION;
        // The start of started work, and all of done work, is past: nothing is checked there.
        if problem.status(link.after) == Status::Done || (history && to_start && !early) {
            return Ok(());
        }
        let lag = self.lag(link, mode, after.mode);
        let to = if to_start { after.start } else { after.end };
        let (most, least) = (to - lag, link.max_lag.map_or(-FAR, |max| to - max));
        let duration = problem.mode(mode).duration;
        match link.kind {
            Kind::EndStart if early => {
                let work = share(link.transfer, duration);
                if !history {
                    bounds.handovers.push(Handover { work, low: least, high: most });
                }
                bounds.end_high = bounds.end_high.min(after.end - lag);
                if link.tail > 0 {
                    let open = self.working(link.after);
                    let need = share(link.tail, problem.mode(after.mode).duration);
                    let known = problem.baseline(link.after).filter(|_| history);
                    let need = known.map_or(need, |known| need.min(known.remaining));
                    let latest = open.retreat(after.end, need).unwrap_or(after.start);
                    bounds.end_high = bounds.end_high.min(latest - lag);
                }
            }
            Kind::EndStart | Kind::EndEnd => {
                bounds.end_high = bounds.end_high.min(most);
                bounds.end_low = bounds.end_low.max(least);
            }
            Kind::StartStart | Kind::StartEnd => {
                bounds.start_high = bounds.start_high.min(most);
                bounds.start_low = bounds.start_low.max(least);
            }
        }
        Ok(())
    }

    /// Where a placed operation works.
    pub(crate) fn working(&self, operation: OperationId) -> Open<'_> {
        let problem = self.outline.problem;
        let Some(slot) = self.slot(operation) else {
            return Open::Fixed(problem.window_set(problem.resources[0].open));
        };
        let mode = problem.mode(slot.mode);
        if !mode.run_varies {
            return Open::Fixed(problem.window_set(mode.working));
        }
        let mut windows = problem.window_set(mode.working).clone();
        let run = &self.outline.mode(slot.mode).run.groups;
        for member in &self.members[operation.index()] {
            if run.iter().any(|need| need.requirement == member.requirement) {
                windows = windows.intersect(problem.window_set(problem.resource(member.resource).open));
            }
        }
        Open::Narrowed(std::sync::Arc::new(windows))
    }

    /// When the share `transfer` of a placed operation is done.
    fn handed_over(&self, operation: OperationId, transfer: u32) -> Time {
        let problem = self.outline.problem;
        let Some(slot) = self.slot(operation) else {
            return FAR;
        };
        let duration = problem.mode(slot.mode).duration;
        let need = share(transfer, duration);
        let (from, done) = match problem.baseline(operation) {
            Some(known) if known.status == Status::Started => {
                let open = self.working(operation);
                let from = if slot.changeover.time > 0 { slot.changeover.end } else { problem.now };
                match known.on_stop {
                    // Rework: less than nothing is done where more is left than the mode takes.
                    OnStop::Resume => (from, duration - known.remaining),
                    OnStop::Restart => last_restart(&open, slot, from, known.remaining, duration),
                }
            }
            // Of done work only the end is looked at.
            Some(known) if known.status == Status::Done => return slot.end,
            _ => (slot.start, 0),
        };
        let started = problem.status(operation) == Status::Started;
        if need == 0 || need <= done {
            return if started { problem.now.max(slot.start) } else { slot.start };
        }
        if problem.operation(operation).suspend == crate::model::operation::Suspend::Never
            && problem.status(operation) == Status::Planned
        {
            return from + need;
        }
        let at = self.working(operation).advance(from, need - done).unwrap_or(slot.end);
        at.min(slot.end)
    }
}

/// Since when started work that restarts has gone on without a stop, and how much was done then.
fn last_restart(open: &Windows, slot: &Slot, from: Time, remaining: Span, duration: Span) -> (Time, Span) {
    if slot.end - from == remaining && open.covers(from, slot.end) {
        (from, duration - remaining)
    } else {
        (slot.end - duration, 0)
    }
}
