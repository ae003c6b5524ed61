//! The tables of a schedule that comes from elsewhere, to be evaluated or to start from.

use super::Class::{Enum, Id, Integer, Time};
use super::Entity::{Mode, Operation, Requirement, Resource};
use super::{Column, TableSpec, column};

/// What is read of a foreign schedule; other columns are not looked at.
pub const FOREIGN: &[TableSpec] = &[
    TableSpec {
        name: "schedule",
        required: true,
        key: &["operation"],
        open: true,
        doc: "Where and when operations run, by somebody else's decision.",
        columns: SCHEDULE,
    },
    TableSpec {
        name: "assignments",
        required: false,
        key: &[],
        open: true,
        doc: "Who holds what; members of groups are chosen where it is missing.",
        columns: ASSIGNMENTS,
    },
];

const SCHEDULE: &[Column] = &[
    column("operation", Id(Operation), "Key.").required(),
    column("mode", Id(Mode), "Its mode.").default("the first by name that runs on the resource"),
    column("resource", Id(Resource), "Resource of the mode.").default("the mode's"),
    column("changeover_start", Time, "Start of the changeover before it.").default("none"),
    column("changeover_end", Time, "End of that changeover.").default("none"),
    column("start", Time, "Start.").default("left out"),
    column("end", Time, "End."),
    column("status", Enum(&["planned", "started", "done", "unscheduled"]), "How far it is.")
        .default("planned"),
];

const ASSIGNMENTS: &[Column] = &[
    column("operation", Id(Operation), "Operation.").required(),
    column("resource", Id(Resource), "Resource that it holds.").required(),
    column("phase", Enum(&["run", "changeover"]), "In which phase.").default("run"),
    column("requirement", Id(Requirement), "Key of the requirement.").default("whichever it fits"),
    column("start", Time, "Start of the holding.").default("its phase's"),
    column("end", Time, "End of the holding.").default("its phase's"),
    column("quantity", Integer, "Units held.").default("those required").unit("units"),
];
