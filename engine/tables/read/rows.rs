//! The second pass: columns zipped into rows, table by table.

use crate::error::Finding;
use crate::model::changeover::{Combine, Compare};
use crate::model::draft::{
    BaselineMemberRow, BaselineRow, CalendarRow, ChangeoverRow, GroupRow, ItemRow, MaterialRow, MatrixRow,
    ModeRow, OperationRow, OrderRow, PrecedenceRow, RequirementRow, ResourceRow, ResourceStateRow,
    SetupStateRow, StockRow, TransportRow,
};
use crate::model::history::{OnStop, Pin, Status};
use crate::model::operation::{Breaks, Phase, Suspend};
use crate::model::precedence::Kind;
use crate::model::resource::ResourceKind;
use crate::model::time::MILLION;

use super::column::Reader;
use super::{Source, Tables};

const SUSPENDS: &[Suspend] = &[Suspend::Never, Suspend::Breaks];
const PHASES: &[Phase] = &[Phase::Run, Phase::Changeover];

/// Reads every table that is there, in the order of the contract.
pub(super) fn read_all(reader: &mut Reader, tables: &Tables) {
    type Read = fn(&mut Reader, &Source<'_>);
    let readers: [(&str, Read); 19] = [
        ("problem", problem),
        ("orders", orders),
        ("operations", operations),
        ("setup_states", setup_states),
        ("modes", modes),
        ("requirements", requirements),
        ("resources", resources),
        ("resource_states", resource_states),
        ("groups", groups),
        ("calendars", calendars),
        ("matrices", matrices),
        ("changeovers", changeovers),
        ("precedences", precedences),
        ("transport", transport),
        ("materials", materials),
        ("stock", stock),
        ("items", items),
        ("baseline", baseline),
        ("baseline_members", baseline_members),
    ];
    for (name, read) in readers {
        if let Some(source) = Source::of(tables, name) {
            read(reader, &source);
        }
    }
}

fn problem(reader: &mut Reader, source: &Source<'_>) {
    if source.rows > 1 {
        reader.report(
            Finding::error("ROW_COUNT", "problem").found(format!("{} rows", source.rows)).expected("one row"),
        );
    }
    let now = reader.times(source, "now");
    let horizon_end = reader.times(source, "horizon_end");
    reader.draft.now = now.first().copied().flatten();
    reader.draft.horizon_end = horizon_end.first().copied().flatten();
}

fn orders(reader: &mut Reader, source: &Source<'_>) {
    let order = reader.defined(source, "order");
    let release = reader.times(source, "release");
    let due = reader.times(source, "due");
    let deadline = reader.times(source, "deadline");
    let weight = reader.integers(source, "weight");
    let earliness_weight = reader.integers(source, "earliness_weight");
    reader.draft.orders = (0..source.rows)
        .map(|row| OrderRow {
            order: order[row],
            release: release[row],
            due: due[row],
            deadline: deadline[row],
            weight: weight[row].unwrap_or(1),
            earliness_weight: earliness_weight[row].unwrap_or(0),
        })
        .collect();
}

fn operations(reader: &mut Reader, source: &Source<'_>) {
    let operation = reader.defined(source, "operation");
    let order = reader.ids(source, "order");
    let sequence = reader.integers(source, "sequence");
    let release = reader.times(source, "release");
    let deadline = reader.times(source, "deadline");
    let suspend = reader.words(source, "suspend", SUSPENDS);
    let setup_state = reader.ids(source, "setup_state");
    reader.reserved(source, "batch");
    reader.draft.operations = (0..source.rows)
        .map(|row| OperationRow {
            operation: operation[row],
            order: order[row],
            sequence: sequence[row],
            release: release[row],
            deadline: deadline[row],
            suspend: suspend[row].unwrap_or_default(),
            setup_state: setup_state[row],
        })
        .collect();
}

fn setup_states(reader: &mut Reader, source: &Source<'_>) {
    let operation = reader.keys(source, "operation");
    let attribute = reader.keys(source, "attribute");
    let value = reader.keys(source, "value");
    reader.draft.setup_states = (0..source.rows)
        .map(|row| SetupStateRow { operation: operation[row], attribute: attribute[row], value: value[row] })
        .collect();
}

fn modes(reader: &mut Reader, source: &Source<'_>) {
    let operation = reader.keys(source, "operation");
    let mode = reader.ids(source, "mode");
    let resource = reader.ids(source, "resource");
    let quantity = reader.integers(source, "quantity");
    let duration = reader.spans(source, "duration");
    let cost = reader.integers(source, "cost");
    reader.draft.modes = (0..source.rows)
        .map(|row| ModeRow {
            operation: operation[row],
            mode: mode[row],
            resource: resource[row],
            quantity: quantity[row].unwrap_or(1),
            duration: duration[row].unwrap_or(0),
            cost: cost[row].unwrap_or(0),
        })
        .collect();
}

fn requirements(reader: &mut Reader, source: &Source<'_>) {
    let requirement = reader.ids(source, "requirement");
    let operation = reader.keys(source, "operation");
    let mode = reader.ids(source, "mode");
    let resource = reader.ids(source, "resource");
    let group = reader.ids(source, "group");
    let quantity = reader.integers(source, "quantity");
    let phase = reader.words(source, "phase", PHASES);
    let breaks = reader.words(source, "breaks", &[Breaks::Hold, Breaks::Release]);
    reader.draft.requirements = (0..source.rows)
        .map(|row| RequirementRow {
            requirement: requirement[row],
            operation: operation[row],
            mode: mode[row],
            resource: resource[row],
            group: group[row],
            quantity: quantity[row].unwrap_or(1),
            phase: phase[row].unwrap_or(Phase::Run),
            breaks: breaks[row].unwrap_or(Breaks::Hold),
        })
        .collect();
}

fn resources(reader: &mut Reader, source: &Source<'_>) {
    let resource = reader.defined(source, "resource");
    let kind = reader.words(source, "kind", &[ResourceKind::Unary, ResourceKind::Cumulative]);
    let capacity = reader.integers(source, "capacity");
    let calendar = reader.ids(source, "calendar");
    let changeover_matrix = reader.ids(source, "changeover_matrix");
    let cost_per_hour = reader.integers(source, "cost_per_hour");
    let location = reader.ids(source, "location");
    reader.draft.resources = (0..source.rows)
        .map(|row| ResourceRow {
            resource: resource[row],
            kind: kind[row],
            capacity: capacity[row].unwrap_or(1),
            calendar: calendar[row],
            changeover_matrix: changeover_matrix[row],
            cost_per_hour: cost_per_hour[row].unwrap_or(0),
            location: location[row],
        })
        .collect();
}

fn resource_states(reader: &mut Reader, source: &Source<'_>) {
    let resource = reader.keys(source, "resource");
    let attribute = reader.keys(source, "attribute");
    let value = reader.keys(source, "value");
    reader.draft.resource_states = (0..source.rows)
        .map(|row| ResourceStateRow { resource: resource[row], attribute: attribute[row], value: value[row] })
        .collect();
}

fn groups(reader: &mut Reader, source: &Source<'_>) {
    let group = reader.keys(source, "group");
    let member = reader.keys(source, "member");
    let priority = reader.integers(source, "priority");
    reader.draft.groups = (0..source.rows)
        .map(|row| GroupRow { group: group[row], member: member[row], priority: priority[row].unwrap_or(0) })
        .collect();
}

fn calendars(reader: &mut Reader, source: &Source<'_>) {
    let calendar = reader.keys(source, "calendar");
    let start = reader.times(source, "start");
    let end = reader.times(source, "end");
    let capacity = reader.integers(source, "capacity");
    reader.draft.calendars = (0..source.rows)
        .map(|row| CalendarRow {
            calendar: calendar[row],
            start: start[row].unwrap_or(0),
            end: end[row],
            capacity: capacity[row],
        })
        .collect();
}

fn matrices(reader: &mut Reader, source: &Source<'_>) {
    let matrix = reader.defined(source, "matrix");
    let combine = reader.words(source, "combine", &[Combine::Sum, Combine::Max]);
    let suspend = reader.words(source, "suspend", SUSPENDS);
    let attached = reader.flags(source, "attached");
    reader.draft.matrices = (0..source.rows)
        .map(|row| MatrixRow {
            matrix: matrix[row],
            combine: combine[row].unwrap_or_default(),
            suspend: suspend[row].unwrap_or_default(),
            attached: attached[row],
        })
        .collect();
}

fn changeovers(reader: &mut Reader, source: &Source<'_>) {
    let matrix = reader.keys(source, "matrix");
    let attribute = reader.ids(source, "attribute");
    let from_value = reader.ids(source, "from_value");
    let to_value = reader.ids(source, "to_value");
    let compares = &[Compare::Differs, Compare::Rises, Compare::Falls];
    let compare = reader.words(source, "compare", compares);
    let duration = reader.spans(source, "duration");
    let cost = reader.integers(source, "cost");
    let priority = reader.integers(source, "priority");
    reader.draft.changeovers = (0..source.rows)
        .map(|row| ChangeoverRow {
            matrix: matrix[row],
            attribute: attribute[row],
            from_value: from_value[row],
            to_value: to_value[row],
            compare: compare[row].unwrap_or_default(),
            duration: duration[row].unwrap_or(0),
            cost: cost[row].unwrap_or(0),
            priority: priority[row].unwrap_or(0),
        })
        .collect();
}

fn precedences(reader: &mut Reader, source: &Source<'_>) {
    let before = reader.keys(source, "before");
    let after = reader.keys(source, "after");
    let kinds = &[Kind::EndStart, Kind::StartStart, Kind::EndEnd, Kind::StartEnd];
    let kind = reader.words(source, "kind", kinds);
    let min_lag = reader.spans(source, "min_lag");
    let max_lag = reader.spans(source, "max_lag");
    let transfer = reader.shares(source, "transfer");
    let tail = reader.shares(source, "tail");
    let same_resource = reader.flags(source, "same_resource");
    reader.draft.precedences = (0..source.rows)
        .map(|row| PrecedenceRow {
            before: before[row],
            after: after[row],
            kind: kind[row].unwrap_or_default(),
            min_lag: min_lag[row].unwrap_or(0),
            max_lag: max_lag[row],
            transfer: transfer[row].unwrap_or(MILLION) as u32,
            tail: tail[row].unwrap_or(0) as u32,
            same_resource: same_resource[row],
        })
        .collect();
}

fn transport(reader: &mut Reader, source: &Source<'_>) {
    let from_location = reader.keys(source, "from_location");
    let to_location = reader.keys(source, "to_location");
    let duration = reader.spans(source, "duration");
    reader.draft.transport = (0..source.rows)
        .map(|row| TransportRow {
            from_location: from_location[row],
            to_location: to_location[row],
            duration: duration[row].unwrap_or(0),
        })
        .collect();
}

fn materials(reader: &mut Reader, source: &Source<'_>) {
    let operation = reader.keys(source, "operation");
    let item = reader.keys(source, "item");
    let quantity = reader.quantities(source, "quantity");
    reader.draft.materials = (0..source.rows)
        .map(|row| MaterialRow {
            operation: operation[row],
            item: item[row],
            quantity: quantity[row].unwrap_or(0),
        })
        .collect();
}

fn stock(reader: &mut Reader, source: &Source<'_>) {
    let item = reader.keys(source, "item");
    let time = reader.times(source, "time");
    let quantity = reader.quantities(source, "quantity");
    reader.draft.stock = (0..source.rows)
        .map(|row| StockRow { item: item[row], time: time[row], quantity: quantity[row].unwrap_or(0) })
        .collect();
}

fn items(reader: &mut Reader, source: &Source<'_>) {
    let item = reader.defined(source, "item");
    let max_stock = reader.quantities(source, "max_stock");
    let unlimited = reader.flags(source, "unlimited");
    reader.draft.items = (0..source.rows)
        .map(|row| ItemRow { item: item[row], max_stock: max_stock[row], unlimited: unlimited[row] })
        .collect();
}

fn baseline(reader: &mut Reader, source: &Source<'_>) {
    let operation = reader.keys(source, "operation");
    let mode = reader.ids(source, "mode");
    let resource = reader.ids(source, "resource");
    let start = reader.times(source, "start");
    let end = reader.times(source, "end");
    let statuses = &[Status::Planned, Status::Started, Status::Done];
    let status = reader.words(source, "status", statuses);
    let remaining = reader.spans(source, "remaining");
    let remaining_changeover = reader.spans(source, "remaining_changeover");
    let pins = &[Pin::None, Pin::Start, Pin::Resource, Pin::Sequence];
    let pin = reader.words(source, "pin", pins);
    let on_stop = reader.words(source, "on_stop", &[OnStop::Resume, OnStop::Restart]);
    reader.draft.baseline = (0..source.rows)
        .map(|row| BaselineRow {
            operation: operation[row],
            mode: mode[row],
            resource: resource[row],
            start: start[row],
            end: end[row],
            status: status[row].unwrap_or_default(),
            remaining: remaining[row],
            remaining_changeover: remaining_changeover[row].unwrap_or(0),
            pin: pin[row].unwrap_or_default(),
            on_stop: on_stop[row].unwrap_or_default(),
        })
        .collect();
}

fn baseline_members(reader: &mut Reader, source: &Source<'_>) {
    let operation = reader.keys(source, "operation");
    let resource = reader.keys(source, "resource");
    let phase = reader.words(source, "phase", PHASES);
    reader.draft.baseline_members = (0..source.rows)
        .map(|row| BaselineMemberRow {
            operation: operation[row],
            resource: resource[row],
            phase: phase[row].unwrap_or(Phase::Run),
        })
        .collect();
}
