//! What filled the time between "it could have started" and its start.

use std::ops::Range;

use smallvec::SmallVec;

use super::Cause;
use super::index::Index;
use crate::model::history::Pin;
use crate::model::ids::{ItemId, OperationId, OrderId, ResourceId};
use crate::model::resource::ResourceKind;
use crate::model::time::{Span, Time};
use crate::model::windows::Windows;
use crate::schedule::verify::facts::{Fact, Facts};

/// So many holders before an operation are looked at one by one; what came earlier counts as one
/// stretch, so that a long queue does not cost its length for each of its members.
const NEAREST: usize = 8;

/// What stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    /// A resource.
    Resource(ResourceId),
    /// An item.
    Item(ItemId),
    /// An operation.
    Operation(OperationId),
    /// An order.
    Order(OrderId),
}

impl Object {
    /// The mode's own resource, else the operation.
    pub(super) fn own(fact: &Fact<'_>) -> Self {
        fact.mode.resource.map_or(Self::Operation(fact.operation), Self::Resource)
    }

    /// Its name.
    pub(super) fn name<'a>(self, facts: &Facts<'a>) -> &'a str {
        let names = &facts.problem.names;
        match self {
            Self::Resource(id) => names.resources.get(id.index()),
            Self::Item(id) => names.items.get(id.index()),
            Self::Operation(id) => names.operations.get(id.index()),
            Self::Order(id) => names.orders.get(id.index()),
        }
    }
}

/// A stretch of time with its cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    /// What kind of thing.
    pub(super) cause: Cause,
    /// What stands in the way.
    pub(super) object: Object,
    /// Those who held it, where someone did.
    pub(super) holders: SmallVec<[OperationId; 1]>,
    /// How many more held it.
    pub(super) more: usize,
    /// Since when.
    pub(super) from: Time,
    /// Until when.
    pub(super) to: Time,
    /// Ticks of it that count.
    pub(super) delay: Span,
    /// Which operations of a chain have waited in it, counted from the last one.
    pub(super) steps: Range<usize>,
}

impl Stretch {
    pub(super) fn new(cause: Cause, object: Object, (from, to): (Time, Time)) -> Self {
        Self { cause, object, holders: SmallVec::new(), more: 0, from, to, delay: to - from, steps: 0..0 }
    }
}

/// Explains `[ready, start)` of an operation, stretches by time.
pub(super) fn explain(facts: &Facts<'_>, index: &Index, fact: &Fact<'_>, ready: Time) -> Vec<Stretch> {
    let start = fact.placement.start;
    if ready >= start {
        return Vec::new();
    }
    let pin = facts.problem.baseline(fact.operation).map_or(Pin::None, |row| row.pin);
    if pin == Pin::Start {
        return vec![Stretch::new(Cause::Frozen, Object::Operation(fact.operation), (ready, start))];
    }
    let mut painter = Painter { bare: vec![(ready, start)], stretches: Vec::new() };
    let own = Object::own(fact);
    if let Some(changeover) = fact.placement.changeover {
        painter.paint(&Stretch::new(Cause::Setup, own, changeover));
    }
    holders(facts, index, fact, (ready, start), &mut painter);
    pools(facts, index, fact, (ready, start), &mut painter);
    material(facts, index, fact, (ready, start), &mut painter);
    closed(facts.working(fact), own, (ready, start), &mut painter);
    if let Some((from, _)) = fact.placement.changeover {
        closed(facts.changing(fact), own, (ready, from), &mut painter);
    }
    max_lag(facts, fact, (ready, start), &mut painter);
    painter.finish()
}

/// Colors what is still bare.
struct Painter {
    bare: Vec<(Time, Time)>,
    stretches: Vec<Stretch>,
}

impl Painter {
    fn paint(&mut self, stretch: &Stretch) {
        let touches = |bare: &&(Time, Time)| bare.0 < stretch.to && stretch.from < bare.1;
        if !self.bare.iter().any(|bare| touches(&bare)) {
            return;
        }
        let mut rest = Vec::with_capacity(self.bare.len() + 1);
        for &(from, to) in &self.bare {
            let (begin, end) = (from.max(stretch.from), to.min(stretch.to));
            if begin >= end {
                rest.push((from, to));
                continue;
            }
            let mut part = stretch.clone();
            (part.from, part.to, part.delay) = (begin, end, end - begin);
            self.stretches.push(part);
            rest.extend([(from, begin), (end, to)].into_iter().filter(|(from, to)| from < to));
        }
        self.bare = rest;
    }

    /// By time; a bare stretch too short for the operation belongs to what ended it.
    fn finish(mut self) -> Vec<Stretch> {
        self.stretches.sort_by_key(|stretch| stretch.from);
        for &(from, to) in self.bare.iter().rev() {
            let next = self.stretches.partition_point(|stretch| stretch.from < to);
            if let Some(stretch) = self.stretches.get_mut(next).filter(|stretch| stretch.from == to) {
                stretch.delay += stretch.from - from;
                stretch.from = from;
            }
        }
        self.stretches
    }
}

/// Others on the unary resources that it needs.
fn holders(
    facts: &Facts<'_>,
    index: &Index,
    fact: &Fact<'_>,
    (ready, start): (Time, Time),
    painter: &mut Painter,
) {
    for (place, piece) in index.first_pieces(fact.operation) {
        if facts.problem.resource(piece.resource).kind != ResourceKind::Unary {
            continue;
        }
        let object = Object::Resource(piece.resource);
        let others = || index.before(place).filter(|other| other.operation != fact.operation);
        let mut reached = start;
        for other in others().take(NEAREST).take_while(|other| other.to > ready) {
            reached = other.from;
            let mut held = Stretch::new(Cause::Capacity, object, (other.from, other.to.min(start)));
            held.holders.push(other.operation);
            painter.paint(&held);
        }
        let earlier = index.ending_within(place, (ready, reached));
        if earlier > 0 {
            let mut held = Stretch::new(Cause::Capacity, object, (ready, reached));
            held.more = earlier;
            painter.paint(&held);
        }
    }
}

/// Pools without units enough.
fn pools(
    facts: &Facts<'_>,
    index: &Index,
    fact: &Fact<'_>,
    (ready, start): (Time, Time),
    painter: &mut Painter,
) {
    for (_, piece) in index.first_pieces(fact.operation) {
        let resource = facts.problem.resource(piece.resource);
        if resource.kind == ResourceKind::Unary {
            continue;
        }
        let profile = facts.problem.profile(resource.profile);
        let object = Object::Resource(piece.resource);
        for (from, to, held) in index.load(piece.resource, ready, start) {
            // Where the calendar alone has too little, it is closed, not taken.
            let mut at = from;
            while at < to {
                let after = profile.steps.partition_point(|step| step.0 <= at);
                let next = profile.steps.get(after).map_or(to, |step| step.0.min(to));
                let there = profile.at(at);
                if there >= piece.quantity && there.saturating_sub(held) < piece.quantity {
                    painter.paint(&Stretch::new(Cause::Capacity, object, (at, next)));
                }
                at = next;
            }
        }
    }
}

/// Items not there yet, and stock without room.
fn material(
    facts: &Facts<'_>,
    index: &Index,
    fact: &Fact<'_>,
    (ready, start): (Time, Time),
    painter: &mut Painter,
) {
    let end = fact.placement.end;
    for &(item, change) in &facts.problem.operation(fact.operation).materials {
        let known = &facts.problem.items[item.index()];
        if known.unlimited {
            continue;
        }
        let object = Object::Item(item);
        if change < 0 {
            let since = index.balances.settled(item, (ready, start), change, None);
            painter.paint(&Stretch::new(Cause::Material, object, (ready, since)));
        } else if known.max_stock.is_some() {
            let length = end - start;
            let since = index.balances.settled(item, (ready + length, end), change, known.max_stock);
            painter.paint(&Stretch::new(Cause::Storage, object, (ready, since - length)));
        }
    }
}

/// Closed time.
fn closed(windows: &Windows, object: Object, (from, to): (Time, Time), painter: &mut Painter) {
    let mut at = from;
    while let Some(shut) = windows.next_closed(at).filter(|&shut| shut < to) {
        let open = windows.next_open(shut).map_or(to, |open| open.min(to));
        painter.paint(&Stretch::new(Cause::Calendar, object, (shut, open)));
        if open >= to {
            return;
        }
        at = open;
    }
}

/// A later operation that must follow closely and cannot come earlier.
fn max_lag(facts: &Facts<'_>, fact: &Fact<'_>, (ready, start): (Time, Time), painter: &mut Painter) {
    use crate::model::precedence::Kind;
    for link in facts.problem.outgoing(fact.operation) {
        let (Some(after), Some(max_lag)) = (facts.get(link.after), link.max_lag) else {
            continue;
        };
        let (from, to) = (fact.placement, after.placement);
        let (anchor, instant) = match link.kind {
            Kind::EndStart => (from.end, to.start),
            Kind::StartStart => (from.start, to.start),
            Kind::EndEnd => (from.end, to.end),
            Kind::StartEnd => (from.start, to.end),
        };
        if instant == anchor + max_lag {
            let object = Object::Operation(link.after);
            painter.paint(&Stretch::new(Cause::MaxLag, object, (ready, start)));
        }
    }
}
