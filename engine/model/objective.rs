//! What a good schedule is: lexicographic levels of weighted terms (contract, section 4).

use std::fmt;

/// One measure of a schedule; definitions in the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// Sum of max(1, weight) over orders left out.
    Unscheduled,
    /// Sum of weight x max(0, C - due).
    Tardiness,
    /// Sum of weight x `[C > due]`.
    LateOrders,
    /// max(C - due), may be negative.
    MaxLateness,
    /// Latest end - now.
    Makespan,
    /// Sum of earliness weight x max(0, due - C).
    Earliness,
    /// Sum of weight x (C - first start).
    FlowTime,
    /// Sum of changeover working time.
    ChangeoverTime,
    /// Sum of changeover cost.
    ChangeoverCost,
    /// Sum of the modes' cost.
    ModeCost,
    /// Cost of working and changing time.
    ResourceCost,
    /// Deviation from the baseline.
    Stability,
}

impl Term {
    /// All terms, in the order in which results list them.
    pub const ALL: [Self; 12] = [
        Self::Unscheduled,
        Self::Tardiness,
        Self::LateOrders,
        Self::MaxLateness,
        Self::Makespan,
        Self::Earliness,
        Self::FlowTime,
        Self::ChangeoverTime,
        Self::ChangeoverCost,
        Self::ModeCost,
        Self::ResourceCost,
        Self::Stability,
    ];

    /// Name in tables and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unscheduled => "unscheduled",
            Self::Tardiness => "tardiness",
            Self::LateOrders => "late_orders",
            Self::MaxLateness => "max_lateness",
            Self::Makespan => "makespan",
            Self::Earliness => "earliness",
            Self::FlowTime => "flow_time",
            Self::ChangeoverTime => "changeover_time",
            Self::ChangeoverCost => "changeover_cost",
            Self::ModeCost => "mode_cost",
            Self::ResourceCost => "resource_cost",
            Self::Stability => "stability",
        }
    }

    /// The term of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|term| term.name() == name)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value for every term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TermValues([i64; 12]);

impl TermValues {
    /// Value of a term.
    pub fn get(&self, term: Term) -> i64 {
        self.0[term as usize]
    }

    /// Sets the value of a term.
    pub fn set(&mut self, term: Term, value: i64) {
        self.0[term as usize] = value;
    }

    /// Terms with their values.
    pub fn iter(&self) -> impl Iterator<Item = (Term, i64)> + '_ {
        Term::ALL.into_iter().zip(self.0)
    }
}

/// Terms that count together, each with an integer weight of at least 0.
pub type Level = Vec<(Term, i64)>;

/// Lexicographic levels, the most important first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objective {
    /// The levels; never empty.
    pub levels: Vec<Level>,
}

impl Objective {
    /// One level per preset: `on_time`, `throughput`, `stable`, `changeovers`.
    ///
    /// The weights say which sacrifice is worth what: tardiness is in weighted ticks, so a tie
    /// between equally late schedules goes to the one with fewer changeovers and an earlier end.
    pub fn preset(name: &str) -> Option<Self> {
        use Term::{ChangeoverCost, ChangeoverTime, Makespan, ModeCost, Stability, Tardiness};
        let levels = match name {
            "on_time" => {
                vec![vec![(Tardiness, 1)], vec![(ChangeoverTime, 1), (ModeCost, 1)], vec![(Makespan, 1)]]
            }
            "throughput" => vec![vec![(Makespan, 1)]],
            "stable" => vec![vec![(Tardiness, 1), (Stability, 1)], vec![(ChangeoverTime, 1)]],
            "changeovers" => {
                vec![
                    vec![(ChangeoverTime, 1), (ChangeoverCost, 1)],
                    vec![(Tardiness, 1)],
                    vec![(Makespan, 1)],
                ]
            }
            _ => return None,
        };
        Some(Self { levels })
    }

    /// The same with `unscheduled` as the first level, as partial schedules need.
    #[must_use]
    pub fn partial(mut self) -> Self {
        let leads =
            self.levels.first().is_some_and(|level| matches!(level.as_slice(), [(Term::Unscheduled, _)]));
        if !leads {
            self.levels.insert(0, vec![(Term::Unscheduled, 1)]);
        }
        self
    }

    /// Weighted sum per level.
    pub fn value(&self, values: &TermValues) -> Vec<i64> {
        self.levels
            .iter()
            .map(|level| {
                level
                    .iter()
                    .map(|&(term, weight)| values.get(term).saturating_mul(weight))
                    .fold(0, i64::saturating_add)
            })
            .collect()
    }

    /// Whether a term counts on any level.
    pub fn counts(&self, term: Term) -> bool {
        self.levels.iter().flatten().any(|&(counted, weight)| counted == term && weight > 0)
    }
}
