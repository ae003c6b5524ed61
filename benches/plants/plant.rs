//! A plant of any size with what real ones have: shifts, changeovers by family, alternatives, a crew,
//! a tool, a group of setters, purchased material, due dates that cannot all be met.

use sopengine::model::Problem;
use sopengine::model::build::build;
use sopengine::model::changeover::{Combine, Compare};
use sopengine::model::draft::{
    CalendarRow, ChangeoverRow, Draft, GroupRow, MaterialRow, MatrixRow, ModeRow, OperationRow, OrderRow,
    RequirementRow, ResourceRow, StockRow, Symbol,
};
use sopengine::model::operation::{Breaks, Phase, Suspend};
use sopengine::model::resource::ResourceKind;
use sopengine::search::rng::Rng;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A plant with about so many operations, five an order; a `lean` one has shifts, changeovers and
/// alternatives only, what the timed kernel knows.
pub(crate) fn plant(operations: u32, seed: u64, lean: bool) -> Problem {
    let mut draft = Draft { temporal: true, now: Some(0), ..Draft::default() };
    let mut rng = Rng::stream(seed, 7);
    let lines = (operations / 100).clamp(8, 400);
    let orders = operations / 5;
    // Half an hour on average, 16 hours a day, 85 % of it.
    let days = i64::from(operations) * 30 / (i64::from(lines) * 16 * 60) + 2;
    resources(&mut draft, lines, 4 * days + 30);
    changeovers(&mut draft);
    for order in 0..orders {
        add_order(&mut draft, &mut rng, order, lines, days);
    }
    if lean {
        draft.requirements.clear();
        draft.materials.clear();
        draft.stock.clear();
    }
    match build(&draft) {
        Ok((problem, _)) => problem,
        Err(error) => panic!("{error}"),
    }
}

fn resources(draft: &mut Draft, lines: u32, days: i64) {
    let shifts = draft.symbols.intern("two shifts");
    for day in 0..days {
        for (from, to) in [(6, 14), (14, 22)] {
            // A break of half an hour in each shift.
            let (start, end) = (day * DAY + from * HOUR, day * DAY + to * HOUR);
            let pause = start + 4 * HOUR;
            for (start, end) in [(start, pause), (pause + HOUR / 2, end)] {
                let row = CalendarRow { calendar: shifts, start, end: Some(end), capacity: None };
                draft.calendars.push(row);
            }
        }
    }
    let matrix = draft.symbols.intern("families");
    let add = |draft: &mut Draft, name: &str, capacity: i64, matrix: Option<Symbol>| {
        let resource = draft.symbols.intern(name);
        let kind = if capacity > 1 { ResourceKind::Cumulative } else { ResourceKind::Unary };
        draft.resources.push(ResourceRow {
            resource,
            kind: Some(kind),
            capacity,
            calendar: Some(shifts),
            changeover_matrix: matrix,
            cost_per_hour: 50,
            location: None,
        });
        resource
    };
    for line in 0..lines {
        let changes = (line % 3 != 2).then_some(matrix);
        add(draft, &format!("line {line}"), 1, changes);
    }
    for cell in 0..lines.div_ceil(8) {
        add(draft, &format!("crew {cell}"), 6, None);
        let group = draft.symbols.intern(&format!("setters {cell}"));
        for setter in 0..2 {
            let member = add(draft, &format!("setter {cell}.{setter}"), 1, None);
            draft.groups.push(GroupRow { group, member, priority: 0 });
        }
    }
}

fn changeovers(draft: &mut Draft) {
    let matrix = draft.symbols.intern("families");
    let row = MatrixRow { matrix, combine: Combine::Sum, suspend: Suspend::Breaks, attached: false };
    draft.matrices.push(row);
    draft.changeovers.push(ChangeoverRow {
        matrix,
        attribute: None,
        from_value: None,
        to_value: None,
        compare: Compare::Differs,
        duration: HOUR / 2,
        cost: 10,
        priority: 0,
    });
}

fn add_order(draft: &mut Draft, rng: &mut Rng, order: u32, lines: u32, days: i64) {
    let name = draft.symbols.intern(&format!("order {order:07}"));
    let due = i64::from(rng.below((days * 24) as u32)) * HOUR + DAY;
    draft.orders.push(OrderRow {
        order: name,
        release: None,
        due: Some(due),
        deadline: None,
        weight: i64::from(rng.between(1, 9)),
        earliness_weight: 0,
    });
    let family = rng.below(8);
    for step in 0..5 {
        add_operation(draft, rng, (order, name, step), lines, family);
    }
}

fn add_operation(
    draft: &mut Draft,
    rng: &mut Rng,
    (order, name, step): (u32, Symbol, u32),
    lines: u32,
    family: u32,
) {
    let operation = draft.symbols.intern(&format!("order {order:07} step {step}"));
    let setup_state = Some(draft.symbols.intern(&format!("family {family}")));
    draft.operations.push(OperationRow {
        operation,
        order: Some(name),
        sequence: Some(i64::from(step)),
        release: None,
        deadline: None,
        suspend: Suspend::Breaks,
        setup_state,
    });
    let cell = rng.below(lines.div_ceil(8));
    let first = rng.below(8);
    let duration = i64::from(rng.between(10, 50)) * 60;
    for choice in 0..=rng.below(3) {
        let line = (cell * 8 + (first + choice) % 8).min(lines - 1);
        let resource = draft.symbols.intern(&format!("line {line}"));
        if draft
            .modes
            .iter()
            .rev()
            .take(3)
            .any(|mode| mode.operation == operation && mode.resource == Some(resource))
        {
            continue;
        }
        draft.modes.push(ModeRow {
            operation,
            mode: None,
            resource: Some(resource),
            quantity: 1,
            duration: duration + duration * i64::from(choice) / 10,
            cost: 0,
        });
    }
    let crew = draft.symbols.intern(&format!("crew {cell}"));
    require(draft, operation, Some(crew), None, Phase::Run);
    if step == 2 {
        let setters = draft.symbols.intern(&format!("setters {cell}"));
        require(draft, operation, None, Some(setters), Phase::Changeover);
    }
    if step == 0 {
        let item = draft.symbols.intern(&format!("item {}", rng.below(20)));
        draft.materials.push(MaterialRow { operation, item, quantity: -1 });
        let time = Some(i64::from(rng.below(48)) * HOUR);
        draft.stock.push(StockRow { item, time, quantity: 1 });
    }
}

fn require(
    draft: &mut Draft,
    operation: Symbol,
    resource: Option<Symbol>,
    group: Option<Symbol>,
    phase: Phase,
) {
    draft.requirements.push(RequirementRow {
        requirement: None,
        operation,
        mode: None,
        resource,
        group,
        quantity: 1,
        phase,
        breaks: Breaks::Release,
    });
}
