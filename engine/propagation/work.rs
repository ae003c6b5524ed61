//! Durations: start and end of an operation are tied by the modes that are left, through their calendars.
//!
//! A mode whose earliest span does not fit the window is dropped; earliest start and end are the least over
//! the others, latest ones the largest.

use super::domain::{Cause, Conflict, Domains};
use super::network::{Network, Way};
use crate::model::time::{FAR, Time};
use crate::model::windows::Windows;

/// Narrows one operation by its modes.
pub(super) fn narrow(network: &Network<'_>, domains: &mut Domains, operation: usize) -> Result<(), Conflict> {
    domains.cause = Cause::Work;
    let (est, lst) = (domains.est(operation), domains.lst(operation));
    let (ect, lct) = (domains.ect(operation), domains.lct(operation));
    let (mut fits, mut bounds) = (0_u64, [FAR, FAR, -FAR, -FAR]);
    for (bit, way) in network.ways(operation, domains.modes(operation)) {
        let Some((start, end)) = earliest(network.windows, way, est, ect) else { continue };
        let Some((from, to)) = latest(network.windows, way, lst, lct) else { continue };
        if start > lst || end > lct || from < est || to < ect {
            continue;
        }
        fits |= 1 << bit;
        bounds[0] = bounds[0].min(start);
        bounds[1] = bounds[1].min(end);
        bounds[2] = bounds[2].max(from);
        bounds[3] = bounds[3].max(to);
    }
    domains.keep_modes(operation, fits)?;
    domains.raise_start(operation, bounds[0])?;
    domains.raise_end(operation, bounds[1])?;
    domains.lower_start(operation, bounds[2])?;
    domains.lower_end(operation, bounds[3])
}

/// Earliest start and end in a mode, no start before `est`, no end before `ect`.
fn earliest(windows: &[Windows], way: &Way, est: Time, ect: Time) -> Option<(Time, Time)> {
    let from = est.max(way.from);
    let Some(open) = way.working.map(|index| &windows[index as usize]) else {
        let start = from.max(ect - way.duration);
        return Some((start, start + way.duration));
    };
    if way.duration == 0 {
        let start = from.max(ect);
        Some((start, start))
    } else if way.breaks {
        let start = open.next_open(from)?;
        Some((start, open.advance(start, way.duration)?.max(ect)))
    } else {
        let start = open.next_unbroken(from.max(ect - way.duration), way.duration)?;
        Some((start, start + way.duration))
    }
}

/// Latest start and end in a mode, no start after `lst`, no end after `lct`.
fn latest(windows: &[Windows], way: &Way, lst: Time, lct: Time) -> Option<(Time, Time)> {
    let Some(open) = way.working.map(|index| &windows[index as usize]).filter(|_| lct < FAR / 2) else {
        let start = lst.min(lct - way.duration);
        return Some((start, if way.working.is_some() { lct } else { start + way.duration }));
    };
    if way.duration == 0 {
        let start = lst.min(lct);
        Some((start, start))
    } else if way.breaks {
        let start = open.retreat(lct, way.duration)?;
        if way.varies {
            return Some((start.min(lst), lct));
        }
        if start <= lst {
            return Some((start, open.advance(start, way.duration)?.min(lct)));
        }
        // The end follows from the last open instant at which it may start.
        let last = open.last_unbroken(lst + 1, 1)?;
        Some((last, open.advance(last, way.duration)?.min(lct)))
    } else {
        let start = open.last_unbroken(lct.min(lst + way.duration), way.duration)?;
        Some((start, start + way.duration))
    }
}
