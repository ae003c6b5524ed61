//! Units of material as they pass from producer to consumer, and room in stock the other way.
//!
//! First in, first out: the k-th unit that arrives is the k-th that leaves. As long as each unit
//! arrives no later than it leaves, nothing is short, so these links are enough (and, since other
//! pairings would do as well, sometimes more than enough).

use super::{By, Edge, Link, Until};
use crate::model::ids::{ItemId, OperationId};
use crate::model::time::Time;
use crate::schedule::verify::facts::Facts;

/// Units that come or go at an instant, by whom (none: stock rows and history).
type Movement = (Time, Option<OperationId>, i64);

/// Links of all limited items.
pub(super) fn collect(facts: &Facts<'_>, links: &mut Vec<Link>) {
    let mut moved: Vec<(ItemId, Time, OperationId, i64)> = Vec::new();
    for fact in facts.iter() {
        for &(item, quantity) in &facts.problem.operation(fact.operation).materials {
            let at = if quantity < 0 { fact.placement.start } else { fact.placement.end };
            let taken = quantity < 0 && fact.started.is_some();
            if !taken && !facts.problem.items[item.index()].unlimited {
                moved.push((item, at, fact.operation, quantity));
            }
        }
    }
    moved.sort_unstable();
    for own in moved.chunk_by(|a, b| a.0 == b.0) {
        one_item(facts, own, links);
    }
}

fn one_item(facts: &Facts<'_>, moved: &[(ItemId, Time, OperationId, i64)], links: &mut Vec<Link>) {
    let id = moved[0].0;
    let item = &facts.problem.items[id.index()];
    let (mut comes, mut goes): (Vec<Movement>, Vec<Movement>) = (Vec::new(), Vec::new());
    for &(at, quantity) in &item.arrivals {
        let side = if quantity < 0 { &mut goes } else { &mut comes };
        side.push((at, None, quantity.saturating_abs()));
    }
    for &(_, at, operation, quantity) in moved {
        let side = if quantity < 0 { &mut goes } else { &mut comes };
        side.push((at, Some(operation), quantity.saturating_abs()));
    }
    comes.sort_unstable();
    goes.sort_unstable();
    pair(&comes, &goes, |before, after, at| {
        let until = after.map_or(Until::Fixed(at), Until::Start);
        links.push(Link { before, edge: Edge::End, until, by: By::Item(id) });
    });
    if let Some(most) = item.max_stock {
        let mut room = vec![(Time::MIN, None, most)];
        room.append(&mut goes);
        pair(&room, &comes, |before, after, at| {
            let until = after.map_or(Until::Fixed(at), Until::End);
            links.push(Link { before, edge: Edge::Start, until, by: By::Room(id) });
        });
    }
}

/// Pairs units that come with units that go, in order, and tells who feeds whom.
fn pair(comes: &[Movement], goes: &[Movement], mut link: impl FnMut(OperationId, Option<OperationId>, Time)) {
    let mut supply = comes.iter().copied();
    let mut at_hand: Option<Movement> = supply.next();
    for &(at, taker, quantity) in goes {
        let mut wanted = quantity;
        while wanted > 0 {
            let Some((since, giver, units)) = at_hand else {
                return;
            };
            if let Some(giver) = giver
                && since <= at
                && taker != Some(giver)
            {
                link(giver, taker, at);
            }
            let used = units.min(wanted);
            wanted -= used;
            at_hand = if units > used { Some((since, giver, units - used)) } else { supply.next() };
        }
    }
}
