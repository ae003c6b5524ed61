//! Decoding by hand: one small plant a rule, the order of placement given, the times worked out on paper.

use sopengine::model::Problem;
use sopengine::model::ids::OperationId;
use sopengine::schedule::decode::{Cause, Decoder, End, Outline, Unwatched};
use sopengine::schedule::state::State;
use sopengine::schedule::verify::verify;

use crate::support::{Plant, Timetable};

/// Decodes operations in an order; gives start and end of each, none for those left out.
fn decode(problem: &Problem, sequence: &[&str]) -> Vec<Option<(i64, i64)>> {
    let outline = Outline::new(problem);
    let mut decoder = Decoder::new(&outline);
    let ids: Vec<OperationId> = sequence.iter().map(|name| Timetable::id(problem, name)).collect();
    let end = decoder.decode(&State::new(problem, ids.clone()), true, &|| false);
    assert_eq!(end, End::Complete);
    let schedule = decoder.schedule();
    let verdict = verify(problem, &schedule, true);
    assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
    ids.iter().map(|id| schedule.get(*id).map(|placed| (placed.start, placed.end))).collect()
}

fn changeover(problem: &Problem, sequence: &[&str], of: &str) -> Option<(i64, i64)> {
    let outline = Outline::new(problem);
    let mut decoder = Decoder::new(&outline);
    let ids = sequence.iter().map(|name| Timetable::id(problem, name)).collect();
    decoder.decode(&State::new(problem, ids), true, &|| false);
    let schedule = decoder.schedule();
    schedule.get(Timetable::id(problem, of)).and_then(|placed| placed.changeover)
}

#[test]
fn gaps_are_used() {
    let plant = Plant::new()
        .operation("a")
        .mode("m", 4)
        .operation("b")
        .mode("n", 10)
        .operation("c")
        .mode("m", 3)
        .precedence("b", "c")
        .operation("d")
        .mode("m", 6)
        .operation("e")
        .mode("m", 7);
    // c waits for b until 10 and leaves 4..10 free: d fits there, e does not.
    let times = decode(&plant.build(), &["a", "b", "c", "d", "e"]);
    assert_eq!(times, [(0, 4), (0, 10), (10, 13), (4, 10), (13, 20)].map(Some));
}

#[test]
fn closed_time_suspends_or_delays() {
    let plant = Plant::new()
        .resource("m")
        .open(&[(0, 10), (20, 40)])
        .operation("a")
        .mode("m", 6)
        .operation("breaks")
        .mode("m", 6)
        .suspends()
        .operation("never")
        .mode("m", 6);
    // After a, four ticks remain before the break.
    let times = decode(&plant.build(), &["a", "breaks", "never"]);
    assert_eq!(times, [(0, 6), (6, 22), (22, 28)].map(Some));
}

#[test]
fn a_changeover_lies_late_and_inserts_keep_those_behind() {
    let plant = Plant::new()
        .matrix("x")
        .rule("*", "blue", 3)
        .rule("*", "red", 2)
        .resource("m")
        .changes_by("x")
        .in_state("state", "red")
        .operation("a")
        .setup("red")
        .mode("m", 4)
        .operation("b")
        .setup("blue")
        .mode("m", 5)
        .operation("wait")
        .mode("n", 20)
        .precedence("wait", "b")
        .operation("c")
        .setup("blue")
        .mode("m", 4);
    let problem = plant.build();
    let order = ["a", "wait", "b", "c"];
    // b waits until 20, its changeover lies at 17..20. c goes into the gap with a changeover of its own
    // at 4..7; then b needs none.
    assert_eq!(decode(&problem, &order), [(0, 4), (0, 20), (20, 25), (7, 11)].map(Some));
    assert_eq!(changeover(&problem, &order[..3], "b"), Some((17, 20)));
    assert_eq!(changeover(&problem, &order, "b"), None);
    assert_eq!(changeover(&problem, &order, "c"), Some((4, 7)));
}

#[test]
fn a_crew_limits_and_a_released_one_does_not_sleep_with_the_machine() {
    let plant = Plant::new()
        .pool("crew", 1)
        .resource("m")
        .open(&[(0, 5), (15, 40)])
        .operation("a")
        .mode("m", 10)
        .requires("crew", 1)
        .released()
        .suspends()
        .operation("b")
        .mode("n", 8)
        .requires("crew", 1);
    // a works 0..5 and 15..20; in between the crew is free for b.
    assert_eq!(decode(&plant.build(), &["a", "b"]), [(0, 20), (5, 13)].map(Some));
}

#[test]
fn members_are_taken_where_they_are_free_first() {
    let plant = Plant::new()
        .resource("ann")
        .resource("bob")
        .open(&[(5, 50)])
        .group("people", &["ann", "bob"])
        .operation("a")
        .mode("m", 10)
        .requires_from("people", 1)
        .operation("b")
        .mode("n", 10)
        .requires_from("people", 1)
        .operation("both")
        .mode("o", 2)
        .requires_from("people", 2);
    assert_eq!(decode(&plant.build(), &["a", "b", "both"]), [(0, 10), (5, 15), (15, 17)].map(Some));
}

#[test]
fn a_largest_lag_moves_the_predecessor() {
    let plant = Plant::new()
        .operation("block")
        .mode("n", 20)
        .operation("a")
        .mode("m", 5)
        .operation("b")
        .mode("n", 5)
        .precedence("a", "b")
        .max_lag(2);
    // b starts at 20 at the earliest, so a may not end before 18.
    assert_eq!(decode(&plant.build(), &["block", "a", "b"]), [(0, 20), (13, 18), (20, 25)].map(Some));
}

#[test]
fn transfer_starts_early_and_ends_behind() {
    let plant = Plant::new()
        .operation("a")
        .mode("m", 10)
        .operation("b")
        .mode("n", 4)
        .precedence("a", "b")
        .transfer(300_000);
    // Three ticks of a are done at 3; b would end at 7, before a's end at 10: it starts at 6.
    assert_eq!(decode(&plant.build(), &["a", "b"]), [(0, 10), (6, 10)].map(Some));
}

#[test]
fn who_lacks_material_waits_for_it() {
    let plant = Plant::new()
        .item("part")
        .operation("use")
        .mode("m", 3)
        .moves("part", -2)
        .operation("make")
        .mode("n", 7)
        .moves("part", 2);
    assert_eq!(decode(&plant.build(), &["use", "make"]), [(7, 10), (0, 7)].map(Some));
}

#[test]
fn a_full_store_delays_who_would_fill_it() {
    let plant = Plant::new()
        .item("part")
        .max_stock(2)
        .operation("make 1")
        .mode("n", 3)
        .moves("part", 2)
        .operation("make 2")
        .mode("n", 3)
        .moves("part", 2)
        .operation("use")
        .mode("m", 1)
        .moves("part", -2)
        .operation("delay")
        .mode("m", 10);
    // The store is full from 3 on; use takes the parts at 10, and make 2 may end there.
    let times = decode(&plant.build(), &["delay", "make 1", "make 2", "use"]);
    assert_eq!(times, [(0, 10), (0, 3), (7, 10), (10, 11)].map(Some));
}

#[test]
fn started_work_goes_first() {
    let plant =
        Plant::new().now(10).operation("a").mode("m", 8).was_started("m", 5, 4).operation("b").mode("m", 3);
    let problem = plant.build();
    assert_eq!(decode(&problem, &["b"]), [Some((14, 17))]);
}

#[test]
fn an_order_that_does_not_fit_goes_whole_and_leaves_its_room() {
    let plant = Plant::new()
        .horizon(20)
        .order("big")
        .operation("big 1")
        .of("big")
        .mode("m", 12)
        .operation("big 2")
        .of("big")
        .mode("m", 12)
        .precedence("big 1", "big 2")
        .order("small")
        .operation("small 1")
        .of("small")
        .mode("m", 15);
    let problem = plant.build();
    assert_eq!(decode(&problem, &["big 1", "big 2", "small 1"]), [None, None, Some((0, 15))]);
    let outline = Outline::new(&problem);
    let mut decoder = Decoder::new(&outline);
    decoder.decode(&State::new(&problem, outline.free.clone()), true, &|| false);
    let left_out = decoder.left_out();
    assert_eq!(left_out.len(), 1);
    assert_eq!(
        (left_out[0].cause, left_out[0].operation),
        (Cause::Horizon, Timetable::id(&problem, "big 2"))
    );
}

#[test]
fn a_prefix_does_not_stand_where_its_order_goes() {
    let plant = Plant::new()
        .horizon(20)
        .order("big")
        .operation("big 1")
        .of("big")
        .mode("m", 6)
        .operation("big 2")
        .of("big")
        .mode("m", 6)
        .precedence("big 1", "big 2")
        .operation("small")
        .mode("n", 5)
        .operation("rival")
        .mode("m", 9);
    let problem = plant.build();
    let ids = |names: [&str; 4]| names.map(|name| Timetable::id(&problem, name)).to_vec();
    let outline = Outline::new(&problem);
    let mut decoder = Decoder::new(&outline);
    let mut state = State::new(&problem, ids(["big 1", "small", "big 2", "rival"]));
    // The rival would end at 21.
    decoder.decode(&state, true, &|| false);
    assert_eq!(decoder.placed(), 3);
    // Before big 2 it is that one which would, and big 1 goes with it.
    state.sequence = ids(["big 1", "small", "rival", "big 2"]);
    let (_, undone) = decoder.resume(&state, 2, true, &|| false, &mut Unwatched);
    assert_eq!((undone.kept(), decoder.placed()), (0, 2));
    decoder.settle(&mut state);
    assert_eq!(state.sequence, ids(["small", "rival", "big 1", "big 2"]));
    decoder.restore(undone);
    assert_eq!(decoder.times(Timetable::id(&problem, "big 2")), Some((6, 12)));
}

#[test]
fn without_partial_decoding_stops_at_what_does_not_fit() {
    let plant = Plant::new().horizon(10).operation("a").mode("m", 8).operation("b").mode("m", 8);
    let problem = plant.build();
    let outline = Outline::new(&problem);
    let mut decoder = Decoder::new(&outline);
    let state = State::new(&problem, outline.free.clone());
    assert_eq!(decoder.decode(&state, false, &|| false), End::Stuck);
    assert_eq!(decoder.decode(&state, true, &|| false), End::Complete);
}
