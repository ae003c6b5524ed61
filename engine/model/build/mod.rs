//! From rows to a problem: every cross check, all findings at once.
//!
//! Checks never stop at the first error: a row that cannot be used is left aside with its finding
//! and the rest is looked at. The problem is given only where no finding is an error.
//!
//! # Cost
//! Near linear in the number of rows (names are sorted once per kind).

mod calendars;
mod changeovers;
mod graph;
mod history;
mod keys;
mod lags;
mod magnitude;
mod material;
mod members;
mod modes;
mod operations;
mod pins;
mod pool;
mod possible;
mod precedences;
mod requirements;
mod resources;
#[cfg(test)]
mod tests;
mod triangle;

use std::collections::BTreeMap;

use keys::{Cell, Directory};
use pool::Pool;

use super::changeover::ValueOrder;
use super::draft::{CalendarRow, Draft, STATE, Symbol};
use super::ids::{AttributeId, Names};
use super::problem::{Problem, ProblemNames, StabilityPrices};
use super::time::{FAR, LIMIT, Time};
use crate::error::{EngineError, Finding, Findings};

/// What the checks share while a problem is built.
struct Builder<'a> {
    draft: &'a Draft,
    findings: Findings,
    now: Time,
    horizon_end: Time,
    pool: Pool,
    order_keys: Directory,
    operation_keys: Directory,
    resource_keys: Directory,
    group_keys: Directory,
    calendar_keys: Directory,
    matrix_keys: Directory,
    attribute_keys: Directory,
    value_keys: Directory,
    item_keys: Directory,
    location_keys: Directory,
    state_attribute: AttributeId,
    value_order: ValueOrder,
    calendar_rows: BTreeMap<Symbol, Vec<CalendarRow>>,
    transport_known: Vec<bool>,
}

/// Checks a draft and makes the problem, with the findings that do not refuse it (warnings and
/// information).
///
/// # Errors
/// [`EngineError::Data`] with all findings where at least one is an error.
pub fn build(draft: &Draft) -> Result<(Problem, Findings), EngineError> {
    let mut builder = Builder::new(draft);
    let problem = builder.problem();
    if builder.findings.has_errors() {
        return Err(EngineError::Data(builder.findings));
    }
    Ok((problem, builder.findings))
}

impl<'a> Builder<'a> {
    fn new(draft: &'a Draft) -> Self {
        let mut findings = Findings::default();
        let symbols = &draft.symbols;
        let mut unique = |table, column, keys: &mut dyn Iterator<Item = Symbol>| {
            Directory::unique(draft, table, column, keys, &mut findings)
        };
        let order_keys = unique("orders", "order", &mut draft.orders.iter().map(|row| row.order));
        let operation_keys =
            unique("operations", "operation", &mut draft.operations.iter().map(|row| row.operation));
        let resource_keys =
            unique("resources", "resource", &mut draft.resources.iter().map(|row| row.resource));
        let mut matrices = draft.matrices.iter().map(|row| row.matrix);
        let matrix_keys = if draft.matrices.is_empty() {
            // Without the table every matrix that has rules is one with the defaults.
            Directory::new(symbols, draft.changeovers.iter().map(|row| row.matrix))
        } else {
            unique("matrices", "matrix", &mut matrices)
        };
        let _ = unique("items", "item", &mut draft.items.iter().map(|row| row.item));
        let of = |members: &mut dyn Iterator<Item = Symbol>| Directory::new(symbols, members);
        let state = symbols.find(STATE);
        let attribute_keys = of(&mut (draft.setup_states.iter().map(|row| row.attribute))
            .chain(draft.resource_states.iter().map(|row| row.attribute))
            .chain(draft.changeovers.iter().filter_map(|row| row.attribute))
            .chain(state));
        let value_keys = of(&mut (draft.setup_states.iter().map(|row| row.value))
            .chain(draft.resource_states.iter().map(|row| row.value))
            .chain(draft.operations.iter().filter_map(|row| row.setup_state))
            .chain(draft.changeovers.iter().filter_map(|row| row.from_value))
            .chain(draft.changeovers.iter().filter_map(|row| row.to_value)));
        let names = &value_keys.names;
        let value_order = ValueOrder::new((0..names.len()).map(|index| names.get(index)));
        Self {
            draft,
            now: draft.now.unwrap_or(0),
            horizon_end: draft.horizon_end.unwrap_or(FAR),
            pool: Pool::default(),
            order_keys,
            operation_keys,
            resource_keys,
            group_keys: of(&mut draft.groups.iter().map(|row| row.group)),
            calendar_keys: of(&mut draft.calendars.iter().map(|row| row.calendar)),
            matrix_keys,
            state_attribute: AttributeId(state.and_then(|state| attribute_keys.get(state)).unwrap_or(0)),
            attribute_keys,
            value_order,
            value_keys,
            item_keys: of(&mut (draft.items.iter().map(|row| row.item))
                .chain(draft.stock.iter().map(|row| row.item))
                .chain(draft.materials.iter().map(|row| row.item))),
            location_keys: of(&mut (draft.resources.iter().filter_map(|row| row.location))
                .chain(draft.transport.iter().map(|row| row.from_location))
                .chain(draft.transport.iter().map(|row| row.to_location))),
            calendar_rows: BTreeMap::new(),
            transport_known: Vec::new(),
            findings,
        }
    }

    fn problem(&mut self) -> Problem {
        let draft = self.draft;
        self.clock();
        self.some_resource();
        self.pool.always();
        self.calendars();
        let mut resources = self.resources();
        let groups = self.groups(&resources);
        let matrices = self.matrices();
        let transport = self.transport();
        let mut orders = self.orders();
        let mut operations = self.operations(&mut orders);
        let (modes, mode_names) = self.modes(&mut operations, &resources);
        let (modes, requirements, requirement_rows) =
            self.requirements(modes, &mode_names, &operations, &resources, &groups);
        let items = self.items(&mut operations);
        let links = self.links(&operations, &orders, &modes, &resources);
        let mut problem = Problem {
            now: self.now,
            horizon_end: self.horizon_end,
            temporal: draft.temporal,
            stability: draft.stability.unwrap_or(if draft.temporal {
                StabilityPrices::TEMPORAL
            } else {
                StabilityPrices::INTEGER
            }),
            names: ProblemNames {
                orders: self.order_keys.names.clone(),
                operations: self.operation_keys.names.clone(),
                modes: mode_names,
                resources: self.resource_keys.names.clone(),
                groups: self.group_keys.names.clone(),
                matrices: self.matrix_keys.names.clone(),
                attributes: self.attribute_keys.names.clone(),
                values: self.value_keys.names.clone(),
                items: self.item_keys.names.clone(),
                locations: self.location_keys.names.clone(),
                requirement_rows,
            },
            orders,
            operations,
            modes,
            requirements,
            resources: Vec::new(),
            groups,
            profiles: Vec::new(),
            windows: Vec::new(),
            matrices,
            value_order: self.value_order.clone(),
            precedences: links.precedences,
            incoming: links.incoming,
            incoming_ends: links.incoming_ends,
            outgoing_starts: links.outgoing_starts,
            transport,
            items,
            baseline_of: vec![u32::MAX; self.operation_keys.names.len()],
            baselines: Vec::new(),
            topological: links.topological,
        };
        self.setup_coverage(&problem, &resources);
        self.triangles(&problem);
        self.modes_possible(&problem, &resources);
        self.magnitudes(&problem);
        self.units(&problem);
        if self.findings.has_errors() {
            // The checks of history index what the checks above refused.
            return problem;
        }
        self.states_left(&mut resources, &problem);
        problem.resources = resources;
        problem.profiles = std::mem::take(&mut self.pool.profiles);
        problem.windows = std::mem::take(&mut self.pool.windows);
        self.history(&mut problem);
        self.pins(&mut problem);
        self.max_lags(&problem);
        problem
    }

    /// Work that names resources where there are none at all: one finding says what a thousand
    /// dangling references would.
    fn some_resource(&mut self) {
        let named = self.draft.modes.iter().any(|row| row.resource.is_some());
        if named && self.draft.resources.is_empty() {
            self.findings.push(
                Finding::error("NO_RESOURCE", "resources")
                    .column("resource")
                    .found("no rows")
                    .expected("every resource that a mode names")
                    .hint("fill the table, or leave `resource` null in modes that need none"),
            );
        }
    }

    /// `now` and the horizon.
    fn clock(&mut self) {
        let draft = self.draft;
        if draft.temporal && draft.now.is_none() {
            self.findings.push(
                Finding::error("NULL_VALUE", "problem")
                    .column("now")
                    .found("nothing")
                    .expected("an instant: temporal data needs `now`")
                    .hint("add a table `problem` of one row with `now`"),
            );
        }
        self.time_in_range("problem", 0, "", "now", self.now);
        if let Some(end) = draft.horizon_end {
            self.time_in_range("problem", 0, "", "horizon_end", end);
            if end <= self.now {
                self.findings.push(
                    Finding::error("HORIZON_INVERTED", "problem")
                        .at(0, "")
                        .column("horizon_end")
                        .found(format!("horizon_end {end}, now {}", self.now))
                        .expected("an end after now")
                        .hint("move horizon_end, or leave it out"),
                );
            }
        }
    }

    /// Nothing may be so large that sums of it could overflow.
    fn time_in_range(
        &mut self,
        table: &'static str,
        row: usize,
        id: &str,
        column: &'static str,
        value: Time,
    ) {
        if value.unsigned_abs() > LIMIT.unsigned_abs() {
            self.findings.push(
                Finding::error("OVERFLOW", table)
                    .at(row, id)
                    .column(column)
                    .found(value.to_string())
                    .expected(format!("at most {LIMIT} ticks in size"))
                    .hint("use null where there is no limit, or a coarser unit"),
            );
        }
    }

    fn duplicate(&mut self, table: &'static str, row: usize, id: &str, key: &str) {
        self.findings.push(
            Finding::error("DUPLICATE_ID", table)
                .at(row, id)
                .found(format!("a second row with the same ({key})"))
                .expected("each key once")
                .hint("remove one of the two rows"),
        );
    }

    fn cell<'b>(
        &self,
        table: &'static str,
        row: usize,
        id: &'b str,
        column: &'static str,
        refers_to: &'static str,
    ) -> Cell<'b>
    where
        'a: 'b,
    {
        Cell { draft: self.draft, table, row, id, column, refers_to }
    }
}

/// A value below 0 where none is allowed.
fn negative(table: &'static str, row: usize, id: &str, column: &'static str, value: i64) -> Finding {
    Finding::error("NEGATIVE_VALUE", table)
        .at(row, id)
        .column(column)
        .found(value.to_string())
        .expected("0 or more")
        .hint("correct the value")
}

/// Text of a set of names for a message, cut where it is long.
fn listed(names: &Names, indices: impl Iterator<Item = usize>, most: usize) -> String {
    let mut text = String::new();
    for (count, index) in indices.enumerate() {
        if count == most {
            text.push_str(", ...");
            break;
        }
        if count > 0 {
            text.push_str(", ");
        }
        text.push_str(names.get(index));
    }
    text
}
