//! Reasons of lateness, worked by hand.

use crate::support::shop::{
    closed_shop, paint_late, paint_shop, pinned_shop, shop, two_stages, two_stages_late,
};
use crate::support::{Plant, Timetable};
use sopengine::explain::{CHAINS, Cause, Obstacle, reasons, reasons_of};
use sopengine::model::Problem;
use sopengine::schedule::decode::{Cause as Met, LeftOut};

/// Rows as short lines, best first, of a valid schedule.
fn told(problem: &Problem, table: &Timetable<'_>) -> Vec<String> {
    told_of(problem, table, CHAINS)
}

/// The same with so many orders explained in full.
fn told_of(problem: &Problem, table: &Timetable<'_>, chains: usize) -> Vec<String> {
    assert_eq!(table.broken_partially(), [""; 0], "the schedule to explain");
    let rows = reasons_of(problem, &table.schedule(), &[], chains);
    let line = |row: &sopengine::explain::ReasonRow| {
        let order = problem.names.orders.get(row.order.expect("an order").index());
        let (cause, object) = (row.cause.name(), &row.object);
        format!("{order} {} {cause} {object} [{}, {}) {}", row.rank, row.from, row.to, row.delay)
    };
    rows.iter().map(line).collect()
}

#[test]
fn orders_in_time_have_no_reasons() {
    let plant = Plant::new().order("o").due(5).operation("a").of("o").mode("press", 5).build();
    assert_eq!(told(&plant, &Timetable::of(&plant).place("a", "press", 0, 5)), [""; 0]);
}

#[test]
fn work_alone_needs_no_reason() {
    let plant = Plant::new().order("o").due(2).operation("a").of("o").mode("press", 5).build();
    assert_eq!(told(&plant, &Timetable::of(&plant).place("a", "press", 0, 5)), [""; 0]);
}

#[test]
fn a_resource_held_by_others() {
    let plant = shop().build();
    let table = Timetable::of(&plant).place("c", "press", 0, 4).place("a", "press", 4, 9);
    assert_eq!(told(&plant, &table), ["o 1 capacity press: c (p) [0, 4) 4"]);
}

#[test]
fn the_chain_goes_back_over_predecessors_and_ranks_by_delay() {
    let plant = two_stages();
    assert_eq!(
        told(&plant, &two_stages_late(&plant)),
        [
            "o 1 capacity saw: d [11, 18) 7",
            "o 2 capacity press: c (p) [0, 4) 4",
            "o 3 predecessor a [9, 11) 2"
        ]
    );
}

#[test]
fn the_most_expensive_orders_are_explained_in_full() {
    let plant = Plant::new()
        .operation("e")
        .mode("press", 2)
        .operation("f")
        .mode("saw", 10)
        .order("o")
        .due(0)
        .operation("a")
        .of("o")
        .mode("press", 5)
        .operation("b")
        .of("o")
        .mode("saw", 3)
        .order("p")
        .due(0)
        .operation("c")
        .of("p")
        .mode("press", 4)
        .operation("d")
        .of("p")
        .mode("saw", 8)
        .precedence("a", "b")
        .precedence("c", "d")
        .build();
    let table = Timetable::of(&plant)
        .place("e", "press", 0, 2)
        .place("c", "press", 2, 6)
        .place("a", "press", 6, 11)
        .place("f", "saw", 0, 10)
        .place("d", "saw", 10, 18)
        .place("b", "saw", 18, 21);
    // o is 21 late, p 18.
    let o = ["o 1 capacity saw: d (p) [11, 18) 7", "o 2 capacity press: c (p), e [0, 6) 6"];
    let p = ["p 1 capacity saw: f [6, 10) 4", "p 2 capacity press: e [0, 2) 2"];
    assert_eq!(told_of(&plant, &table, 2), [&o[..], &p[..]].concat());
    assert_eq!(told_of(&plant, &table, 1), [&o[..], &p[..1]].concat());
    assert_eq!(told_of(&plant, &table, 0), [&o[..1], &p[..1]].concat());
}

#[test]
fn changeovers_and_who_went_before() {
    let plant = paint_shop();
    assert_eq!(
        told(&plant, &paint_late(&plant)),
        ["o 1 capacity press: c [0, 4) 4", "o 2 setup press [4, 7) 3"]
    );
}

#[test]
fn closed_time_before_and_within() {
    let plant = closed_shop();
    let table = Timetable::of(&plant).place("a", "press", 3, 12);
    let line = "o 1 calendar press [0, 12) 7";
    assert_eq!(told(&plant, &table), [line], "3 before it and 4 within it, 5 of 12 are work");
}

#[test]
fn an_opening_too_short_belongs_to_what_ended_it() {
    let plant = shop().build();
    let table = Timetable::of(&plant).place("c", "press", 3, 7).place("a", "press", 7, 12);
    assert_eq!(told(&plant, &table), ["o 1 capacity press: c (p) [0, 7) 7"]);
}

#[test]
fn late_material() {
    let plant = Plant::new()
        .stock("steel", 0, 1)
        .stock("steel", 6, 1)
        .order("o")
        .due(0)
        .operation("a")
        .of("o")
        .mode("press", 5)
        .moves("steel", -2)
        .build();
    let table = Timetable::of(&plant).place("a", "press", 6, 11);
    assert_eq!(told(&plant, &table), ["o 1 material steel [0, 6) 6"]);
}

#[test]
fn stock_without_room() {
    let plant = Plant::new()
        .item("steel")
        .max_stock(2)
        .stock("steel", 0, 2)
        .operation("c")
        .mode("saw", 3)
        .moves("steel", -1)
        .order("o")
        .due(0)
        .operation("a")
        .of("o")
        .mode("press", 5)
        .moves("steel", 1)
        .build();
    let table = Timetable::of(&plant).place("c", "saw", 9, 12).place("a", "press", 4, 9);
    assert_eq!(told(&plant, &table), ["o 1 storage steel [0, 4) 4"]);
}

#[test]
fn pools_without_units_enough() {
    let plant = Plant::new()
        .pool("crew", 3)
        .operation("c")
        .mode("crew", 4)
        .quantity(2)
        .order("o")
        .due(0)
        .operation("a")
        .of("o")
        .mode("press", 5)
        .requires("crew", 2)
        .build();
    let table = Timetable::of(&plant).place("c", "crew", 0, 4).place("a", "press", 4, 9);
    assert_eq!(told(&plant, &table), ["o 1 capacity crew [0, 4) 4"]);
}

#[test]
fn releases_pins_and_largest_lags() {
    let released = Plant::new().order("o").due(0).order_release(4).operation("a").of("o");
    let released = released.mode("press", 5).build();
    let table = Timetable::of(&released).place("a", "press", 4, 9);
    assert_eq!(told(&released, &table), ["o 1 release o [0, 4) 4"]);

    let pinned = pinned_shop();
    let table = Timetable::of(&pinned).place("a", "press", 4, 9);
    assert_eq!(told(&pinned, &table), ["o 1 frozen a [0, 4) 4"]);

    let chased = Plant::new()
        .operation("c")
        .mode("saw", 9)
        .order("o")
        .due(0)
        .operation("a")
        .of("o")
        .mode("press", 5)
        .operation("b")
        .of("o")
        .mode("saw", 3)
        .precedence("a", "b")
        .max_lag(0)
        .build();
    let table =
        Timetable::of(&chased).place("c", "saw", 0, 9).place("a", "press", 4, 9).place("b", "saw", 9, 12);
    assert_eq!(told(&chased, &table), ["o 1 max_lag b [0, 4) 4"]);
}

/// `count` operations of 2 ticks in a row on the press, then a.
fn queue(count: i64) -> Vec<String> {
    let name = |index: i64| format!("c{index:02}");
    let mut plant = Plant::new();
    for index in 0..count {
        plant = plant.operation(&name(index)).mode("press", 2);
    }
    let plant = plant.order("o").due(0).operation("a").of("o").mode("press", 2).build();
    let mut table = Timetable::of(&plant).place("a", "press", 2 * count, 2 * count + 2);
    for index in 0..count {
        table = table.place(&name(index), "press", 2 * index, 2 * index + 2);
    }
    told(&plant, &table)
}

#[test]
fn many_holders_are_counted() {
    assert_eq!(queue(3), ["o 1 capacity press: c02, c01, c00 [0, 6) 6"]);
    assert_eq!(queue(5), ["o 1 capacity press: c04, c03, c02 and 2 more [0, 10) 10"]);
    // The nearest 8 one by one, the 32 before them together.
    assert_eq!(queue(40), ["o 1 capacity press: c39, c38, c37 and 37 more [0, 80) 80"]);
}

#[test]
fn what_is_left_out_is_told_as_the_search_saw_it() {
    let plant = shop().build();
    let table = Timetable::of(&plant).place("c", "press", 0, 4);
    let operation = Timetable::id(&plant, "a");
    let order = plant.operation(operation).order;
    let met = LeftOut { order, operation, cause: Met::Closed, object: "press".to_owned() };
    let obstacle = Obstacle::from(&met);
    let rows = reasons(&plant, &table.schedule(), &[obstacle]);
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!((row.rank, row.cause, row.object.as_str()), (1, Cause::Calendar, "press: a"));
}
