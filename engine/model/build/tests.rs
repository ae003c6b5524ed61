//! The builder on plants of a few rows: what it makes and what it refuses.

use super::build;
use crate::error::EngineError;
use crate::model::Problem;
use crate::model::draft::*;
use crate::model::history::{OnStop, Pin, Status};
use crate::model::operation::Suspend;
use crate::model::precedence::Kind;

fn operation(draft: &mut Draft, name: &str, order: Option<&str>, sequence: Option<i64>) {
    let operation = draft.symbols.intern(name);
    let order = order.map(|order| draft.symbols.intern(order));
    draft.operations.push(OperationRow {
        operation,
        order,
        sequence,
        release: None,
        deadline: None,
        suspend: Suspend::Never,
        setup_state: None,
    });
}

fn mode(draft: &mut Draft, operation: &str, resource: &str, duration: i64) {
    let operation = draft.symbols.intern(operation);
    let resource = Some(draft.symbols.intern(resource));
    draft.modes.push(ModeRow { operation, mode: None, resource, quantity: 1, duration, cost: 0 });
}

fn resource(draft: &mut Draft, name: &str, calendar: Option<&str>) {
    let resource = draft.symbols.intern(name);
    let calendar = calendar.map(|calendar| draft.symbols.intern(calendar));
    draft.resources.push(ResourceRow {
        resource,
        kind: None,
        capacity: 1,
        calendar,
        changeover_matrix: None,
        cost_per_hour: 0,
        location: None,
    });
}

fn link(draft: &mut Draft, before: &str, after: &str) {
    let (before, after) = (draft.symbols.intern(before), draft.symbols.intern(after));
    draft.precedences.push(PrecedenceRow {
        before,
        after,
        kind: Kind::EndStart,
        min_lag: 0,
        max_lag: None,
        transfer: 1_000_000,
        tail: 0,
        same_resource: false,
    });
}

/// Two operations of one order on one resource.
fn small() -> Draft {
    let mut draft = Draft::default();
    let order = draft.symbols.intern("O");
    draft.orders.push(OrderRow {
        order,
        release: None,
        due: Some(9),
        deadline: None,
        weight: 1,
        earliness_weight: 0,
    });
    operation(&mut draft, "b", Some("O"), Some(20));
    operation(&mut draft, "a", Some("O"), Some(10));
    resource(&mut draft, "m", None);
    mode(&mut draft, "a", "m", 3);
    mode(&mut draft, "b", "m", 4);
    draft
}

fn problem(draft: &Draft) -> Problem {
    build(draft).map_or_else(|error| panic!("{error}"), |built| built.0)
}

fn refused(draft: &Draft) -> Vec<&'static str> {
    match build(draft) {
        Err(EngineError::Data(findings)) => findings.kept().iter().map(|finding| finding.check).collect(),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn ids_follow_names_and_sequence_makes_a_chain() {
    let problem = problem(&small());
    assert_eq!(problem.names.operations.get(0), "a");
    assert_eq!(problem.precedences.len(), 1);
    assert_eq!((problem.precedences[0].before.0, problem.precedences[0].after.0), (0, 1));
    assert_eq!(problem.names.modes.get(1), "m", "a mode is called as its resource");
}

#[test]
fn row_order_never_matters() {
    let mut turned = small();
    turned.operations.reverse();
    turned.modes.reverse();
    assert_eq!(problem(&turned), problem(&small()));
}

#[test]
fn all_findings_come_at_once() {
    let mut draft = small();
    mode(&mut draft, "a", "M", 1);
    mode(&mut draft, "c", "m", 1);
    draft.orders[0].weight = -1;
    assert_eq!(refused(&draft), ["WEIGHT_INVALID", "DANGLING_REF", "DANGLING_REF"]);
}

#[test]
fn a_cycle_is_printed_shortest() {
    let mut draft = small();
    for name in ["c", "d"] {
        operation(&mut draft, name, None, None);
        mode(&mut draft, name, "m", 1);
    }
    for (before, after) in [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a"), ("c", "b")] {
        link(&mut draft, before, after);
    }
    let Err(EngineError::Data(findings)) = build(&draft) else { panic!("a cycle must be refused") };
    assert!(findings.kept()[0].found.contains("2 operations: b, c, b"), "{}", findings.kept()[0]);
}

#[test]
fn impossible_work_is_refused_with_the_reason() {
    let mut draft = small();
    draft.resources[0].calendar = Some(draft.symbols.intern("day"));
    let calendar = draft.symbols.intern("day");
    for start in [0, 10, 20] {
        draft.calendars.push(CalendarRow { calendar, start, end: Some(start + 3), capacity: None });
    }
    assert_eq!(refused(&draft), ["WINDOW_TOO_SHORT"], "b needs 4 ticks in one window");
    for row in &mut draft.operations {
        row.suspend = Suspend::Breaks;
    }
    assert_eq!(problem(&draft).window_set(problem(&draft).modes[0].working).len(), 3);
    draft.calendars.push(CalendarRow { calendar, start: 22, end: None, capacity: None });
    assert_eq!(refused(&draft), ["SHIFT_CONFLICT"]);
}

fn history(draft: &mut Draft, operation: &str, status: Status, start: Option<i64>, pin: Pin) {
    let operation = draft.symbols.intern(operation);
    let resource = Some(draft.symbols.intern("m"));
    draft.baseline.push(BaselineRow {
        operation,
        mode: None,
        resource,
        start,
        end: None,
        status,
        remaining: None,
        remaining_changeover: 0,
        pin,
        on_stop: OnStop::Resume,
    });
}

#[test]
fn started_work_has_the_rest_of_its_duration_left() {
    let mut draft = small();
    draft.now = Some(2);
    history(&mut draft, "a", Status::Started, Some(0), Pin::None);
    let problem = problem(&draft);
    assert_eq!(problem.baselines[0].remaining, 1, "2 of 3 ticks are worked at now");
}

#[test]
fn a_pin_on_started_work_is_released_and_two_pins_must_not_overlap() {
    let mut draft = small();
    draft.now = Some(2);
    history(&mut draft, "a", Status::Started, Some(0), Pin::None);
    history(&mut draft, "b", Status::Planned, Some(2), Pin::Start);
    let (problem, findings) = build(&draft).unwrap();
    assert_eq!(findings.kept()[0].check, "PIN_RELEASED", "a holds m until 3");
    assert_eq!(problem.baselines[1].pin, Pin::None);

    let mut draft = small();
    history(&mut draft, "a", Status::Planned, Some(5), Pin::Start);
    history(&mut draft, "b", Status::Planned, Some(6), Pin::Start);
    assert_eq!(refused(&draft), ["PIN_CONFLICT", "PIN_CONFLICT"], "they overlap and break the chain");
}

#[test]
fn names_made_to_look_alike_stay_apart() {
    let mut draft = small();
    operation(&mut draft, "A", None, None);
    mode(&mut draft, "A", "m", 1);
    assert_eq!(problem(&draft).names.operations.get(0), "A");
}
