//! The project kernel: serial generation by its definition, optimal values by brute force, repeatable runs.

use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use sopengine::model::objective::Objective;
use sopengine::model::resource::ResourceKind;
use sopengine::schedule::plain::{PlainInstance, PlainMode};
use sopengine::schedule::project::{ProjectInstance, ProjectLink, ProjectOperation, generator};
use sopengine::schedule::verify::verify;
use sopengine::search::limit::Never;
use sopengine::search::project::{ProjectReduction, project_bound, solve_project};
use sopengine::search::rng::Rng;
use sopengine::search::shop::{PlainOptions, solve_plain};
use sopengine::search::{Reason, SolveOptions, solve};

use crate::support::Plant;

fn random(seed: u64, count: usize) -> ProjectInstance {
    let mut rng = Rng::stream(seed, 0);
    let resources = rng.between(1, 3);
    let capacities: Vec<u64> = (0..resources).map(|_| u64::from(rng.between(1, 5))).collect();
    let mut operations = Vec::new();
    for _ in 0..count {
        let mut demands = Vec::new();
        for resource in 0..resources {
            let most = capacities[resource as usize] as u32;
            if rng.one_in(2) {
                demands.push((resource, u64::from(rng.between(1, most))));
            }
        }
        let release = if rng.one_in(4) { rng.below(6) } else { 0 };
        let tail = if rng.one_in(4) { rng.below(6) } else { 0 };
        operations.push(ProjectOperation { duration: rng.below(6), release, tail, demands });
    }
    let mut links = Vec::new();
    for after in 1..count as u32 {
        for before in 0..after {
            if rng.one_in(4) {
                links.push(ProjectLink { before, after, lag: if rng.one_in(3) { rng.below(4) } else { 0 } });
            }
        }
    }
    ProjectInstance::new(capacities, operations, links).unwrap()
}

/// Units of a resource held at a tick.
fn held(instance: &ProjectInstance, starts: &[Option<u32>], resource: u32, tick: u32) -> u64 {
    let units = |operation: usize| {
        let data = instance.operation(operation);
        let runs = starts[operation].is_some_and(|start| start <= tick && tick < start + data.duration);
        let demand = data.demands.iter().find(|demand| demand.0 == resource);
        if runs { demand.map_or(0, |demand| demand.1) } else { 0 }
    };
    (0..instance.len()).map(units).sum()
}

/// The earliest start tick by tick.
fn earliest(instance: &ProjectInstance, starts: &[Option<u32>], operation: usize) -> u32 {
    let data = instance.operation(operation);
    let ready = instance
        .before(operation)
        .iter()
        .map(|&(before, lag)| starts[before as usize].unwrap() + instance.duration(before as usize) + lag);
    let mut start = ready.max().unwrap_or(0).max(data.release);
    let fits = |start: u32| {
        (start..start + data.duration).all(|tick| {
            data.demands.iter().all(|&(resource, quantity)| {
                held(instance, starts, resource, tick) + quantity <= instance.capacities()[resource as usize]
            })
        })
    };
    while !fits(start) {
        start += 1;
    }
    start
}

/// The shortest of all schedules that serial generation makes: for the makespan one of them is optimal.
fn brute(instance: &ProjectInstance, starts: &mut Vec<Option<u32>>, best: &mut u32) {
    let open: Vec<usize> = (0..instance.len()).filter(|&op| starts[op].is_none()).collect();
    if open.is_empty() {
        let all: Vec<u32> = starts.iter().flatten().copied().collect();
        *best = (*best).min(instance.makespan(&all));
        return;
    }
    for operation in open {
        if instance.before(operation).iter().all(|&(before, _)| starts[before as usize].is_some()) {
            starts[operation] = Some(earliest(instance, starts, operation));
            brute(instance, starts, best);
            starts[operation] = None;
        }
    }
}

fn options(work: u64, threads: usize) -> PlainOptions {
    PlainOptions { seed: 3, threads, workers: 3, work_limit: Some(work), time_limit: None }
}

proptest! {
    #[test]
    fn generation_is_what_it_says(seed in any::<u64>(), count in 1_usize..12) {
        let instance = random(seed, count);
        let list: Vec<u32> = (0..count as u32).collect();
        let mut starts = vec![0; count];
        let makespan = generator(&instance).generate(&instance, &list, &mut starts);
        let mut expected = vec![None; count];
        for operation in 0..count {
            expected[operation] = Some(earliest(&instance, &expected, operation));
        }
        let expected: Vec<u32> = expected.into_iter().flatten().collect();
        prop_assert_eq!(&starts, &expected);
        prop_assert_eq!(makespan, instance.makespan(&starts));
        let twice = instance.mirrored().mirrored();
        prop_assert_eq!(twice.links(), instance.links());
    }

    #[test]
    fn small_projects_are_solved(seed in any::<u64>(), count in 1_usize..7) {
        let instance = random(seed, count);
        let mut best = u32::MAX;
        brute(&instance, &mut vec![None; count], &mut best);
        let result = solve_project(&instance, None, &options(30_000, 1), &Never, &mut |_| {});
        prop_assert_eq!(result.makespan, best);
        prop_assert!(result.bound <= best && result.bound >= project_bound(&instance));
        prop_assert_eq!(instance.makespan(&result.starts), best);
    }
}

#[test]
fn threads_do_not_change_the_answer_and_a_start_is_never_made_worse() {
    for seed in 0..6 {
        let instance = random(seed, 40);
        let one = solve_project(&instance, None, &options(500_000, 1), &Never, &mut |_| {});
        let two = solve_project(&instance, None, &options(500_000, 3), &Never, &mut |_| {});
        assert_eq!((one.makespan, &one.starts, one.stats.work), (two.makespan, &two.starts, two.stats.work));
        let again = solve_project(&instance, Some(&one.starts), &options(1, 1), &Never, &mut |_| {});
        assert!(again.makespan <= one.makespan);
    }
}

/// A job shop whose operations also need one of so many operators.
fn shop(seed: u64, orders: u32, machines: u32, operators: u64) -> ProjectInstance {
    let mut rng = Rng::stream(seed, 0);
    let mut capacities = vec![1; machines as usize];
    capacities.push(operators);
    let (mut operations, mut links) = (Vec::new(), Vec::new());
    for order in 0..orders {
        let mut route: Vec<u32> = (0..machines).collect();
        rng.shuffle(&mut route);
        for (step, &machine) in (0..).zip(&route) {
            let demands = vec![(machine, 1), (machines, 1)];
            operations.push(ProjectOperation { duration: rng.between(1, 99), release: 0, tail: 0, demands });
            let after = order * machines + step;
            links.extend((step > 0).then(|| ProjectLink { before: after - 1, after, lag: 0 }));
        }
    }
    ProjectInstance::new(capacities, operations, links).unwrap()
}

/// The same without operators, for the plain kernel.
fn without_operators(project: &ProjectInstance, machines: u32) -> PlainInstance {
    let count = project.len() as u32;
    let chain_starts = (0..=count).step_by(machines as usize).collect();
    let mode = |op: usize| {
        let data = project.operation(op);
        PlainMode { resource: data.demands[0].0, duration: data.duration }
    };
    let modes = (0..project.len()).map(mode).collect();
    PlainInstance::new(machines, chain_starts, (0..=count).collect(), modes, vec![], vec![]).unwrap()
}

#[test]
fn with_an_operator_for_each_machine_it_is_the_job_shop() {
    for seed in 0..4 {
        let project = shop(seed, 12, 8, 8);
        let plain = without_operators(&project, 8);
        let best = solve_plain(&plain, None, &options(40_000_000, 1), &Never, &mut |_| {});
        let found = solve_project(&project, None, &options(2_000_000, 1), &Never, &mut |_| {});
        assert!(found.makespan >= best.bound);
        let most = best.solution.makespan() * 101 / 100;
        assert!(found.makespan <= most, "{} against {}", found.makespan, best.solution.makespan());
    }
}

#[test]
fn shops_with_operators_are_repeatable_and_never_use_more_than_there_are() {
    let project = shop(9, 10, 6, 4);
    let one = solve_project(&project, None, &options(1_500_000, 1), &Never, &mut |_| {});
    let two = solve_project(&project, None, &options(1_500_000, 3), &Never, &mut |_| {});
    assert_eq!((one.makespan, &one.starts, one.stats.work), (two.makespan, &two.starts, two.stats.work));
    let starts: Vec<Option<u32>> = one.starts.iter().copied().map(Some).collect();
    for resource in 0..project.capacities().len() {
        for &tick in &one.starts {
            assert!(held(&project, &starts, resource as u32, tick) <= project.capacities()[resource]);
        }
    }
    for link in project.links() {
        let (before, after) = (link.before as usize, link.after as usize);
        assert!(one.starts[before] + project.duration(before) <= one.starts[after]);
    }
}

#[test]
fn many_resources_take_several_words() {
    // 30 resources of capacity 9 take five bits each: three words, rounded to four.
    let operations = (0..60_u32).map(|number| ProjectOperation {
        duration: 2,
        demands: vec![(number % 30, 5)],
        ..ProjectOperation::default()
    });
    let instance = ProjectInstance::new(vec![9; 30], operations.collect(), Vec::new()).unwrap();
    assert_eq!(instance.packing().words(), 4);
    let result = solve_project(&instance, None, &options(1_000, 1), &Never, &mut |_| {});
    assert_eq!(result.makespan, 4, "two that exclude each other on every resource");
}

/// A shop with two operators: three orders of two operations, each on a machine and with one operator.
fn operators() -> Plant {
    with_operators(Plant::new())
}

fn with_operators(plant: Plant) -> Plant {
    let mut plant = plant.pool("operator", 2);
    for order in ["o", "p", "q"] {
        plant = plant.order(order);
        for (step, machine) in ["press", "saw"].into_iter().enumerate() {
            let name = format!("{order}{step}");
            plant = plant.operation(&name).of(order).sequence(step as i64).mode(machine, 4);
            plant = plant.requires("operator", 1);
        }
    }
    plant
}

#[test]
fn a_shop_with_operators_is_a_project() {
    let plant = operators().build();
    let objective = Objective::preset("throughput").unwrap().partial();
    let reduction = ProjectReduction::of(&plant, &objective).expect("a project");
    assert_eq!(reduction.instance.len(), 6);
    let options = SolveOptions {
        seed: 1,
        threads: 1,
        workers: 2,
        time_limit: None,
        work_limit: Some(20_000),
        partial: true,
        objective,
    };
    let solved = solve(&plant, &options, None, &AtomicBool::new(false), &mut |_| {});
    let schedule = solved.schedule.unwrap();
    assert_eq!(verify(&plant, &schedule, false).violations, []);
    // Three saws in a row behind the first press: 16; two operators have 24 ticks of work between them.
    assert_eq!((solved.levels, solved.reason), (vec![0, 16], Reason::Optimal));
}

#[test]
fn what_is_more_than_a_project_stays_rich() {
    let objective = Objective::preset("throughput").unwrap();
    let is_project = |plant: Plant| ProjectReduction::of(&plant.build(), &objective).is_some();
    assert!(is_project(operators()));
    assert!(!is_project(with_operators(Plant::new().resource("saw").open(&[(0, 50)]))));
    assert!(!is_project(operators().operation("r").mode("press", 1).mode("saw", 1)));
    assert!(!is_project(operators().precedence("o0", "p0").max_lag(3)));
    assert!(!is_project(operators().operation("r").mode("press", 1).deadline(40)));
    assert!(ProjectReduction::of(&operators().build(), &Objective::preset("on_time").unwrap()).is_none());
    assert_eq!(operators().build().resources[0].kind, ResourceKind::Cumulative);
}
