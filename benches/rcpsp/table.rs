//! Rows of results, and the published values beside them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Names of the columns of a results file.
const HEADER: &str = "instance,class,seed,threads,limit,objective,lower_bound,published_lower,published_upper,\
deviation,last_s,elapsed_s,busy_s,work,work_per_s,peak_mb,commit";

/// What was published for an instance.
#[derive(Clone, Debug)]
pub struct Known {
    pub name: String,
    pub class: String,
    /// The better of the published lower bounds.
    pub lower: u64,
    /// The better of the published schedules.
    pub upper: u64,
    /// Operators, for a job shop with them.
    pub operators: Option<u64>,
}

/// All instances: PSPLIB by set and number, then job shops by operators and name.
pub fn read_known(data: &Path) -> Vec<Known> {
    let mut known = Vec::new();
    for (file, operators) in [("rcpsp/bounds.csv", false), ("jobshop/operators-results.csv", true)] {
        let text = std::fs::read_to_string(data.join(file)).unwrap_or_default();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let value = |at: usize| cells.get(at).and_then(|cell| cell.parse::<u64>().ok());
            let Some(upper) = value(3).into_iter().chain(value(5)).min() else { continue };
            let lower = value(2).into_iter().chain(value(4)).max().unwrap_or(0);
            let operators = operators.then(|| value(1).unwrap_or(0));
            let (name, class) = match operators {
                Some(count) => (format!("{}/{count}", cells[0]), format!("op{count}")),
                None => (cells[0].to_owned(), cells[1].to_owned()),
            };
            known.push(Known { name, class, lower, upper, operators });
        }
    }
    let rank = |class: &str| class.trim_start_matches(char::is_alphabetic).parse::<u32>().unwrap_or(0);
    let parts = |name: &str| name.split('_').filter_map(|part| part.parse::<u32>().ok()).collect::<Vec<_>>();
    known.sort_by_key(|row| (row.operators, rank(&row.class), parts(&row.name), row.name.clone()));
    known
}

/// The rows of a results file, cell by cell.
pub fn read_rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// Appends one row, with the header if the file is new.
pub fn append(path: &Path, row: &str) -> std::io::Result<()> {
    let is_new = !path.exists();
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    if is_new {
        writeln!(file, "{HEADER}")?;
    }
    writeln!(file, "{row}")
}

/// Of a run: deviation in percent, whether proven, seconds to the last improvement.
type Figures = (f64, bool, f64);

/// By class and limit: mean deviation from the published schedule, how many are as short, how many proven.
pub fn summarize(rows: &[Vec<String>]) -> Vec<String> {
    let mut order = Vec::new();
    let mut classes: BTreeMap<(String, String), Vec<Figures>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.len() >= 15) {
        let key = (row[1].clone(), row[4].clone());
        if !order.contains(&key) {
            order.push(key.clone());
        }
        let deviation = row[9].parse().unwrap_or(f64::NAN);
        let last = row[10].parse().unwrap_or(f64::NAN);
        classes.entry(key).or_default().push((deviation, row[5] == row[6], last));
    }
    let mut lines = vec![
        "| class | limit | runs | mean deviation % | as short | proven | last s |".to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ];
    for key in order {
        let runs = &classes[&key];
        let mean = |value: fn(&Figures) -> f64| runs.iter().map(value).sum::<f64>() / runs.len() as f64;
        let short = runs.iter().filter(|run| run.0 <= 0.0).count();
        let proven = runs.iter().filter(|run| run.1).count();
        lines.push(format!(
            "| {} | {} | {} | {:.3} | {short} | {proven} | {:.1} |",
            key.0,
            key.1,
            runs.len(),
            mean(|run| run.0),
            mean(|run| run.2)
        ));
    }
    lines
}
