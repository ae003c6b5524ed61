//! Every term of the objective by hand.

use crate::support::{Plant, Timetable};
use sopengine::model::objective::Term;
use sopengine::model::problem::StabilityPrices;

/// Three orders on one press: o due 4 weighs 3, p due 20 weighs 2, q has no due date.
fn orders() -> Plant {
    let mut plant = Plant::new();
    for (order, due, weight) in [("o", Some(4), 3), ("p", Some(20), 2), ("q", None, 1)] {
        plant = plant.order(order).weight(weight).earliness_weight(weight + 1);
        plant = due.into_iter().fold(plant, Plant::due);
        plant = plant.operation(&format!("{order}1")).of(order).sequence(1).mode("press", 2);
        plant = plant.operation(&format!("{order}2")).of(order).sequence(2).mode("press", 3);
    }
    plant
}

/// o over [1, 10), p over [3, 16), q over [12, 21).
fn term(term: Term) -> i64 {
    let plant = orders().build();
    let table = Timetable::of(&plant)
        .place("o1", "press", 1, 3)
        .place("p1", "press", 3, 5)
        .place("o2", "press", 7, 10)
        .place("q1", "press", 11, 13)
        .place("p2", "press", 13, 16)
        .place("q2", "press", 18, 21);
    assert_eq!(table.broken(), [""; 0]);
    table.term(term)
}

#[test]
fn due_date_terms() {
    assert_eq!(term(Term::Tardiness), 3 * 6, "o is 6 late, p is early, q has no due date");
    assert_eq!(term(Term::LateOrders), 3);
    assert_eq!(term(Term::MaxLateness), 6, "unweighted");
    assert_eq!(term(Term::Earliness), 3 * 4, "p is 4 early, its earliness weighs 3");
}

#[test]
fn flow_time_runs_from_the_first_start() {
    assert_eq!(term(Term::FlowTime), 3 * (10 - 1) + 2 * (16 - 3) + (21 - 11));
}

#[test]
fn makespan_counts_from_now() {
    assert_eq!(term(Term::Makespan), 21);
    let plant = Plant::new().now(10).operation("a").mode("press", 5).build();
    assert_eq!(Timetable::of(&plant).place("a", "press", 12, 17).term(Term::Makespan), 7);
    assert_eq!(Timetable::of(&plant).term(Term::Makespan), 0, "nothing scheduled");
}

#[test]
fn max_lateness_may_be_negative() {
    let plant = Plant::new().order("o").due(20).operation("a").of("o").mode("press", 5).build();
    assert_eq!(Timetable::of(&plant).place("a", "press", 0, 5).term(Term::MaxLateness), -15);
    assert_eq!(Timetable::of(&plant).term(Term::MaxLateness), 0, "left out");
}

#[test]
fn orders_left_out_weigh_at_least_one_and_count_nowhere_else() {
    let plant = orders().order("r").weight(0).operation("r1").of("r").mode("press", 1);
    let plant = plant.operation("single").mode("press", 1).build();
    let table = Timetable::of(&plant).place("q1", "press", 0, 2).place("q2", "press", 2, 5);
    assert_eq!(table.broken_partially(), [""; 0]);
    assert_eq!(table.term(Term::Unscheduled), 3 + 2 + 1 + 1);
    assert_eq!(table.term(Term::Tardiness), 0);
    assert_eq!(table.term(Term::FlowTime), 5);
}

#[test]
fn changeovers_cost_working_time_and_money() {
    let plant = Plant::new()
        .matrix("colors")
        .changes_over_breaks()
        .rule("white", "black", 4)
        .rule_cost(7)
        .rule("black", "white", 0)
        .rule_cost(5)
        .resource("press")
        .open(&[(0, 3), (5, 50)])
        .changes_by("colors")
        .in_state("state", "white")
        .operation("a")
        .setup("black")
        .mode("press", 2)
        .operation("b")
        .setup("white")
        .mode("press", 2)
        .build();
    let table = Timetable::of(&plant).place("a", "press", 6, 8).changeover(0, 6).place("b", "press", 8, 10);
    assert_eq!(table.broken(), [""; 0], "a change of no duration has no times");
    assert_eq!(table.term(Term::ChangeoverTime), 4, "the break does not count");
    assert_eq!(table.term(Term::ChangeoverCost), 12, "a change of no duration costs money");
}

#[test]
fn the_rest_of_a_started_changeover_counts_in_time_and_not_in_cost() {
    let plant = Plant::new()
        .now(8)
        .operation("a")
        .mode("press", 5)
        .was_started("press", 7, 5)
        .changing_for(3)
        .build();
    let table = Timetable::of(&plant).place("a", "press", 7, 16).changeover(8, 11);
    assert_eq!(table.broken(), [""; 0]);
    assert_eq!((table.term(Term::ChangeoverTime), table.term(Term::ChangeoverCost)), (3, 0));
}

#[test]
fn modes_have_their_price() {
    let plant = Plant::new()
        .operation("a")
        .mode("press", 5)
        .mode_cost(4)
        .mode("saw", 3)
        .mode_cost(9)
        .operation("b")
        .mode("press", 5)
        .mode_cost(2)
        .build();
    let b = Timetable::of(&plant).place("b", "press", 5, 10);
    assert_eq!(b.clone().place("a", "press", 0, 5).term(Term::ModeCost), 6);
    assert_eq!(b.place("a", "saw", 0, 3).term(Term::ModeCost), 11);
}

/// A press at 10, a crew of 3 at 4, ann at 100; a works 5 ticks over a break with two of the crew.
fn priced() -> Plant {
    Plant::new()
        .resource("press")
        .rate(10)
        .open(&[(0, 3), (5, 50)])
        .pool("crew", 3)
        .rate(4)
        .resource("ann")
        .rate(100)
        .group("fitters", &["ann"])
        .operation("a")
        .suspends()
        .mode("press", 5)
        .requires("crew", 2)
        .requires_from("fitters", 1)
}

#[test]
fn resources_cost_while_they_work() {
    let plant = priced().build();
    let table = Timetable::of(&plant).place("a", "press", 0, 7).with("ann");
    assert_eq!(table.broken(), [""; 0]);
    assert_eq!(table.term(Term::ResourceCost), 5 * (10 + 2 * 4 + 100));
}

#[test]
fn money_per_hour_is_divided_once_and_down() {
    let plant = priced().temporal().build();
    let table = Timetable::of(&plant).place("a", "press", 0, 7).with("ann");
    assert_eq!(table.term(Term::ResourceCost), 0, "590 / 3600");
    let plant = Plant::new().temporal().resource("press").rate(7).operation("a").mode("press", 3600);
    let plant = plant.operation("b").mode("press", 1000).build();
    let table = Timetable::of(&plant).place("a", "press", 0, 3600).place("b", "press", 3600, 4600);
    assert_eq!(table.term(Term::ResourceCost), 7 * 4600 / 3600);
}

#[test]
fn stability_prices_moves_by_zone_and_changed_resources() {
    let prices = StabilityPrices { near: 10, middle: 20, factors: [4, 2, 1], resource: 50 };
    let mut plant = Plant::new().stability(prices);
    for (operation, start) in [("a", 0), ("b", 10), ("c", 20)] {
        plant = plant.operation(operation).mode("press", 2).mode("saw", 2).was_planned("press", start);
    }
    let plant = plant.build();
    let table =
        Timetable::of(&plant).place("a", "press", 3, 5).place("b", "press", 8, 10).place("c", "saw", 25, 27);
    assert_eq!(table.term(Term::Stability), 4 * 3 + 2 * 2 + 5 + 50);
}

#[test]
fn stability_of_integer_problems_has_factor_one_and_no_price() {
    let plant = Plant::new().operation("a").mode("press", 2).mode("saw", 2).was_planned("press", 4);
    let plant = plant.build();
    assert_eq!(Timetable::of(&plant).place("a", "saw", 9, 11).term(Term::Stability), 5);
}

#[test]
fn history_counts_in_orders_and_not_in_the_makespan() {
    let plant = Plant::new()
        .now(30)
        .order("o")
        .due(15)
        .operation("a")
        .of("o")
        .mode("press", 5)
        .was_done("press", 10, 20)
        .build();
    let table = Timetable::of(&plant);
    assert_eq!(table.term(Term::Tardiness), 5);
    assert_eq!(table.term(Term::FlowTime), 10);
    assert_eq!(table.term(Term::Makespan), 0);
}
