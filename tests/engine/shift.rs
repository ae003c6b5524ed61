//! Moving right by hand, and on random plants: valid, no level worse.

use sopengine::model::Problem;
use sopengine::model::ids::OperationId;
use sopengine::model::objective::{Objective, Term};
use sopengine::schedule::shift::shift;
use sopengine::schedule::verify::verify;
use sopengine::schedule::{Placement, Schedule};
use sopengine::search::rng::Rng;
use sopengine::search::{SolveOptions, solve};

use crate::support::{Plant, Timetable, cases, random};

fn objective(levels: &[&[(Term, i64)]]) -> Objective {
    Objective { levels: levels.iter().map(|level| level.to_vec()).collect() }
}

/// Start and end of each operation named, after moving right.
fn moved(
    problem: &Problem,
    levels: &[&[(Term, i64)]],
    table: &Timetable<'_>,
    names: &[&str],
) -> Vec<(i64, i64)> {
    assert_eq!(table.broken(), [""; 0], "the schedule to start from");
    let present = table.schedule();
    let schedule = shift(problem, &objective(levels), &present, false).schedule.unwrap_or(present);
    assert_eq!(verify(problem, &schedule, false).violations, []);
    let at =
        |name: &&str| schedule.get(Timetable::id(problem, name)).map(|placed| (placed.start, placed.end));
    names.iter().filter_map(at).collect()
}

/// Order o (due 12, earliness 1): a (press 3), then b (saw 4). Order p: c (saw 2), on the saw behind b.
fn shop() -> Plant {
    let plant = Plant::new().order("o").due(12).earliness_weight(1).order("p");
    let plant = plant.operation("a").of("o").sequence(1).mode("press", 3);
    let plant = plant.operation("b").of("o").sequence(2).mode("saw", 4);
    plant.operation("c").of("p").mode("saw", 2)
}

#[test]
fn an_early_order_ends_at_its_due_date_and_only_what_must_moves() {
    let plant = shop().build();
    let table =
        Timetable::of(&plant).place("a", "press", 0, 3).place("b", "saw", 3, 7).place("c", "saw", 20, 22);
    let levels: &[&[(Term, i64)]] = &[&[(Term::Tardiness, 1)], &[(Term::Earliness, 1)]];
    assert_eq!(moved(&plant, levels, &table, &["a", "b", "c"]), [(0, 3), (8, 12), (20, 22)]);
    // With flow time the whole order moves: from 0..7 to 5..12.
    let levels: &[&[(Term, i64)]] = &[&[(Term::Earliness, 1), (Term::FlowTime, 1)]];
    assert_eq!(moved(&plant, levels, &table, &["a", "b", "c"]), [(5, 8), (8, 12), (20, 22)]);
}

#[test]
fn the_makespan_and_orders_behind_are_not_paid_for_earliness() {
    let plant = shop().build();
    let close =
        Timetable::of(&plant).place("a", "press", 0, 3).place("b", "saw", 3, 7).place("c", "saw", 8, 10);
    // c ends its order at 10 and stays, so b ends at 8.
    let levels: &[&[(Term, i64)]] = &[&[(Term::Earliness, 1)]];
    assert_eq!(moved(&plant, levels, &close, &["a", "b", "c"]), [(0, 3), (4, 8), (8, 10)]);
    let alone = shop().build();
    let before =
        Timetable::of(&alone).place("a", "press", 2, 5).place("b", "saw", 5, 9).place("c", "saw", 0, 2);
    let levels: &[&[(Term, i64)]] = &[&[(Term::Makespan, 1)], &[(Term::Earliness, 1)]];
    assert_eq!(
        moved(&alone, levels, &before, &["a", "b", "c"]),
        [(2, 5), (5, 9), (0, 2)],
        "9 is the makespan"
    );
}

#[test]
fn published_starts_draw_and_followers_go_no_later_than_they_must() {
    let plant = Plant::new().order("o").due(40);
    let plant = plant.operation("a").of("o").sequence(1).mode("press", 3).was_planned("press", 9);
    let plant = plant.operation("b").of("o").sequence(2).mode("saw", 4).build();
    let table = Timetable::of(&plant).place("a", "press", 0, 3).place("b", "saw", 3, 7);
    let levels: &[&[(Term, i64)]] = &[&[(Term::Tardiness, 1), (Term::Stability, 1)]];
    assert_eq!(moved(&plant, levels, &table, &["a", "b"]), [(9, 12), (12, 16)]);
    // A makespan that counts leaves room for 7 ticks less.
    let levels: &[&[(Term, i64)]] = &[&[(Term::Stability, 1)], &[(Term::Makespan, 1)]];
    assert_eq!(moved(&plant, levels, &table, &["a", "b"]), [(0, 3), (3, 7)]);
}

#[test]
fn first_operations_wait_for_the_last_ones() {
    let plant = shop().build();
    let table =
        Timetable::of(&plant).place("a", "press", 0, 3).place("c", "saw", 0, 2).place("b", "saw", 10, 14);
    let levels: &[&[(Term, i64)]] = &[&[(Term::Tardiness, 1)], &[(Term::FlowTime, 1)]];
    assert_eq!(moved(&plant, levels, &table, &["a", "b", "c"]), [(7, 10), (10, 14), (0, 2)]);
}

#[test]
fn calendars_breaks_and_largest_lags_hold() {
    let plant =
        Plant::new().resource("saw").open(&[(0, 10), (14, 30)]).order("o").due(17).earliness_weight(1);
    let plant = plant.operation("a").of("o").mode("press", 3);
    let plant = plant.operation("b").of("o").suspends().mode("saw", 4);
    let plant = plant.precedence("a", "b").max_lag(2).build();
    let table = Timetable::of(&plant).place("a", "press", 0, 3).place("b", "saw", 3, 7);
    let levels: &[&[(Term, i64)]] = &[&[(Term::Earliness, 1)]];
    // b: 9..10 and 14..17; a ends within 2 before it: it follows to 4..7.
    assert_eq!(moved(&plant, levels, &table, &["a", "b"]), [(4, 7), (9, 17)]);
}

fn levels_of(problem: &Problem, objective: &Objective, schedule: &Schedule) -> Vec<i64> {
    objective.value(&verify(problem, schedule, true).values)
}

#[test]
fn on_random_plants_no_level_rises() {
    let objectives = [
        objective(&[&[(Term::Tardiness, 1)], &[(Term::Earliness, 1)], &[(Term::FlowTime, 1)]]),
        objective(&[&[(Term::Tardiness, 1), (Term::Stability, 1)], &[(Term::Makespan, 1)]]),
        objective(&[&[(Term::FlowTime, 2), (Term::MaxLateness, 1)], &[(Term::Stability, 1)]]),
        objective(&[&[(Term::Earliness, 3), (Term::Stability, 1), (Term::ResourceCost, 1)]]),
    ];
    let (mut schedules, mut gained) = (0, [0; 4]);
    for seed in cases(400) {
        let Some(mut problem) = random::plant(seed) else { continue };
        sketch_prices(&mut problem, seed);
        for (which, objective) in objectives.iter().enumerate() {
            let objective = objective.clone().partial();
            let options = SolveOptions {
                seed,
                threads: 1,
                workers: 1,
                time_limit: None,
                work_limit: Some(1),
                partial: true,
                objective: Objective::preset("throughput").unwrap().partial(),
            };
            let solved = solve(&problem, &options, None, &false.into(), &mut |_| {});
            let Some(schedule) = solved.schedule else { continue };
            schedules += 1;
            let before = levels_of(&problem, &objective, &schedule);
            let Some(moved) = shift(&problem, &objective, &schedule, true).schedule else { continue };
            gained[which] += 1;
            assert_eq!(verify(&problem, &moved, true).violations, [], "{seed}");
            let after = levels_of(&problem, &objective, &moved);
            assert_ne!(after, before, "{seed}");
            assert!(after.iter().zip(&before).all(|(after, before)| after <= before), "{seed}");
            assert_eq!(sequences(&problem, &moved), sequences(&problem, &schedule), "{seed}");
            let again = shift(&problem, &objective, &schedule, true).schedule;
            assert_eq!(again.as_ref(), Some(&moved), "{seed}: repeatable");
        }
    }
    assert!(schedules > 400, "only {schedules}");
    assert!(gained.iter().all(|&count| count * 20 > schedules / 4), "{gained:?} of {schedules}");
}

/// Due dates, weights and published starts where the plant has none.
fn sketch_prices(problem: &mut Problem, seed: u64) {
    let mut rng = Rng::stream(seed, 7);
    let now = problem.now;
    for order in &mut problem.orders {
        order.earliness_weight = i64::from(rng.below(3));
        order.due = order.due.or_else(|| rng.one_in(2).then(|| now + i64::from(rng.between(10, 90))));
    }
}

/// Who follows whom by mode and resource.
fn sequences(problem: &Problem, schedule: &Schedule) -> Vec<OperationId> {
    let mut all: Vec<(OperationId, &Placement)> =
        problem.operation_ids().filter_map(|id| Some((id, schedule.get(id)?))).collect();
    all.retain(|(_, placed)| problem.mode(placed.mode).duration > 0);
    let unary = |placed: &Placement| {
        let own = problem.mode(placed.mode).resource?;
        let resource = problem.resource(own);
        (resource.kind == sopengine::model::resource::ResourceKind::Unary).then_some(own)
    };
    all.retain(|(_, placed)| unary(placed).is_some());
    all.sort_by_key(|(id, placed)| (unary(placed), placed.start, placed.end, *id));
    all.into_iter().map(|row| row.0).collect()
}
