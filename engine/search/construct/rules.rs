//! Priority rules: a key for each operation, smaller first.

use crate::model::Problem;
use crate::model::ids::OperationId;
use crate::model::operation::Operation;
use crate::model::time::{FAR, Time};
use crate::propagation::TimeWindows;
use crate::schedule::decode::Outline;

/// How operations are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Latest start for the order's due date.
    LatestStart,
    /// The order's due date; order by order.
    DueDate,
    /// Published start times.
    Baseline,
    /// Slack of the order for its weight and remaining work.
    WeightedRatio,
    /// Earliest start.
    EarliestStart,
    /// Longest remaining work first.
    MostWork,
    /// Due dates in buckets, equal setup states together.
    Campaigns,
    /// Shortest work for its weight first.
    WeightedShortest,
    /// Apparent tardiness cost of the order; the number is the look-ahead in quarters.
    TardinessCost(u32),
    /// The same, with work counted where it is scarce: by the load of its resources.
    ScarceCost(u32),
}

impl Rule {
    /// The rule for plants with more work than time: the other end of the range from the latest start, which
    /// suits those that can be in time. Once it has been tried as well, one of the two is worth learning from.
    pub const WIDE: Self = Self::WeightedRatio;

    /// All rules, the most useful first.
    pub const ALL: [Self; 13] = [
        Self::LatestStart,
        Self::Baseline,
        Self::WIDE,
        Self::DueDate,
        Self::ScarceCost(4),
        Self::TardinessCost(4),
        Self::ScarceCost(16),
        Self::WeightedShortest,
        Self::TardinessCost(1),
        Self::TardinessCost(16),
        Self::Campaigns,
        Self::EarliestStart,
        Self::MostWork,
    ];
}

impl Rule {
    /// Whether it ranks by how long an order still takes.
    pub fn goes_by_lead_time(self) -> bool {
        use Rule::{LatestStart, ScarceCost, TardinessCost, WeightedRatio};
        matches!(self, LatestStart | WeightedRatio | TardinessCost(_) | ScarceCost(_))
    }
}

/// What rules look at: times without contention.
#[derive(Debug)]
pub struct Measures {
    /// Longest way from the start of an operation to the end of the last one behind it.
    tail: Vec<Time>,
    /// When it must start for its due date.
    latest: Vec<Time>,
    /// Due date of its order.
    due: Vec<Time>,
    /// Work of the whole order.
    work: Vec<Time>,
    /// The same, each piece in proportion to the square of the load of its resources.
    scarce: Vec<Time>,
    weight: Vec<i64>,
    earliest: Vec<Time>,
}

impl Measures {
    /// From the longest ways through the precedences.
    pub fn new(outline: &Outline<'_>, windows: &TimeWindows) -> Self {
        let problem = outline.problem;
        let operations = problem.operations.len();
        let order_of = |operation: &Operation| operation.order.map(|order| problem.order(order));
        let mut measures = Self {
            tail: vec![0; operations],
            latest: vec![FAR; operations],
            due: vec![FAR; operations],
            work: vec![0; operations],
            scarce: vec![0; operations],
            weight: vec![1; operations],
            earliest: windows.est.clone(),
        };
        let (mut work, mut scarce) = (vec![0; problem.orders.len()], vec![0; problem.orders.len()]);
        let load = loads(problem);
        for id in problem.operation_ids() {
            if let Some(order) = problem.operation(id).order {
                work[order.index()] += mean_duration(outline, id);
                scarce[order.index()] += scarce_duration(outline, &load, id);
            }
        }
        for &id in problem.topological.iter().rev() {
            let index = id.index();
            let data = problem.operation(id);
            let duration = mean_duration(outline, id);
            let (mut behind, mut limit) = (0, windows.lct[index].min(FAR));
            if let Some(order) = order_of(data) {
                measures.due[index] = order.due.or(order.deadline).unwrap_or(FAR);
                measures.weight[index] = order.weight.max(1);
                limit = limit.min(measures.due[index]);
            }
            measures.work[index] = data.order.map_or(duration, |order| work[order.index()]);
            measures.scarce[index] = data.order.map_or(duration, |order| scarce[order.index()]);
            for link in problem.outgoing(id) {
                let after = link.after.index();
                behind = behind.max(measures.tail[after] + link.min_lag.max(0));
                limit = limit.min(measures.latest[after] - link.min_lag.max(0));
            }
            measures.tail[index] = behind + duration;
            measures.latest[index] = if limit >= FAR / 2 { FAR } else { limit - duration };
        }
        measures
    }
}

impl Measures {
    /// Lead times move a fifth of the way to those of a schedule, given by start and end (two fifths and more
    /// overshoot).
    pub fn learn(&mut self, problem: &Problem, times: &dyn Fn(OperationId) -> Option<(Time, Time)>) {
        for order in &problem.orders {
            let ends = order.operations.iter().filter_map(|op| times(*op)).map(|times| times.1);
            let Some(end) = ends.max() else { continue };
            for op in &order.operations {
                let index = op.index();
                let Some((start, _)) = times(*op) else { continue };
                self.tail[index] += (end - start - self.tail[index]) / 5;
                if self.due[index] < FAR {
                    self.latest[index] = self.due[index] - self.tail[index];
                }
            }
        }
    }

    /// Latest start of an order by one of its operations: due date less the order's longest way.
    fn latest_of(&self, operation: usize) -> Time {
        self.due[operation] - self.tail[operation]
    }
}

fn mean_duration(outline: &Outline<'_>, operation: OperationId) -> Time {
    let modes = &outline.allowed[operation.index()];
    let total: Time = modes.iter().map(|&mode| outline.problem.mode(mode).duration).sum();
    total / (modes.len() as Time).max(1)
}

/// The keys of a rule; none if it must stop.
pub fn keys(
    outline: &Outline<'_>,
    measures: &Measures,
    rule: Rule,
    stop: &dyn Fn() -> bool,
) -> Option<Vec<(i64, i64)>> {
    let problem = outline.problem;
    let span = horizon(problem, measures);
    match rule {
        Rule::TardinessCost(quarters) => {
            return tardiness_cost(outline, measures, &measures.work, (span, quarters), stop);
        }
        Rule::ScarceCost(quarters) => {
            return tardiness_cost(outline, measures, &measures.scarce, (span, quarters), stop);
        }
        _ => {}
    }
    let key = |operation: OperationId| {
        let index = operation.index();
        let (latest, due) = (measures.latest[index], measures.due[index]);
        let order = problem.operation(operation).order.map_or(i64::MAX, |order| i64::from(order.0));
        match rule {
            Rule::LatestStart => (latest, -measures.tail[index]),
            Rule::DueDate => (due, order),
            Rule::Baseline => {
                let start = problem.baseline(operation).and_then(|known| known.start);
                (start.unwrap_or(latest), latest)
            }
            Rule::WeightedRatio => {
                let slack = (latest.min(problem.now + 4 * span) - problem.now).max(0);
                ((slack + measures.tail[index]) / measures.weight[index], latest)
            }
            Rule::EarliestStart => (measures.earliest[index], latest),
            Rule::MostWork => (-measures.tail[index], latest),
            Rule::Campaigns => {
                let bucket = (due.min(problem.now + 4 * span) - problem.now) / (span / 12).max(1);
                let setup = problem.operation(operation).setup.first();
                let family = setup.map_or(i64::MAX, |state| i64::from(state.1.0));
                (bucket, family)
            }
            Rule::WeightedShortest | Rule::TardinessCost(_) | Rule::ScarceCost(_) => {
                (measures.work[index] / measures.weight[index], order)
            }
        }
    };
    Some(problem.operation_ids().map(key).collect())
}

/// Work on each resource, alternatives sharing alike.
fn loads(problem: &Problem) -> Vec<Time> {
    let mut load = vec![0; problem.resources.len()];
    for operation in problem.operation_ids() {
        let data = problem.operation(operation);
        let modes = data.modes.len() as Time;
        for mode in data.mode_ids().map(|mode| problem.mode(mode)) {
            if let Some(resource) = mode.resource {
                load[resource.index()] += mode.duration / modes.max(1);
            }
        }
    }
    load
}

/// Mean duration of an operation, each mode's in proportion to the square of the load of its resource.
fn scarce_duration(outline: &Outline<'_>, load: &[Time], operation: OperationId) -> Time {
    let problem = outline.problem;
    let most = i128::from(load.iter().copied().max().unwrap_or(0).max(1));
    let modes = &outline.allowed[operation.index()];
    let of_mode = |mode: &crate::model::ids::ModeId| {
        let mode = problem.mode(*mode);
        let load = i128::from(mode.resource.map_or(0, |own| load[own.index()]));
        (i128::from(mode.duration) * load / most * load / most) as Time
    };
    modes.iter().map(of_mode).sum::<Time>() / (modes.len() as Time).max(1)
}

/// How long everything might take: the load of the busiest resource, roughly.
fn horizon(problem: &Problem, measures: &Measures) -> Time {
    let longest = measures.tail.iter().copied().max().unwrap_or(0);
    loads(problem).into_iter().max().unwrap_or(0).max(longest).max(1)
}

/// Orders one after the other as on a single resource: at each moment the one with the largest weight
/// per work, discounted by its slack. The usual exponential is replaced by its hyperbola: integers.
///
/// What is chosen together is the best of what is open, sorted; what is not is not.
fn tardiness_cost(
    outline: &Outline<'_>,
    measures: &Measures,
    work: &[Time],
    (span, quarters): (Time, u32),
    stop: &dyn Fn() -> bool,
) -> Option<Vec<(i64, i64)>> {
    let problem = outline.problem;
    let first = |order: &crate::model::operation::Order| order.operations.first().map(|op| op.index());
    let mut open: Vec<(usize, usize)> =
        problem.orders.iter().enumerate().filter_map(|(order, data)| Some((order, first(data)?))).collect();
    let total: Time = open.iter().map(|&(_, op)| work[op]).sum::<Time>().max(1);
    let mean = (total / (open.len() as Time).max(1)).max(1);
    let look = (mean * Time::from(quarters) / 4).max(1);
    let mut rank = vec![i64::MAX; problem.orders.len()];
    let (mut done, mut next) = (0, 0);
    // Many orders are ranked in batches, so that the whole stays near linear.
    let batch = open.len().div_ceil(256).max(1);
    while !open.is_empty() {
        let time = problem.now + (i128::from(span) * i128::from(done) / i128::from(total)) as Time;
        let index = |&(_, op): &(usize, usize)| {
            let head = measures.latest_of(op) - time;
            let slack = head.clamp(0, 1 << 40);
            let price = i128::from(measures.weight[op]) << 40;
            price * i128::from(look) / (i128::from(work[op].max(1)) * i128::from(look + slack))
        };
        if stop() {
            return None;
        }
        let mut priced: Vec<(i128, usize, usize)> =
            open.iter().map(|entry| (-index(entry), entry.0, entry.1)).collect();
        let taken = batch.min(priced.len());
        if taken < priced.len() {
            let _ = priced.select_nth_unstable(taken);
        }
        priced[..taken].sort_unstable();
        for &(_, order, op) in &priced[..taken] {
            rank[order] = next;
            next += 1;
            done += work[op];
        }
        open.clear();
        open.extend(priced[taken..].iter().map(|&(_, order, op)| (order, op)));
    }
    let key = |operation: OperationId| {
        let order = problem.operation(operation).order;
        (order.map_or(i64::MAX, |order| rank[order.index()]), measures.latest[operation.index()])
    };
    Some(problem.operation_ids().map(key).collect())
}
