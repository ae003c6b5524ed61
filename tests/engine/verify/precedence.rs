//! Rule 5 by hand: precedences.

use crate::support::{Plant, Timetable};
use sopengine::model::Problem;
use sopengine::model::precedence::Kind;

/// a takes 10 on the press, b takes 8 on the saw.
fn pair() -> Plant {
    Plant::new().operation("a").mode("press", 10).operation("b").mode("saw", 8).precedence("a", "b")
}

fn broken(plant: &Problem, a: i64, b: i64) -> Vec<String> {
    Timetable::of(plant).place("a", "press", a, a + 10).place("b", "saw", b, b + 8).broken()
}

#[test]
fn each_kind_links_its_ends() {
    let plant = |kind| pair().kind(kind).min_lag(2).max_lag(5).build();
    let end_start = plant(Kind::EndStart);
    assert_eq!(broken(&end_start, 0, 12), [""; 0]);
    assert_eq!(broken(&end_start, 0, 11), ["5 min_lag b (a) at 11"]);
    assert_eq!(broken(&end_start, 0, 15), [""; 0]);
    assert_eq!(broken(&end_start, 0, 16), ["5 max_lag b (a) at 16"]);
    let start_start = plant(Kind::StartStart);
    assert_eq!(broken(&start_start, 0, 1), ["5 min_lag b (a) at 1"]);
    assert_eq!(broken(&start_start, 0, 2), [""; 0]);
    assert_eq!(broken(&start_start, 0, 6), ["5 max_lag b (a) at 6"]);
    let end_end = plant(Kind::EndEnd);
    assert_eq!(broken(&end_end, 0, 3), ["5 min_lag b (a) at 11"]);
    assert_eq!(broken(&end_end, 0, 4), [""; 0]);
    assert_eq!(broken(&end_end, 0, 8), ["5 max_lag b (a) at 16"]);
    let start_end = plant(Kind::StartEnd);
    assert_eq!(broken(&start_end, 8, 1), ["5 min_lag b (a) at 9"]);
    assert_eq!(broken(&start_end, 8, 2), [""; 0]);
    assert_eq!(broken(&start_end, 8, 6), ["5 max_lag b (a) at 14"]);
}

#[test]
fn negative_lags_allow_overlap() {
    let plant = pair().min_lag(-4).build();
    assert_eq!(broken(&plant, 0, 6), [""; 0]);
    assert_eq!(broken(&plant, 0, 5), ["5 min_lag b (a) at 5"]);
}

#[test]
fn sequences_chain_the_operations_of_an_order() {
    let plant = Plant::new()
        .order("o")
        .operation("a")
        .of("o")
        .sequence(1)
        .mode("press", 10)
        .operation("b")
        .of("o")
        .sequence(2)
        .mode("saw", 8)
        .build();
    assert_eq!(broken(&plant, 0, 10), [""; 0]);
    assert_eq!(broken(&plant, 0, 9), ["5 min_lag b (a) at 9"]);
}

#[test]
fn transport_adds_to_the_least_lag_and_not_to_the_largest() {
    let plant = Plant::new()
        .resource("press")
        .located("north")
        .resource("saw")
        .located("south")
        .transport("north", "south", 4)
        .transport("south", "north", 7)
        .operation("a")
        .mode("press", 10)
        .operation("b")
        .mode("saw", 8)
        .precedence("a", "b")
        .min_lag(1)
        .max_lag(6)
        .build();
    assert_eq!(broken(&plant, 0, 15), [""; 0]);
    assert_eq!(broken(&plant, 0, 14), ["5 min_lag b (a) at 14"]);
    assert_eq!(broken(&plant, 0, 17), ["5 max_lag b (a) at 17"]);
}

#[test]
fn transfer_lets_the_next_operation_begin_before_the_end() {
    // Half of 10 is done at 5; half of 8 must be left when a ends at 10, and b may not end first.
    let plant = pair().transfer(500_000).tail(500_000).build();
    assert_eq!(broken(&plant, 0, 6), [""; 0]);
    assert_eq!(broken(&plant, 0, 5), ["5 tail b (a) at 10"], "3 left at 10, 4 needed");
    assert_eq!(broken(&plant, 0, 4), ["5 min_lag b (a) at 4", "5 tail b (a) at 10"]);
    let loose = pair().transfer(100_000).build();
    assert_eq!(broken(&loose, 0, 2), [""; 0]);
    assert_eq!(broken(&loose, 0, 1), ["5 transfer_end b (a) at 9"]);
}

#[test]
fn shares_round_up_and_count_working_instants() {
    // A third of 10 is 4 working ticks: the first tick after the break at [3, 6).
    let plant = Plant::new()
        .resource("press")
        .open(&[(0, 3), (6, 40)])
        .operation("a")
        .suspends()
        .mode("press", 10)
        .operation("b")
        .mode("saw", 8)
        .precedence("a", "b")
        .transfer(333_333)
        .build();
    let broken = |b| Timetable::of(&plant).place("a", "press", 0, 13).place("b", "saw", b, b + 8).broken();
    assert_eq!(broken(7), [""; 0]);
    assert_eq!(broken(6), ["5 min_lag b (a) at 6"]);
}

#[test]
fn linked_operations_may_have_to_share_a_resource() {
    let plant = Plant::new()
        .operation("a")
        .mode("press", 10)
        .mode("saw", 10)
        .operation("b")
        .mode("saw", 8)
        .precedence("a", "b")
        .same_resource()
        .build();
    let broken = |mode| Timetable::of(&plant).place("a", mode, 0, 10).place("b", "saw", 10, 18).broken();
    assert_eq!(broken("saw"), [""; 0]);
    assert_eq!(broken("press"), ["5 same_resource b (a) at 10"]);
}

#[test]
fn done_and_started_work_counts_with_its_own_times() {
    let plant = Plant::new()
        .now(20)
        .operation("a")
        .mode("press", 10)
        .was_done("press", 5, 15)
        .operation("s")
        .mode("drill", 10)
        .was_started("drill", 15, 5)
        .operation("b")
        .mode("saw", 8)
        .precedence("a", "b")
        .min_lag(8)
        .precedence("s", "b")
        .kind(Kind::StartStart)
        .min_lag(9)
        .build();
    let broken = |b| Timetable::of(&plant).place("s", "drill", 15, 25).place("b", "saw", b, b + 8).broken();
    assert_eq!(broken(24), [""; 0]);
    assert_eq!(broken(23), ["5 min_lag b (s) at 23"]);
    assert_eq!(broken(22), ["5 min_lag b (a) at 22", "5 min_lag b (s) at 22"]);
}

#[test]
fn transfer_from_started_work_counts_what_was_done_and_no_time_before_now() {
    // 6 of 10 done at now = 20: 5 were done before, so b may begin at once; 8 are done at 22.
    let plant = |ppm| {
        Plant::new()
            .now(20)
            .operation("a")
            .mode("press", 10)
            .was_started("press", 14, 4)
            .operation("b")
            .mode("saw", 8)
            .precedence("a", "b")
            .transfer(ppm)
            .build()
    };
    let broken =
        |plant: &_, b| Timetable::of(plant).place("a", "press", 14, 24).place("b", "saw", b, b + 8).broken();
    assert_eq!(broken(&plant(500_000), 20), [""; 0]);
    assert_eq!(broken(&plant(800_000), 22), [""; 0]);
    assert_eq!(broken(&plant(800_000), 21), ["5 min_lag b (a) at 21"]);
}
