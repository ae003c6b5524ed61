//! Items: what is taken against what can have been given, by the definition tick by tick, and worked by hand.

use sopengine::model::time::FAR;
use sopengine::propagation::network::{Movement, Reservoir, end_of, start_of};
use sopengine::propagation::{Cause, Domains, Network, Propagation};
use sopengine::search::rng::Rng;

use super::sketch::random_reservoir;
use crate::support::cases;

const TICKS: i64 = 40;

/// Earliest and latest time of a point.
fn window(domains: &Domains, point: u32) -> (i64, i64) {
    let operation = point as usize / 2;
    if point.is_multiple_of(2) {
        (domains.est(operation), domains.lst(operation))
    } else {
        (domains.ect(operation), domains.lct(operation))
    }
}

/// What is there at most at an instant.
fn level(reservoir: &Reservoir, domains: &Domains, time: i64) -> i64 {
    let there = reservoir.there.iter().rev().find(|step| step.0 <= time).map_or(0, |step| step.1);
    let gives = reservoir.gives.iter().filter(|give| window(domains, give.point).0 <= time);
    let takes = reservoir.takes.iter().filter(|take| window(domains, take.point).1 <= time);
    let sum = |rows: Vec<&Movement>| rows.iter().map(|row| row.quantity).sum::<i64>();
    there + sum(gives.collect()) - sum(takes.collect())
}

#[test]
fn the_rule_has_nothing_more_to_say() {
    let mut rng = Rng::stream(6, 0);
    let (mut closed, mut refused, mut narrowed) = (0, 0, 0);
    for _ in cases(4_000) {
        let mut network = Network::new(&[]);
        let count = rng.between(2, 6) as usize;
        for _ in 0..count {
            let (release, duration) = (i64::from(rng.below(6)), i64::from(rng.below(5)));
            let deadline = if rng.one_in(6) { FAR } else { release + duration + i64::from(rng.below(10)) };
            network.add_fixed(release, deadline, duration);
        }
        network.reservoirs.push(random_reservoir(count, &mut rng));
        network.close();
        let before = Propagation::new(&network).domains;
        let mut propagation = Propagation::new(&network);
        if propagation.run().is_err() {
            refused += 1;
            continue;
        }
        let (domains, reservoir) = (&propagation.domains, &network.reservoirs[0]);
        for time in -1..TICKS {
            let level = level(reservoir, domains, time);
            assert!(level >= 0 || time < 0, "{level} at {time}: {network:?} {domains:?}");
            for row in reservoir.takes.iter().chain(&reservoir.gives) {
                let (earliest, latest) = window(domains, row.point);
                let missed = earliest <= time && time < latest && level < row.quantity;
                assert!(!missed, "{row:?} within {earliest}..{latest}, {level} at {time}: {network:?}");
            }
        }
        closed += 1;
        let moved = |operation: usize| {
            domains.est(operation) > before.est(operation) || domains.lct(operation) < before.lct(operation)
        };
        narrowed += u32::from((0..count).any(moved));
    }
    assert!(closed > 1_000 && refused > 500 && narrowed > 500, "{closed} {refused} {narrowed}");
}

/// Operations of 5 ticks from 0 to 100, an item of which `there` pieces are there.
fn shop(operations: usize, there: i64) -> Network<'static> {
    let mut network = Network::new(&[]);
    for _ in 0..operations {
        network.add_fixed(0, 100, 5);
    }
    let there = vec![(-FAR / 2, there)];
    network.reservoirs.push(Reservoir { name: 0, there, gives: Vec::new(), takes: Vec::new() });
    network
}

fn row(point: u32, quantity: i64) -> Movement {
    Movement { point, quantity }
}

#[test]
fn who_takes_waits_for_who_gives_and_who_gives_hurries() {
    let mut network = shop(2, 1);
    network.reservoirs[0].gives.push(row(end_of(0), 2));
    network.reservoirs[0].takes.push(row(start_of(1), 3));
    network.close();
    let mut propagation = Propagation::new(&network);
    propagation.run().expect("there is a schedule");
    let domains = &propagation.domains;
    assert_eq!((domains.est(1), domains.lct(0)), (5, 95), "1 of the 3 is there, 2 come at 5 or later");
}

#[test]
fn what_is_taken_is_missing_later() {
    // 2 are there until 10, then 1: whoever takes 2 would be short from 10 on, and 2 more come at 20.
    let mut network = shop(1, 2);
    network.reservoirs[0].there.extend([(10, 1), (20, 3)]);
    network.reservoirs[0].takes.push(row(start_of(0), 2));
    network.close();
    let mut propagation = Propagation::new(&network);
    propagation.run().expect("there is a schedule");
    assert_eq!(propagation.domains.est(0), 20);
}

#[test]
fn too_little_in_all_needs_no_deadline() {
    let mut network = Network::new(&[]);
    for _ in 0..2 {
        network.add_fixed(0, FAR, 5);
    }
    let takes = vec![row(start_of(0), 2), row(start_of(1), 2)];
    network.reservoirs.push(Reservoir { name: 0, there: vec![(-FAR / 2, 3)], gives: Vec::new(), takes });
    network.close();
    let result = Propagation::new(&network).run();
    assert_eq!(result.map_err(|conflict| conflict.cause), Err(Cause::Item(0)));
}

#[test]
fn what_comes_after_a_take_does_not_feed_it() {
    // 0 takes what only 1 gives, and 1 follows 0: windows alone would push both on tick by tick.
    let mut network = shop(2, 0);
    network.reservoirs[0].takes.push(row(start_of(0), 1));
    network.reservoirs[0].gives.push(row(end_of(1), 1));
    network.link(end_of(0), start_of(1), 0);
    network.close();
    let mut propagation = Propagation::new(&network);
    let result = propagation.run();
    assert_eq!(result.map_err(|conflict| conflict.cause), Err(Cause::Item(0)));
    assert!(propagation.work() < 50, "{}", propagation.work());
}

#[test]
fn what_is_taken_before_is_gone() {
    // 0 takes 2 of 3 and 1, which follows, takes 2: it waits for the one that 2 gives at 5, wherever 0 is.
    let mut network = shop(3, 3);
    network.operations[2].release = 30;
    network.reservoirs[0].takes.extend([row(start_of(0), 2), row(start_of(1), 2)]);
    network.reservoirs[0].gives.push(row(end_of(2), 1));
    network.link(end_of(0), start_of(1), 0);
    network.close();
    let mut propagation = Propagation::new(&network);
    propagation.run().expect("there is a schedule");
    assert_eq!((propagation.domains.est(0), propagation.domains.est(1)), (0, 35));
}
