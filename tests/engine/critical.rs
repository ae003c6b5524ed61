//! Slack by hand, and the property behind it: everything at its latest at once is a valid schedule in
//! which no order ends later.

use crate::support::{Plant, Timetable};
use sopengine::model::Problem;
use sopengine::model::history::Pin;
use sopengine::model::precedence::Kind;
use sopengine::model::resource::ResourceKind;
use sopengine::schedule::Schedule;
use sopengine::schedule::critical::{latest, slack};
use sopengine::schedule::verify::verify;

/// Slack of the operations named, after the property has been checked.
fn slacks(problem: &Problem, table: &Timetable<'_>, names: &[&str]) -> Vec<Option<i64>> {
    assert_eq!(table.broken(), [""; 0], "the schedule to start from");
    let schedule = table.schedule();
    check_latest(problem, &schedule);
    let all = slack(problem, &schedule);
    names.iter().map(|name| all[Timetable::id(problem, name).index()]).collect()
}

pub(crate) fn check_latest(problem: &Problem, schedule: &Schedule) {
    let moved = latest(problem, schedule);
    assert_eq!(verify(problem, &moved, true).violations, [], "everything at its latest");
    for order in &problem.orders {
        let end = |of: &Schedule| order.operations.iter().filter_map(|&id| Some(of.get(id)?.end)).max();
        assert_eq!(end(&moved), end(schedule));
    }
    if problem.resources.iter().any(|resource| resource.kind == ResourceKind::Cumulative) {
        return; // units may be passed on differently now: a bound may rise
    }
    let same = slack(problem, &moved);
    assert!(same.iter().flatten().all(|&left| left == 0), "and cannot be later: {same:?}");
}

/// Order o: a (press 5), then b (saw 3). Order p: c (saw 4).
fn shop() -> Plant {
    Plant::new()
        .order("o")
        .operation("a")
        .of("o")
        .sequence(1)
        .mode("press", 5)
        .operation("b")
        .of("o")
        .sequence(2)
        .mode("saw", 3)
        .order("p")
        .operation("c")
        .of("p")
        .mode("saw", 4)
}

#[test]
fn slack_runs_along_precedences_and_sequences() {
    let plant = shop().build();
    let table =
        Timetable::of(&plant).place("a", "press", 0, 5).place("c", "saw", 0, 4).place("b", "saw", 7, 10);
    assert_eq!(slacks(&plant, &table, &["a", "b", "c"]), [Some(2), Some(0), Some(0)]);
    let late = table.place("b", "saw", 5, 8);
    assert_eq!(slacks(&plant, &late, &["a", "b", "c"]), [Some(0), Some(0), Some(0)]);
}

#[test]
fn an_operation_before_another_orders_waits_for_it_only() {
    let plant = shop().operation("d").of("p").mode("drill", 1).build();
    let table = Timetable::of(&plant)
        .place("a", "press", 0, 5)
        .place("c", "saw", 0, 4)
        .place("b", "saw", 6, 9)
        .place("d", "drill", 19, 20);
    assert_eq!(slacks(&plant, &table, &["a", "b", "c", "d"]), [Some(1), Some(0), Some(2), Some(0)]);
}

#[test]
fn without_order_the_end_of_all_work_counts() {
    let plant = Plant::new().operation("a").mode("press", 3).operation("b").mode("saw", 10).build();
    let table = Timetable::of(&plant).place("a", "press", 1, 4).place("b", "saw", 0, 10);
    assert_eq!(slacks(&plant, &table, &["a", "b"]), [Some(6), Some(0)]);
}

#[test]
fn calendars_make_slack_jump() {
    let plant = |suspends: bool| {
        let plant =
            Plant::new().resource("press").open(&[(0, 10), (20, 30)]).order("o").operation("a").of("o");
        let plant = if suspends { plant.suspends() } else { plant };
        plant.mode("press", 6).operation("b").of("o").mode("saw", 1).precedence("a", "b").build()
    };
    let table = |plant: &Problem, b| {
        let table = Timetable::of(plant).place("a", "press", 0, 6).place("b", "saw", b, b + 1);
        slacks(plant, &table, &["a"])
    };
    assert_eq!(table(&plant(false), 25), [Some(4)], "unbroken before the break");
    assert_eq!(table(&plant(false), 26), [Some(20)], "or after it");
    assert_eq!(table(&plant(true), 25), [Some(9)], "a tick before the break, five after");
}

#[test]
fn changeovers_stay_between_their_operations() {
    let plant = |attached: bool| {
        let plant = Plant::new().matrix("colors").rule("white", "black", 3);
        let plant = if attached { plant.attached() } else { plant };
        plant
            .resource("press")
            .open(&[(0, 12), (14, 40)])
            .changes_by("colors")
            .in_state("state", "white")
            .operation("a")
            .setup("white")
            .mode("press", 4)
            .operation("b")
            .setup("black")
            .mode("press", 4)
            .operation("end")
            .mode("saw", 30)
            .build()
    };
    let with = |plant: &Problem| {
        let table = Timetable::of(plant).place("a", "press", 0, 4).place("b", "press", 7, 11);
        slacks(plant, &table.changeover(4, 7).place("end", "saw", 0, 30), &["a", "b"])
    };
    assert_eq!(with(&plant(true)), [Some(19), Some(19)], "b over [26, 30)");
    assert_eq!(with(&plant(false)), [Some(19), Some(19)]);
}

#[test]
fn largest_lags_move_together_or_not_at_all() {
    let plant = shop().precedence("a", "b").max_lag(0).operation("z").of("o").mode("drill", 20).build();
    let table = Timetable::of(&plant)
        .place("a", "press", 0, 5)
        .place("b", "saw", 5, 8)
        .place("c", "saw", 8, 12)
        .place("z", "drill", 0, 20);
    assert_eq!(slacks(&plant, &table, &["a", "b"]), [Some(0), Some(0)], "c is critical");
    let free = table.place("c", "saw", 0, 4);
    assert_eq!(slacks(&plant, &free, &["a", "b"]), [Some(12), Some(12)]);
    let held = Plant::new()
        .operation("a")
        .mode("press", 5)
        .was_planned("press", 0)
        .pin(Pin::Start)
        .operation("b")
        .mode("saw", 3)
        .precedence("a", "b")
        .max_lag(4)
        .operation("z")
        .mode("drill", 20)
        .build();
    let table = Timetable::of(&held).place("a", "press", 0, 5).place("b", "saw", 5, 8);
    let table = table.place("z", "drill", 0, 20);
    assert_eq!(slacks(&held, &table, &["a", "b"]), [Some(0), Some(4)], "a cannot follow");
}

#[test]
fn transfer_and_tail_bound_the_earlier_operation() {
    let plant = Plant::new()
        .operation("a")
        .mode("press", 10)
        .operation("b")
        .mode("saw", 8)
        .precedence("a", "b")
        .transfer(500_000)
        .tail(500_000)
        .operation("z")
        .mode("drill", 20)
        .build();
    let table = Timetable::of(&plant).place("a", "press", 0, 10).place("b", "saw", 6, 14);
    let table = table.place("z", "drill", 0, 20);
    assert_eq!(slacks(&plant, &table, &["a", "b"]), [Some(6), Some(6)], "half of b after a at 16");
}

#[test]
fn pools_hand_their_units_on() {
    let plant = Plant::new()
        .pool("crew", 2)
        .operation("a")
        .mode("crew", 4)
        .operation("b")
        .mode("crew", 6)
        .operation("c")
        .mode("crew", 4)
        .operation("d")
        .mode("crew", 10)
        .build();
    let table = Timetable::of(&plant)
        .place("a", "crew", 0, 4)
        .place("b", "crew", 0, 6)
        .place("c", "crew", 6, 10)
        .place("d", "crew", 7, 17);
    assert_eq!(
        slacks(&plant, &table, &["a", "b", "c", "d"]),
        [Some(9), Some(1), Some(7), Some(0)],
        "c takes over from a, which was free first, and d from b"
    );
}

#[test]
fn drops_in_capacity_take_units() {
    let plant = Plant::new()
        .pool("crew", 2)
        .levels(&[(0, 10, 2), (10, 14, 1), (14, 40, 2)])
        .operation("a")
        .mode("crew", 5)
        .operation("b")
        .mode("crew", 20)
        .build();
    let table = Timetable::of(&plant).place("a", "crew", 0, 5).place("b", "crew", 0, 20);
    assert_eq!(slacks(&plant, &table, &["a", "b"]), [Some(5), Some(0)], "b works through the drop");
}

#[test]
fn material_goes_from_hand_to_hand() {
    let plant = Plant::new()
        .stock("steel", 0, 1)
        .operation("a")
        .mode("press", 3)
        .moves("steel", 1)
        .operation("b")
        .mode("saw", 3)
        .moves("steel", -1)
        .operation("c")
        .mode("drill", 3)
        .moves("steel", -1)
        .build();
    let table =
        Timetable::of(&plant).place("a", "press", 0, 3).place("b", "saw", 5, 8).place("c", "drill", 9, 12);
    assert_eq!(slacks(&plant, &table, &["a", "b", "c"]), [Some(6), Some(4), Some(0)]);
}

#[test]
fn limited_stock_needs_room() {
    let plant = Plant::new()
        .item("steel")
        .max_stock(1)
        .stock("steel", 0, 1)
        .operation("b")
        .mode("saw", 3)
        .moves("steel", -1)
        .operation("a")
        .mode("press", 3)
        .moves("steel", 1)
        .build();
    let table = Timetable::of(&plant).place("b", "saw", 0, 3).place("a", "press", 4, 7);
    assert_eq!(slacks(&plant, &table, &["a", "b"]), [Some(0), Some(4)], "b may take it at 4");
}

#[test]
fn started_work_has_none_and_links_of_every_kind_hold() {
    let plant = shop()
        .now(2)
        .operation("s")
        .mode("drill", 5)
        .was_started("drill", 0, 3)
        .precedence("s", "c")
        .kind(Kind::EndEnd)
        .min_lag(2)
        .precedence("c", "a")
        .kind(Kind::StartStart)
        .build();
    let table = Timetable::of(&plant)
        .place("s", "drill", 0, 5)
        .place("c", "saw", 3, 7)
        .place("a", "press", 6, 11)
        .place("b", "saw", 15, 18);
    assert_eq!(slacks(&plant, &table, &["s", "c", "a", "b"]), [None, Some(0), Some(4), Some(0)]);
}
