//! Random plants: whatever the search returns is valid, and its terms are those of the verifier.

use std::sync::atomic::AtomicBool;

use sopengine::model::Problem;
use sopengine::model::objective::{Objective, Term, TermValues};
use sopengine::schedule::verify::verify;
use sopengine::search::{Reason, SolveOptions, Solved, solve};

use crate::support::{cases, random};

fn options(seed: u64, objective: &str, work: u64) -> SolveOptions {
    SolveOptions {
        seed,
        threads: 1,
        workers: 2,
        time_limit: None,
        work_limit: Some(work),
        partial: true,
        objective: Objective::preset(objective).expect("a preset").partial(),
    }
}

fn run(problem: &Problem, options: &SolveOptions) -> Solved {
    solve(problem, options, None, &AtomicBool::new(false), &mut |_| {})
}

fn differences(found: &TermValues, expected: &TermValues) -> Vec<(Term, i64, i64)> {
    found.iter().zip(expected.iter()).filter(|(a, b)| a.1 != b.1).map(|(a, b)| (a.0, a.1, b.1)).collect()
}

#[test]
fn every_schedule_is_valid_and_its_terms_hold() {
    let (mut built, mut wrong) = (0, Vec::new());
    for seed in cases(160) {
        let Some(problem) = random::plant(seed) else {
            continue;
        };
        built += 1;
        let preset = ["on_time", "throughput", "stable", "changeovers"][seed as usize % 4];
        let options = options(seed, preset, 3_000);
        let solved = run(&problem, &options);
        let Some(schedule) = &solved.schedule else {
            wrong.push(format!("{seed}: no schedule: {}", solved.detail));
            continue;
        };
        let verdict = verify(&problem, schedule, true);
        if let Some(first) = verdict.violations.first() {
            wrong.push(format!("{seed}: {} violations, first {first:?}", verdict.violations.len()));
            if std::env::var("SHOW").is_ok() {
                for op in problem.operation_ids() {
                    eprintln!(
                        "{op:?} {} {:?} {:?} {:?} in {:?}",
                        problem.names.operations.get(op.index()),
                        problem.operation(op),
                        problem.baseline(op),
                        schedule.get(op),
                        problem.incoming(op).collect::<Vec<_>>()
                    );
                }
            }
            continue;
        }
        let differs = differences(&solved.values, &verdict.values);
        if !differs.is_empty() {
            wrong.push(format!("{seed}: terms {differs:?}"));
        }
        let levels = options.objective.value(&verdict.values);
        if levels != solved.levels {
            wrong.push(format!("{seed}: levels {:?}, expected {levels:?}", solved.levels));
        }
        for (level, (value, bound)) in levels.iter().zip(&solved.bound).enumerate() {
            if bound.is_some_and(|bound| bound > *value) {
                wrong.push(format!("{seed}: bound {bound:?} of level {level} above {value}"));
            }
        }
    }
    assert!(built > 0, "no plant was built");
    assert!(wrong.is_empty(), "{} of {built} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn larger_plants_with_all_features_are_valid() {
    let size = random::Size { orders: 30, steps: 4, machines: 5 };
    let mut built = 0;
    for seed in cases(12) {
        let features = random::ALL & !(1 << (seed % 11));
        let Some(problem) = random::plant_of(seed, size, features) else {
            continue;
        };
        built += 1;
        let preset = ["on_time", "throughput", "stable", "changeovers"][seed as usize % 4];
        let options = options(seed, preset, 60_000);
        let solved = run(&problem, &options);
        let schedule = solved.schedule.expect("partial schedules exist");
        let verdict = verify(&problem, &schedule, true);
        assert!(verdict.violations.is_empty(), "{seed}: {:?}", verdict.violations);
        assert_eq!(differences(&solved.values, &verdict.values), [], "{seed}");
        assert_eq!(options.objective.value(&verdict.values), solved.levels, "{seed}");
    }
    assert!(built > 5, "only {built} plants were built");
}

#[test]
fn without_partial_all_is_placed_or_nothing() {
    let mut found = 0;
    for seed in cases(120) {
        let Some(problem) = random::plant(seed) else {
            continue;
        };
        let objective = Objective::preset("throughput").expect("a preset");
        let whole = SolveOptions { partial: false, objective, ..options(seed, "throughput", 4_000) };
        let solved = run(&problem, &whole);
        match (&solved.schedule, solved.reason) {
            (Some(schedule), _) => {
                found += 1;
                let verdict = verify(&problem, schedule, false);
                assert!(verdict.violations.is_empty(), "{seed}: {:?}", verdict.violations);
                assert_eq!(whole.objective.value(&verdict.values), solved.levels, "{seed}");
            }
            (None, Reason::Infeasible) => {
                let left_out = run(&problem, &options(seed, "throughput", 4_000)).levels[0];
                assert!(left_out > 0, "{seed} is feasible");
            }
            (None, reason) => assert_eq!(reason, Reason::Unknown),
        }
    }
    assert!(found > 20, "only {found} of 120 plants have a whole schedule");
}
