//! From a problem to the network that propagation looks at.
//!
//! What the network keeps: windows, history, pins, modes with their calendars, precedences of all kinds with
//! the least transport, exclusion on unary resources, capacities by time and groups of members. What it drops,
//! so that it stays a relaxation: changeovers (they only make holdings longer), members' own calendars, the
//! choice of members, the order of movements within an instant, and what waits for a decision (a `release` holding over breaks is free there).

mod items;

use crate::model::Problem;
use crate::model::history::{Pin, Status};
use crate::model::ids::{ModeId, OperationId, ResourceId};
use crate::model::operation::Suspend;
use crate::model::precedence::{Kind, Precedence};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, MILLION, Span, Time, share};
use crate::schedule::decode::Outline;

use super::network::{Cumulative, Disjunctive, MOST_MODES, Network, Step, Taking, Way, end_of, start_of};

/// Start and end of done and started work.
pub type History<'h> = &'h dyn Fn(OperationId) -> Option<(Time, Time)>;

/// The network of a problem: operation `i` of the network is operation `i` of the problem; disjunctives and
/// cumulatives are named by resource, those of groups by number of resources plus group.
pub fn network<'p>(outline: &Outline<'p>, history: History<'_>) -> Network<'p> {
    let problem = outline.problem;
    let mut relax = Relax { outline, problem, history, busy: busy_until(outline, history) };
    let mut network = Network::new(&problem.windows);
    for operation in problem.operation_ids() {
        relax.operation(&mut network, operation);
    }
    for link in &problem.precedences {
        relax.link(&mut network, link);
    }
    relax.pins(&mut network);
    relax.resources(&mut network);
    items::add(&mut network, problem, history);
    network.close();
    network
}

struct Relax<'a, 'p> {
    outline: &'a Outline<'p>,
    problem: &'p Problem,
    history: History<'a>,
    /// By unary resource: started work holds it until then.
    busy: Vec<Time>,
}

/// When started work leaves each unary resource that it holds throughout.
fn busy_until(outline: &Outline<'_>, history: History<'_>) -> Vec<Time> {
    let problem = outline.problem;
    let mut busy = vec![problem.now; problem.resources.len()];
    for &operation in &outline.started {
        let (Some((_, end)), Some(known)) = (history(operation), problem.baseline(operation)) else {
            continue;
        };
        if let Some(own) = known.mode.and_then(|mode| outline.mode(mode).own) {
            busy[own.index()] = busy[own.index()].max(end);
        }
    }
    busy
}

impl<'p> Relax<'_, 'p> {
    fn is_planned(&self, operation: OperationId) -> bool {
        self.problem.status(operation) == Status::Planned
    }

    fn allowed(&self, operation: OperationId) -> &[ModeId] {
        &self.outline.allowed[operation.index()]
    }

    fn operation(&mut self, network: &mut Network<'p>, operation: OperationId) {
        if let Some((start, end)) = (self.history)(operation) {
            // Ends of history may be `FAR` where a calendar ends; then nothing follows from them.
            network.add_fixed(start, end.max(start), end.max(start) - start);
            return;
        }
        let data = self.problem.operation(operation);
        let release = data.release.max(self.problem.now);
        let mut ways: Vec<Way> =
            self.allowed(operation).iter().map(|&mode| self.way(operation, mode)).collect();
        if ways.len() > MOST_MODES {
            let duration = ways.iter().map(|way| way.duration).min().unwrap_or(0);
            ways = vec![Way { duration, working: None, breaks: true, varies: true, from: release }];
        }
        let index = network.add(release, data.deadline, &ways);
        let known = self.problem.baseline(operation).filter(|known| known.pin == Pin::Start);
        if let Some(start) = known.and_then(|known| known.start) {
            network.operations[index].release = start;
            network.operations[index].latest_start = start;
        }
    }

    fn way(&self, operation: OperationId, id: ModeId) -> Way {
        let mode = self.problem.mode(id);
        let windows = self.problem.window_set(mode.working);
        let breaks = self.problem.operation(operation).suspend == Suspend::Breaks && mode.duration > 0;
        let from = match self.outline.mode(id).own {
            Some(own) => self.busy[own.index()],
            None => self.problem.now,
        };
        let working = (!windows.is_always()).then_some(mode.working.0);
        Way { duration: mode.duration, working, breaks, varies: mode.run_varies, from }
    }

    /// The shortest duration of an operation that is not history.
    fn shortest(&self, operation: OperationId) -> Span {
        self.allowed(operation).iter().map(|&mode| self.problem.mode(mode).duration).min().unwrap_or(0)
    }

    /// The least transport between the modes that are left.
    fn transport(&self, link: &Precedence) -> Span {
        let problem = self.problem;
        let side = |operation: OperationId| -> Vec<Option<ResourceId>> {
            match problem.baseline(operation) {
                Some(known) if known.status == Status::Done => vec![known.resource],
                _ => self.allowed(operation).iter().map(|&mode| problem.mode(mode).resource).collect(),
            }
        };
        if problem.transport.is_empty() {
            return 0;
        }
        let (from, to) = (side(link.before), side(link.after));
        let pairs = from.iter().flat_map(|&one| to.iter().map(move |&other| (one, other)));
        pairs.map(|(one, other)| problem.transport_between(one, other)).min().unwrap_or(0)
    }

    fn link(&self, network: &mut Network<'p>, link: &Precedence) {
        if !self.is_planned(link.after) {
            return;
        }
        if !self.is_planned(link.before) && (self.history)(link.before).is_none_or(|(_, end)| end >= FAR) {
            return;
        }
        let (before, after) = (link.before.index(), link.after.index());
        let lag = link.min_lag + self.transport(link);
        let early = link.kind == Kind::EndStart && i64::from(link.transfer) < MILLION;
        if early {
            // Work done before `now` counts for started operations, so nothing is sure of them here.
            if self.is_planned(link.before) {
                let need = share(link.transfer, self.shortest(link.before));
                network.link(start_of(before), start_of(after), need + lag);
            }
            let left = share(link.tail, self.shortest(link.after));
            network.link(end_of(before), end_of(after), lag + left);
            if let Some(most) = link.max_lag
                && self.is_planned(link.before)
            {
                network.link(start_of(after), end_of(before), -most);
            }
            return;
        }
        let (from, to) = match link.kind {
            Kind::EndStart => (end_of(before), start_of(after)),
            Kind::StartStart => (start_of(before), start_of(after)),
            Kind::EndEnd => (end_of(before), end_of(after)),
            Kind::StartEnd => (start_of(before), end_of(after)),
        };
        network.link(from, to, lag);
        if let Some(most) = link.max_lag {
            network.link(to, from, -most);
        }
    }

    /// Operations pinned by sequence start in their order.
    fn pins(&self, network: &mut Network<'p>) {
        for chain in &self.outline.pin_chains {
            for pair in chain.windows(2) {
                network.link(start_of(pair[0].index()), start_of(pair[1].index()), 0);
            }
        }
    }

    /// Who takes a resource or a member of a group, by resource, then by group.
    fn takings(&self) -> Vec<Vec<Taking>> {
        let problem = self.problem;
        let resources = problem.resources.len();
        let mut takings: Vec<Vec<Taking>> = vec![Vec::new(); resources + problem.groups.len()];
        for operation in problem.operation_ids().filter(|&operation| self.is_planned(operation)) {
            let allowed = self.allowed(operation);
            if allowed.len() > MOST_MODES {
                continue;
            }
            let never = problem.operation(operation).suspend == Suspend::Never;
            for (bit, &mode) in allowed.iter().enumerate() {
                for (place, quantity, holds) in self.needs(mode, never) {
                    add(&mut takings[place], operation, bit, quantity, holds);
                }
            }
        }
        takings
    }

    /// What a mode takes while it runs: resource or group, how much, whether throughout.
    fn needs(&self, mode: ModeId, never: bool) -> Vec<(usize, i64, bool)> {
        let problem = self.problem;
        let outline = self.outline.mode(mode);
        let mut needs = Vec::new();
        let mut single = outline.own.into_iter().collect::<Vec<_>>();
        for need in &outline.run.fixed {
            if need.unary {
                if never || need.release == 0 {
                    single.push(need.resource);
                }
            } else {
                needs.push((need.resource.index(), need.total(), never || need.release == 0));
            }
        }
        needs.extend(single.iter().map(|resource| (resource.index(), 1, true)));
        for (number, group) in problem.groups.iter().enumerate() {
            let taken = outline.run.groups.iter().filter(|need| need.group.index() == number);
            let (mut quantity, mut holds) = (0, true);
            for need in taken {
                quantity += need.quantity as i64;
                holds &= never || !need.release;
            }
            quantity += single.iter().filter(|own| group.members.contains(own)).count() as i64;
            if quantity > 0 {
                needs.push((problem.resources.len() + number, quantity, holds));
            }
        }
        needs
    }

    fn resources(&mut self, network: &mut Network<'p>) {
        let problem = self.problem;
        let mut takings = self.takings();
        let groups = takings.split_off(problem.resources.len());
        let used = self.used_by_history();
        for (resource, takings) in problem.resource_ids().zip(takings) {
            if takings.is_empty() {
                continue;
            }
            let (name, data) = (resource.0, problem.resource(resource));
            if data.kind == ResourceKind::Unary {
                let open = (!problem.window_set(data.open).is_always()).then_some(data.open.0);
                network.disjunctives.push(Disjunctive { name, open, takings });
            } else {
                let steps = steps(problem, resource, &used[resource.index()]);
                network.cumulatives.push(Cumulative { name, steps, takings });
            }
        }
        for (number, takings) in groups.into_iter().enumerate() {
            if takings.len() > 1 {
                let free = problem.groups[number].members.len() as i64;
                let steps = vec![Step { from: -FAR / 2, capacity: free, free }];
                let name = (problem.resources.len() + number) as u32;
                network.cumulatives.push(Cumulative { name, steps, takings });
            }
        }
    }

    /// Holdings of started work on cumulative resources that last throughout: end and quantity.
    fn used_by_history(&self) -> Vec<Vec<(Time, i64)>> {
        let problem = self.problem;
        let mut used = vec![Vec::new(); problem.resources.len()];
        for &operation in &self.outline.started {
            let (Some((_, end)), Some(known)) = ((self.history)(operation), problem.baseline(operation))
            else {
                continue;
            };
            let Some(mode) = known.mode else { continue };
            for need in &self.outline.mode(mode).run.fixed {
                // Where the capacity varies, part of the holding may not count.
                let profile = problem.profile(problem.resource(need.resource).profile);
                if !need.unary && need.release == 0 && profile.steps.len() == 1 {
                    used[need.resource.index()].push((end, need.hold));
                }
            }
        }
        used
    }
}

/// Adds a mode of an operation to those that take a resource.
fn add(takings: &mut Vec<Taking>, operation: OperationId, bit: usize, quantity: i64, holds: bool) {
    match takings.last_mut().filter(|last| last.operation == operation.0) {
        Some(last) if last.modes >> bit & 1 == 1 => {}
        Some(last) => {
            last.modes |= 1 << bit;
            last.quantity = last.quantity.min(quantity);
            last.holds &= holds;
        }
        None => takings.push(Taking { operation: operation.0, modes: 1 << bit, quantity, holds }),
    }
}

/// Capacity of a cumulative resource and what started work leaves of it.
fn steps(problem: &Problem, resource: ResourceId, used: &[(Time, i64)]) -> Vec<Step> {
    let profile = problem.profile(problem.resource(resource).profile);
    let mut instants: Vec<Time> = profile.steps.iter().map(|step| step.0).collect();
    instants.extend(used.iter().map(|&(end, _)| end).chain([problem.now]).filter(|&end| end < FAR));
    instants.push(-FAR / 2);
    instants.sort_unstable();
    instants.dedup();
    instants.retain(|&from| from >= -FAR / 2);
    let step = |&from: &Time| {
        let capacity = profile.at(from);
        let taken: i64 = if from < problem.now {
            0
        } else {
            used.iter().filter(|&&(end, _)| end > from).map(|&(_, quantity)| quantity).sum()
        };
        Step { from, capacity, free: (capacity - taken).max(0) }
    };
    instants.iter().map(step).collect()
}
