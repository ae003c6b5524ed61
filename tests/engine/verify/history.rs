//! Rules 8 and 9 by hand: history, pins, and what is left out.

use crate::support::{Plant, Timetable};
use sopengine::model::history::Pin;

/// Started at 4 of 10 ticks, 6 left at 8; the press is open over [0, 10) and [12, 40).
fn started() -> Plant {
    Plant::new()
        .now(8)
        .resource("press")
        .open(&[(0, 10), (12, 20), (25, 60)])
        .operation("a")
        .mode("press", 10)
        .mode("saw", 10)
        .was_started("press", 4, 6)
}

fn broken(plant: &Plant, start: i64, end: i64) -> Vec<String> {
    Timetable::of(&plant.build()).place("a", "press", start, end).broken()
}

#[test]
fn started_work_resumes_after_closed_time() {
    assert_eq!(broken(&started(), 4, 16), [""; 0], "though it may not pause: a stop is a stop");
    assert_eq!(broken(&started(), 4, 14), ["8 started_end a at 14"]);
    assert_eq!(broken(&started(), 5, 16), ["8 started_start a at 5"]);
    let plant = started().build();
    let moved = Timetable::of(&plant).place("a", "saw", 4, 14);
    assert_eq!(moved.broken(), ["8 started_mode a"]);
    assert_eq!(moved.without("a").broken_partially(), ["8 started_missing a"]);
}

#[test]
fn a_stop_may_make_started_work_begin_anew() {
    // Closed at 10, so all 10 again: [12, 20) is too short, [25, 35) is not.
    assert_eq!(broken(&started().restarts(), 4, 35), [""; 0]);
    assert_eq!(broken(&started().restarts(), 4, 16), ["8 started_end a at 16"]);
    let in_time = Plant::new()
        .now(8)
        .resource("press")
        .open(&[(0, 10), (12, 60)])
        .operation("a")
        .mode("press", 4)
        .was_started("press", 6, 2)
        .restarts();
    assert_eq!(broken(&in_time, 6, 10), [""; 0], "done before the stop");
}

#[test]
fn what_remains_of_a_changeover_comes_first() {
    let plant = Plant::new()
        .now(8)
        .resource("press")
        .open(&[(0, 10), (12, 60)])
        .operation("a")
        .mode("press", 5)
        .was_started("press", 7, 5)
        .changing_for(3)
        .build();
    let table = Timetable::of(&plant);
    let place = |end| table.clone().place("a", "press", 7, end);
    assert_eq!(place(18).changeover(8, 13).broken(), [""; 0]);
    assert_eq!(place(18).broken(), ["8 started_changeover a at 8"]);
    assert_eq!(place(17).changeover(8, 13).broken(), ["8 started_end a at 17"]);
}

#[test]
fn started_work_with_nothing_left_ends_now() {
    let plant = Plant::new().now(8).operation("a").mode("press", 5).was_started("press", 3, 0);
    assert_eq!(broken(&plant, 3, 8), [""; 0]);
    assert_eq!(broken(&plant, 3, 9), ["8 started_end a at 9"]);
}

#[test]
fn started_work_keeps_its_members() {
    let plant = Plant::new()
        .now(8)
        .resource("ann")
        .resource("bob")
        .group("fitters", &["ann", "bob"])
        .operation("a")
        .mode("press", 5)
        .requires_from("fitters", 1)
        .was_started("press", 5, 2)
        .holding("ann")
        .operation("b")
        .mode("saw", 5)
        .requires_from("fitters", 1)
        .build();
    let table = |a, b, start| {
        let table = Timetable::of(&plant).place("a", "press", 5, 10).with(a);
        table.place("b", "saw", start, start + 5).with(b).broken()
    };
    assert_eq!(table("ann", "bob", 8), [""; 0]);
    assert_eq!(table("bob", "ann", 10), ["8 started_members a"]);
    assert_eq!(table("ann", "ann", 9), ["2 overlap b (a) at 9"]);
    assert_eq!(table("ann", "ann", 10), [""; 0]);
}

#[test]
fn started_work_alone_may_overlap() {
    let plant = Plant::new()
        .now(8)
        .operation("a")
        .mode("press", 5)
        .was_started("press", 5, 2)
        .operation("b")
        .mode("press", 5)
        .was_started("press", 6, 3)
        .operation("c")
        .mode("press", 5)
        .build();
    let table = |c| {
        Timetable::of(&plant)
            .place("a", "press", 5, 10)
            .place("b", "press", 6, 11)
            .place("c", "press", c, c + 5)
            .broken()
    };
    assert_eq!(table(11), [""; 0]);
    assert_eq!(table(10), ["2 overlap c (b) at 10"]);
}

#[test]
fn done_work_is_not_scheduled() {
    let plant = Plant::new().now(8).operation("a").mode("press", 5).was_done("press", 1, 6);
    let plant = plant.build();
    assert_eq!(Timetable::of(&plant).broken(), [""; 0]);
    assert_eq!(Timetable::of(&plant).place("a", "press", 1, 6).broken(), ["8 done a"]);
}

#[test]
fn pins_fix_the_resource_and_the_start() {
    let plant = |pin| {
        let plant = Plant::new().operation("a").mode("press", 5).mode("saw", 5);
        plant.was_planned("press", 7).pin(pin).build()
    };
    let broken = |plant: &_, mode, start| Timetable::of(plant).place("a", mode, start, start + 5).broken();
    let start = plant(Pin::Start);
    assert_eq!(broken(&start, "press", 7), [""; 0]);
    assert_eq!(broken(&start, "press", 6), ["8 pin_start a at 6"]);
    assert_eq!(broken(&start, "saw", 7), ["8 pin_resource a (press)"]);
    assert_eq!(broken(&plant(Pin::Resource), "press", 6), [""; 0]);
    assert_eq!(broken(&plant(Pin::Resource), "saw", 6), ["8 pin_resource a (press)"]);
    assert_eq!(broken(&plant(Pin::None), "saw", 6), [""; 0]);
}

#[test]
fn a_pinned_sequence_keeps_its_order_with_others_between() {
    let plant = Plant::new()
        .operation("a")
        .mode("press", 5)
        .was_planned("press", 10)
        .pin(Pin::Sequence)
        .operation("b")
        .mode("press", 5)
        .was_planned("press", 0)
        .pin(Pin::Sequence)
        .operation("c")
        .mode("press", 5)
        .build();
    let table = |a, b, c| {
        Timetable::of(&plant)
            .place("a", "press", a, a + 5)
            .place("b", "press", b, b + 5)
            .place("c", "press", c, c + 5)
            .broken()
    };
    assert_eq!(table(10, 0, 5), [""; 0], "b was first");
    assert_eq!(table(0, 10, 5), ["8 pin_sequence a (b) at 0"]);
}

/// Two orders; the second needs what the first makes.
fn orders() -> Plant {
    Plant::new()
        .order("o")
        .operation("a")
        .of("o")
        .mode("press", 5)
        .operation("b")
        .of("o")
        .mode("press", 5)
        .order("p")
        .operation("c")
        .of("p")
        .mode("press", 5)
        .precedence("b", "c")
}

#[test]
fn a_full_schedule_leaves_nothing_out() {
    let plant = orders().build();
    let table = Timetable::of(&plant).place("a", "press", 0, 5).place("b", "press", 5, 10);
    assert_eq!(table.broken(), ["9 missing c"]);
    assert_eq!(table.broken_partially(), [""; 0]);
    assert_eq!(table.place("c", "press", 10, 15).broken(), [""; 0]);
}

#[test]
fn an_order_is_left_out_whole_with_what_needs_it() {
    let plant = orders().build();
    let table = Timetable::of(&plant).place("a", "press", 0, 5);
    assert_eq!(table.broken_partially(), ["9 part_of_order a (b)"]);
    let table = Timetable::of(&plant).place("c", "press", 0, 5);
    assert_eq!(table.broken_partially(), ["9 needs_left_out c (b)"]);
    assert_eq!(Timetable::of(&plant).broken_partially(), [""; 0]);
}

#[test]
fn started_work_of_a_left_out_order_goes_on() {
    let plant = Plant::new()
        .now(2)
        .order("o")
        .operation("a")
        .of("o")
        .mode("press", 5)
        .was_started("press", 0, 3)
        .operation("b")
        .of("o")
        .mode("press", 5)
        .build();
    assert_eq!(Timetable::of(&plant).place("a", "press", 0, 5).broken_partially(), [""; 0]);
}
