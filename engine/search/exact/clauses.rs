//! Clauses learned: of the literals of each at least one holds in every schedule within the target.
//!
//! Two literals of a clause are watched; only when one of them fails is the clause looked at. From time to
//! time the half that helped least is forgotten.

use super::paths::Paths;

/// A clause that is kept.
#[derive(Debug, Clone)]
struct Clause {
    literals: Vec<u32>,
    /// Number of levels in it when it was learned.
    spread: u32,
    activity: f32,
}

/// A watched clause and another literal of it: while that holds, the clause need not be read.
#[derive(Debug, Clone, Copy)]
struct Watch {
    clause: u32,
    other: u32,
}

/// All clauses.
#[derive(Debug, Clone)]
pub(super) struct Clauses {
    rows: Vec<Clause>,
    watches: Vec<Vec<Watch>>,
    step: f32,
    most: usize,
}

impl Clauses {
    pub(super) fn new(literals: usize) -> Self {
        Self { rows: Vec::new(), watches: vec![Vec::new(); literals], step: 1.0, most: 4_000 }
    }

    pub(super) fn literals(&self, clause: u32) -> &[u32] {
        &self.rows[clause as usize].literals
    }

    /// Adds a clause of at least two literals and watches the first two.
    pub(super) fn add(&mut self, literals: Vec<u32>, spread: u32) -> u32 {
        let clause = self.rows.len() as u32;
        self.rows.push(Clause { literals, spread, activity: self.step });
        self.watch(clause);
        clause
    }

    fn watch(&mut self, clause: u32) {
        let literals = &self.rows[clause as usize].literals;
        let (one, other) = (literals[0], literals[1]);
        self.watches[one as usize].push(Watch { clause, other });
        self.watches[other as usize].push(Watch { clause, other: one });
    }

    pub(super) fn bump(&mut self, clause: u32) {
        let clause = &mut self.rows[clause as usize];
        clause.activity += self.step;
        if clause.activity > 1e20 {
            for clause in &mut self.rows {
                clause.activity *= 1e-20;
            }
            self.step *= 1e-20;
        }
    }

    pub(super) fn decay(&mut self) {
        self.step *= 1.001;
    }

    /// What follows from `literal` being false; the clause if all its literals are.
    pub(super) fn failed(&mut self, literal: u32, paths: &mut Paths) -> Result<(), u32> {
        let mut watches = std::mem::take(&mut self.watches[literal as usize]);
        let (mut kept, mut result) = (0, Ok(()));
        for read in 0..watches.len() {
            let watch = watches[read];
            if result.is_err() || paths.holds(watch.other) {
                watches[kept] = watch;
                kept += 1;
                continue;
            }
            paths.work += 1;
            let literals = &mut self.rows[watch.clause as usize].literals;
            if literals[0] == literal {
                literals.swap(0, 1);
            }
            let first = literals[0];
            let kept_watch = Watch { clause: watch.clause, other: first };
            if !paths.holds(first)
                && let Some(free) = (2..literals.len()).find(|&place| !paths.fails(literals[place]))
            {
                literals.swap(1, free);
                self.watches[literals[1] as usize].push(kept_watch);
                continue;
            }
            watches[kept] = kept_watch;
            kept += 1;
            if paths.fails(first) {
                result = Err(watch.clause);
            } else if !paths.holds(first) {
                paths.decide(first, super::paths::Reason::Clause(watch.clause));
            }
        }
        watches.truncate(kept);
        self.watches[literal as usize] = watches;
        result
    }

    /// Forgets the less useful half where there are many; only at level 0, where no clause is a reason
    /// that anyone asks for.
    pub(super) fn reduce(&mut self, paths: &mut Paths) {
        if self.rows.len() < self.most {
            return;
        }
        self.most += self.most / 20;
        paths.work += self.rows.len() as u64;
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        let rank = |index: &usize| {
            let clause = &self.rows[*index];
            (clause.spread > 2 && clause.literals.len() > 2, -clause.activity)
        };
        order.sort_by(|one, other| {
            let (first, second) = (rank(one), rank(other));
            first.0.cmp(&second.0).then(first.1.total_cmp(&second.1)).then(one.cmp(other))
        });
        let mut keep: Vec<usize> = order[..order.len() / 2].to_vec();
        keep.sort_unstable();
        let old = std::mem::take(&mut self.rows);
        let mut old: Vec<Option<Clause>> = old.into_iter().map(Some).collect();
        self.rows = keep.into_iter().filter_map(|index| old[index].take()).collect();
        for watches in &mut self.watches {
            watches.clear();
        }
        for clause in 0..self.rows.len() {
            // Literals that are not false come first, so that the watches are right at level 0.
            self.rows[clause].literals.sort_by_key(|&literal| paths.fails(literal));
            self.watch(clause as u32);
        }
    }
}
