//! The figures that the field compares engines by, per family, beside what other engines published.
//!
//! - `UB / best`: geometric mean of schedule length over best known length; 1 is best.
//! - `LB / best`: geometric mean of proven bound over best known bound; 1 is best.
//! - `gap`: shifted geometric mean of `(UB - LB) / UB`, in percent, shifted by one percent so that solved
//!   instances (gap 0) do not swallow the others; 0 is best.
//!
//! Published figures are computed from `bounds.csv` over exactly the instances (and as often as) they appear
//! in the measured rows. An instance for which an engine published nothing is left out of its mean and
//! counted in its last column.

use std::collections::BTreeMap;

use super::table::Known;

/// Shift of the geometric mean of gaps: one percent.
const SHIFT: f64 = 0.01;

/// Sums of logarithms over one family.
#[derive(Clone, Copy, Default)]
struct Means {
    count: usize,
    upper: f64,
    lower: f64,
    gap: f64,
}

impl Means {
    fn add(&mut self, lower: f64, upper: f64, known: &Known) {
        self.count += 1;
        self.upper += (upper / known.upper).ln();
        self.lower += (lower.max(1.0) / known.lower.max(1.0)).ln();
        self.gap += ((upper - lower) / upper + SHIFT).ln();
    }

    fn cells(&self, of: usize) -> String {
        if self.count == 0 {
            return format!("- | - | - | 0 of {of}");
        }
        let mean = |sum: f64| (sum / self.count as f64).exp();
        let gap = 100.0 * (mean(self.gap) - SHIFT);
        let (upper, lower) = (mean(self.upper), mean(self.lower));
        format!("{upper:.5} | {lower:.5} | {gap:.2} | {} of {of}", self.count)
    }
}

/// One table: families and limits by rows of results, engines as lines.
pub fn summarize(rows: &[Vec<String>], known: &BTreeMap<String, Known>) -> Vec<String> {
    let mut groups: BTreeMap<(String, String), BTreeMap<String, Means>> = BTreeMap::new();
    let mut sizes: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.len() >= 12) {
        let (Some(known), Ok(upper), Ok(lower)) = (known.get(&row[0]), row[6].parse(), row[7].parse()) else {
            continue;
        };
        for family in [row[1].clone(), "all".to_owned()] {
            let key = (family, row[5].clone());
            *sizes.entry(key.clone()).or_default() += 1;
            let engines = groups.entry(key).or_default();
            engines.entry(format!(" {} x {}", row[5], row[4])).or_default().add(lower, upper, known);
            for (engine, lower, upper) in &known.published {
                engines.entry(engine.clone()).or_default().add(*lower, *upper, known);
            }
        }
    }
    let mut lines = vec!["| family | engine | UB / best | LB / best | gap % | instances |".to_owned()];
    lines.push("|---|---|---|---|---|---|".to_owned());
    for (key, engines) in &groups {
        for (engine, means) in engines {
            let (family, engine) = (&key.0, engine.trim());
            lines.push(format!("| {family} | {engine} | {} |", means.cells(sizes[key])));
        }
    }
    lines
}
