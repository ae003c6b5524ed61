//! Rules 1 and 6 by hand: the work, and the windows round it.

use crate::support::{Plant, Timetable};

#[test]
fn work_takes_the_modes_duration() {
    let plant = Plant::new().operation("a").mode("press", 5).build();
    let table = |end| Timetable::of(&plant).place("a", "press", 2, end).broken();
    assert_eq!(table(7), [""; 0]);
    assert_eq!(table(6), ["1 duration a at 2"]);
    assert_eq!(table(8), ["1 duration a at 2"]);
}

#[test]
fn work_that_never_pauses_fits_one_window() {
    let plant =
        Plant::new().resource("press").open(&[(0, 10), (12, 20)]).operation("a").mode("press", 5).build();
    let table = |start| Timetable::of(&plant).place("a", "press", start, start + 5).broken();
    assert_eq!(table(5), [""; 0]);
    assert_eq!(table(6), ["1 closed_end a at 10"]);
    assert_eq!(table(8), ["1 closed_inside a at 10"]);
    assert_eq!(table(11), ["1 closed_start a at 11"]);
    assert_eq!(table(12), [""; 0]);
}

#[test]
fn work_pauses_over_breaks_but_starts_and_ends_in_open_time() {
    let plant = Plant::new()
        .resource("press")
        .open(&[(0, 10), (12, 20)])
        .operation("a")
        .suspends()
        .mode("press", 5)
        .build();
    let table = |start, end| Timetable::of(&plant).place("a", "press", start, end).broken();
    assert_eq!(table(8, 15), [""; 0], "2 ticks before the break, 3 after");
    assert_eq!(table(8, 14), ["1 duration a at 8"]);
    assert_eq!(table(10, 17), ["1 closed_start a at 10"]);
    assert_eq!(table(5, 11), ["1 closed_end a at 10"], "it was done at 10");
}

#[test]
fn open_means_capacity_for_all_that_the_operation_needs() {
    let plant = Plant::new()
        .pool("crew", 3)
        .levels(&[(0, 4, 3), (4, 8, 2), (8, 20, 3)])
        .operation("a")
        .suspends()
        .mode("crew", 5)
        .quantity(3)
        .operation("b")
        .suspends()
        .mode("press", 5)
        .requires("crew", 2)
        .requires("crew", 1)
        .build();
    let a = |end| Timetable::of(&plant).place("a", "crew", 0, end).without("b").broken_partially();
    assert_eq!(a(9), [""; 0], "two of three is closed for it");
    assert_eq!(a(5), ["1 duration a at 0", "1 closed_end a at 4"]);
    let b = |end| Timetable::of(&plant).place("b", "press", 0, end).broken_partially();
    assert_eq!(b(9), [""; 0], "two rows on one resource add up");
    assert_eq!(b(5), ["1 duration b at 0", "1 closed_end b at 4"]);
}

#[test]
fn everything_required_is_open_members_included() {
    let plant = Plant::new()
        .resource("ann")
        .open(&[(0, 10)])
        .resource("bob")
        .open(&[(5, 20)])
        .group("fitters", &["ann", "bob"])
        .operation("a")
        .mode("press", 4)
        .requires_from("fitters", 1)
        .build();
    let table =
        |member, start| Timetable::of(&plant).place("a", "press", start, start + 4).with(member).broken();
    assert_eq!(table("ann", 0), [""; 0]);
    assert_eq!(table("bob", 0), ["1 closed_start a at 0", "1 closed_end a at 3"]);
    assert_eq!(table("bob", 5), [""; 0]);
    assert_eq!(table("ann", 8), ["1 closed_end a at 11"]);
}

#[test]
fn members_are_as_many_as_required_different_and_of_the_group() {
    let plant = Plant::new()
        .resource("ann")
        .resource("bob")
        .resource("eve")
        .group("fitters", &["ann", "bob"])
        .operation("a")
        .mode("press", 4)
        .requires_from("fitters", 2)
        .build();
    let table = || Timetable::of(&plant).place("a", "press", 0, 4);
    let left_out = "9 missing a".to_owned();
    assert_eq!(table().with("ann").with("bob").broken(), [""; 0]);
    assert_eq!(table().with("ann").broken(), ["2 members a (fitters)", &left_out]);
    assert_eq!(table().with("ann").with("ann").broken(), ["2 members a (ann)", &left_out]);
    assert_eq!(table().with("ann").with("eve").broken(), ["2 members a (eve)", &left_out]);
}

#[test]
fn a_placement_in_a_foreign_mode_or_backwards_is_unusable() {
    let plant = Plant::new().operation("a").mode("press", 5).operation("b").mode("saw", 5).build();
    let mut schedule = Timetable::of(&plant).place("a", "press", 0, 5).place("b", "saw", 0, 5);
    let foreign = schedule.schedule().placements[1].clone();
    let mut broken = schedule.schedule();
    broken.placements[0] = foreign;
    let verdict = sopengine::schedule::verify::verify(&plant, &broken, false);
    let checks: Vec<_> = verdict.violations.iter().map(|v| (v.rule, v.check)).collect();
    assert_eq!(checks, [(1, "mode"), (9, "missing")]);
    schedule = schedule.place("a", "press", 5, 0);
    assert_eq!(schedule.broken(), ["1 times a at 5", "9 missing a"]);
}

#[test]
fn duration_zero_is_an_instant_that_needs_nothing_open() {
    let plant = Plant::new()
        .resource("press")
        .open(&[(0, 10)])
        .operation("a")
        .release(3)
        .mode("press", 0)
        .operation("b")
        .mode("press", 10)
        .build();
    let table = |start, end| {
        Timetable::of(&plant).place("a", "press", start, end).place("b", "press", 0, 10).broken()
    };
    assert_eq!(table(15, 15), [""; 0], "closed");
    assert_eq!(table(5, 5), [""; 0], "in the middle of another operation");
    assert_eq!(table(5, 6), ["1 duration a at 5"]);
    assert_eq!(table(2, 2), ["6 release a at 2"], "windows apply");
}

#[test]
fn releases_deadlines_and_the_horizon_bind() {
    let plant = Plant::new()
        .now(10)
        .horizon(100)
        .order("o")
        .order_release(20)
        .order_deadline(60)
        .due(25)
        .operation("a")
        .of("o")
        .release(15)
        .deadline(50)
        .mode("press", 5)
        .operation("b")
        .mode("saw", 5)
        .build();
    let a = |start| {
        let table = Timetable::of(&plant).place("b", "saw", 10, 15);
        table.place("a", "press", start, start + 5).broken()
    };
    assert_eq!(a(20), [""; 0]);
    assert_eq!(a(19), ["6 release a at 19"], "the order's release is later than its own");
    assert_eq!(a(45), [""; 0], "the due date is soft");
    assert_eq!(a(46), ["6 deadline a at 51"]);
    let b = |start| {
        let table = Timetable::of(&plant).place("a", "press", 20, 25);
        table.place("b", "saw", start, start + 5).broken()
    };
    assert_eq!(b(9), ["6 before_now b at 9"]);
    assert_eq!(b(95), [""; 0]);
    assert_eq!(b(96), ["6 horizon b at 101"]);
}
