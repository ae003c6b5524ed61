//! Bounds by refutation: what cannot be done within `T` takes at least `T + 1`.
//!
//! Propagation is asked whether everything can end by `T`. The least `T` that it does not refute is found by
//! bisection; then *shaving* refutes more: an operation is tried in the first half, quarter, eighth of its
//! window, and where propagation refutes that, the window begins after it; likewise from the end. Both are
//! bounded by work (operations touched), so a bound repeats to the same number on every machine.
//!
//! # Cost
//! Bisection: one fixpoint for each halving. Shaving: some fixpoints an operation and pass.
//!
//! # References
//! Klein and Scholl, "Computing lower bounds by destructive improvement", EJOR 112, 1999. Carlier and Pinson,
//! "Adjustment of heads and tails for the job-shop problem", EJOR 78, 1994. Martin and Shmoys, "A new approach
//! to computing optimal schedules for the job-shop scheduling problem", IPCO 1996.

use crate::model::time::{FAR, Time};
use crate::propagation::{Conflict, Network, Propagation};

/// What is known of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing ends by it: proven.
    Refuted(Conflict),
    /// Not refuted.
    Open,
    /// Not refuted by the work given.
    Unfinished,
}

/// Raises a bound as far as propagation refutes targets.
#[derive(Debug)]
pub struct Destructive<'n, 'p> {
    propagation: Propagation<'n, 'p>,
    tails: Vec<Time>,
    is_refuted: Option<Conflict>,
}

impl<'n, 'p> Destructive<'n, 'p> {
    /// For a network; `tails` by operation are what must follow each end, or none.
    pub fn new(network: &'n Network<'p>, tails: Vec<Time>) -> Self {
        let mut propagation = Propagation::new(network);
        let is_refuted = propagation.run().err();
        Self { propagation, tails, is_refuted }
    }

    /// The contradiction that holds whatever the target is.
    pub fn conflict(&self) -> Option<Conflict> {
        self.is_refuted
    }

    /// Operations touched so far.
    pub fn work(&self) -> u64 {
        self.propagation.work()
    }

    /// Whether propagation alone refutes a target.
    pub fn refute(&mut self, target: Time) -> Verdict {
        self.attempt(target, |_| Verdict::Open)
    }

    /// Whether propagation and shaving refute a target; unfinished when `until` operations are touched.
    pub fn shave(&mut self, target: Time, until: u64) -> Verdict {
        self.attempt(target, |propagation| shaved(propagation, until))
    }

    /// Windows under a target after propagation and shaving: earliest starts and latest ends; none if the
    /// target is refuted.
    pub fn windows(&mut self, target: Time, until: u64) -> Option<(Vec<Time>, Vec<Time>)> {
        let count = self.propagation.network().operations.len();
        let mut windows = None;
        let verdict = self.attempt(target, |propagation| {
            let verdict = shaved(propagation, until);
            let domains = &propagation.domains;
            windows = Some((
                (0..count).map(|i| domains.est(i)).collect(),
                (0..count).map(|i| domains.lct(i)).collect(),
            ));
            verdict
        });
        windows.filter(|_| !matches!(verdict, Verdict::Refuted(_)))
    }

    fn attempt(&mut self, target: Time, act: impl FnOnce(&mut Propagation<'n, 'p>) -> Verdict) -> Verdict {
        if let Some(conflict) = self.is_refuted {
            return Verdict::Refuted(conflict);
        }
        let mark = self.propagation.mark();
        let limited = self.propagation.end_by(target, &self.tails);
        let verdict = match limited.and_then(|()| self.propagation.run()) {
            Err(conflict) => Verdict::Refuted(conflict),
            Ok(()) => act(&mut self.propagation),
        };
        self.propagation.undo(mark);
        verdict
    }

    /// The least target at or above `low` that propagation does not refute; `high` is known to be possible.
    pub fn bisect(&mut self, low: Time, high: Time, until: u64) -> Time {
        let (mut low, mut high) = (low, high);
        while low < high && self.work() < until {
            let middle = low + (high - low) / 2;
            if let Verdict::Refuted(_) = self.refute(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// A bound by shaving, from `low` upwards in growing strides and back; `high` is known to be possible.
    pub fn climb(&mut self, low: Time, high: Time, until: u64) -> Time {
        let (mut low, mut stride, mut open) = (low, 1, high);
        while low < open && self.work() < until {
            let target = (low + stride - 1).min(open - 1);
            match self.shave(target, until) {
                Verdict::Refuted(_) => {
                    low = target + 1;
                    stride *= 2;
                }
                Verdict::Open | Verdict::Unfinished => {
                    open = target;
                    stride = (stride / 2).max(1);
                }
            }
        }
        low
    }
}

fn shaved(propagation: &mut Propagation<'_, '_>, until: u64) -> Verdict {
    match shave(propagation, until, &|| false) {
        Err(conflict) => Verdict::Refuted(conflict),
        Ok(true) => Verdict::Open,
        Ok(false) => Verdict::Unfinished,
    }
}

/// Narrows windows from both sides by refuting parts of them, whatever was propagated before; whether that
/// came to an end before `until` operations were touched, or the contradiction.
pub fn shave(
    propagation: &mut Propagation<'_, '_>,
    until: u64,
    stop: &dyn Fn() -> bool,
) -> Result<bool, Conflict> {
    propagation.run()?;
    let count = propagation.network().operations.len();
    let mut since_change = 0;
    for operation in (0..count).cycle() {
        if since_change >= count {
            break;
        }
        if propagation.work() >= until || stop() {
            return Ok(false);
        }
        since_change += 1;
        for side in [Side::Start, Side::End] {
            if shave_side(propagation, operation, side, until)? {
                since_change = 0;
            }
        }
    }
    Ok(true)
}

#[derive(Debug, Clone, Copy)]
enum Side {
    Start,
    End,
}

/// Tries the first (last) part of an operation's window, halving it until a part is refuted.
fn shave_side(
    propagation: &mut Propagation<'_, '_>,
    operation: usize,
    side: Side,
    until: u64,
) -> Result<bool, Conflict> {
    let mut changed = false;
    let width = propagation.domains.lst(operation) - propagation.domains.est(operation);
    // A window without end has no half that says anything.
    let mut part = if propagation.domains.lct(operation) >= FAR / 2 { 0 } else { width / 2 };
    while part > 0 && propagation.work() < until {
        let (est, lct) = (propagation.domains.est(operation), propagation.domains.lct(operation));
        let mark = propagation.mark();
        let tried = match side {
            Side::Start => propagation.domains.lower_start(operation, est + part - 1),
            Side::End => propagation.domains.raise_end(operation, lct - part + 1),
        };
        let refuted = tried.and_then(|()| propagation.run()).is_err();
        propagation.undo(mark);
        if refuted {
            changed = true;
            match side {
                Side::Start => propagation.domains.raise_start(operation, est + part)?,
                Side::End => propagation.domains.lower_end(operation, lct - part)?,
            }
            propagation.run()?;
            part = part.min(propagation.domains.lst(operation) - propagation.domains.est(operation));
        } else {
            part /= 4;
        }
    }
    Ok(changed)
}
