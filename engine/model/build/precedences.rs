//! Precedences: rows, and chains within orders.

use super::graph::{Links, adjacency, shortest_cycle, topological};
use super::{Builder, listed};
use crate::error::Finding;
use crate::model::draft::PrecedenceRow;
use crate::model::ids::{OperationId, OrderId, ResourceId};
use crate::model::operation::{Mode, Operation, Order};
use crate::model::precedence::{Kind, Precedence};
use crate::model::resource::Resource;
use crate::model::time::MILLION;

impl Builder<'_> {
    /// All precedences, given and chained.
    pub(super) fn links(
        &mut self,
        operations: &[Operation],
        orders: &[Order],
        modes: &[Mode],
        resources: &[Resource],
    ) -> Links {
        let mut precedences = Vec::with_capacity(self.draft.precedences.len());
        let mut linked_within = vec![false; orders.len()];
        for (row, entry) in self.draft.precedences.iter().enumerate() {
            if let Some(precedence) = self.precedence(row, entry) {
                let order = |id: OperationId| operations[id.index()].order;
                if let (Some(before), Some(after)) = (order(precedence.before), order(precedence.after))
                    && before == after
                {
                    linked_within[before.index()] = true;
                }
                precedences.push(precedence);
            }
        }
        self.chains(orders, &linked_within, &mut precedences);
        precedences.sort_by_key(sort_key);
        self.repeated(&precedences);
        self.transport_gaps(&precedences, operations, modes, resources);
        let mut links = adjacency(precedences, operations.len());
        links.topological = topological(&links, operations.len());
        if links.topological.len() < operations.len() {
            self.cycle(&links, operations.len());
        }
        links
    }

    fn precedence(&mut self, row: usize, entry: &PrecedenceRow) -> Option<Precedence> {
        let draft = self.draft;
        let id = format!("{} -> {}", draft.symbols.text(entry.before), draft.symbols.text(entry.after));
        let at = self.cell("precedences", row, &id, "before", "operations");
        let before = self.operation_keys.resolve(&at, entry.before, &mut self.findings);
        let at = self.cell("precedences", row, &id, "after", "operations");
        let after = self.operation_keys.resolve(&at, entry.after, &mut self.findings);
        self.time_in_range("precedences", row, &id, "min_lag", entry.min_lag);
        if let Some(max_lag) = entry.max_lag {
            self.time_in_range("precedences", row, &id, "max_lag", max_lag);
        }
        for problem in shape(entry) {
            self.findings.push(problem.at(row, &id));
        }
        let (before, after) = (OperationId(before?), OperationId(after?));
        if before == after {
            self.findings.push(
                Finding::error("SELF_LOOP", "precedences")
                    .at(row, id)
                    .column("after")
                    .found("an operation that comes before itself")
                    .expected("two different operations")
                    .hint("remove the row"),
            );
            return None;
        }
        let &PrecedenceRow { kind, min_lag, max_lag, transfer, tail, same_resource, .. } = entry;
        Some(Precedence {
            before,
            after,
            kind,
            min_lag,
            max_lag,
            transfer,
            tail,
            same_resource,
            row: Some(row as u32),
        })
    }

    /// Operations of an order without own precedences follow their sequence.
    fn chains(&mut self, orders: &[Order], linked_within: &[bool], out: &mut Vec<Precedence>) {
        let draft = self.draft;
        let mut steps: Vec<(OrderId, i64, OperationId)> = Vec::new();
        for entry in &draft.operations {
            let order = entry.order.and_then(|order| self.order_keys.get(order)).map(OrderId);
            let operation = self.operation_keys.get(entry.operation).map(OperationId);
            if let (Some(order), Some(sequence), Some(operation)) = (order, entry.sequence, operation)
                && orders.get(order.index()).is_some()
                && !linked_within[order.index()]
            {
                steps.push((order, sequence, operation));
            }
        }
        steps.sort_unstable();
        steps.dedup();
        let stages: Vec<&[(OrderId, i64, OperationId)]> =
            steps.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).collect();
        for pair in stages.windows(2) {
            if pair[0][0].0 != pair[1][0].0 {
                continue;
            }
            for &(_, _, before) in pair[0] {
                for &(_, _, after) in pair[1] {
                    out.push(chained(before, after));
                }
            }
        }
    }

    /// The same pair twice is allowed, and usually a mistake.
    fn repeated(&mut self, sorted: &[Precedence]) {
        for pair in sorted.windows(2) {
            let same = (pair[0].before, pair[0].after, pair[0].kind)
                == (pair[1].before, pair[1].after, pair[1].kind);
            if let (true, Some(first), Some(second)) = (same, pair[0].row, pair[1].row) {
                let name = |id: OperationId| self.operation_keys.names.get(id.index()).to_owned();
                let id = format!("{} -> {}", name(pair[0].before), name(pair[0].after));
                self.findings.push(
                    Finding::warning("DUPLICATE_PRECEDENCE", "precedences")
                        .at(second as usize, id)
                        .found(format!("the same pair as row {first}"))
                        .expected("one row a pair and kind")
                        .hint("both apply, so the tighter lag counts"),
                );
            }
        }
    }

    /// Pairs of locations that linked operations need and the table does not give.
    fn transport_gaps(
        &mut self,
        precedences: &[Precedence],
        operations: &[Operation],
        modes: &[Mode],
        resources: &[Resource],
    ) {
        let locations = self.location_keys.names.len();
        if self.transport_known.is_empty() || locations < 2 {
            return;
        }
        let mut needed = vec![false; locations * locations];
        let location =
            |resource: ResourceId| resources.get(resource.index()).and_then(|resource| resource.location);
        let places = |id: OperationId| {
            operations[id.index()]
                .mode_ids()
                .filter_map(|mode| modes.get(mode.index())?.resource)
                .filter_map(location)
        };
        for link in precedences {
            for from in places(link.before) {
                for to in places(link.after) {
                    needed[from.index() * locations + to.index()] |= from != to;
                }
            }
        }
        for pair in (0..needed.len()).filter(|&pair| needed[pair] && !self.transport_known[pair]) {
            let name = |index| self.location_keys.names.get(index);
            let id = format!("{} -> {}", name(pair / locations), name(pair % locations));
            self.findings.push(
                Finding::warning("TRANSPORT_MISSING", "transport")
                    .of(id)
                    .column("duration")
                    .found("no row for a pair of locations that linked operations use")
                    .expected("a transport time in each direction")
                    .hint("0 is used; add a row if it takes time"),
            );
        }
    }

    /// Names a shortest cycle.
    fn cycle(&mut self, links: &Links, operations: usize) {
        let cycle = shortest_cycle(links, operations);
        let names = &self.operation_keys.names;
        let text = listed(names, cycle.iter().map(|id| id.index()), 20);
        let first = cycle.first().map_or("", |id| names.get(id.index()));
        self.findings.push(
            Finding::error("CYCLE", "precedences")
                .of(first)
                .column("after")
                .found(format!("a cycle of {} operations: {text}, {first}", cycle.len()))
                .expected("no operation before itself")
                .hint("remove or turn round one of these precedences"),
        );
    }
}

/// What is wrong with a row by itself.
fn shape(entry: &PrecedenceRow) -> Vec<Finding> {
    let finding = |check, column| Finding::error(check, "precedences").column(column);
    let mut problems = Vec::new();
    if entry.max_lag.is_some_and(|max_lag| max_lag < entry.min_lag) {
        problems.push(
            finding("LAG_INVALID", "max_lag")
                .found(format!("max_lag {}, min_lag {}", entry.max_lag.unwrap_or(0), entry.min_lag))
                .expected("max_lag at least min_lag")
                .hint("correct one of the two"),
        );
    }
    let million = MILLION as u32;
    if entry.transfer > million || entry.tail > million {
        problems.push(
            finding("FRACTION_RANGE", if entry.transfer > million { "transfer" } else { "tail" })
                .found("more than 1")
                .expected("0 to 1")
                .hint("give a share, not a percentage"),
        );
    }
    if entry.transfer < million && entry.kind != Kind::EndStart {
        problems.push(
            finding("TRANSFER_KIND", "transfer")
                .found("a transfer share on a link that is not end_start")
                .expected("transfer 1, or kind end_start")
                .hint("a part batch is passed on from an end to a start"),
        );
    }
    if entry.tail > 0 && entry.transfer >= million {
        problems.push(
            finding("TAIL_ALONE", "tail")
                .found("a tail without transfer below 1")
                .expected("tail 0, or a transfer below 1")
                .hint("a tail only means something where work overlaps"),
        );
    }
    problems
}

fn chained(before: OperationId, after: OperationId) -> Precedence {
    Precedence {
        before,
        after,
        kind: Kind::EndStart,
        min_lag: 0,
        max_lag: None,
        transfer: MILLION as u32,
        tail: 0,
        same_resource: false,
        row: None,
    }
}

type SortKey = (OperationId, OperationId, Kind, i64, Option<i64>, u32, u32, bool, Option<u32>);

/// Everything that tells two links apart, their row last, so that the order of rows does not matter.
fn sort_key(link: &Precedence) -> SortKey {
    let lags = (link.min_lag, link.max_lag);
    (
        link.before,
        link.after,
        link.kind,
        lags.0,
        lags.1,
        link.transfer,
        link.tail,
        link.same_resource,
        link.row,
    )
}
