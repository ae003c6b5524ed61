//! What a phase of an operation holds: is it free, and until when not.
//!
//! Fixed resources first, then members of groups. Where the plan does not choose, the first free
//! members by priority are taken; if there are too few, the earliest instant at which one more could
//! be free is the answer.

use smallvec::SmallVec;

use super::outline::{GroupNeed, Need, PhaseNeeds};
use super::plan::{Change, Members, Plan};
use crate::model::ids::ResourceId;
use crate::model::time::{FAR, Span, Time};
use crate::model::windows::Windows;
use crate::schedule::assignment::Member;

/// Something is held: nothing that covers the same instants fits before `until`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blocked {
    pub(crate) until: Time,
    pub(crate) resource: Option<ResourceId>,
}

/// A stretch of time in which something works, with breaks where `open` is closed.
#[derive(Clone, Copy)]
pub(crate) struct Stretch<'a> {
    pub(crate) start: Time,
    pub(crate) end: Time,
    /// Where it works; none if all of it is work.
    pub(crate) open: Option<&'a Windows>,
}

impl Stretch<'_> {
    /// The working pieces, oldest first.
    pub(crate) fn pieces(self) -> impl Iterator<Item = (Time, Time)> {
        let mut time = self.start;
        std::iter::from_fn(move || {
            let Some(open) = self.open else {
                let piece = (time < self.end).then_some((time, self.end));
                time = self.end;
                return piece;
            };
            let start = open.next_open(time).filter(|&start| start < self.end)?;
            let end = open.next_closed(start).map_or(self.end, |closed| closed.min(self.end));
            time = end;
            Some((start, end))
        })
    }
}

/// At most so many sets of members are tried where their calendars differ.
const SETS: usize = 128;

impl Plan<'_> {
    /// Members that make all needs of a phase fit over a stretch with so much work in it. `chosen`
    /// members are taken as they are where they cover the phase.
    pub(crate) fn occupy(
        &self,
        needs: &PhaseNeeds,
        own: Option<ResourceId>,
        stretch: (Stretch<'_>, Span),
        chosen: &Members,
    ) -> Result<Members, Blocked> {
        for need in &needs.fixed {
            if let Some(until) = self.need_conflict(*need, stretch) {
                return Err(Blocked { until, resource: Some(need.resource) });
            }
        }
        let mut members = Members::new();
        for need in &needs.groups {
            let of_row = |member: &&Member| member.requirement == need.requirement;
            if chosen.iter().filter(of_row).count() == need.quantity {
                for member in chosen.iter().filter(of_row) {
                    if let Some(until) = self.unary_conflict(member.resource, need.release, stretch) {
                        return Err(Blocked { until, resource: Some(member.resource) });
                    }
                    members.push(*member);
                }
            } else {
                self.take_members(need, needs, own, stretch, &mut members)?;
            }
        }
        Ok(members)
    }

    fn take_members(
        &self,
        need: &GroupNeed,
        needs: &PhaseNeeds,
        own: Option<ResourceId>,
        stretch: (Stretch<'_>, Span),
        members: &mut Members,
    ) -> Result<(), Blocked> {
        let mut missing = need.quantity;
        let mut frees: SmallVec<[Time; 8]> = SmallVec::new();
        for &member in &self.outline.problem.groups[need.group.index()].members {
            if missing == 0 {
                break;
            }
            if Some(member) == own || is_taken(member, needs, members) {
                continue;
            }
            if let Some(until) = self.unary_conflict(member, need.release, stretch) {
                frees.push(until);
            } else {
                members.push(Member { requirement: need.requirement, resource: member });
                missing -= 1;
            }
        }
        if missing == 0 {
            return Ok(());
        }
        // Members taken for earlier rows of the phase may be the ones to wait for, so the first that
        // becomes free counts, not the last of those missing.
        let until = frees.iter().copied().min().unwrap_or(FAR);
        Err(Blocked { until, resource: None })
    }

    /// Until when a need of a cumulative resource cannot be met; none if it fits.
    fn need_conflict(&self, need: Need, (stretch, work): (Stretch<'_>, Span)) -> Option<Time> {
        if need.unary {
            return self.unary_conflict(need.resource, need.hold == 0, (stretch, work));
        }
        let usage = &self.usages[need.resource.index()];
        let total = need.total();
        let open = if need.hold > 0 { None } else { stretch.open };
        let until = if open.is_none() {
            usage.conflict(stretch.start, stretch.end, total, total)
        } else {
            let conflict = |piece: (Time, Time)| usage.conflict(piece.0, piece.1, total, total);
            stretch.pieces().filter_map(conflict).last()
        }?;
        let (until, looks) = usage.next_fit((until, work), total, total, open);
        self.count(looks);
        Some(until)
    }

    fn unary_conflict(
        &self,
        resource: ResourceId,
        release: bool,
        (stretch, work): (Stretch<'_>, Span),
    ) -> Option<Time> {
        let line = &self.timelines[resource.index()];
        if release && stretch.open.is_some() {
            return stretch.pieces().filter_map(|piece| line.conflict(piece.0, piece.1)).last();
        }
        let until = line.conflict(stretch.start, stretch.end)?;
        let problem = self.outline.problem;
        let (until, looks) = line.next_gap(until, work, problem.window_set(problem.resource(resource).open));
        self.count(looks);
        Some(until)
    }

    /// Sets of members to try where calendars of members differ: those given, or the first in order
    /// of priority.
    pub(crate) fn member_sets(
        &self,
        needs: &PhaseNeeds,
        own: Option<ResourceId>,
        chosen: &Members,
    ) -> Vec<Members> {
        let of_phase =
            |member: &&Member| needs.groups.iter().any(|need| need.requirement == member.requirement);
        let given: Members = chosen.iter().filter(of_phase).copied().collect();
        if given.len() == needs.groups.iter().map(|need| need.quantity).sum::<usize>() {
            return vec![given];
        }
        let mut sets = Vec::new();
        self.extend_set(needs, own, 0, 0, &mut Members::new(), &mut sets);
        sets
    }

    fn extend_set(
        &self,
        needs: &PhaseNeeds,
        own: Option<ResourceId>,
        row: usize,
        from: usize,
        set: &mut Members,
        sets: &mut Vec<Members>,
    ) {
        if sets.len() >= SETS {
            return;
        }
        let Some(need) = needs.groups.get(row) else {
            sets.push(set.clone());
            return;
        };
        let have = set.iter().filter(|member| member.requirement == need.requirement).count();
        if have == need.quantity {
            return self.extend_set(needs, own, row + 1, 0, set, sets);
        }
        let all = &self.outline.problem.groups[need.group.index()].members;
        for (place, &member) in all.iter().enumerate().skip(from) {
            if Some(member) != own && !is_taken(member, needs, set) {
                set.push(Member { requirement: need.requirement, resource: member });
                self.extend_set(needs, own, row, place + 1, set, sets);
                set.pop();
            }
        }
    }

    /// Books what a phase holds, or frees it.
    pub(crate) fn book_phase(
        &mut self,
        needs: &PhaseNeeds,
        members: &[Member],
        stretch: Stretch<'_>,
        book: bool,
    ) {
        for need in &needs.fixed {
            let total = need.total();
            for (quantity, release) in [(need.hold, false), (need.release, true)] {
                if quantity == 0 {
                    continue;
                }
                if need.unary {
                    self.book_unary(need.resource, release, stretch, book);
                    continue;
                }
                let taken = if book { quantity } else { -quantity };
                if release {
                    for (start, end) in stretch.pieces() {
                        self.make(Change::Use(need.resource, start, end, taken, total));
                    }
                } else {
                    let (start, end) = (stretch.start, stretch.end);
                    self.make(Change::Use(need.resource, start, end, taken, total));
                }
            }
        }
        for member in members {
            let row = needs.groups.iter().find(|need| need.requirement == member.requirement);
            if let Some(row) = row {
                self.book_unary(member.resource, row.release, stretch, book);
            }
        }
    }

    fn book_unary(&mut self, resource: ResourceId, release: bool, stretch: Stretch<'_>, book: bool) {
        let change = |start, end| {
            if book { Change::Busy(resource, start, end) } else { Change::Free(resource, start, end) }
        };
        if release {
            for (start, end) in stretch.pieces() {
                self.make(change(start, end));
            }
        } else {
            self.make(change(stretch.start, stretch.end));
        }
    }
}

fn is_taken(member: ResourceId, needs: &PhaseNeeds, members: &Members) -> bool {
    needs.fixed.iter().any(|need| need.resource == member)
        || members.iter().any(|taken| {
            taken.resource == member && needs.groups.iter().any(|need| need.requirement == taken.requirement)
        })
}
