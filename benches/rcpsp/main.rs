//! Measures the search for projects on published instances: PSPLIB, and job shops whose operations also need
//! one of k identical operators.
//!
//! What's measured: the shortest schedule within a limit, from an instance in memory. Reading the file is
//! left out. Every schedule passes the checker in `check.rs` before its row is written. See README.md.

#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs, unreachable_pub, reason = "a program")]

mod check;
#[path = "../processor.rs"]
mod processor;
mod read;
mod table;

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use processor::{Processor, peak_memory, processor_seconds};
use sopengine::search::limit::{Never, Stop};
use sopengine::search::project::solve_project;
use sopengine::search::shop::PlainOptions;

const USAGE: &str = "\
usage: cargo bench --bench rcpsp -- run|summary [options]
  --data DIR     published instances (or the variable SOPENGINE_INSTANCES)
  --only WORDS   classes (j30 j60 j90 j120 op4 op6 op8) or instances, separated by commas
  --every N      every N-th instance of each class
  --csv FILE     results; rows that are there already are not run again
  --time SECONDS --work OPERATIONS --threads N --workers N --seeds 1,2,3
  --cpu SECONDS  processor time per thread instead of --time, for shared computers
  --trace        print every improvement";

struct Arguments {
    command: String,
    data: PathBuf,
    only: Vec<String>,
    every: usize,
    csv: PathBuf,
    options: PlainOptions,
    seeds: Vec<u64>,
    trace: bool,
    cpu: Option<f64>,
}

fn main() -> ExitCode {
    let outcome = parse().and_then(|arguments| match arguments.command.as_str() {
        "run" => run(&arguments),
        "summary" => {
            for line in table::summarize(&table::read_rows(&arguments.csv)) {
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
        only: Vec::new(),
        every: 1,
        csv: "benches/results/rcpsp.csv".into(),
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
            "--csv" => arguments.csv = value.into(),
            "--only" => arguments.only = value.split(',').map(str::to_owned).collect(),
            "--every" => arguments.every = number()?.max(1) as usize,
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
    let limited = arguments.options.time_limit.is_some() || arguments.options.work_limit.is_some();
    if arguments.command == "run" && !limited && arguments.cpu.is_none() {
        return Err("give a limit: --time, --work or --cpu".to_owned());
    }
    Ok(arguments)
}

/// The limit as rows name it.
fn limit_text(arguments: &Arguments) -> String {
    match (arguments.cpu, arguments.options.work_limit, arguments.options.time_limit) {
        (Some(cpu), ..) => format!("cpu {cpu}s"),
        (_, Some(work), _) => format!("work {work}"),
        (_, _, Some(time)) => format!("{}s", time.as_secs_f64()),
        _ => "none".to_owned(),
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let commit = commit();
    let done = table::read_rows(&arguments.csv);
    let limit = limit_text(arguments);
    let mut nth = 0;
    let mut class = String::new();
    for known in table::read_known(&arguments.data) {
        let is_asked = |word: &String| *word == known.class || *word == known.name;
        if !arguments.only.is_empty() && !arguments.only.iter().any(is_asked) {
            continue;
        }
        if known.class != class {
            (nth, class) = (0, known.class.clone());
        }
        nth += 1;
        if (nth - 1) % arguments.every != 0 {
            continue;
        }
        for &seed in &arguments.seeds {
            let cells = [known.name.clone(), seed.to_string(), arguments.options.threads.to_string()];
            let is_done = |row: &Vec<String>| {
                [0, 2, 3].iter().zip(&cells).all(|(&at, cell)| row.get(at) == Some(cell))
                    && row.get(4) == Some(&limit)
            };
            if done.iter().any(is_done) {
                continue;
            }
            let row = measure(arguments, &known, seed, &limit)?;
            let row = format!("{row},{commit}");
            println!("{row}");
            table::append(&arguments.csv, &row).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn measure(arguments: &Arguments, known: &table::Known, seed: u64, limit: &str) -> Result<String, String> {
    let name = &known.name;
    let instance = read::read_instance(&arguments.data, known)?;
    let options = PlainOptions { seed, ..arguments.options.clone() };
    let started = processor_seconds();
    let processor = arguments.cpu.map(|each| Processor::for_seconds(each * options.threads as f64));
    let stop: &dyn Stop = processor.as_ref().map_or(&Never, |processor| processor);
    let result = solve_project(&instance, None, &options, stop, &mut |progress| {
        if arguments.trace {
            let elapsed = progress.elapsed.as_secs_f64();
            println!("  {elapsed:9.3}s {:>8} {:>12}", progress.makespan, progress.work);
        }
    });
    let checked = check::check(&instance, &result.starts)?;
    if checked != u64::from(result.makespan) {
        return Err(format!("{name}: the checker finds {checked}, the engine {}", result.makespan));
    }
    if checked < known.lower {
        return Err(format!("{name}: {checked} is below the published bound {}", known.lower));
    }
    let busy = (processor_seconds() - started).max(0.01);
    let deviation = 100.0 * (checked as f64 / known.upper as f64 - 1.0);
    let stats = result.stats;
    Ok(format!(
        "{name},{},{seed},{},{limit},{checked},{},{},{},{deviation:.3},{:.3},{:.3},{busy:.2},{},{:.0},{}",
        known.class,
        options.threads,
        result.bound,
        known.lower,
        known.upper,
        stats.last.as_secs_f64(),
        stats.elapsed.as_secs_f64(),
        stats.work,
        stats.work as f64 / busy,
        peak_memory(),
    ))
}

fn commit() -> String {
    let output = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    output.map_or("-".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
