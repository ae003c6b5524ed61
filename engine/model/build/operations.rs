//! Orders and operations with their setup states.

use rustc_hash::FxHashSet;

use super::{Builder, negative};
use crate::error::Finding;
use crate::model::draft::{OperationRow, OrderRow, STATE, Symbol};
use crate::model::ids::{AttributeId, OperationId, OrderId, ValueId};
use crate::model::operation::{Operation, Order};
use crate::model::problem::Problem;
use crate::model::resource::Resource;
use crate::model::time::Time;

impl Builder<'_> {
    /// All orders, without their operations yet.
    pub(super) fn orders(&mut self) -> Vec<Order> {
        let draft = self.draft;
        let mut orders: Vec<Option<Order>> = vec![None; self.order_keys.names.len()];
        for (row, entry) in draft.orders.iter().enumerate() {
            let id = draft.symbols.text(entry.order);
            self.order_values(row, id, entry);
            let deadline = entry.deadline.filter(|&deadline| deadline >= self.now);
            let Some(place) = self.order_keys.get(entry.order) else {
                continue;
            };
            orders[place as usize].get_or_insert(Order {
                release: entry.release,
                due: entry.due.or(if deadline.is_none() { entry.deadline } else { None }),
                deadline,
                weight: entry.weight,
                earliness_weight: entry.earliness_weight,
                operations: Vec::new(),
            });
        }
        self.weightless();
        orders.into_iter().flatten().collect()
    }

    /// Dates that nothing weighs: any schedule is as good as any other.
    fn weightless(&mut self) {
        let orders = &self.draft.orders;
        let dated = orders.iter().any(|entry| entry.due.is_some());
        if dated && orders.iter().all(|entry| entry.weight == 0 && entry.earliness_weight == 0) {
            self.findings.push(
                Finding::warning("WEIGHT_INVALID", "orders")
                    .column("weight")
                    .found("0 in every row")
                    .expected("a weight above 0 for some order")
                    .hint("no due date counts; leave the column out for weights of 1"),
            );
        }
    }

    fn order_values(&mut self, row: usize, id: &str, entry: &OrderRow) {
        for (column, weight) in [("weight", entry.weight), ("earliness_weight", entry.earliness_weight)] {
            if weight < 0 {
                self.findings.push(
                    Finding::error("WEIGHT_INVALID", "orders")
                        .at(row, id)
                        .column(column)
                        .found(weight.to_string())
                        .expected("0 or more")
                        .hint("use 0 for an order that may be late at no price"),
                );
            }
        }
        for (column, time) in [("release", entry.release), ("due", entry.due), ("deadline", entry.deadline)] {
            if let Some(time) = time {
                self.time_in_range("orders", row, id, column, time);
            }
        }
        if let Some(due) = entry.due.filter(|&due| due < self.now) {
            self.findings.push(
                Finding::warning("DUE_IN_PAST", "orders")
                    .at(row, id)
                    .column("due")
                    .found(due.to_string())
                    .expected(format!("a date at or after now ({})", self.now))
                    .hint("the order counts as late; agree on a new date"),
            );
        }
        self.passed_deadline("orders", row, id, entry.deadline, "it counts as a due date");
        self.inverted_window("orders", row, id, entry.release, entry.deadline);
    }

    fn passed_deadline(
        &mut self,
        table: &'static str,
        row: usize,
        id: &str,
        deadline: Option<Time>,
        hint: &str,
    ) {
        if let Some(deadline) = deadline.filter(|&deadline| deadline < self.now) {
            self.findings.push(
                Finding::warning("DEADLINE_PASSED", table)
                    .at(row, id)
                    .column("deadline")
                    .found(deadline.to_string())
                    .expected(format!("a date at or after now ({})", self.now))
                    .hint(format!("a passed deadline is no limit; {hint}")),
            );
        }
    }

    fn inverted_window(
        &mut self,
        table: &'static str,
        row: usize,
        id: &str,
        release: Option<Time>,
        deadline: Option<Time>,
    ) {
        if let (Some(release), Some(deadline)) = (release, deadline)
            && release > deadline
            && deadline >= self.now
        {
            self.findings.push(
                Finding::warning("WINDOW_INVERTED", table)
                    .at(row, id)
                    .column("deadline")
                    .found(format!("release {release}, deadline {deadline}"))
                    .expected("a release before the deadline")
                    .hint("it cannot be scheduled and will be left out"),
            );
        }
    }

    /// All operations with windows and setup states; orders get their members.
    pub(super) fn operations(&mut self, orders: &mut [Order]) -> Vec<Operation> {
        let draft = self.draft;
        if draft.operations.is_empty() {
            self.findings.push(
                Finding::warning("EMPTY_INPUT", "operations")
                    .found("no rows")
                    .expected("operations to schedule")
                    .hint("the plan is empty; look at the filter that made the table"),
            );
        }
        let mut operations: Vec<Option<Operation>> = vec![None; self.operation_keys.names.len()];
        for (row, entry) in draft.operations.iter().enumerate() {
            let id = draft.symbols.text(entry.operation);
            for (column, time) in [("release", entry.release), ("deadline", entry.deadline)] {
                if let Some(time) = time {
                    self.time_in_range("operations", row, id, column, time);
                }
            }
            self.passed_deadline("operations", row, id, entry.deadline, "it is ignored");
            self.inverted_window("operations", row, id, entry.release, entry.deadline);
            let order = entry.order.and_then(|order| {
                let at = self.cell("operations", row, id, "order", "orders");
                self.order_keys.resolve(&at, order, &mut self.findings).map(OrderId)
            });
            let Some(place) = self.operation_keys.get(entry.operation) else {
                continue;
            };
            if operations[place as usize].is_some() {
                continue;
            }
            operations[place as usize] = Some(self.operation(row, id, entry, order, orders));
        }
        let mut operations: Vec<Operation> = operations.into_iter().flatten().collect();
        for (index, operation) in operations.iter().enumerate() {
            if let Some(order) = operation.order.and_then(|order| orders.get_mut(order.index())) {
                order.operations.push(OperationId::new(index));
            }
        }
        self.setup_states(&mut operations);
        operations
    }

    fn operation(
        &mut self,
        row: usize,
        id: &str,
        entry: &OperationRow,
        order: Option<OrderId>,
        orders: &[Order],
    ) -> Operation {
        let of_order = order.and_then(|order| orders.get(order.index()));
        let release = entry.release.into_iter().chain(of_order.and_then(|order| order.release));
        let own_deadline = entry.deadline.filter(|&deadline| deadline >= self.now);
        let deadline = own_deadline.into_iter().chain(of_order.and_then(|order| order.deadline));
        let mut setup = Vec::new();
        if let Some(value) = entry.setup_state {
            self.refuse_unset("operations", row, id, "setup_state", value);
            if let Some(value) = self.value_keys.get(value) {
                setup.push((self.state_attribute, ValueId(value)));
            }
        }
        Operation {
            order,
            release: release.fold(self.now, Time::max),
            deadline: deadline.fold(self.horizon_end, Time::min),
            suspend: entry.suspend,
            setup,
            modes: 0..0,
            materials: Vec::new(),
        }
    }

    fn setup_states(&mut self, operations: &mut [Operation]) {
        let draft = self.draft;
        let by_column = draft.operations.iter().filter(|row| row.setup_state.is_some());
        let by_column: FxHashSet<Symbol> = by_column.map(|row| row.operation).collect();
        for (row, entry) in draft.setup_states.iter().enumerate() {
            let id = draft.symbols.text(entry.operation);
            let at = self.cell("setup_states", row, id, "operation", "operations");
            self.refuse_unset("setup_states", row, id, "value", entry.value);
            let operation = self.operation_keys.resolve(&at, entry.operation, &mut self.findings);
            let (Some(operation), Some(attribute), Some(value)) = (
                operation,
                self.attribute_keys.get(entry.attribute).map(AttributeId),
                self.value_keys.get(entry.value).map(ValueId),
            ) else {
                continue;
            };
            let setup = &mut operations[operation as usize].setup;
            match setup.binary_search_by_key(&attribute, |state| state.0) {
                Ok(_) if by_column.contains(&entry.operation) && attribute == self.state_attribute => {
                    self.findings.push(
                        Finding::error("SETUP_TWICE", "setup_states")
                            .at(row, id)
                            .column("attribute")
                            .found(format!("attribute `{STATE}` here and in operations.setup_state"))
                            .expected("one of the two")
                            .hint("remove one of the two"),
                    );
                }
                Ok(_) => self.duplicate("setup_states", row, id, "operation, attribute"),
                Err(place) => setup.insert(place, (attribute, value)),
            }
        }
    }

    /// States that operations need and no rule of the resource's matrix names (contract, 2).
    pub(super) fn setup_coverage(&mut self, problem: &Problem, resources: &[Resource]) {
        let mut seen: FxHashSet<(u32, AttributeId, ValueId)> = FxHashSet::default();
        for operation in &problem.operations {
            for mode in operation.mode_ids().filter_map(|mode| problem.modes.get(mode.index())) {
                let Some(resource) = mode.resource.and_then(|resource| resources.get(resource.index()))
                else {
                    continue;
                };
                let Some(matrix) = resource.matrix else {
                    continue;
                };
                for &(attribute, value) in &operation.setup {
                    if !seen.insert((matrix.0, attribute, value)) {
                        continue;
                    }
                    let rules = &problem.matrices[matrix.index()].attributes;
                    let place = rules.binary_search_by_key(&attribute, |rules| rules.attribute);
                    let covered = place.is_ok_and(|place| rules[place].covers(value));
                    if !covered {
                        self.uncovered(matrix.index(), attribute, value);
                    }
                }
            }
        }
    }

    fn uncovered(&mut self, matrix: usize, attribute: AttributeId, value: ValueId) {
        let value = self.value_keys.names.get(value.index()).to_owned();
        let attribute = self.attribute_keys.names.get(attribute.index()).to_owned();
        self.findings.push(
            Finding::warning("SETUP_MISSING", "changeovers")
                .of(self.matrix_keys.names.get(matrix))
                .column("to_value")
                .found(format!("no rule names {attribute} = {value:?}"))
                .expected("a rule for every state that operations need")
                .hint("changing to it takes no time; add a rule if it does"),
        );
    }
}

/// Values below one where at least one is needed.
pub(super) fn below_one(
    table: &'static str,
    row: usize,
    id: &str,
    column: &'static str,
    value: i64,
) -> Finding {
    negative(table, row, id, column, value).expected("1 or more")
}
