//! The tables of a result.

use super::Class::{Boolean, Duration, Enum, Id, Integer, Text, Time};
use super::Entity::{Mode, Operation, Order, Requirement, Resource};
use super::{Column, TableSpec, column};

const STATUS: &[&str] = &["planned", "started", "done", "unscheduled"];

const fn table(
    name: &'static str,
    key: &'static [&'static str],
    columns: &'static [Column],
    doc: &'static str,
) -> TableSpec {
    TableSpec { name, required: true, key, open: false, doc, columns }
}

/// Every table of a result.
pub const OUTPUT: &[TableSpec] = &[
    table("schedule", &["operation"], SCHEDULE, "Where and when each operation runs."),
    table("assignments", &[], ASSIGNMENTS, "Who holds what, one row a holding."),
    table("dispatch", &["resource", "rank"], DISPATCH, "What the floor runs from."),
    table("order_results", &["order"], ORDER_RESULTS, "When each order ends, and how late."),
    table("reasons", &["order", "rank"], REASONS, "Why orders are late or left out."),
    table("kpis", &["kpi", "dimension", "bucket"], KPIS, "Measures as numerator and denominator."),
    table("findings", &[], FINDINGS, "What checks had to say about the input."),
    table("violations", &[], VIOLATIONS, "Rules that a schedule breaks; empty if it is valid."),
];

const SCHEDULE: &[Column] = &[
    column("operation", Id(Operation), "Key.").required(),
    column("order", Id(Order), "Its order."),
    column("mode", Id(Mode), "Chosen mode."),
    column("resource", Id(Resource), "Resource of the mode."),
    column("changeover_start", Time, "Start of the changeover before it."),
    column("changeover_end", Time, "End of that changeover."),
    column("start", Time, "Start."),
    column("end", Time, "End."),
    column("status", Enum(STATUS), "How far it is; `unscheduled` is left out.").required(),
    column("pinned", Boolean, "Whether a pin holds it.").required(),
    column("critical", Boolean, "Whether its slack is 0."),
    column("slack", Duration, "Largest delay of its start that raises no order's end.").unit("ticks"),
];

const ASSIGNMENTS: &[Column] = &[
    column("operation", Id(Operation), "Operation.").required(),
    column("resource", Id(Resource), "Resource that it holds.").required(),
    column("phase", Enum(&["run", "changeover"]), "In which phase.").required(),
    column("requirement", Id(Requirement), "Key of the requirement; null for the mode's own."),
    column("start", Time, "Held from.").required(),
    column("end", Time, "Held until.").required(),
    column("quantity", Integer, "Units held.").required().unit("units"),
];

const DISPATCH: &[Column] = &[
    column("resource", Id(Resource), "Resource.").required(),
    column("rank", Integer, "Place in its sequence, from 1.").required(),
    column("operation", Id(Operation), "Operation.").required(),
    column("order", Id(Order), "Its order."),
    column("changeover_start", Time, "Start of the changeover before it."),
    column("start", Time, "Start.").required(),
    column("end", Time, "End.").required(),
    column("from_state", Text, "Setup state before."),
    column("to_state", Text, "Setup state after."),
];

const ORDER_RESULTS: &[Column] = &[
    column("order", Id(Order), "Key.").required(),
    column("start", Time, "First start of its operations, history included."),
    column("end", Time, "Latest end of its operations, history included."),
    column("due", Time, "Wanted end."),
    column("lateness", Duration, "End less due; negative is early.").unit("ticks"),
    column("tardiness", Duration, "Lateness, at least 0.").unit("ticks"),
    column("late", Boolean, "Whether it ends after its due time."),
    column("status", Enum(STATUS), "How far it is; `unscheduled` is left out.").required(),
];

const REASONS: &[Column] = &[
    column("order", Id(Order), "Order."),
    column("rank", Integer, "Place in the chain of reasons, from 1.").required(),
    column("cause", Text, "What held it up.").required(),
    column("object", Text, "The operation, resource, item or rule that did."),
    column("from", Time, "Since when."),
    column("to", Time, "Until when."),
    column("delay", Duration, "Time lost to it.").unit("ticks"),
    column(
        "gain",
        Duration,
        "Time by which the order would end earlier without it, all else as it is; null where it is not told.",
    )
    .unit("ticks"),
];

const KPIS: &[Column] = &[
    column("kpi", Text, "Measure.").required(),
    column("dimension", Text, "What it is measured by: `total` or `resource`.").required(),
    column("bucket", Text, "Which of them."),
    column("numerator", Integer, "Numerator.").required(),
    column("denominator", Integer, "Denominator; 1 for plain values.").required(),
];

const FINDINGS: &[Column] = &[
    column("check", Text, "Stable code.").required(),
    column("severity", Enum(&["error", "warning", "info"]), "How much it matters.").required(),
    column("table", Text, "Table."),
    column("row", Integer, "Row number from 0 in the table as given."),
    column("id", Text, "Key of the row."),
    column("column", Text, "Column."),
    column("found", Text, "What was found."),
    column("expected", Text, "What was expected."),
    column("hint", Text, "What to do."),
];

const VIOLATIONS: &[Column] = &[
    column("rule", Integer, "Number of the rule of a valid schedule, 1 to 9.").required(),
    column("check", Text, "What exactly is broken.").required(),
    column("operation", Id(Operation), "Operation that breaks it."),
    column("other", Text, "Operation, resource or item that it collides with."),
    column("at", Time, "Instant of the violation."),
    column("detail", Text, "The violation in words.").required(),
];
