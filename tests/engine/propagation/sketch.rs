//! Small random networks and all their solutions.

use sopengine::model::time::FAR;
use sopengine::model::windows::Windows;
use sopengine::propagation::network::{
    Cumulative, Disjunctive, Movement, Reservoir, Step, Taking, Way, end_of, start_of,
};
use sopengine::propagation::{Domains, Network};
use sopengine::search::rng::Rng;

const HORIZON: i64 = 14;

/// Random open windows within the horizon.
pub(super) fn random_windows(rng: &mut Rng) -> Vec<Windows> {
    (0..3)
        .map(|_| {
            let mut windows = Windows::default();
            let mut time = i64::from(rng.below(4));
            while time < HORIZON + 4 {
                let end = time + i64::from(rng.between(2, 7));
                windows.push(time, end);
                time = end + i64::from(rng.between(1, 3));
            }
            windows
        })
        .collect()
}

/// A random network; every feature now and then.
pub(super) fn random_network<'w>(windows: &'w [Windows], rng: &mut Rng) -> Network<'w> {
    let mut network = Network::new(windows);
    let count = rng.between(2, 4) as usize;
    let breaks: Vec<bool> = (0..count).map(|_| rng.one_in(2)).collect();
    for &breaks in &breaks {
        let release = i64::from(rng.below(5));
        let ways: Vec<Way> = (0..rng.between(1, 2))
            .map(|_| Way {
                duration: if rng.one_in(8) { 0 } else { i64::from(rng.between(1, 4)) },
                working: rng.one_in(2).then(|| rng.below(3)),
                breaks,
                varies: false,
                from: i64::from(rng.below(4)),
            })
            .collect();
        network.add(release, i64::from(rng.between(7, HORIZON as u32)), &ways);
    }
    for _ in 0..rng.below(4) {
        let (from, to) = (rng.below(count as u32) as usize, rng.below(count as u32) as usize);
        let ends = [start_of, end_of];
        let (one, other) = (ends[rng.below(2) as usize](from), ends[rng.below(2) as usize](to));
        if from != to {
            network.link(one, other, i64::from(rng.below(9)) - 5);
        }
    }
    for _ in 0..rng.below(3) {
        let takings = random_takings(&network, 1, rng);
        let open = rng.one_in(2).then(|| rng.below(3));
        // Whoever takes it works in its open time alone.
        if let Some(open) = open {
            for taking in &takings {
                let modes = network.operations[taking.operation as usize].modes.clone();
                for (bit, way) in network.modes[modes].iter_mut().enumerate() {
                    if taking.modes >> bit & 1 == 1 {
                        way.working = Some(open);
                    }
                }
            }
        }
        network.disjunctives.push(Disjunctive { name: 0, open, takings });
    }
    forget_open(&mut network);
    for _ in 0..rng.below(3) {
        let takings = random_takings(&network, 3, rng);
        let mut steps = vec![Step { from: -FAR / 2, capacity: 3, free: 3 }];
        let mut time = 0;
        while rng.one_in(2) && time < HORIZON {
            time += i64::from(rng.between(1, 6));
            let capacity = i64::from(rng.below(4));
            let free = i64::from(rng.below(capacity as u32 + 1)).max(capacity - 1);
            steps.push(Step { from: time, capacity, free });
        }
        network.cumulatives.push(Cumulative { name: 0, steps, takings });
    }
    for _ in 0..rng.below(3) {
        let reservoir = random_reservoir(count, rng);
        network.reservoirs.push(reservoir);
    }
    network.close();
    network
}

/// An item that some take at their start and some give at their end; or the other way round, as room is.
pub(super) fn random_reservoir(count: usize, rng: &mut Rng) -> Reservoir {
    let mut there = vec![(-FAR / 2, i64::from(rng.below(4)))];
    let mut time = 0;
    while rng.one_in(2) && time < HORIZON {
        time += i64::from(rng.between(1, 6));
        there.push((time, i64::from(rng.below(5))));
    }
    let (mut gives, mut takes) = (Vec::new(), Vec::new());
    let is_room = rng.one_in(3);
    for operation in 0..count {
        let quantity = i64::from(rng.between(1, 3));
        let (start, end) = (start_of(operation), end_of(operation));
        let (take, give) = if is_room { (end, start) } else { (start, end) };
        if rng.one_in(2) {
            takes.push(Movement { point: take, quantity });
        }
        if rng.one_in(2) {
            gives.push(Movement { point: give, quantity });
        }
    }
    Reservoir { name: 0, there, gives, takes }
}

/// A set has open time only where the last word on all its modes is that.
fn forget_open(network: &mut Network<'_>) {
    for index in 0..network.disjunctives.len() {
        let set = &network.disjunctives[index];
        let works_in_it = |taking: &Taking| {
            let modes = network.operations[taking.operation as usize].modes.clone();
            network.modes[modes].iter().enumerate().all(|(bit, way)| {
                taking.modes >> bit & 1 == 0 || way.duration == 0 || way.working == set.open
            })
        };
        if !set.takings.iter().all(works_in_it) {
            network.disjunctives[index].open = None;
        }
    }
}

fn random_takings(network: &Network<'_>, most: u32, rng: &mut Rng) -> Vec<Taking> {
    let mut takings = Vec::new();
    for operation in 0..network.operations.len() {
        if !rng.one_in(4) {
            let all = (1_u64 << network.operations[operation].modes.len()) - 1;
            let modes = if rng.one_in(4) { 1 } else { all };
            let quantity = i64::from(rng.between(1, most));
            let holds = most == 1 || !rng.one_in(4);
            takings.push(Taking { operation: operation as u32, modes, quantity, holds });
        }
    }
    takings
}

/// Mode, start and end of an operation.
pub(super) type Place = (u32, i64, i64);

/// Every place of an operation alone, tick by tick.
fn places(network: &Network<'_>, operation: usize) -> Vec<Place> {
    let node = &network.operations[operation];
    let mut places = Vec::new();
    for (bit, way) in network.modes[node.modes.clone()].iter().enumerate() {
        let open = |time: i64| way.working.is_none_or(|index| network.windows[index as usize].is_open(time));
        for start in node.release.max(way.from)..=node.latest_start.min(node.deadline) {
            let (mut end, mut left) = (start, way.duration);
            let mut works = way.duration == 0 || open(start);
            while left > 0 && end < node.deadline && works {
                if open(end) {
                    left -= 1;
                } else {
                    works = way.breaks;
                }
                end += 1;
            }
            if works && left == 0 && end <= node.deadline {
                places.push((bit as u32, start, end));
            }
        }
    }
    places
}

/// All solutions.
pub(super) fn solutions(network: &Network<'_>) -> Vec<Vec<Place>> {
    let all: Vec<Vec<Place>> =
        (0..network.operations.len()).map(|operation| places(network, operation)).collect();
    let mut found = Vec::new();
    extend(network, &all, &mut Vec::new(), &mut found);
    found
}

fn extend(network: &Network<'_>, all: &[Vec<Place>], chosen: &mut Vec<Place>, found: &mut Vec<Vec<Place>>) {
    if !keeps_arcs(network, chosen) || !excludes(network, chosen) {
        return;
    }
    if chosen.len() == all.len() {
        if fits(network, chosen) && is_there(network, chosen) {
            found.push(chosen.clone());
        }
        return;
    }
    for &place in &all[chosen.len()] {
        chosen.push(place);
        extend(network, all, chosen, found);
        chosen.pop();
    }
}

fn keeps_arcs(network: &Network<'_>, chosen: &[Place]) -> bool {
    let time = |point: u32| {
        let place = chosen.get(point as usize / 2)?;
        Some(if point.is_multiple_of(2) { place.1 } else { place.2 })
    };
    network.arcs.iter().all(|arc| match (time(arc.from), time(arc.to)) {
        (Some(from), Some(to)) => to >= from + arc.lag,
        _ => true,
    })
}

fn takes(taking: &Taking, chosen: &[Place]) -> Option<Place> {
    let place = *chosen.get(taking.operation as usize)?;
    (taking.modes >> place.0 & 1 == 1 && place.1 < place.2).then_some(place)
}

fn excludes(network: &Network<'_>, chosen: &[Place]) -> bool {
    network.disjunctives.iter().all(|set| {
        let held: Vec<Place> = set.takings.iter().filter_map(|taking| takes(taking, chosen)).collect();
        (0..held.len()).all(|i| (0..i).all(|j| held[i].2 <= held[j].1 || held[j].2 <= held[i].1))
    })
}

fn fits(network: &Network<'_>, chosen: &[Place]) -> bool {
    network.cumulatives.iter().all(|cumulative| {
        (0..=HORIZON).all(|time| {
            let step = cumulative.steps.iter().rev().find(|step| step.from <= time).unwrap();
            let used: i64 =
                cumulative.takings.iter().map(|taking| used(network, taking, chosen, time, step)).sum();
            used <= step.free
        })
    })
}

/// Never more taken than there.
fn is_there(network: &Network<'_>, chosen: &[Place]) -> bool {
    let at = |point: u32| {
        let place = chosen[point as usize / 2];
        if point.is_multiple_of(2) { place.1 } else { place.2 }
    };
    network.reservoirs.iter().all(|reservoir| {
        let moved = |movements: &[Movement], time: i64| -> i64 {
            movements.iter().filter(|row| at(row.point) <= time).map(|row| row.quantity).sum()
        };
        (0..HORIZON + 8).all(|time| {
            let there = reservoir.there.iter().rev().find(|step| step.0 <= time).unwrap().1;
            moved(&reservoir.takes, time) <= there + moved(&reservoir.gives, time)
        })
    })
}

/// What an operation takes at an instant. Work needs its quantity in full; breaks count if it holds and the
/// capacity is not below its quantity.
fn used(network: &Network<'_>, taking: &Taking, chosen: &[Place], time: i64, step: &Step) -> i64 {
    let Some((mode, start, end)) = takes(taking, chosen) else { return 0 };
    if time < start || time >= end {
        return 0;
    }
    let node = &network.operations[taking.operation as usize];
    let way = network.modes[node.modes.clone()][mode as usize];
    let works = way.working.is_none_or(|index| network.windows[index as usize].is_open(time));
    let counts = works || (taking.holds && step.capacity >= taking.quantity);
    if counts { taking.quantity } else { 0 }
}

/// The first thing that propagation has taken from a solution.
pub(super) fn lost(domains: &Domains, solution: &[Place]) -> Option<usize> {
    (0..solution.len()).find(|&operation| {
        let (mode, start, end) = solution[operation];
        domains.modes(operation) >> mode & 1 == 0
            || start < domains.est(operation)
            || start > domains.lst(operation)
            || end < domains.ect(operation)
            || end > domains.lct(operation)
    })
}
