//! From when on an operation can run.

use super::moved::{Moved, Place};
use crate::explain::Cause;
use crate::explain::driver::{Times, lag_of, present, ready};
use crate::explain::index::Index;
use crate::explain::wait::Object;
use crate::model::changeover::Matrix;
use crate::model::history::Pin;
use crate::model::operation::{Phase, Suspend};
use crate::model::precedence::{Kind, Precedence};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, MILLION, Span, Time, share};
use crate::schedule::verify::facts::{Fact, Facts};
use crate::schedule::verify::holdings::Held;

/// From when on an operation can run, some others having moved and one cause being taken away.
pub(super) struct Bounds<'b, 'a> {
    pub(super) facts: &'b Facts<'a>,
    pub(super) index: &'b Index,
    pub(super) moved: &'b Moved,
    pub(super) removed: Option<(Cause, Object)>,
}

impl Bounds<'_, '_> {
    pub(super) fn is_removed(&self, cause: Cause, object: Object) -> bool {
        self.removed == Some((cause, object))
    }

    /// The earliest place; none if it is where it is.
    pub(super) fn earlier(&self, fact: &Fact<'_>) -> Option<Place> {
        let placement = fact.placement;
        let pin = self.facts.problem.baseline(fact.operation).map_or(Pin::None, |row| row.pin);
        if matches!(pin, Pin::Start | Pin::Sequence)
            && !self.is_removed(Cause::Frozen, Object::Operation(fact.operation))
        {
            return None;
        }
        let mut from = self.released(fact);
        for link in self.facts.problem.incoming(fact.operation) {
            from = from.max(self.after(fact, link).unwrap_or(from));
        }
        let (held, changing) = self.held(fact);
        let changing = self.pools_from(fact, Phase::Changeover, changing);
        let changeover = if self.changes_over(fact) { Some(self.changeover(fact, changing)?) } else { None };
        from = from.max(held).max(changeover.map_or(from, |times| times.1));
        from = self.enough_from(fact, self.pools_from(fact, Phase::Run, from));
        let (start, end) = self.ended(fact, self.worked(fact, from)?)?;
        let place = Place { start, end, changeover };
        let is_better = start <= placement.start && end < placement.end;
        (is_better && self.is_attached(fact, place) && !self.leaves_behind(fact, place)).then_some(place)
    }

    fn released(&self, fact: &Fact<'_>) -> Time {
        let now = self.facts.problem.now;
        let release = self.facts.problem.operation(fact.operation).release;
        let order = self.facts.order(fact.operation).map(Object::Order);
        let own = self.is_removed(Cause::Release, Object::Operation(fact.operation));
        let is_free = own || order.is_some_and(|order| self.is_removed(Cause::Release, order));
        if is_free { now } else { release.max(now) }
    }

    /// Where a predecessor is, and the lag after it that counts.
    fn before(&self, fact: &Fact<'_>, link: &Precedence) -> Option<(Times, Span)> {
        let times = match self.moved.get(link.before) {
            Some(place) => (place.start, place.end),
            None => present(self.facts, link.before)?,
        };
        let lag = lag_of(self.facts, fact, link);
        let is_free = self.is_removed(Cause::Predecessor, Object::Operation(link.before));
        Some((times, if is_free { lag.min(0) } else { lag }))
    }

    /// When a predecessor lets it start; those that bound its end come later.
    fn after(&self, fact: &Fact<'_>, link: &Precedence) -> Option<Time> {
        if matches!(link.kind, Kind::EndEnd | Kind::StartEnd) {
            return None;
        }
        let (times, lag) = self.before(fact, link)?;
        let driver = ready(self.facts, fact, link, times);
        Some(driver.ready - lag_of(self.facts, fact, link) + lag)
    }

    /// The same work, or the first that ends no earlier than predecessors and full stock let it end.
    fn ended(&self, fact: &Fact<'_>, work: Times) -> Option<Times> {
        let links = self.facts.problem.incoming(fact.operation);
        let least = links.filter_map(|link| self.least_end(fact, link)).chain(self.room_from(fact)).max();
        let least = least.unwrap_or(work.1);
        if work.1 >= least {
            return Some(work);
        }
        let span = fact.mode.duration;
        let windows = self.facts.working(fact);
        let start = if self.facts.problem.suspends(fact.operation) && span > 0 {
            windows.retreat(least, span)?
        } else {
            least - span
        };
        self.worked(fact, start.max(work.0)).filter(|work| work.1 >= least)
    }

    fn least_end(&self, fact: &Fact<'_>, link: &Precedence) -> Option<Time> {
        let ((start, end), lag) = self.before(fact, link)?;
        match link.kind {
            Kind::EndStart if i64::from(link.transfer) < MILLION => {
                let tail = share(link.tail, fact.mode.duration);
                Some(self.facts.working(fact).advance(end + lag, tail)?.max(end + lag))
            }
            Kind::EndStart | Kind::StartStart => None,
            Kind::EndEnd => Some(end + lag),
            Kind::StartEnd => Some(start + lag),
        }
    }

    /// When others leave the unary resources that it runs on, and those that its changeover needs.
    fn held(&self, fact: &Fact<'_>) -> (Time, Time) {
        let (mut run, mut changing) = (-FAR, self.facts.problem.now);
        for (place, piece) in self.index.first_pieces(fact.operation) {
            let is_unary = self.facts.problem.resource(piece.resource).kind == ResourceKind::Unary;
            if !is_unary || self.is_removed(Cause::Capacity, Object::Resource(piece.resource)) {
                continue;
            }
            let mut others = self.index.before(place).filter(|other| other.operation != fact.operation);
            let left = others.next().map_or(-FAR, |other| self.left(other));
            if piece.own || piece.phase == Phase::Changeover {
                changing = changing.max(left);
            }
            if piece.phase == Phase::Run {
                run = run.max(left);
            }
        }
        (run, changing)
    }

    /// When a holder leaves: with its operation, where that has moved.
    fn left(&self, held: &Held) -> Time {
        let end = self.facts.get(held.operation).map(|fact| fact.placement.end);
        let moved = self.moved.get(held.operation).filter(|_| end == Some(held.to));
        moved.map_or(held.to, |place| place.end)
    }

    fn changes_over(&self, fact: &Fact<'_>) -> bool {
        fact.placement.changeover.is_some() && !self.is_removed(Cause::Setup, Object::own(fact))
    }

    /// Its changeover at the earliest, begun no earlier than `from`; none if it never fits.
    fn changeover(&self, fact: &Fact<'_>, from: Time) -> Option<Times> {
        let (windows, span) = (self.facts.changing(fact), self.facts.changed(fact));
        if self.matrix(fact)?.suspend == Suspend::Breaks {
            let start = windows.next_open(from)?;
            Some((start, windows.advance(start, span)?))
        } else {
            let start = windows.next_unbroken(from, span)?;
            Some((start, start + span))
        }
    }

    fn matrix(&self, fact: &Fact<'_>) -> Option<&Matrix> {
        let matrix = self.facts.problem.resource(fact.mode.resource?).matrix?;
        Some(self.facts.problem.matrix(matrix))
    }

    /// Whether its changeover ends at its start, if it must.
    fn is_attached(&self, fact: &Fact<'_>, place: Place) -> bool {
        let must = self.matrix(fact).is_some_and(|matrix| matrix.attached);
        !must || place.changeover.is_none_or(|changeover| changeover.1 == place.start)
    }

    /// The first work from `from` on through its calendar.
    fn worked(&self, fact: &Fact<'_>, from: Time) -> Option<Times> {
        let span = fact.mode.duration;
        if span == 0 || self.is_removed(Cause::Calendar, Object::own(fact)) {
            return Some((from, from + span));
        }
        let windows = self.facts.working(fact);
        let start = if self.facts.problem.suspends(fact.operation) {
            windows.next_open(from)?
        } else {
            windows.next_unbroken(from, span)?
        };
        Some((start, windows.advance(start, span)?))
    }

    /// When enough of it is done for a successor, if it starts then.
    fn handed_on(&self, fact: &Fact<'_>, link: &Precedence, start: Time) -> Time {
        if i64::from(link.transfer) >= MILLION {
            return FAR;
        }
        let need = share(link.transfer, fact.mode.duration);
        self.facts.working(fact).advance(start, need).unwrap_or(start)
    }

    /// Whether somebody who stands must follow it closer than that.
    fn leaves_behind(&self, fact: &Fact<'_>, Place { start, end, .. }: Place) -> bool {
        self.facts.problem.outgoing(fact.operation).iter().any(|link| {
            let (Some(after), Some(max_lag)) = (self.facts.get(link.after), link.max_lag) else {
                return false;
            };
            let (begins, ends) = (after.placement.start, after.placement.end);
            let late = match link.kind {
                Kind::EndStart => begins > self.handed_on(fact, link, start).min(end) + max_lag,
                Kind::StartStart => begins > start + max_lag,
                Kind::EndEnd => ends > end + max_lag,
                Kind::StartEnd => ends > start + max_lag,
            };
            late && !self.is_removed(Cause::MaxLag, Object::Operation(link.after))
        })
    }
}
