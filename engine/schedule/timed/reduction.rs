//! Problems that are timed: classified once, turned into the kernel's form.
//!
//! In the class: operations held by nothing but one unary resource (or none), with any calendars, windows,
//! alternative modes, least lags of all four kinds, transport, changeovers, done and started work.
//! Out of it: capacities, requirements, materials, transfer, largest lags, `same_resource`, pins, planned
//! work before work that is history, and matrices on which operations name different sets of attributes:
//! then the state is no function of the operation before. (Operations that name none are fine: they carry
//! the state on.)

use super::calendar::Calendar;
use super::instance::{Arc, Arcs, NONE, Node, Past, TimedInstance, TimedMode, TimedOrder, TimedResource};
use super::setups::Tables;
use crate::model::Problem;
use crate::model::history::{Pin, Status};
use crate::model::ids::{ModeId, OperationId, ResourceId};
use crate::model::operation::Suspend;
use crate::model::precedence::{Kind, Precedence};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, MILLION, Time};
use crate::schedule::decode::{Decoder, Outline};

impl TimedInstance {
    /// The kernel's form of a problem, if it is in the class.
    pub fn of(problem: &Problem) -> Option<Self> {
        let is_timed = problem.operation_ids().all(|id| is_timed_operation(problem, id))
            && problem.precedences.iter().all(|link| is_timed_link(problem, link));
        if !is_timed {
            return None;
        }
        let outline = Outline::new(problem);
        let decoder = Decoder::new(&outline);
        let tables = Tables::of(problem, &outline)?;
        Builder { problem, decoder: &decoder, tables: &tables }.build()
    }
}

fn is_timed_operation(problem: &Problem, id: OperationId) -> bool {
    let operation = problem.operation(id);
    problem.baseline(id).is_none_or(|row| row.status != Status::Planned || row.pin == Pin::None)
        && operation.materials.is_empty()
        && operation.mode_ids().len() > 0
        && operation.mode_ids().all(|mode| is_timed_mode(problem, mode))
}

fn is_timed_mode(problem: &Problem, id: ModeId) -> bool {
    let mode = problem.mode(id);
    let is_unary = |own: ResourceId| problem.resource(own).kind == ResourceKind::Unary;
    mode.duration == 0 || (mode.requirements.is_empty() && mode.resource.is_none_or(is_unary))
}

fn is_timed_link(problem: &Problem, link: &Precedence) -> bool {
    let is_planned = |id: OperationId| problem.status(id) == Status::Planned;
    link.max_lag.is_none()
        && i64::from(link.transfer) == MILLION
        && !link.same_resource
        && (!is_planned(link.before) || is_planned(link.after))
}

struct Builder<'a> {
    problem: &'a Problem,
    decoder: &'a Decoder<'a>,
    tables: &'a Tables,
}

impl Builder<'_> {
    fn build(&self) -> Option<TimedInstance> {
        let problem = self.problem;
        let planned = |id: &OperationId| problem.status(*id) == Status::Planned;
        let free: Vec<OperationId> = problem.operation_ids().filter(planned).collect();
        let mut node_of = vec![NONE; problem.operations.len()];
        for (node, id) in free.iter().enumerate() {
            node_of[id.index()] = node as u32;
        }
        let mut nodes = Vec::with_capacity(free.len());
        let mut modes: Vec<TimedMode> = Vec::new();
        for &id in &free {
            let first_mode = modes.len() as u32;
            modes.extend(problem.operation(id).mode_ids().map(|mode| self.mode(mode)));
            nodes.push(self.node(id, first_mode, modes.len() as u32 - first_mode)?);
        }
        let (incoming, outgoing) = self.arcs(&node_of, nodes.len());
        let topological = problem.topological.iter().map(|id| node_of[id.index()]);
        let locations = problem.names.locations.len();
        let needs_none = |node: &u32| {
            let data: &Node = &nodes[*node as usize];
            let own = &modes[data.first_mode as usize..(data.first_mode + data.num_modes) as usize];
            own.iter().any(|mode| mode.resource == NONE)
        };
        let unheld = (0..nodes.len() as u32).filter(needs_none).collect();
        let is_flexible = nodes.iter().any(|node| node.num_modes > 1);
        Some(TimedInstance {
            now: problem.now,
            nodes,
            modes,
            resources: problem.resource_ids().map(|id| self.resource(id)).collect(),
            setups: self.tables.entries.clone(),
            calendars: problem.windows.iter().map(|open| Calendar::new(open, problem.now)).collect(),
            incoming,
            outgoing,
            orders: self.orders(&node_of),
            transport: self.transport(locations),
            num_locations: locations,
            past: self.past(),
            topological: topological.filter(|&node| node != NONE).collect(),
            unheld,
            is_flexible,
        })
    }

    fn mode(&self, id: ModeId) -> TimedMode {
        let mode = self.problem.mode(id);
        let held = mode.resource.filter(|_| mode.duration > 0);
        let location = mode.resource.and_then(|own| self.problem.resource(own).location);
        TimedMode {
            resource: held.map_or(NONE, |own| own.0),
            family: held.map_or(NONE, |own| self.tables.family(self.problem, own, mode.operation)),
            duration: mode.duration,
            working: mode.working.0,
            changing: mode.changing.0,
            location: location.map_or(NONE, |location| location.0),
            cost: mode.cost,
            id,
        }
    }

    /// A node with what history says of its start and end; none if that depends on its mode.
    fn node(&self, id: OperationId, first_mode: u32, num_modes: u32) -> Option<Node> {
        let operation = self.problem.operation(id);
        let mut release = operation.release.max(self.problem.now);
        let mut end_low = -FAR;
        for link in self.problem.incoming(id) {
            let Some((before, used)) = self.history(link.before) else { continue };
            let transport =
                |mode: ModeId| self.problem.transport_between(used, self.problem.mode(mode).resource);
            let mut times = operation.mode_ids().map(transport);
            let lag = times.next().unwrap_or(0);
            if times.any(|time| time != lag) {
                return None;
            }
            let anchor = if matches!(link.kind, Kind::EndStart | Kind::EndEnd) { before.1 } else { before.0 };
            let low = anchor + link.min_lag + lag;
            if matches!(link.kind, Kind::EndStart | Kind::StartStart) {
                release = release.max(low);
            } else {
                end_low = end_low.max(low);
            }
        }
        Some(Node {
            operation: id,
            order: operation.order.map_or(NONE, |order| order.0),
            release,
            end_low,
            deadline: operation.deadline,
            breaks: operation.suspend == Suspend::Breaks,
            first_mode,
            num_modes,
        })
    }

    /// Start, end and resource of done or started work.
    fn history(&self, id: OperationId) -> Option<((Time, Time), Option<ResourceId>)> {
        let known = self.problem.baseline(id)?;
        let slot = self.decoder.slot(id)?;
        let used = match known.status {
            Status::Planned => return None,
            Status::Done => known.resource,
            Status::Started => self.problem.mode(slot.mode).resource,
        };
        Some(((slot.start, slot.end), used))
    }

    fn arcs(&self, node_of: &[u32], nodes: usize) -> (Arcs, Arcs) {
        let (mut incoming, mut outgoing) = (Vec::new(), Vec::new());
        for link in &self.problem.precedences {
            let (before, after) = (node_of[link.before.index()], node_of[link.after.index()]);
            if before != NONE && after != NONE {
                incoming.push((after, Arc { node: before, kind: link.kind, lag: link.min_lag }));
                outgoing.push((before, Arc { node: after, kind: link.kind, lag: link.min_lag }));
            }
        }
        (Arcs::new(nodes, incoming), Arcs::new(nodes, outgoing))
    }

    fn resource(&self, id: ResourceId) -> TimedResource {
        let problem = self.problem;
        let holders = problem.operation_ids().filter(|&op| problem.status(op) == Status::Started);
        let ends = holders.filter_map(|op| self.decoder.slot(op)).filter(|slot| {
            let mode = problem.mode(slot.mode);
            mode.resource == Some(id) && mode.duration > 0
        });
        let free = ends.map(|slot| slot.end).max().unwrap_or(problem.now).max(problem.now);
        let matrix = problem.resource(id).matrix.map(|matrix| problem.matrix(matrix));
        let (table, families, state) = self.tables.resources[id.index()];
        TimedResource {
            free,
            state,
            table,
            families,
            suspend: matrix.is_some_and(|matrix| matrix.suspend == Suspend::Breaks),
            attached: matrix.is_some_and(|matrix| matrix.attached),
        }
    }

    fn orders(&self, node_of: &[u32]) -> Vec<TimedOrder> {
        let order = |id| {
            let order = self.problem.order(id);
            let nodes = order.operations.iter().map(|op| node_of[op.index()]);
            let past = order.operations.iter().filter_map(|&op| self.history(op)).map(|known| known.0);
            TimedOrder {
                due: order.due,
                weight: order.weight,
                nodes: nodes.filter(|&node| node != NONE).collect(),
                past: past.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
            }
        };
        self.problem.order_ids().map(order).collect()
    }

    fn past(&self) -> Past {
        let mut past = Past { end: self.problem.now, ..Past::default() };
        for id in self.problem.operation_ids() {
            let Some(((start, end), _)) = self.history(id) else { continue };
            if self.problem.operation(id).order.is_none() {
                past.flow_time += end - start;
            }
            if self.problem.status(id) == Status::Started
                && let Some(slot) = self.decoder.slot(id)
            {
                past.end = past.end.max(end);
                past.changeover_time += slot.changeover.time;
                past.mode_cost += self.problem.mode(slot.mode).cost;
            }
        }
        past
    }

    fn transport(&self, locations: usize) -> Vec<i64> {
        let mut transport = self.problem.transport.clone();
        for location in 0..locations.min(transport.len()) {
            transport[location * locations + location] = 0;
        }
        if transport.iter().all(|&time| time == 0) { Vec::new() } else { transport }
    }
}
