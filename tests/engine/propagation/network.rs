//! All propagators together on small random networks, against all their solutions.

use sopengine::propagation::network::{Cumulative, Network, Step, Taking, end_of, start_of};
use sopengine::propagation::{Cause, Propagation};
use sopengine::search::rng::Rng;

use super::sketch::{lost, random_network, random_windows, solutions};
use crate::support::cases;

#[test]
fn nothing_that_a_solution_has_is_removed() {
    let mut rng = Rng::stream(3, 0);
    let (mut feasible, mut refused, mut missed) = (0, 0, 0);
    for case in cases(4_000) {
        let windows = random_windows(&mut rng);
        let network = random_network(&windows, &mut rng);
        let all = solutions(&network);
        let mut propagation = Propagation::new(&network);
        let result = propagation.run();
        match (result, all.is_empty()) {
            (Ok(()), true) => missed += 1,
            (Err(_), true) => refused += 1,
            (Err(conflict), false) => panic!("case {case}: {conflict:?} but {:?}\n{network:?}", all[0]),
            (Ok(()), false) => {
                feasible += 1;
                for solution in &all {
                    let gone = lost(&propagation.domains, solution);
                    assert_eq!(
                        gone, None,
                        "case {case}: {solution:?} lost\n{network:?}\n{:?}",
                        propagation.domains
                    );
                }
            }
        }
    }
    eprintln!("{feasible} feasible, {refused} refused, {missed} infeasible not refused");
    assert!(feasible > 1_000 && refused > 500 && missed < refused);
}

#[test]
fn undo_gives_back_what_was() {
    let mut rng = Rng::stream(4, 0);
    for _ in 0..500 {
        let windows = random_windows(&mut rng);
        let network = random_network(&windows, &mut rng);
        let mut propagation = Propagation::new(&network);
        if propagation.run().is_err() {
            continue;
        }
        let snapshot = |propagation: &Propagation<'_, '_>| -> Vec<(i64, i64, i64, i64, u64)> {
            let domains = &propagation.domains;
            (0..network.operations.len())
                .map(|i| (domains.est(i), domains.lst(i), domains.ect(i), domains.lct(i), domains.modes(i)))
                .collect()
        };
        let before = snapshot(&propagation);
        let mark = propagation.mark();
        let middle = i64::midpoint(propagation.domains.est(0), propagation.domains.lst(0));
        let narrowed = propagation.domains.lower_start(0, middle).and_then(|()| propagation.run());
        let after = snapshot(&propagation);
        propagation.undo(mark);
        assert_eq!(snapshot(&propagation), before);
        // The same step again comes to the same end.
        let again = propagation.domains.lower_start(0, middle).and_then(|()| propagation.run());
        assert_eq!(again.is_ok(), narrowed.is_ok());
        if again.is_ok() {
            assert_eq!(snapshot(&propagation), after);
        }
    }
}

#[test]
fn a_positive_cycle_is_found_without_a_horizon() {
    let mut network = Network::new(&[]);
    let far = sopengine::model::time::FAR;
    for _ in 0..3 {
        network.add_fixed(0, far, 5);
    }
    network.link(end_of(0), start_of(1), 0);
    network.link(end_of(1), start_of(2), 0);
    // The last starts at most 9 after the start of the first: 10 are needed.
    network.link(start_of(2), start_of(0), -9);
    network.close();
    let mut propagation = Propagation::new(&network);
    assert_eq!(propagation.run().map_err(|conflict| conflict.cause), Err(Cause::Lags));
    assert!(propagation.work() < 100, "{}", propagation.work());
}

#[test]
fn more_energy_than_goes_by_is_a_conflict() {
    let mut rng = Rng::stream(5, 0);
    let (mut over, mut fine) = (0, 0);
    for _ in cases(2_000) {
        let mut network = Network::new(&[]);
        let mut takings = Vec::new();
        let count = rng.between(3, 6);
        for operation in 0..count {
            let release = i64::from(rng.below(6));
            let duration = i64::from(rng.between(1, 4));
            network.add_fixed(release, release + duration + i64::from(rng.below(6)), duration);
            takings.push(Taking { operation, modes: 1, quantity: i64::from(rng.between(1, 2)), holds: true });
        }
        let free = |rng: &mut Rng| i64::from(rng.between(1, 4));
        let (one, two) = (free(&mut rng), free(&mut rng));
        let steps =
            vec![Step { from: -10, capacity: one, free: one }, Step { from: 5, capacity: two, free: two }];
        network.cumulatives.push(Cumulative { name: 0, steps, takings: takings.clone() });
        network.close();
        let gone = |from: i64, to: i64| (from..to).map(|time| if time < 5 { one } else { two }).sum::<i64>();
        let nodes = &network.operations;
        let is_over = nodes.iter().any(|first| {
            nodes.iter().any(|last| {
                let inside = takings.iter().filter(|taking| {
                    let node = &nodes[taking.operation as usize];
                    node.release >= first.release && node.deadline <= last.deadline
                });
                let needed: i64 = inside
                    .map(|taking| taking.quantity * network.shortest(taking.operation as usize, 1))
                    .sum();
                needed > gone(first.release, last.deadline).max(0)
            })
        });
        let result = Propagation::new(&network).run();
        if is_over {
            assert!(result.is_err(), "{network:?}");
            over += 1;
        } else {
            fine += u32::from(result.is_ok());
        }
    }
    assert!(over > 200 && fine > 200, "{over} {fine}");
}
