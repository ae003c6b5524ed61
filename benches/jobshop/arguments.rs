//! What the command line asks for.

use std::path::PathBuf;
use std::time::Duration;

use sopengine::search::shop::PlainOptions;

/// Printed when the command line is not understood.
pub const USAGE: &str = "\
usage: cargo bench --bench jobshop -- run|summary|curves [options]
  --data DIR     published instances (or the variable SOPENGINE_INSTANCES)
  --list FILE    classes and instances (benches/stratified.txt)
  --only WORDS   instances or classes, separated by commas
  --csv FILES    results, separated by commas; run writes to the first and skips the rows that it has
  --time SECONDS --work OPERATIONS --threads N --workers N --seeds 1,2,3
  --cpu SECONDS  processor time per thread instead of --time, for shared computers
  --curve FILE   run: append every improvement; curves: read them
  --svg FILE     curves: the drawing (curves.svg)
  --trace        print every improvement";

/// The command and its options.
pub struct Arguments {
    pub command: String,
    pub data: PathBuf,
    pub list: PathBuf,
    pub only: Vec<String>,
    pub csv: Vec<PathBuf>,
    pub options: PlainOptions,
    pub seeds: Vec<u64>,
    pub trace: bool,
    pub cpu: Option<f64>,
    pub curve: Option<PathBuf>,
    pub svg: PathBuf,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            command: String::new(),
            data: std::env::var("SOPENGINE_INSTANCES").unwrap_or_default().into(),
            list: "benches/stratified.txt".into(),
            only: Vec::new(),
            csv: vec!["benches/results/jobshop.csv".into()],
            options: PlainOptions::default(),
            seeds: vec![1],
            trace: false,
            cpu: None,
            curve: None,
            svg: "curves.svg".into(),
        }
    }
}

/// Reads the command line.
pub fn parse() -> Result<Arguments, String> {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let command = words.next().unwrap_or_default();
    let mut arguments = Arguments { command, ..Arguments::default() };
    while let Some(word) = words.next() {
        if word == "--trace" {
            arguments.trace = true;
            continue;
        }
        let value = words.next().ok_or(USAGE)?;
        arguments.set(&word, &value)?;
    }
    if !arguments.data.is_dir() {
        return Err("name the folder of instances with --data or SOPENGINE_INSTANCES".to_owned());
    }
    Ok(arguments)
}

impl Arguments {
    fn set(&mut self, word: &str, value: &str) -> Result<(), String> {
        match word {
            "--data" => self.data = value.into(),
            "--list" => self.list = value.into(),
            "--csv" => self.csv = value.split(',').map(PathBuf::from).collect(),
            "--only" => self.only = value.split(',').map(str::to_owned).collect(),
            "--time" => self.options.time_limit = Some(Duration::from_secs_f64(number(value)?)),
            "--cpu" => self.cpu = Some(number(value)?),
            "--work" => self.options.work_limit = Some(number(value)?),
            "--threads" => self.options.threads = number(value)?,
            "--workers" => self.options.workers = number(value)?,
            "--seeds" => self.seeds = value.split(',').map(number).collect::<Result<_, _>>()?,
            "--curve" => self.curve = Some(value.into()),
            "--svg" => self.svg = value.into(),
            _ => return Err(USAGE.to_owned()),
        }
        Ok(())
    }

    /// The limit as a row of results names it.
    pub fn limit(&self) -> String {
        match (self.cpu, self.options.time_limit, self.options.work_limit) {
            (Some(seconds), _, _) => format!("{seconds}cpu"),
            (_, Some(time), _) => format!("{}s", time.as_secs_f64()),
            (_, _, Some(work)) => format!("{work}w"),
            _ => "none".to_owned(),
        }
    }
}

fn number<T: std::str::FromStr>(value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("not a number: {value}"))
}
