//! Rules 2 and 4 by hand: who holds what.

use crate::support::{Plant, Timetable};

#[test]
fn one_holder_at_a_time() {
    let plant = Plant::new().operation("a").mode("press", 5).operation("b").mode("press", 3).build();
    let table = |start| Timetable::of(&plant).place("a", "press", 0, 5).place("b", "press", start, start + 3);
    assert_eq!(table(5).broken(), [""; 0]);
    assert_eq!(table(4).broken(), ["2 overlap b (a) at 4"]);
    assert_eq!(table(0).broken(), ["2 overlap a (b) at 0"]);
}

#[test]
fn an_overlap_behind_a_long_holding_is_seen() {
    let plant = Plant::new()
        .operation("a")
        .mode("press", 20)
        .operation("b")
        .mode("press", 2)
        .operation("c")
        .mode("press", 2)
        .build();
    let table = Timetable::of(&plant)
        .place("a", "press", 0, 20)
        .place("b", "press", 3, 5)
        .place("c", "press", 10, 12);
    assert_eq!(table.broken(), ["2 overlap b (a) at 3", "2 overlap c (a) at 10"]);
}

#[test]
fn members_and_required_resources_are_held_too() {
    let plant = Plant::new()
        .resource("ann")
        .resource("bob")
        .resource("tool")
        .group("fitters", &["ann", "bob"])
        .operation("a")
        .mode("press", 5)
        .requires_from("fitters", 1)
        .requires("tool", 1)
        .operation("b")
        .mode("saw", 5)
        .requires_from("fitters", 1)
        .operation("c")
        .mode("drill", 5)
        .requires("tool", 1)
        .build();
    let table = |member, c| {
        Timetable::of(&plant)
            .place("a", "press", 0, 5)
            .with("ann")
            .place("b", "saw", 0, 5)
            .with(member)
            .place("c", "drill", c, c + 5)
            .broken()
    };
    assert_eq!(table("bob", 5), [""; 0]);
    assert_eq!(table("ann", 5), ["2 overlap b (a) at 0"]);
    assert_eq!(table("bob", 4), ["2 overlap c (a) at 4"]);
}

#[test]
fn release_frees_a_required_resource_over_breaks_and_hold_does_not() {
    let plant = |released: bool| {
        let plant = Plant::new()
            .resource("tool")
            .resource("press")
            .open(&[(0, 4), (8, 12)])
            .operation("a")
            .suspends()
            .mode("press", 8)
            .requires("tool", 1);
        let plant = if released { plant.released() } else { plant };
        plant.operation("b").mode("saw", 4).requires("tool", 1).build()
    };
    let broken = |plant: &_, start| {
        let table = Timetable::of(plant).place("a", "press", 0, 12);
        table.place("b", "saw", start, start + 4).broken()
    };
    assert_eq!(broken(&plant(true), 4), [""; 0], "the tool is free over the break");
    assert_eq!(broken(&plant(true), 3), ["2 overlap b (a) at 3"]);
    assert_eq!(broken(&plant(true), 5), ["2 overlap a (b) at 8"]);
    assert_eq!(broken(&plant(false), 4), ["2 overlap b (a) at 4"]);
}

#[test]
fn quantities_sum_to_at_most_the_capacity() {
    let plant = Plant::new()
        .pool("crew", 3)
        .operation("a")
        .mode("crew", 4)
        .quantity(2)
        .operation("b")
        .mode("press", 4)
        .requires("crew", 1)
        .operation("c")
        .mode("crew", 4)
        .build();
    let table = |c| {
        Timetable::of(&plant)
            .place("a", "crew", 0, 4)
            .place("b", "press", 0, 4)
            .place("c", "crew", c, c + 4)
            .broken()
    };
    assert_eq!(table(4), [""; 0]);
    assert_eq!(table(3), ["4 capacity c (crew) at 3"]);
}

#[test]
fn work_goes_through_a_drop_while_the_sum_fits() {
    let plant = Plant::new()
        .pool("crew", 3)
        .levels(&[(0, 4, 3), (4, 8, 2), (8, 20, 3)])
        .operation("a")
        .mode("crew", 6)
        .operation("b")
        .mode("crew", 6)
        .operation("c")
        .mode("crew", 4)
        .build();
    let table = |c| {
        Timetable::of(&plant)
            .place("a", "crew", 0, 6)
            .place("b", "crew", 0, 6)
            .place("c", "crew", c, c + 4)
            .broken()
    };
    assert_eq!(table(0), [""; 0]);
    assert_eq!(table(1), ["4 capacity c (crew) at 4"], "three hold what is two from 4 on");
    assert_eq!(table(6), [""; 0]);
}

#[test]
fn a_hold_does_not_count_where_its_quantity_is_not_there() {
    // a needs 3, sleeps over [4, 8) where 2 are there; b works on one of these two meanwhile.
    let plant = Plant::new()
        .pool("crew", 3)
        .levels(&[(0, 4, 3), (4, 8, 2), (8, 20, 3)])
        .operation("a")
        .suspends()
        .mode("crew", 6)
        .quantity(3)
        .operation("b")
        .mode("crew", 2)
        .quantity(2)
        .build();
    let table = |b| Timetable::of(&plant).place("a", "crew", 0, 10).place("b", "crew", b, b + 2);
    assert_eq!(table(5).broken(), [""; 0]);
    assert_eq!(table(7).broken(), ["4 capacity a (crew) at 8"]);
}

#[test]
fn held_units_count_over_breaks_of_others_and_released_ones_do_not() {
    let plant = |released: bool| {
        let plant = Plant::new()
            .pool("crew", 1)
            .resource("press")
            .open(&[(0, 4), (8, 12)])
            .operation("a")
            .suspends()
            .mode("press", 8)
            .requires("crew", 1);
        let plant = if released { plant.released() } else { plant };
        plant.operation("b").mode("saw", 4).requires("crew", 1).build()
    };
    let broken = |plant: &_| {
        let table = Timetable::of(plant).place("a", "press", 0, 12);
        table.place("b", "saw", 4, 8).broken()
    };
    assert_eq!(broken(&plant(true)), [""; 0]);
    assert_eq!(broken(&plant(false)), ["4 capacity b (crew) at 4"]);
}
