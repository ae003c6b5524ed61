//! Rows of results, and the best known values beside them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Names of the columns of a results file.
pub const HEADER: &str = "instance,family,class,seed,threads,limit,objective,lower_bound,best_known,deviation,\
first_s,last_s,elapsed_s,work,moves_per_s,peak_mb,commit";

/// What the literature knows about an instance.
#[derive(Clone, Debug)]
pub struct Known {
    pub family: String,
    pub lower: f64,
    pub upper: f64,
    /// What other engines published: name, bound, schedule.
    pub published: Vec<(String, f64, f64)>,
}

impl Known {
    /// The schedule that an engine published; `prefix` leaves out its year.
    pub fn published(&self, prefix: &str) -> Option<f64> {
        self.published.iter().find(|(engine, ..)| engine.starts_with(prefix)).map(|&(_, _, upper)| upper)
    }
}

/// Best known values by instance, from both `bounds.csv`. The job shop's come first where both have one.
pub fn read_known(data: &Path) -> BTreeMap<String, Known> {
    let mut known = BTreeMap::new();
    for kind in ["flexible-jobshop", "jobshop"] {
        let text = std::fs::read_to_string(data.join(kind).join("bounds.csv")).unwrap_or_default();
        let mut lines = text.lines();
        let head: Vec<&str> = lines.next().unwrap_or("").split(',').collect();
        let column = |name: &str| head.iter().position(|&other| other == name);
        let (lower, upper) = (column("lower_bound"), column("upper_bound"));
        let engines: Vec<_> = head
            .iter()
            .filter_map(|name| name.strip_suffix("_ub"))
            .map(|engine| (engine, column(&format!("{engine}_lb")), column(&format!("{engine}_ub"))))
            .collect();
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            let cell = |index: Option<usize>| index.and_then(|i| cells.get(i)).and_then(|c| c.parse().ok());
            let (Some(lower), Some(upper)) = (cell(lower), cell(upper)) else { continue };
            let of_engine = |&(engine, lower, upper): &(&str, Option<usize>, Option<usize>)| {
                Some((engine.to_owned(), cell(lower)?, cell(upper)?))
            };
            let published = engines.iter().filter_map(of_engine).collect();
            let family = cells.get(1).copied().unwrap_or("").to_owned();
            known.insert(cells[0].to_owned(), Known { family, lower, upper, published });
        }
    }
    known
}

/// Class of each listed instance: lines `class: name name ...`.
pub fn read_list(path: &Path) -> Result<Vec<(String, String)>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let mut listed = Vec::new();
    for line in lines {
        let (class, names) = line.split_once(':').ok_or_else(|| format!("no class in: {line}"))?;
        listed.extend(names.split_whitespace().map(|name| (class.trim().to_owned(), name.to_owned())));
    }
    Ok(listed)
}

/// The rows of a results file, cell by cell.
pub fn read_rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// Appends one row (or lines of rows), with the header if the file is new.
pub fn append(path: &Path, header: &str, row: &str) -> std::io::Result<()> {
    let is_new = !path.exists();
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    if is_new {
        writeln!(file, "{header}")?;
    }
    writeln!(file, "{row}")
}

/// Mean deviation by class beside the published column of `OptalCP`.
pub fn summarize(rows: &[Vec<String>], known: &BTreeMap<String, Known>) -> Vec<String> {
    type Cell = (Vec<f64>, Vec<f64>, Vec<f64>);
    let mut classes: BTreeMap<(String, String), Cell> = BTreeMap::new();
    let mut order = Vec::new();
    for row in rows.iter().filter(|row| row.len() >= 12) {
        let key = (row[2].clone(), row[5].clone());
        if !order.contains(&key) {
            order.push(key.clone());
        }
        let cell = classes.entry(key).or_default();
        cell.0.extend(row[9].parse::<f64>());
        cell.2.extend(row[11].parse::<f64>());
        if let Some(known) = known.get(&row[0]) {
            cell.1.extend(known.published("optalcp").map(|value| 100.0 * (value / known.upper - 1.0)));
        }
    }
    let mean = |values: &[f64]| match values.len() {
        0 => "-".to_owned(),
        n => format!("{:.2}", values.iter().sum::<f64>() / n as f64),
    };
    let mut lines = vec!["| class | limit | runs | deviation % | OptalCP 600 s % | last s |".to_owned()];
    lines.push("|---|---|---|---|---|---|".to_owned());
    for key in order {
        let (ours, theirs, last) = &classes[&key];
        let (ours_mean, theirs_mean, last_mean) = (mean(ours), mean(theirs), mean(last));
        let (class, limit) = key;
        let runs = ours.len();
        lines.push(format!("| {class} | {limit} | {runs} | {ours_mean} | {theirs_mean} | {last_mean} |"));
    }
    lines
}
