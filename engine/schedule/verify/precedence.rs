//! Rule 5: precedences, with lags, transport, transfer and tail.
//!
//! A link counts as soon as one of its ends is still to be decided; instants already past are not
//! looked at. Done work counts with its baseline times and resource.

use super::Report;
use super::facts::{Fact, Facts};
use crate::model::history::Status;
use crate::model::ids::{OperationId, ResourceId};
use crate::model::precedence::{Kind, Precedence};
use crate::model::time::{MILLION, Span, Time, share};

const RULE: u8 = 5;

/// One end of a link.
#[derive(Clone, Copy)]
struct Side<'f, 'a> {
    start: Time,
    end: Time,
    resource: Option<ResourceId>,
    /// None for done work.
    fact: Option<&'f Fact<'a>>,
}

impl Side<'_, '_> {
    fn is_planned(&self) -> bool {
        self.fact.is_some_and(|fact| fact.started.is_none())
    }
}

/// Checks every link.
pub(super) fn check(facts: &Facts<'_>, report: &mut Report) {
    for link in &facts.problem.precedences {
        let (Some(before), Some(after)) = (side(facts, link.before), side(facts, link.after)) else {
            continue;
        };
        let Some(later) = after.fact else {
            continue; // all of it is past
        };
        if before.is_planned() || after.is_planned() {
            let mut checked = Link {
                facts,
                row: link,
                before,
                after,
                later,
                min_lag: link.min_lag + facts.problem.transport_between(before.resource, after.resource),
                report,
            };
            checked.check();
        }
    }
}

/// Times of an operation; none if it is left out.
fn side<'f, 'a>(facts: &'f Facts<'a>, operation: OperationId) -> Option<Side<'f, 'a>> {
    if facts.problem.status(operation) == Status::Done {
        let baseline = facts.problem.baseline(operation)?;
        let end = baseline.end?;
        return Some(Side {
            start: baseline.start.unwrap_or(end),
            end,
            resource: baseline.resource,
            fact: None,
        });
    }
    let fact = facts.get(operation)?;
    Some(Side {
        start: fact.placement.start,
        end: fact.placement.end,
        resource: fact.mode.resource,
        fact: Some(fact),
    })
}

struct Link<'f, 'a, 'r> {
    facts: &'f Facts<'a>,
    row: &'f Precedence,
    before: Side<'f, 'a>,
    after: Side<'f, 'a>,
    later: &'f Fact<'a>,
    /// Transport included.
    min_lag: Span,
    report: &'r mut Report,
}

impl Link<'_, '_, '_> {
    fn check(&mut self) {
        let (before, after) = (self.before, self.after);
        let transfers = self.row.kind == Kind::EndStart && i64::from(self.row.transfer) < MILLION;
        let anchor = match self.row.kind {
            Kind::EndStart if transfers => self.transferred(),
            Kind::EndStart | Kind::EndEnd => before.end,
            Kind::StartStart | Kind::StartEnd => before.start,
        };
        match self.row.kind {
            // The start of started work is past.
            Kind::EndStart | Kind::StartStart if !after.is_planned() => {}
            Kind::EndStart | Kind::StartStart => self.lags(anchor, after.start, "starts"),
            Kind::EndEnd | Kind::StartEnd => self.lags(anchor, after.end, "ends"),
        }
        if transfers {
            self.tail();
        }
        if self.row.same_resource {
            self.same_resource();
        }
    }

    fn lags(&mut self, anchor: Time, instant: Time, verb: &str) {
        if instant < anchor + self.min_lag {
            let what = format!("{verb} at {instant}, {} at the earliest", anchor + self.min_lag);
            self.add("min_lag", instant, &what);
        }
        if let Some(max_lag) = self.row.max_lag
            && instant > anchor + max_lag
        {
            let what = format!("{verb} at {instant}, {} at the latest", anchor + max_lag);
            self.add("max_lag", instant, &what);
        }
    }

    /// The end of the working instant of `before` at which enough of it is done to go on.
    fn transferred(&self) -> Time {
        let Some(fact) = self.before.fact else {
            return self.before.end;
        };
        let duration = fact.mode.duration;
        let need = share(self.row.transfer, duration);
        let windows = self.facts.working(fact);
        let Some(history) = fact.started else {
            return windows.advance(fact.placement.start, need).unwrap_or(fact.placement.end);
        };
        let now = self.facts.problem.now;
        let (from, worked) = match history.restarted {
            Some(restart) => (restart, 0),
            // More left than the mode takes is rework: less than nothing is done.
            None => (history.run_from, duration - history.remaining),
        };
        if need == 0 || need <= worked {
            return now;
        }
        let at = windows.advance(from, need - worked);
        at.unwrap_or(fact.placement.end).max(now)
    }

    /// With transfer: enough of `after` is left when `before` ends, and it ends no earlier.
    fn tail(&mut self) {
        let arrived = self.before.end + self.min_lag;
        let later = self.later;
        if self.after.end < arrived {
            let what = format!("ends at {}, {arrived} at the earliest", self.after.end);
            self.add("transfer_end", self.after.end, &what);
        }
        let mut needed = share(self.row.tail, later.mode.duration);
        let mut from = later.run_from();
        if let Some(history) = later.started {
            needed = needed.min(history.remaining);
            from = history.restarted.unwrap_or(from);
        }
        let left = self.facts.working(later).open_between(arrived.max(from), self.after.end);
        if left < needed {
            let what = format!("has {left} ticks of work left at {arrived}, {needed} at least");
            self.add("tail", arrived, &what);
        }
    }

    fn same_resource(&mut self) {
        let same = self.before.resource.is_some() && self.before.resource == self.after.resource;
        if !same {
            self.add("same_resource", self.after.start, "runs on another resource");
        }
    }

    fn add(&mut self, check: &'static str, at: Time, what: &str) {
        let (after, before) = (self.row.after, self.facts.name(self.row.before));
        let detail = format!("operation {} {what}, because of {before}", self.facts.name(after));
        self.report.add((RULE, check), after, Some(before), Some(at), detail);
    }
}
