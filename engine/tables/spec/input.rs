//! The tables of a problem.

use super::Class::{Boolean, Duration, Enum, Fraction, Id, Integer, Quantity, Text, Time};
use super::Entity::{Calendar, Group, Item, Location, Matrix, Mode, Operation, Order, Requirement, Resource};
use super::{Column, TableSpec, column};

const SUSPEND: &[&str] = &["never", "breaks"];
const PHASE: &[&str] = &["run", "changeover"];

const fn table(
    name: &'static str,
    key: &'static [&'static str],
    columns: &'static [Column],
    doc: &'static str,
) -> TableSpec {
    TableSpec { name, required: false, key, open: false, doc, columns }
}

const fn required(mut table: TableSpec) -> TableSpec {
    table.required = true;
    table
}

const fn open(mut table: TableSpec) -> TableSpec {
    table.open = true;
    table
}

/// Every table of a problem, in the order in which findings list them.
pub const INPUT: &[TableSpec] = &[
    table("problem", &[], PROBLEM, "One row about the problem as a whole."),
    open(table("orders", &["order"], ORDERS, "Customer demand that operations serve.")),
    required(table("operations", &["operation"], OPERATIONS, "The smallest scheduled work.")),
    table(
        "setup_states",
        &["operation", "attribute"],
        SETUP_STATES,
        "Setup states that an operation needs, one row an attribute.",
    ),
    required(table(
        "modes",
        &["operation", "mode"],
        MODES,
        "The ways in which an operation can run; it runs in exactly one.",
    )),
    table("requirements", &[], REQUIREMENTS, "What a mode needs beside its own resource."),
    required(table("resources", &["resource"], RESOURCES, "What limits: machines, tools, crews.")),
    table(
        "resource_states",
        &["resource", "attribute"],
        RESOURCE_STATES,
        "Setup state of resources at `now`.",
    ),
    table("groups", &["group", "member"], GROUPS, "Unary resources of which a requirement takes some."),
    table("calendars", &["calendar", "start"], CALENDARS, "Open intervals; closed everywhere else."),
    table("matrices", &["matrix"], MATRICES, "How changeovers of a matrix behave."),
    table("changeovers", &[], CHANGEOVERS, "Rules for the changeover between two setup states."),
    table("precedences", &[], PRECEDENCES, "What must come before what, and by how much."),
    table(
        "transport",
        &["from_location", "to_location"],
        TRANSPORT,
        "Time between locations, added to the least lag of linked operations.",
    ),
    table("materials", &[], MATERIALS, "Items that operations consume and produce."),
    table("stock", &[], STOCK, "What of an item is there, or arrives, and when."),
    table("items", &["item"], ITEMS, "Limits of an item's stock."),
    table("baseline", &["operation"], BASELINE, "What is known of operations: history, promises and pins."),
    table(
        "baseline_members",
        &["operation", "resource", "phase"],
        BASELINE_MEMBERS,
        "Whom a started operation holds.",
    ),
];

const PROBLEM: &[Column] = &[
    column("now", Time, "Nothing unstarted starts, changes over or consumes before it.")
        .default("0; required with timestamps"),
    column("horizon_end", Time, "Nothing ends after it.").default("late enough for any schedule"),
    column("timezone", Text, "Zone of timestamps without one, and of those in results."),
];

const ORDERS: &[Column] = &[
    column("order", Id(Order), "Key.").required(),
    column("release", Time, "None of its operations starts earlier."),
    column("due", Time, "Wanted end; later is tardy, never forbidden."),
    column("deadline", Time, "Latest end of its operations."),
    column("weight", Integer, "Weight of its lateness, and of leaving it out.").default("1"),
    column("earliness_weight", Integer, "Weight of ending before its due time.").default("0"),
];

const OPERATIONS: &[Column] = &[
    column("operation", Id(Operation), "Key.").required(),
    column("order", Id(Order), "The order that it serves.").default("none"),
    column("sequence", Integer, "Place in the order's chain; equal values run in parallel."),
    column("release", Time, "Earliest start."),
    column("deadline", Time, "Latest end."),
    column("suspend", Enum(SUSPEND), "Whether its work may pause over closed time.").default("never"),
    column("setup_state", Text, "Value of the attribute `state` that it needs."),
    column("batch", Text, "Reserved."),
];

const SETUP_STATES: &[Column] = &[
    column("operation", Id(Operation), "Operation.").required(),
    column("attribute", Text, "Setup attribute.").required(),
    column("value", Text, "Value of it that the operation needs.").required(),
];

const MODES: &[Column] = &[
    column("operation", Id(Operation), "Operation.").required(),
    column("mode", Id(Mode), "Name of the mode, unique in its operation.").default("the resource's id"),
    column("resource", Id(Resource), "The mode's own resource.").default("needs none"),
    column("quantity", Integer, "Units of its own resource.").default("1").unit("units"),
    column("duration", Duration, "Working time.").required().unit("ticks"),
    column("cost", Integer, "Cost of choosing this mode.").default("0").unit("minor money units"),
];

const REQUIREMENTS: &[Column] = &[
    column("requirement", Id(Requirement), "Key of the row, named in `assignments`."),
    column("operation", Id(Operation), "Operation.").required(),
    column("mode", Id(Mode), "Mode that requires it.").default("all modes"),
    column("resource", Id(Resource), "Resource required; this or `group`."),
    column("group", Id(Group), "Group whose members are required; this or `resource`."),
    column("quantity", Integer, "Units of the resource, or different members of the group.")
        .default("1")
        .unit("units"),
    column("phase", Enum(PHASE), "While the operation runs, or while its changeover does.").default("run"),
    column("breaks", Enum(&["hold", "release"]), "Whether it stays held over closed time.").default("hold"),
];

const RESOURCES: &[Column] = &[
    column("resource", Id(Resource), "Key.").required(),
    column("kind", Enum(&["unary", "cumulative"]), "One holder at a time, or quantities up to the capacity.")
        .default("unary if the capacity is never above 1"),
    column("capacity", Integer, "Units.").default("1").unit("units"),
    column("calendar", Id(Calendar), "When it is open.").default("always open"),
    column("changeover_matrix", Id(Matrix), "Matrix of its changeovers; unary resources only."),
    column("cost_per_hour", Integer, "Cost of an hour of a unit; of a tick with integer time.")
        .default("0")
        .unit("minor money units"),
    column("location", Id(Location), "Where it stands."),
];

const RESOURCE_STATES: &[Column] = &[
    column("resource", Id(Resource), "Resource.").required(),
    column("attribute", Text, "Setup attribute.").required(),
    column("value", Text, "Its value at `now`.").required(),
];

const GROUPS: &[Column] = &[
    column("group", Id(Group), "Group.").required(),
    column("member", Id(Resource), "A unary resource of the group.").required(),
    column("priority", Integer, "Higher is taken first.").default("0"),
];

const CALENDARS: &[Column] = &[
    column("calendar", Id(Calendar), "Calendar.").required(),
    column("start", Time, "Open from.").required(),
    column("end", Time, "Open until.").default("for ever"),
    column("capacity", Integer, "Capacity in the interval; 0 is closed.")
        .default("the resource's own")
        .unit("units"),
];

const MATRICES: &[Column] = &[
    column("matrix", Id(Matrix), "Key.").required(),
    column("combine", Enum(&["sum", "max"]), "How times of several attributes combine.").default("sum"),
    column("suspend", Enum(SUSPEND), "Whether a changeover may pause over closed time.").default("never"),
    column("attached", Boolean, "Whether a changeover ends where its operation starts.").default("false"),
];

const CHANGEOVERS: &[Column] = &[
    column("matrix", Id(Matrix), "Matrix.").required(),
    column("attribute", Text, "Setup attribute.").default("state"),
    column("from_value", Text, "State before; `unset` is no known state.").default("any"),
    column("to_value", Text, "State after.").default("any"),
    column("compare", Enum(&["differs", "rises", "falls"]), "What else must hold of the two.")
        .default("none"),
    column("duration", Duration, "Working time of the changeover.").required().unit("ticks"),
    column("cost", Integer, "Cost of the changeover.").default("0").unit("minor money units"),
    column("priority", Integer, "Higher goes first.").default("0"),
];

const PRECEDENCES: &[Column] = &[
    column("before", Id(Operation), "The earlier operation.").required(),
    column("after", Id(Operation), "The later operation.").required(),
    column("kind", Enum(&["end_start", "start_start", "end_end", "start_end"]), "Which ends are linked.")
        .default("end_start"),
    column("min_lag", Duration, "Least lag; may be negative.").default("0").unit("ticks"),
    column("max_lag", Duration, "Largest lag.").default("none").unit("ticks"),
    column("transfer", Fraction, "Share of `before` done before `after` starts.").default("1.0"),
    column("tail", Fraction, "Share of `after` still to do when `before` ends.").default("0.0"),
    column("same_resource", Boolean, "Whether both run on the same resource.").default("false"),
];

const TRANSPORT: &[Column] = &[
    column("from_location", Id(Location), "From.").required(),
    column("to_location", Id(Location), "To.").required(),
    column("duration", Duration, "Time on the way.").required().unit("ticks"),
];

const MATERIALS: &[Column] = &[
    column("operation", Id(Operation), "Operation.").required(),
    column("item", Id(Item), "Item.").required(),
    column("quantity", Quantity, "Negative is consumed at the start, positive produced at the end.")
        .required()
        .unit("units of the item"),
];

const STOCK: &[Column] = &[
    column("item", Id(Item), "Item.").required(),
    column("time", Time, "When it arrives.").default("now"),
    column("quantity", Quantity, "How much; negative is withdrawn.").required().unit("units of the item"),
];

const ITEMS: &[Column] = &[
    column("item", Id(Item), "Key.").required(),
    column("max_stock", Quantity, "Largest stock.").default("none").unit("units of the item"),
    column("unlimited", Boolean, "Whether it is never short and never too much.").default("false"),
];

const BASELINE: &[Column] = &[
    column("operation", Id(Operation), "Key.").required(),
    column("mode", Id(Mode), "Its mode."),
    column("resource", Id(Resource), "Its resource."),
    column("start", Time, "Its start."),
    column("end", Time, "Its end."),
    column("status", Enum(&["planned", "started", "done"]), "How far it is.").default("planned"),
    column("remaining", Duration, "Working time of started work still to do from `now`.")
        .default("duration less the work since its start")
        .unit("ticks"),
    column("remaining_changeover", Duration, "Changeover time still to do from `now`.")
        .default("0")
        .unit("ticks"),
    column("pin", Enum(&["none", "start", "resource", "sequence"]), "What a planner has fixed.")
        .default("none"),
    column("on_stop", Enum(&["resume", "restart"]), "What closed time does to started work.")
        .default("resume"),
];

const BASELINE_MEMBERS: &[Column] = &[
    column("operation", Id(Operation), "Operation.").required(),
    column("resource", Id(Resource), "Resource that it holds.").required(),
    column("phase", Enum(PHASE), "In which phase.").default("run"),
];
