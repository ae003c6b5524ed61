//! Rule 7 by hand: material.

use crate::support::{Plant, Timetable};

/// a consumes 4 steel at its start, b produces 4 at its end; 5 are there.
fn steel() -> Plant {
    Plant::new()
        .stock("steel", 0, 5)
        .operation("a")
        .mode("press", 3)
        .moves("steel", -4)
        .operation("b")
        .mode("furnace", 3)
        .moves("steel", 4)
        .operation("c")
        .mode("saw", 3)
        .moves("steel", -4)
}

#[test]
fn nothing_is_consumed_that_is_not_there() {
    let plant = steel().build();
    let broken = |b, c| {
        let table = Timetable::of(&plant).place("a", "press", 0, 3).place("b", "furnace", b, b + 3);
        table.place("c", "saw", c, c + 3).broken()
    };
    assert_eq!(broken(0, 3), [""; 0], "what is ready at 3 is consumed at 3");
    assert_eq!(broken(0, 2), ["7 shortage c (steel) at 2"]);
    assert_eq!(broken(2, 4), ["7 shortage c (steel) at 4"]);
}

#[test]
fn consumption_must_leave_what_later_withdrawals_take() {
    let plant = steel().stock("steel", 4, -2).build();
    let table =
        Timetable::of(&plant).place("a", "press", 0, 3).place("b", "furnace", 6, 9).place("c", "saw", 9, 12);
    assert_eq!(table.broken(), ["7 shortage a (steel) at 4", "7 shortage c (steel) at 9"]);
}

#[test]
fn what_stock_rows_break_alone_is_no_fault_of_the_schedule() {
    let plant = Plant::new()
        .stock("steel", 0, -2)
        .operation("b")
        .mode("furnace", 3)
        .moves("steel", 4)
        .operation("c")
        .mode("saw", 3)
        .moves("steel", -2)
        .build();
    let broken = |c| {
        let table = Timetable::of(&plant).place("b", "furnace", 0, 3);
        table.place("c", "saw", c, c + 3).broken()
    };
    assert_eq!(broken(3), [""; 0]);
    assert_eq!(broken(1), ["7 shortage c (steel) at 1"]);
}

#[test]
fn production_stays_below_the_largest_stock() {
    let plant = steel().item("steel").max_stock(6).build();
    let broken = |a, b| {
        let table = Timetable::of(&plant).place("a", "press", a, a + 3);
        table.place("b", "furnace", b, b + 3).place("c", "saw", 20, 23).broken()
    };
    assert_eq!(broken(3, 0), [""; 0], "counted after all movements of an instant");
    assert_eq!(broken(4, 0), ["7 max_stock b (steel) at 3"]);
}

#[test]
fn an_operation_does_not_feed_itself() {
    let plant = Plant::new()
        .stock("steel", 0, 1)
        .operation("a")
        .mode("press", 3)
        .moves("paint", 0)
        .moves("steel", -2)
        .operation("b")
        .mode("furnace", 3)
        .moves("steel", 2)
        .build();
    let table = Timetable::of(&plant).place("a", "press", 0, 3).place("b", "furnace", 0, 3);
    assert_eq!(table.broken(), ["7 shortage a (steel) at 0"]);
}

#[test]
fn unlimited_items_are_not_looked_at() {
    let plant = steel().item("steel").unlimited().build();
    let table =
        Timetable::of(&plant).place("a", "press", 0, 3).place("b", "furnace", 20, 23).place("c", "saw", 0, 3);
    assert_eq!(table.broken(), [""; 0]);
}

/// x turns wood into boards, y boards into shelves, both in no time; z needs a shelf.
fn shelves(wood: i64) -> Plant {
    Plant::new()
        .stock("wood", 0, wood)
        .stock("shelves", 0, 0)
        .operation("y")
        .free_mode("y", 0)
        .moves("boards", -1)
        .moves("shelves", 1)
        .operation("x")
        .free_mode("x", 0)
        .moves("wood", -1)
        .moves("boards", 1)
        .operation("z")
        .mode("press", 2)
        .moves("shelves", -1)
}

#[test]
fn operations_of_no_time_pass_material_on_within_an_instant() {
    let table = |plant: &_, x| {
        Timetable::of(plant).place("x", "x", x, x).place("y", "y", 5, 5).place("z", "press", 5, 7).broken()
    };
    assert_eq!(table(&shelves(1).build(), 5), [""; 0]);
    assert_eq!(table(&shelves(1).build(), 6), ["7 shortage y (boards) at 5"]);
    assert_eq!(table(&shelves(0).build(), 5), ["7 shortage x (wood) at 5"]);
}

#[test]
fn no_order_of_an_instant_lets_two_operations_feed_each_other_from_nothing() {
    let plant = |boards| {
        Plant::new()
            .stock("boards", 0, boards)
            .operation("x")
            .free_mode("x", 0)
            .moves("shelves", -1)
            .moves("boards", 1)
            .operation("y")
            .free_mode("y", 0)
            .moves("boards", -1)
            .moves("shelves", 1)
            .build()
    };
    let broken = |plant: &_| Timetable::of(plant).place("x", "x", 5, 5).place("y", "y", 5, 5).broken();
    assert_eq!(broken(&plant(1)), [""; 0], "the board goes round once");
    assert_eq!(broken(&plant(0)), ["7 instant_order x at 5"]);
}

#[test]
fn the_right_order_is_found_where_the_first_guess_gets_stuck() {
    // One a, no b. p burns the a for nothing that q and r need; q then r give it back.
    let plant = Plant::new()
        .stock("a", 0, 1)
        .operation("p")
        .free_mode("p", 0)
        .moves("a", -1)
        .moves("ash", 1)
        .operation("q")
        .free_mode("q", 0)
        .moves("a", -1)
        .moves("b", 1)
        .operation("r")
        .free_mode("r", 0)
        .moves("b", -1)
        .moves("a", 1)
        .build();
    let table = Timetable::of(&plant).place("p", "p", 1, 1).place("q", "q", 1, 1).place("r", "r", 1, 1);
    assert_eq!(table.broken(), [""; 0]);
}

#[test]
fn started_work_has_consumed_and_still_produces() {
    let plant = Plant::new()
        .now(10)
        .stock("steel", 10, 0)
        .operation("a")
        .mode("press", 5)
        .moves("steel", -3)
        .was_started("press", 8, 3)
        .operation("b")
        .mode("furnace", 5)
        .moves("steel", 2)
        .was_started("furnace", 8, 3)
        .operation("c")
        .mode("saw", 5)
        .moves("steel", -2)
        .build();
    let broken = |c| {
        let table = Timetable::of(&plant).place("a", "press", 8, 13).place("b", "furnace", 8, 13);
        table.place("c", "saw", c, c + 5).broken()
    };
    assert_eq!(broken(13), [""; 0]);
    assert_eq!(broken(12), ["7 shortage c (steel) at 12"]);
}
