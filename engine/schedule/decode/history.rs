//! What is placed before anything else: done and started work (contract, rule 8 and 7.3).
//!
//! Done work leaves its end; its states are in `state_at_now` already. Started work holds its resources
//! from `now` until its remaining changeover and its remaining work are done; closed time suspends it,
//! and after that it resumes, or restarts with the full duration. None of it is ever undone, so it is
//! not logged.

use super::hold::Stretch;
use super::plan::{Changeover, Members, Open, Plan, Slot, Stay};
use crate::model::history::{Baseline, OnStop, Status};
use crate::model::ids::{ModeId, OperationId, ResourceId};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, Span, Time};
use crate::model::windows::Windows;
use crate::schedule::assignment::Member;

impl Plan<'_> {
    /// Places done and started work.
    pub(crate) fn place_history(&mut self) {
        let outline = self.outline;
        for operation in outline.problem.operation_ids() {
            let known = outline.problem.baseline(operation).filter(|known| known.status == Status::Done);
            if let Some(known) = known {
                let end = known.end.unwrap_or(outline.problem.now);
                let first_mode = outline.problem.operation(operation).modes.start;
                let mode = outline.allowed[operation.index()].first().copied();
                let mode = known.mode.or(mode).unwrap_or(ModeId(first_mode));
                let start = known.start.unwrap_or(end);
                let changeover = Changeover::default();
                self.slots[operation.index()] = Some(Slot { mode, start, end, changeover });
            }
        }
        for &operation in &outline.started {
            if let Some(known) = outline.problem.baseline(operation)
                && let Some(mode) = known.mode
            {
                self.place_started(operation, mode, known);
            }
        }
    }

    fn place_started(&mut self, operation: OperationId, mode: ModeId, known: &Baseline) {
        let outline = self.outline;
        let problem = outline.problem;
        let data = problem.mode(mode);
        let now = problem.now;
        let taken = known.members.iter();
        let members: Members =
            taken.map(|&(requirement, resource)| Member { requirement, resource }).collect();
        let needs = outline.mode(mode);
        let of = |groups: &[super::outline::GroupNeed]| -> Vec<ResourceId> {
            let taken = |member: &&Member| groups.iter().any(|need| need.requirement == member.requirement);
            members.iter().filter(taken).map(|member| member.resource).collect()
        };
        let changing = if data.changeover_varies {
            self.narrow(data.changing, of(&needs.changing.groups).into_iter())
        } else {
            Open::Fixed(problem.window_set(data.changing))
        };
        let working = if data.run_varies {
            self.narrow(data.working, of(&needs.run.groups).into_iter())
        } else {
            Open::Fixed(problem.window_set(data.working))
        };
        let changed = changing.advance(now, known.remaining_changeover).unwrap_or(FAR);
        let end = match known.on_stop {
            OnStop::Resume => working.advance(changed, known.remaining),
            OnStop::Restart => restarted(&working, changed, known.remaining, data.duration),
        };
        let end = end.unwrap_or(FAR);
        let time = known.remaining_changeover;
        let changeover = Changeover { start: now, end: changed, time, cost: 0 };
        let start = known.start.unwrap_or(now);
        self.slots[operation.index()] = Some(Slot { mode, start, end, changeover });
        self.members[operation.index()] = members;
        // What it consumes is out of stock already.
        for &(item, quantity) in &problem.operation(operation).materials {
            if quantity > 0 && outline.limited[item.index()] {
                self.balances[item.index()].add(end, quantity);
            }
        }
        if data.duration > 0 {
            self.hold_started(operation, mode, &working, (changed, end));
            if changed > now {
                let stretch = Stretch { start: now, end: changed, open: Some(&changing) };
                self.hold_phase(&needs.changing, operation, stretch, stretch);
            }
        }
    }

    fn hold_started(
        &mut self,
        operation: OperationId,
        mode: ModeId,
        working: &Windows,
        (changed, end): (Time, Time),
    ) {
        let outline = self.outline;
        let now = outline.problem.now;
        if let Some(own) = outline.mode(mode).own {
            self.timelines[own.index()].insert_over(now, end);
            if outline.problem.resource(own).matrix.is_some() {
                self.stays[own.index()].push(Stay { start: now, end, operation });
            }
        }
        let held = Stretch { start: now, end, open: Some(working) };
        let worked = Stretch { start: changed, ..held };
        self.hold_phase(&outline.mode(mode).run, operation, held, worked);
    }

    /// Holds what a phase needs, over others if it must: `held` throughout, `worked` with breaks.
    fn hold_phase(
        &mut self,
        needs: &super::outline::PhaseNeeds,
        operation: OperationId,
        held: Stretch<'_>,
        worked: Stretch<'_>,
    ) {
        let problem = self.outline.problem;
        for need in &needs.fixed {
            for (quantity, release) in [(need.hold, false), (need.release, true)] {
                if quantity > 0 {
                    let pieces = pieces(release, held, worked);
                    for (start, end) in pieces {
                        if problem.resource(need.resource).kind == ResourceKind::Unary {
                            self.timelines[need.resource.index()].insert_over(start, end);
                        } else {
                            self.usages[need.resource.index()].add(start, end, quantity, need.total());
                        }
                    }
                }
            }
        }
        for member in self.members[operation.index()].clone() {
            if let Some(row) = needs.groups.iter().find(|need| need.requirement == member.requirement) {
                for (start, end) in pieces(row.release, held, worked) {
                    self.timelines[member.resource.index()].insert_over(start, end);
                }
            }
        }
    }
}

fn pieces(release: bool, held: Stretch<'_>, worked: Stretch<'_>) -> Vec<(Time, Time)> {
    if release { worked.pieces().collect() } else { vec![(held.start, held.end)] }
}

/// End of work that begins anew after closed time.
fn restarted(open: &Windows, from: Time, remaining: Span, duration: Span) -> Option<Time> {
    if remaining == 0 || (open.is_open(from) && open.covers(from, from + remaining)) {
        return Some(from + remaining);
    }
    let closed = open.next_closed(from)?;
    open.next_unbroken(closed, duration).map(|start| start + duration)
}
