//! The portfolio: which search for which instance.

use std::ops::Range;

use super::balance::{Beam, Width, is_sparse};
use super::construct::{construct, construct_unless};
use super::incumbent::Incumbent;
use super::islands;
use super::options::{PlainOptions, PlainProgress, PlainResult};
use super::population;
use super::rounds::round;
use super::rules::RULES;
use super::windows;
use super::zero_idle::{ZeroIdle, is_saturated};
use crate::bounds::plain::makespan_bound;
use crate::schedule::plain::{Arrangement, PlainInstance, PlainSolution};
use crate::search::limit::{Limit, Stop};
use crate::search::rng::Rng;

/// Up to so many operations a whole schedule is searched at a time.
const SMALL: usize = 3_000;

/// With so many operations each worker has a schedule of its own. Fewer are searched in windows that do not disturb
/// each other, with more the time is short for one.
const ISLANDS: Range<usize> = 50_000..300_000;

/// Operations over which all rules are tried; larger instances get fewer rules.
const RULED: usize = 2_000_000;

/// Searches for a short schedule; never returns one longer than `start`.
///
/// Ends when the best schedule meets the bound, when `stop` is due, or at the limits of the options. One
/// schedule is always built first. Under a work limit the answer depends on instance, seed and number of
/// workers only.
pub fn solve_plain(
    instance: &PlainInstance,
    start: Option<&PlainSolution>,
    options: &PlainOptions,
    stop: &dyn Stop,
    on_improve: &mut dyn FnMut(&PlainProgress<'_>),
) -> PlainResult {
    let limit = Limit::new(options.time_limit).with_outer(stop);
    let bound = makespan_bound(instance);
    let mut incumbent = Incumbent::new(instance, options, bound, &limit, on_improve);
    if let Some(start) = start {
        incumbent.take(Arrangement::from_solution(instance, start));
    }
    let mut rng = Rng::stream(options.seed, 0);
    let (first, work) = construct(instance, RULES[0], 0, bound, &mut rng);
    incumbent.stats.work = work;
    incumbent.close_phase();
    incumbent.take(first);
    if !incumbent.is_done() && is_saturated(instance, bound) {
        probe(instance, &mut incumbent);
    }
    let mut starts = Vec::new();
    if instance.num_operations() > SMALL && is_sparse(instance, bound) {
        starts = balance(instance, &mut incumbent);
    } else if !incumbent.is_done() {
        construct_more(instance, &mut incumbent);
    }
    if !incumbent.is_done() {
        match instance.num_operations() {
            ..=SMALL => population::search(instance, &mut incumbent),
            size if ISLANDS.contains(&size) => islands::search(instance, &starts, &mut incumbent),
            _ => windows::search(instance, &mut incumbent),
        }
    }
    let bound = incumbent.bound;
    let mut stats = incumbent.stats;
    stats.elapsed = limit.elapsed();
    let solution = incumbent.best.to_solution(instance);
    let is_optimal = solution.makespan() <= bound;
    PlainResult { solution, bound, is_optimal, stats }
}

/// Schedules by the other rules, one rule a worker and round.
fn construct_more(instance: &PlainInstance, incumbent: &mut Incumbent<'_>) {
    let mut work = 0;
    let count = (RULED / instance.num_operations().max(1)).clamp(3, RULES.len() - 1);
    for rules in RULES[1..=count].chunks(incumbent.options.workers.max(1)) {
        if incumbent.is_done() {
            break;
        }
        let (bound, seed) = (incumbent.bound, incumbent.options.seed);
        let stop = incumbent.stop();
        let mut built: Vec<_> = rules.iter().map(|&rule| (rule, None)).collect();
        round(&mut built, incumbent.options.threads, |(rule, built)| {
            *built = construct_unless(instance, *rule, bound, &mut Rng::stream(seed, 0), stop);
        });
        let built: Option<Vec<_>> = built.into_iter().map(|(_, built)| built).collect();
        let Some(built) = built else { break };
        work += built.iter().map(|(_, work)| work).sum::<u64>();
        if !incumbent.close_round(work, 0) {
            break;
        }
        for (arrangement, _) in built {
            incumbent.take(arrangement);
        }
    }
    incumbent.close_phase();
}

/// Schedules in which all chains end together: by one simulation, then by a beam of each worker. Returns those of the
/// beams, in the order of the workers.
fn balance(instance: &PlainInstance, incumbent: &mut Incumbent<'_>) -> Vec<Arrangement> {
    let (bound, seed) = (incumbent.bound, incumbent.options.seed);
    let beam = |number, width| Beam::new(instance, bound, width, Rng::stream(seed, number + 1));
    run_beams(vec![beam(0, Width::One)], instance, incumbent);
    let workers = incumbent.options.workers.max(1);
    run_beams((0..workers).map(|number| beam(number, Width::Many)).collect(), instance, incumbent)
}

/// Runs beams side by side until all are through; nothing if they are stopped before.
fn run_beams(beams: Vec<Beam>, instance: &PlainInstance, incumbent: &mut Incumbent<'_>) -> Vec<Arrangement> {
    let mut beams: Vec<_> = beams.into_iter().map(|beam| (beam, None)).collect();
    let budget = 2 * instance.num_operations() as u64 + 100_000;
    while beams.iter().any(|(_, built)| built.is_none()) {
        if incumbent.is_done() {
            return Vec::new();
        }
        let stop = incumbent.stop();
        round(&mut beams, incumbent.options.threads, |(beam, built)| {
            if built.is_none() {
                *built = beam.run(budget, stop);
            }
        });
        if !incumbent.close_round(beams.iter().map(|(beam, _)| beam.work()).sum(), 0) {
            return Vec::new();
        }
    }
    incumbent.close_phase();
    let found: Vec<Arrangement> = beams.into_iter().filter_map(|(_, built)| built).collect();
    for built in &found {
        incumbent.take_if_better(built);
    }
    found
}

/// Looks for a schedule without idle time, each worker with a beam of another width, until all have given up.
fn probe(instance: &PlainInstance, incumbent: &mut Incumbent<'_>) {
    let mut probes: Vec<_> = (0..incumbent.options.workers.max(1))
        .map(|number| {
            let rng = Rng::stream(incumbent.options.seed, number + 1);
            (ZeroIdle::new(instance, incumbent.bound, number, rng), None)
        })
        .collect();
    while !incumbent.is_done() && probes.iter().any(|(probe, _)| !probe.is_exhausted()) {
        let stop = incumbent.stop();
        let budget = 2 * instance.num_operations() as u64 + 100_000;
        round(&mut probes, incumbent.options.threads, |(probe, found)| *found = probe.run(budget, stop));
        let work = probes.iter().map(|(probe, _)| 20 * probe.starts()).sum();
        if !incumbent.close_round(work, 0) {
            break;
        }
        for (_, found) in &mut probes {
            if let Some(sequence) = found.take() {
                let makespan = incumbent.bound;
                incumbent.take(Arrangement { sequence, modes: Vec::new(), makespan });
            }
        }
    }
    incumbent.close_phase();
}
