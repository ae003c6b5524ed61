//! A problem, row by row: each method adds a row or completes the row of its kind added last.

use sopengine::model::Problem;
use sopengine::model::build::build;
use sopengine::model::changeover::{Combine, Compare};
use sopengine::model::draft::*;
use sopengine::model::history::{OnStop, Pin, Status};
use sopengine::model::operation::{Breaks, Phase, Suspend};
use sopengine::model::precedence::Kind;
use sopengine::model::problem::StabilityPrices;
use sopengine::model::resource::ResourceKind;
use sopengine::model::time::{Span, Time};

/// A draft with short ways to fill it. Integer time, `now` 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plant {
    pub(crate) draft: Draft,
}

/// Methods that set a field of the row added last.
macro_rules! sets {
    ($($(#[$doc:meta])* $name:ident($table:ident.$field:ident: $type:ty as $value:expr);)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name(mut self, value: $type) -> Self {
            let row = self.draft.$table.last_mut().expect("a row to complete");
            #[allow(clippy::redundant_closure_call, reason = "the macro takes any conversion")]
            { row.$field = ($value)(value); }
            self
        }
    )*};
}

/// Methods that set a field of the row added last to one fixed value.
macro_rules! marks {
    ($($(#[$doc:meta])* $name:ident($table:ident.$field:ident = $value:expr);)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name(mut self) -> Self {
            self.draft.$table.last_mut().expect("a row to complete").$field = $value;
            self
        }
    )*};
}

#[allow(dead_code, reason = "one vocabulary for all tests; not every test needs every word")]
impl Plant {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn id(&mut self, name: &str) -> Symbol {
        self.draft.symbols.intern(name)
    }

    pub(crate) fn now(mut self, now: Time) -> Self {
        self.draft.now = Some(now);
        self
    }

    pub(crate) fn horizon(mut self, end: Time) -> Self {
        self.draft.horizon_end = Some(end);
        self
    }

    /// Ticks are seconds.
    pub(crate) fn temporal(mut self) -> Self {
        self.draft.temporal = true;
        self.draft.now = self.draft.now.or(Some(0));
        self
    }

    pub(crate) fn stability(mut self, prices: StabilityPrices) -> Self {
        self.draft.stability = Some(prices);
        self
    }

    pub(crate) fn order(mut self, name: &str) -> Self {
        let order = self.id(name);
        self.draft.orders.push(OrderRow {
            order,
            release: None,
            due: None,
            deadline: None,
            weight: 1,
            earliness_weight: 0,
        });
        self
    }

    pub(crate) fn operation(mut self, name: &str) -> Self {
        let operation = self.id(name);
        self.draft.operations.push(OperationRow {
            operation,
            order: None,
            sequence: None,
            release: None,
            deadline: None,
            suspend: Suspend::Never,
            setup_state: None,
        });
        self
    }

    /// Order of the operation.
    pub(crate) fn of(mut self, order: &str) -> Self {
        let order = self.id(order);
        self.draft.operations.last_mut().expect("an operation").order = Some(order);
        self
    }

    /// Setup state of the attribute `state` that the operation needs.
    pub(crate) fn setup(mut self, value: &str) -> Self {
        let value = self.id(value);
        self.draft.operations.last_mut().expect("an operation").setup_state = Some(value);
        self
    }

    /// Setup state of an attribute that the operation needs.
    pub(crate) fn setup_of(mut self, attribute: &str, value: &str) -> Self {
        let row = SetupStateRow {
            operation: self.last_operation(),
            attribute: self.id(attribute),
            value: self.id(value),
        };
        self.draft.setup_states.push(row);
        self
    }

    fn last_operation(&self) -> Symbol {
        self.draft.operations.last().expect("an operation").operation
    }

    /// A mode of the operation on a resource; adds the resource as unary where it is new.
    pub(crate) fn mode(mut self, resource: &str, duration: Span) -> Self {
        let symbol = self.id(resource);
        if !self.draft.resources.iter().any(|row| row.resource == symbol) {
            self = self.resource(resource);
        }
        let operation = self.last_operation();
        self.draft.modes.push(ModeRow {
            operation,
            mode: None,
            resource: Some(symbol),
            quantity: 1,
            duration,
            cost: 0,
        });
        self
    }

    /// A mode of the operation without a resource of its own.
    pub(crate) fn free_mode(mut self, name: &str, duration: Span) -> Self {
        let (operation, mode) = (self.last_operation(), self.id(name));
        self.draft.modes.push(ModeRow {
            operation,
            mode: Some(mode),
            resource: None,
            quantity: 1,
            duration,
            cost: 0,
        });
        self
    }

    /// What all modes of the operation require.
    pub(crate) fn requires(mut self, resource: &str, quantity: i64) -> Self {
        let resource = self.id(resource);
        self.require(Some(resource), None, quantity);
        self
    }

    /// Members of a group that all modes of the operation require.
    pub(crate) fn requires_from(mut self, group: &str, quantity: i64) -> Self {
        let group = self.id(group);
        self.require(None, Some(group), quantity);
        self
    }

    fn require(&mut self, resource: Option<Symbol>, group: Option<Symbol>, quantity: i64) {
        let operation = self.last_operation();
        self.draft.requirements.push(RequirementRow {
            requirement: None,
            operation,
            mode: None,
            resource,
            group,
            quantity,
            phase: Phase::Run,
            breaks: Breaks::Hold,
        });
    }

    pub(crate) fn resource(mut self, name: &str) -> Self {
        let resource = self.id(name);
        self.draft.resources.push(ResourceRow {
            resource,
            kind: None,
            capacity: 1,
            calendar: None,
            changeover_matrix: None,
            cost_per_hour: 0,
            location: None,
        });
        self
    }

    /// A cumulative resource.
    pub(crate) fn pool(self, name: &str, capacity: i64) -> Self {
        let mut plant = self.resource(name);
        let row = plant.draft.resources.last_mut().expect("a resource");
        row.capacity = capacity;
        row.kind = Some(ResourceKind::Cumulative);
        plant
    }

    /// Open intervals of the resource added last.
    pub(crate) fn open(self, intervals: &[(Time, Time)]) -> Self {
        let rows: Vec<_> = intervals.iter().map(|&(start, end)| (start, end, None)).collect();
        self.calendar(&rows)
    }

    /// Open intervals with capacities of the resource added last.
    pub(crate) fn levels(self, intervals: &[(Time, Time, i64)]) -> Self {
        let rows: Vec<_> =
            (intervals.iter()).map(|&(start, end, capacity)| (start, end, Some(capacity))).collect();
        self.calendar(&rows)
    }

    fn calendar(mut self, rows: &[(Time, Time, Option<i64>)]) -> Self {
        let resource = self.draft.resources.last().expect("a resource").resource;
        let name = format!("hours of {}", self.draft.symbols.text(resource));
        let calendar = self.id(&name);
        self.draft.resources.last_mut().expect("a resource").calendar = Some(calendar);
        for &(start, end, capacity) in rows {
            self.draft.calendars.push(CalendarRow { calendar, start, end: Some(end), capacity });
        }
        self
    }

    /// Matrix of the resource added last.
    pub(crate) fn changes_by(mut self, matrix: &str) -> Self {
        let matrix = self.id(matrix);
        self.draft.resources.last_mut().expect("a resource").changeover_matrix = Some(matrix);
        self
    }

    /// Location of the resource added last.
    pub(crate) fn located(mut self, location: &str) -> Self {
        let location = self.id(location);
        self.draft.resources.last_mut().expect("a resource").location = Some(location);
        self
    }

    /// State at `now` of the resource added last.
    pub(crate) fn in_state(mut self, attribute: &str, value: &str) -> Self {
        let resource = self.draft.resources.last().expect("a resource").resource;
        let row = ResourceStateRow { resource, attribute: self.id(attribute), value: self.id(value) };
        self.draft.resource_states.push(row);
        self
    }

    pub(crate) fn group(mut self, name: &str, members: &[&str]) -> Self {
        let group = self.id(name);
        for member in members {
            let member = self.id(member);
            self.draft.groups.push(GroupRow { group, member, priority: 0 });
        }
        self
    }

    pub(crate) fn matrix(mut self, name: &str) -> Self {
        let matrix = self.id(name);
        self.draft.matrices.push(MatrixRow {
            matrix,
            combine: Combine::Sum,
            suspend: Suspend::Never,
            attached: false,
        });
        self
    }

    /// A rule of the matrix added last, for the attribute `state`; "*" is any.
    pub(crate) fn rule(self, from: &str, to: &str, duration: Span) -> Self {
        self.rule_of("state", from, to, duration)
    }

    /// A rule of the matrix added last; "*" is any.
    pub(crate) fn rule_of(mut self, attribute: &str, from: &str, to: &str, duration: Span) -> Self {
        let matrix = self.draft.matrices.last().expect("a matrix").matrix;
        let row = ChangeoverRow {
            matrix,
            attribute: Some(self.id(attribute)),
            from_value: (from != "*").then(|| self.id(from)),
            to_value: (to != "*").then(|| self.id(to)),
            compare: Compare::None,
            duration,
            cost: 0,
            priority: 0,
        };
        self.draft.changeovers.push(row);
        self
    }

    pub(crate) fn precedence(mut self, before: &str, after: &str) -> Self {
        let (before, after) = (self.id(before), self.id(after));
        self.draft.precedences.push(PrecedenceRow {
            before,
            after,
            kind: Kind::EndStart,
            min_lag: 0,
            max_lag: None,
            transfer: 1_000_000,
            tail: 0,
            same_resource: false,
        });
        self
    }

    pub(crate) fn transport(mut self, from: &str, to: &str, duration: Span) -> Self {
        let (from_location, to_location) = (self.id(from), self.id(to));
        self.draft.transport.push(TransportRow { from_location, to_location, duration });
        self
    }

    /// What the operation consumes (negative) or produces.
    pub(crate) fn moves(mut self, item: &str, quantity: i64) -> Self {
        let (operation, item) = (self.last_operation(), self.id(item));
        self.draft.materials.push(MaterialRow { operation, item, quantity });
        self
    }

    pub(crate) fn stock(mut self, item: &str, time: Time, quantity: i64) -> Self {
        let item = self.id(item);
        let time = Some(time);
        self.draft.stock.push(StockRow { item, time, quantity });
        self
    }

    pub(crate) fn item(mut self, name: &str) -> Self {
        let item = self.id(name);
        self.draft.items.push(ItemRow { item, max_stock: None, unlimited: false });
        self
    }

    fn history(&mut self, status: Status, resource: Option<&str>) -> &mut BaselineRow {
        let (operation, resource) = (self.last_operation(), resource.map(|name| self.id(name)));
        self.draft.baseline.push(BaselineRow {
            operation,
            mode: None,
            resource,
            start: None,
            end: None,
            status,
            remaining: None,
            remaining_changeover: 0,
            pin: Pin::None,
            on_stop: OnStop::Resume,
        });
        self.draft.baseline.last_mut().expect("just pushed")
    }

    /// The operation was planned to start then and there.
    pub(crate) fn was_planned(mut self, resource: &str, start: Time) -> Self {
        self.history(Status::Planned, Some(resource)).start = Some(start);
        self
    }

    /// The operation has started.
    pub(crate) fn was_started(mut self, resource: &str, start: Time, remaining: Span) -> Self {
        let row = self.history(Status::Started, Some(resource));
        row.start = Some(start);
        row.remaining = Some(remaining);
        self
    }

    /// The operation is done.
    pub(crate) fn was_done(mut self, resource: &str, start: Time, end: Time) -> Self {
        let row = self.history(Status::Done, Some(resource));
        (row.start, row.end) = (Some(start), Some(end));
        self
    }

    /// A member that the started operation holds.
    pub(crate) fn holding(mut self, resource: &str) -> Self {
        let (operation, resource) = (self.last_operation(), self.id(resource));
        self.draft.baseline_members.push(BaselineMemberRow { operation, resource, phase: Phase::Run });
        self
    }

    sets! {
        due(orders.due: Time as Some);
        order_release(orders.release: Time as Some);
        order_deadline(orders.deadline: Time as Some);
        weight(orders.weight: i64 as std::convert::identity);
        earliness_weight(orders.earliness_weight: i64 as std::convert::identity);
        sequence(operations.sequence: i64 as Some);
        release(operations.release: Time as Some);
        deadline(operations.deadline: Time as Some);
        quantity(modes.quantity: i64 as std::convert::identity);
        mode_cost(modes.cost: i64 as std::convert::identity);
        rate(resources.cost_per_hour: i64 as std::convert::identity);
        rule_cost(changeovers.cost: i64 as std::convert::identity);
        min_lag(precedences.min_lag: Span as std::convert::identity);
        max_lag(precedences.max_lag: Span as Some);
        kind(precedences.kind: Kind as std::convert::identity);
        transfer(precedences.transfer: u32 as std::convert::identity);
        tail(precedences.tail: u32 as std::convert::identity);
        max_stock(items.max_stock: i64 as Some);
        pin(baseline.pin: Pin as std::convert::identity);
        changing_for(baseline.remaining_changeover: Span as std::convert::identity);
    }

    marks! {
        suspends(operations.suspend = Suspend::Breaks);
        in_changeover(requirements.phase = Phase::Changeover);
        released(requirements.breaks = Breaks::Release);
        longest_counts(matrices.combine = Combine::Max);
        changes_over_breaks(matrices.suspend = Suspend::Breaks);
        attached(matrices.attached = true);
        same_resource(precedences.same_resource = true);
        unlimited(items.unlimited = true);
        restarts(baseline.on_stop = OnStop::Restart);
    }

    /// The problem; panics with the findings where the draft is refused.
    pub(crate) fn build(&self) -> Problem {
        match build(&self.draft) {
            Ok((problem, _)) => problem,
            Err(error) => panic!("{error}"),
        }
    }
}
