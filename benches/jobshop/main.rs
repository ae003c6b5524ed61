//! Measures the plain search on published job shop and flexible job shop instances.
//!
//! What's measured: the shortest schedule within a limit, from an instance in memory. Reading the file is
//! left out. Every schedule passes the checker in `check.rs` before its row is written. See README.md.

#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs, unreachable_pub, reason = "a program")]

mod check;
mod read;
mod table;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use sopengine::search::limit::{Never, Stop};
use sopengine::search::shop::{PlainOptions, solve_plain};

const USAGE: &str = "\
usage: cargo bench --bench jobshop -- run|summary [options]
  --data DIR     published instances (or the variable SOPENGINE_INSTANCES)
  --list FILE    classes and instances (benches/stratified.txt)
  --only WORDS   instances or classes, separated by commas
  --csv FILE     results; rows that are there already are not run again
  --time SECONDS --work OPERATIONS --threads N --workers N --seeds 1,2,3
  --cpu SECONDS  processor time per thread instead of --time, for shared computers
  --trace        print every improvement";

struct Arguments {
    command: String,
    data: PathBuf,
    list: PathBuf,
    only: Vec<String>,
    csv: PathBuf,
    options: PlainOptions,
    seeds: Vec<u64>,
    trace: bool,
    cpu: Option<f64>,
}

/// Ends a run after so many seconds of processor time per thread.
struct Processor {
    until: f64,
}

impl Stop for Processor {
    fn is_due(&self) -> bool {
        processor_seconds() >= self.until
    }
}

/// Processor time of this process, 0 where the system does not say.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

fn main() -> ExitCode {
    let outcome = parse().and_then(|arguments| match arguments.command.as_str() {
        "run" => run(&arguments),
        "summary" => {
            let known = table::read_known(&arguments.data);
            let rows = table::read_rows(&arguments.csv);
            for line in table::summarize(&rows, &known) {
                println!("{line}");
            }
            Ok(())
        }
        _ => Err(USAGE.to_owned()),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn parse() -> Result<Arguments, String> {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let mut arguments = Arguments {
        command: words.next().unwrap_or_default(),
        data: std::env::var("SOPENGINE_INSTANCES").unwrap_or_default().into(),
        list: "benches/stratified.txt".into(),
        only: Vec::new(),
        csv: "benches/results/jobshop.csv".into(),
        options: PlainOptions::default(),
        seeds: vec![1],
        trace: false,
        cpu: None,
    };
    while let Some(word) = words.next() {
        if word == "--trace" {
            arguments.trace = true;
            continue;
        }
        let value = words.next().ok_or(USAGE)?;
        let number = || value.parse::<u64>().map_err(|_| format!("not a number: {value}"));
        match word.as_str() {
            "--data" => arguments.data = value.into(),
            "--list" => arguments.list = value.into(),
            "--csv" => arguments.csv = value.into(),
            "--only" => arguments.only = value.split(',').map(str::to_owned).collect(),
            "--time" => {
                let seconds = value.parse().map_err(|_| format!("not a number: {value}"))?;
                arguments.options.time_limit = Some(Duration::from_secs_f64(seconds));
            }
            "--cpu" => arguments.cpu = Some(value.parse().map_err(|_| format!("not a number: {value}"))?),
            "--work" => arguments.options.work_limit = Some(number()?),
            "--threads" => arguments.options.threads = number()? as usize,
            "--workers" => arguments.options.workers = number()? as usize,
            "--seeds" => {
                let seeds: Result<_, _> = value.split(',').map(str::parse).collect();
                arguments.seeds = seeds.map_err(|_| format!("not numbers: {value}"))?;
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    if !arguments.data.is_dir() {
        return Err("name the folder of instances with --data or SOPENGINE_INSTANCES".to_owned());
    }
    Ok(arguments)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let known = table::read_known(&arguments.data);
    let mut listed = table::read_list(&arguments.list)?;
    if !arguments.only.is_empty() {
        let is_listed = |word: &String| listed.iter().any(|(class, name)| class == word || name == word);
        let extra: Vec<_> = arguments
            .only
            .iter()
            .filter(|word| !is_listed(word))
            .map(|name| ("other".into(), name.clone()))
            .collect();
        listed.retain(|(class, name)| arguments.only.contains(class) || arguments.only.contains(name));
        listed.extend(extra);
    }
    let commit = commit();
    let done = table::read_rows(&arguments.csv);
    let limit = limit_text(arguments);
    for (class, name) in &listed {
        for &seed in &arguments.seeds {
            let cells =
                [(0, name.clone()), (3, seed.to_string()), (4, arguments.options.threads.to_string())];
            let is_done = |row: &Vec<String>| {
                cells.iter().all(|(column, cell)| row.get(*column) == Some(cell))
                    && row.get(5) == Some(&limit)
            };
            if !done.iter().any(is_done) {
                let row = measure(arguments, class, name, seed, known.get(name), &commit, &limit)?;
                table::append(&arguments.csv, &row).map_err(|e| e.to_string())?;
            }
        }
    }
    Ok(())
}

fn limit_text(arguments: &Arguments) -> String {
    match (arguments.cpu, arguments.options.time_limit, arguments.options.work_limit) {
        (Some(seconds), _, _) => format!("{seconds}cpu"),
        (_, Some(time), _) => format!("{}s", time.as_secs_f64()),
        (_, _, Some(work)) => format!("{work}w"),
        _ => "none".to_owned(),
    }
}

fn measure(
    arguments: &Arguments,
    class: &str,
    name: &str,
    seed: u64,
    known: Option<&table::Known>,
    commit: &str,
    limit: &str,
) -> Result<String, String> {
    let instance = read::read_instance(&arguments.data, name)?;
    let options = PlainOptions { seed, ..arguments.options.clone() };
    let started = processor_seconds();
    let processor = arguments.cpu.map(|each| Processor { until: started + each * options.threads as f64 });
    let stop: &dyn Stop = processor.as_ref().map_or(&Never, |processor| processor);
    let result = solve_plain(&instance, None, &options, stop, &mut |progress| {
        if arguments.trace {
            println!(
                "  {:9.3}s {:>10} {:>14}",
                progress.elapsed.as_secs_f64(),
                progress.makespan,
                progress.work
            );
        }
    });
    let solution = &result.solution;
    let checked = check::check(&instance, solution.starts(), solution.modes())?;
    if checked != u64::from(solution.makespan()) {
        return Err(format!("{name}: the checker finds {checked}, the engine {}", solution.makespan()));
    }
    let upper = known.map(|known| known.upper);
    let deviation = upper.map(|upper| 100.0 * (checked as f64 / upper - 1.0));
    let family = known.map_or("-", |known| known.family.as_str());
    let stats = result.stats;
    let elapsed = stats.elapsed.as_secs_f64();
    let busy = (processor_seconds() - started).max(0.01) / options.threads as f64;
    let row = format!(
        "{name},{family},{class},{seed},{},{limit},{checked},{},{},{},{:.3},{:.3},{elapsed:.3},{},{:.0},{},{commit}",
        options.threads,
        result.bound,
        upper.map_or("-".into(), |upper| upper.to_string()),
        deviation.map_or("-".into(), |deviation| format!("{deviation:.3}")),
        stats.first.as_secs_f64(),
        stats.last.as_secs_f64(),
        stats.work,
        stats.moves as f64 / busy,
        peak_memory(),
    );
    println!("{row}");
    Ok(row)
}

/// Peak resident memory of this process in MB, 0 where the system does not say.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kb| kb.parse().ok()).unwrap_or(0_u64)
        / 1024
}

fn commit() -> String {
    let output = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    output.map_or("-".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
