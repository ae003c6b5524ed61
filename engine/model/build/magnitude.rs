//! Sums that could overflow: refused before anything is computed.

use super::Builder;
use crate::error::Finding;
use crate::model::problem::Problem;
use crate::model::time::{FAR, LIMIT, Time};

impl Builder<'_> {
    /// No objective term and no end of any schedule may leave the range of an `i64`.
    pub(super) fn magnitudes(&mut self, problem: &Problem) {
        let work: i128 = problem
            .operations
            .iter()
            .map(|operation| {
                let modes = operation.mode_ids().map(|mode| problem.modes[mode.index()].duration);
                i128::from(modes.max().unwrap_or(0))
            })
            .sum();
        let lags: i128 = problem.precedences.iter().map(|link| i128::from(link.min_lag.max(0))).sum();
        let longest =
            problem.matrices.iter().map(super::super::changeover::Matrix::longest).max().unwrap_or(0);
        let transport = problem.transport.iter().copied().max().unwrap_or(0);
        let changing = i128::from(longest) * problem.operations.len() as i128
            + i128::from(transport) * problem.precedences.len() as i128;
        let end = (i128::from(self.latest_instant()) + work + lags + changing)
            .min(i128::from(self.horizon_end.min(FAR)));
        self.refuse_above("latest possible end", end, i128::from(LIMIT) * 4);
        let weights: i128 =
            problem.orders.iter().map(|order| i128::from(order.weight.max(order.earliness_weight))).sum();
        let span = end - i128::from(self.now) + i128::from(LIMIT.min(self.widest_due(problem)));
        self.refuse_above("sum of order weights x horizon", weights * span, i128::from(i64::MAX / 4));
        let rates: i128 = problem.modes.iter().map(|mode| i128::from(mode.cost)).max().unwrap_or(0)
            * problem.operations.len() as i128;
        self.refuse_above("sum of mode costs", rates, i128::from(i64::MAX / 4));
    }

    /// Durations in another unit than the horizon: minutes taken as seconds, or the other way round.
    pub(super) fn units(&mut self, problem: &Problem) {
        let shortest = problem.operations.iter().filter_map(|operation| {
            operation.mode_ids().map(|mode| problem.modes[mode.index()].duration).min()
        });
        let mut durations: Vec<i64> = shortest.collect();
        if durations.is_empty() {
            return;
        }
        let middle = durations.len() / 2;
        let median = *durations.select_nth_unstable(middle).1;
        let span = self.draft.horizon_end.map(|end| end.saturating_sub(self.now));
        let (found, hint) = match span {
            Some(span) if median > span => (
                format!("half of the operations take {median} or more, now to horizon_end is {span}"),
                "check the unit of durations, or of the horizon",
            ),
            _ if problem.temporal && median == 0 => (
                "half of the operations take less than a second".to_owned(),
                "check the unit of durations; 0 is a milestone",
            ),
            _ => return,
        };
        self.findings.push(
            Finding::warning("UNIT_SUSPECT", "modes")
                .column("duration")
                .found(found)
                .expected("durations that fit the horizon")
                .hint(hint),
        );
    }

    /// The latest instant that any table names.
    fn latest_instant(&self) -> Time {
        let draft = self.draft;
        let calendars = draft.calendars.iter().map(|row| row.end.unwrap_or(row.start).max(row.start));
        let releases = draft.orders.iter().filter_map(|row| row.release);
        let own_releases = draft.operations.iter().filter_map(|row| row.release);
        let arrivals = draft.stock.iter().filter_map(|row| row.time);
        let baselines = draft.baseline.iter().filter_map(|row| row.start.max(row.end));
        calendars
            .chain(releases)
            .chain(own_releases)
            .chain(arrivals)
            .chain(baselines)
            .fold(self.now, Time::max)
    }

    fn widest_due(&self, problem: &Problem) -> Time {
        problem
            .orders
            .iter()
            .filter_map(|order| order.due)
            .map(|due| due.saturating_sub(self.now).saturating_abs())
            .max()
            .unwrap_or(0)
    }

    fn refuse_above(&mut self, what: &'static str, value: i128, limit: i128) {
        if value > limit {
            self.findings.push(
                Finding::error("OVERFLOW", "problem")
                    .of(what)
                    .found(format!("{what} could reach {value}"))
                    .expected(format!("at most {limit}"))
                    .hint("use a coarser tick, smaller weights or a nearer horizon"),
            );
        }
    }
}
