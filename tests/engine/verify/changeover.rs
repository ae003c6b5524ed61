//! Rule 3 by hand: changeovers.

use crate::support::{Plant, Timetable};

/// A press that was white: white to black 3, black to white 5; a is black, b white.
fn press() -> Plant {
    Plant::new()
        .matrix("colors")
        .rule("white", "black", 3)
        .rule("black", "white", 5)
        .resource("press")
        .changes_by("colors")
        .in_state("state", "white")
        .operation("a")
        .setup("black")
        .mode("press", 4)
        .operation("b")
        .setup("white")
        .mode("press", 4)
}

#[test]
fn states_carry_over_along_the_sequence() {
    let plant = press().build();
    let forth = Timetable::of(&plant).place("a", "press", 3, 7).changeover(0, 3);
    assert_eq!(forth.clone().place("b", "press", 12, 16).changeover(7, 12).broken(), [""; 0]);
    assert_eq!(forth.clone().place("b", "press", 12, 16).broken(), ["3 missing b at 12"]);
    assert_eq!(forth.clone().place("b", "press", 12, 16).changeover(8, 12).broken(), ["3 duration b at 8"]);
    let back = Timetable::of(&plant).place("b", "press", 0, 4);
    assert_eq!(back.clone().place("a", "press", 7, 11).changeover(4, 7).broken(), [""; 0]);
    let needless = back.place("a", "press", 7, 11).changeover(4, 7);
    let needless = needless.place("b", "press", 0, 4).changeover(0, 0);
    assert_eq!(needless.broken(), ["3 not_needed b at 0"]);
}

#[test]
fn a_changeover_waits_for_the_operation_before_and_ends_by_the_start() {
    let plant = press().build();
    let table = Timetable::of(&plant).place("b", "press", 0, 4);
    let with = |from, to| table.clone().place("a", "press", 7, 11).changeover(from, to).broken();
    assert_eq!(with(3, 6), ["2 overlap a (b) at 3", "3 early a (b) at 3"]);
    assert_eq!(with(5, 8), ["3 late a at 8"]);
    assert_eq!(with(4, 7), [""; 0]);
}

#[test]
fn the_gap_between_changeover_and_start_is_held() {
    let plant = press().operation("c").mode("press", 2).build();
    let table = Timetable::of(&plant).place("b", "press", 0, 4).place("a", "press", 12, 16).changeover(4, 7);
    assert_eq!(table.clone().place("c", "press", 16, 18).broken(), [""; 0]);
    assert_eq!(table.place("c", "press", 8, 10).broken(), ["2 overlap c (a) at 8", "3 early a (c) at 4"]);
}

#[test]
fn an_operation_of_no_state_or_no_time_leaves_states_alone() {
    let plant =
        press().operation("c").mode("press", 2).operation("d").setup("black").mode("press", 0).build();
    let table = Timetable::of(&plant)
        .place("c", "press", 0, 2)
        .place("d", "press", 2, 2)
        .place("b", "press", 2, 6)
        .place("a", "press", 9, 13)
        .changeover(6, 9);
    assert_eq!(table.broken(), [""; 0]);
    let odd = table.place("d", "press", 2, 2).changeover(2, 2);
    assert_eq!(odd.broken(), ["3 not_needed d at 2"]);
}

#[test]
fn a_changeover_pauses_only_where_the_matrix_says() {
    let open = &[(0, 6), (10, 30)];
    let plant = |pauses: bool, attached: bool| {
        let plant = Plant::new().matrix("colors").rule("white", "black", 3);
        let plant = if pauses { plant.changes_over_breaks() } else { plant };
        let plant = if attached { plant.attached() } else { plant };
        plant
            .resource("press")
            .open(open)
            .changes_by("colors")
            .in_state("state", "white")
            .operation("a")
            .setup("black")
            .mode("press", 4)
            .build()
    };
    let broken = |plant: &_, from, to, start| {
        Timetable::of(plant).place("a", "press", start, start + 4).changeover(from, to).broken()
    };
    let (whole, pausing) = (plant(false, false), plant(true, false));
    assert_eq!(broken(&whole, 3, 6, 10), [""; 0], "done before the break, start after it");
    assert_eq!(broken(&whole, 5, 8, 10), ["3 closed a at 7"]);
    assert_eq!(broken(&whole, 4, 11, 11), ["3 duration a at 4", "3 closed a at 6"]);
    assert_eq!(broken(&pausing, 4, 11, 11), [""; 0], "two ticks before the break, one after");
    assert_eq!(broken(&pausing, 4, 12, 12), ["3 duration a at 4"]);
    assert_eq!(broken(&pausing, 6, 13, 13), ["3 closed a at 6"], "it must begin in open time");
    assert_eq!(broken(&plant(false, true), 3, 6, 10), ["3 attached a at 6"]);
    assert_eq!(broken(&plant(false, true), 10, 13, 13), [""; 0]);
}

#[test]
fn what_the_changeover_requires_is_open_and_held_over_it_alone() {
    let plant = press()
        .resource("setter")
        .open(&[(2, 20)])
        .operation("d")
        .setup("black")
        .mode("press", 4)
        .requires("setter", 1)
        .in_changeover()
        .operation("e")
        .mode("saw", 10)
        .requires("setter", 1)
        .build();
    let with = |from, e| {
        let table = Timetable::of(&plant).place("d", "press", from + 3, from + 7);
        table.changeover(from, from + 3).place("e", "saw", e, e + 10).broken_partially()
    };
    assert_eq!(with(2, 5), [""; 0], "the setter is free once d runs");
    assert_eq!(with(1, 5), ["3 closed d at 1"]);
    assert_eq!(with(2, 4), ["2 overlap e (d) at 4"]);
}

#[test]
fn a_changeover_may_precede_the_release_but_not_now() {
    let plant = |now| press().now(now).operation("c").release(8).setup("black").mode("press", 2);
    let broken = |now| {
        let plant = plant(now).build();
        let table = Timetable::of(&plant).place("c", "press", 8, 10).changeover(5, 8);
        table.broken_partially()
    };
    assert_eq!(broken(0), [""; 0]);
    assert_eq!(broken(6), ["3 before_now c at 5"]);
}

#[test]
fn attributes_combine_as_the_matrix_says() {
    let plant = |longest: bool| {
        let plant =
            Plant::new().matrix("both").rule_of("color", "*", "black", 3).rule_of("width", "*", "10", 5);
        let plant = if longest { plant.longest_counts() } else { plant };
        plant
            .resource("press")
            .changes_by("both")
            .in_state("color", "white")
            .in_state("width", "20")
            .operation("a")
            .setup_of("color", "black")
            .setup_of("width", "10")
            .mode("press", 4)
            .build()
    };
    let broken = |plant: &_, span| {
        let table = Timetable::of(plant).place("a", "press", span, span + 4);
        table.changeover(0, span).broken()
    };
    assert_eq!(broken(&plant(false), 8), [""; 0]);
    assert_eq!(broken(&plant(false), 5), ["3 duration a at 0"]);
    assert_eq!(broken(&plant(true), 5), [""; 0]);
}

#[test]
fn started_work_goes_first_and_leaves_its_own_state() {
    let plant =
        press().now(2).operation("s").setup("black").mode("press", 6).was_started("press", 0, 4).build();
    let table = Timetable::of(&plant).place("s", "press", 0, 6);
    assert_eq!(table.clone().place("a", "press", 6, 10).broken_partially(), [""; 0]);
    assert_eq!(table.place("b", "press", 6, 10).broken_partially(), ["3 missing b at 6"]);
}
