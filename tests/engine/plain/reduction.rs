//! Problems on their way to the plain kernel and back.

use std::sync::atomic::AtomicBool;

use sopengine::model::Problem;
use sopengine::model::objective::Objective;
use sopengine::schedule::verify::verify;
use sopengine::search::shop::Reduction;
use sopengine::search::{Reason, SolveOptions, Solved, solve};

use crate::support::{Plant, Timetable};

fn objective() -> Objective {
    Objective::preset("throughput").expect("a preset").partial()
}

fn run(problem: &Problem) -> Solved {
    let options = SolveOptions {
        seed: 1,
        threads: 1,
        workers: 2,
        time_limit: None,
        work_limit: Some(100_000),
        partial: true,
        objective: objective(),
    };
    solve(problem, &options, None, &AtomicBool::new(false), &mut |_| {})
}

/// Two chains over the press and the oven; operations without duration begin one, end it and stand between.
fn with_instants() -> Plant {
    Plant::new()
        .operation("announce")
        .mode("press", 0)
        .operation("press 1")
        .mode("press", 3)
        .operation("release")
        .mode("press", 0)
        .mode("oven", 5)
        .operation("bake 1")
        .mode("oven", 2)
        .operation("count")
        .mode("oven", 0)
        .operation("press 2")
        .mode("press", 4)
        .precedence("announce", "press 1")
        .precedence("press 1", "release")
        .precedence("release", "bake 1")
        .precedence("bake 1", "count")
}

#[test]
fn operations_without_duration_happen_when_their_predecessor_ends() {
    let problem = with_instants().build();
    let reduction = Reduction::of(&problem, &objective()).expect("plain");
    assert_eq!(reduction.instance.num_operations(), 3, "only what takes time is left to the kernel");
    let solved = run(&problem);
    assert_eq!(solved.reason, Reason::Optimal);
    let schedule = solved.schedule.expect("a schedule");
    assert!(verify(&problem, &schedule, true).is_valid());
    let times = |name| schedule.get(Timetable::id(&problem, name)).map(|placed| (placed.start, placed.end));
    let end = |name| times(name).map(|(_, end)| (end, end));
    assert_eq!(times("announce"), Some((0, 0)));
    assert_eq!(times("release"), end("press 1"));
    assert_eq!(times("count"), end("bake 1"));
    let last = problem.operation_ids().filter_map(|id| schedule.get(id)).map(|placed| placed.end).max();
    assert_eq!(last, Some(7), "the press works for 3 and 4 ticks");
}

#[test]
fn a_schedule_goes_to_the_kernel_and_back() {
    let problem = with_instants().build();
    let reduction = Reduction::of(&problem, &objective()).expect("plain");
    let schedule = run(&problem).schedule.expect("a schedule");
    let solution = reduction.solution(&problem, &schedule).expect("complete");
    assert_eq!(reduction.schedule(&problem, &solution), schedule);
}

#[test]
fn an_order_of_instants_alone_is_left_to_the_general_search() {
    // Its release alone may decide the makespan, and the kernel has no operation to hang it on.
    let plant = Plant::new().operation("press").mode("press", 3).operation("sign").mode("desk", 0);
    assert!(Reduction::of(&plant.build(), &objective()).is_some(), "nothing is released late");
    let mut late = plant;
    late.draft.operations.last_mut().expect("an operation").release = Some(10);
    assert!(Reduction::of(&late.build(), &objective()).is_none());
    let solved = run(&late.build());
    assert_eq!(solved.levels.last(), Some(&10));
}
