//! Bounds against schedules: no schedule of random plants is better than the bound of any term.

use std::sync::atomic::AtomicBool;

use sopengine::bounds::destructive::Destructive;
use sopengine::bounds::plain::{makespan_bound, network_of};
use sopengine::bounds::{Raised, bound_levels};
use sopengine::model::objective::{Objective, Term};
use sopengine::propagation::TimeWindows;
use sopengine::schedule::decode::{Decoder, Outline};
use sopengine::schedule::plain::{PlainInstance, PlainMode};
use sopengine::search::exact::{Answer, Exact};
use sopengine::search::rng::Rng;
use sopengine::search::{SolveOptions, solve};

use crate::support::{Plant, cases, random};

#[test]
fn no_schedule_is_better_than_the_bound_of_any_term() {
    let mut above_zero = [0_u32; 12];
    let mut met = [0_u32; 12];
    for seed in cases(400) {
        let Some(problem) = random::plant(seed) else {
            continue;
        };
        let outline = Outline::new(&problem);
        let decoder = Decoder::new(&outline);
        let history = |operation| decoder.times(operation);
        let windows = TimeWindows::new(&outline, &history);
        for (place, &term) in Term::ALL.iter().enumerate() {
            let objective = Objective { levels: vec![vec![(term, 1)]] }.partial();
            let options = SolveOptions {
                seed,
                threads: 1,
                workers: 1,
                time_limit: None,
                work_limit: Some(400),
                partial: true,
                objective: objective.clone(),
            };
            let solved = solve(&problem, &options, None, &AtomicBool::new(false), &mut |_| {});
            let Some(_) = solved.schedule else { continue };
            let raised = if solved.left_out.is_empty() {
                Raised::new(&outline, &history, &objective, |term| solved.values.get(term))
            } else {
                Raised::default()
            };
            let bounds = bound_levels(&outline, &windows, &objective, &solved.levels, &raised);
            for (bound, level) in bounds.iter().zip(&solved.levels) {
                assert!(
                    bound.is_none_or(|bound| bound <= *level),
                    "seed {seed}, {term}: {bound:?} > {level}"
                );
            }
            if let Some(Some(bound)) = bounds.last() {
                above_zero[place] += u32::from(*bound > 0);
                met[place] += u32::from(Some(bound) == solved.levels.last());
            }
        }
    }
    eprintln!("above zero {above_zero:?}, met {met:?}");
    for term in [Term::FlowTime, Term::ResourceCost, Term::Stability, Term::Makespan, Term::Tardiness] {
        assert!(above_zero[term as usize] > 10, "{term}: {above_zero:?}");
    }
}

/// A random small job shop with releases and tails.
fn random_shop(rng: &mut Rng) -> PlainInstance {
    let (chains, resources) = (rng.between(2, 3), rng.between(2, 3));
    let (mut chain_starts, mut modes) = (vec![0], Vec::new());
    for _ in 0..chains {
        for _ in 0..rng.between(1, 3) {
            modes.push(PlainMode { resource: rng.below(resources), duration: rng.between(1, 7) });
        }
        chain_starts.push(modes.len() as u32);
    }
    let mode_starts = (0..=modes.len() as u32).collect();
    let releases = (0..chains).map(|_| rng.below(6)).collect();
    let tails = (0..chains).map(|_| rng.below(6)).collect();
    PlainInstance::new(resources, chain_starts, mode_starts, modes, releases, tails).unwrap()
}

/// The shortest makespan over all active orders: every operation in turn as early as possible.
fn shortest(instance: &PlainInstance, next: &mut [usize], ready: &mut [u32], free: &mut [u32]) -> u32 {
    let mut best = u32::MAX;
    let mut is_over = true;
    for chain in 0..instance.num_chains() {
        let operation = next[chain];
        if operation >= instance.chain(chain).end {
            continue;
        }
        is_over = false;
        let mode = instance.modes(operation)[0];
        let resource = mode.resource as usize;
        let kept = (ready[chain], free[resource]);
        let end = kept.0.max(kept.1) + mode.duration;
        (ready[chain], free[resource], next[chain]) = (end, end, operation + 1);
        best = best.min(shortest(instance, next, ready, free));
        (ready[chain], free[resource], next[chain]) = (kept.0, kept.1, operation);
    }
    if is_over {
        return (0..instance.num_chains())
            .map(|chain| ready[chain] + instance.tail(chain))
            .max()
            .unwrap_or(0);
    }
    best
}

#[test]
fn who_is_left_out_does_not_bind_what_comes_before() {
    let plant = Plant::new()
        .order("first")
        .operation("a")
        .of("first")
        .mode("m", 3)
        .order("second")
        .order_deadline(5)
        .operation("b")
        .of("second")
        .mode("n", 10)
        .precedence("a", "b")
        .operation("alone")
        .mode("n", 4)
        .precedence("alone", "b");
    let problem = plant.build();
    let options = SolveOptions {
        seed: 0,
        threads: 1,
        workers: 1,
        time_limit: None,
        work_limit: Some(1_000),
        partial: true,
        objective: Objective::preset("throughput").unwrap().partial(),
    };
    let solved = solve(&problem, &options, None, &AtomicBool::new(false), &mut |_| {});
    // The second order alone is lost; a and alone end at 3 and 4.
    assert_eq!((solved.levels, solved.bound), (vec![1, 4], vec![Some(1), Some(4)]));
}

#[test]
fn destructive_bounds_and_exact_search_agree_with_enumeration() {
    let mut rng = Rng::stream(9, 0);
    let (mut tight, mut tried) = (0, 0);
    for _ in cases(300) {
        let instance = random_shop(&mut rng);
        let mut next: Vec<usize> =
            (0..instance.num_chains()).map(|chain| instance.chain(chain).start).collect();
        let mut ready: Vec<u32> = (0..instance.num_chains()).map(|chain| instance.release(chain)).collect();
        let mut free = vec![0; instance.num_resources()];
        let optimum = shortest(&instance, &mut next, &mut ready, &mut free);
        let low = makespan_bound(&instance);
        let (network, tails) = network_of(&instance);
        let mut destructive = Destructive::new(&network, tails);
        let high = i64::from(instance.horizon());
        let propagated = destructive.bisect(i64::from(low), high, u64::MAX);
        let shaved = destructive.climb(propagated, high, u64::MAX);
        assert!(i64::from(low) <= propagated && propagated <= shaved && shaved <= i64::from(optimum));
        tight += u32::from(shaved == i64::from(optimum));
        tried += 1;
        let mut exact = Exact::new(&instance, instance.horizon()).unwrap();
        let found = loop {
            match exact.run(u64::MAX / 2) {
                Answer::Schedule(starts) => exact.lower(exact.length_of(&starts) - 1),
                Answer::None => break exact.target() + 1,
                Answer::Open => panic!("work without end"),
            }
        };
        assert_eq!(found, optimum);
    }
    assert!(tight * 10 > tried * 8, "{tight} of {tried} bounds are tight");
}
