//! Measures the search on job shops with sequence dependent transition times.
//!
//! `cargo bench --bench setups -- run --data DIR [--time S | --cpu S | --work N] [--threads N] [--seed N]
//! [--only a,b]`. What is measured: the shortest schedule within the limit from one problem in memory, found
//! through the common door; each is verified before its line is printed. `deviation` compares with the better
//! of the two published values in `setups-results.csv`.

#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs, unreachable_pub, reason = "a program")]

mod instance;
#[path = "../processor.rs"]
#[allow(dead_code, reason = "other benches stop by processor time")]
mod processor;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use processor::{peak_memory, processor_seconds};
use sopengine::model::objective::Objective;
use sopengine::schedule::verify::verify;
use sopengine::search::{SolveOptions, solve};

const USAGE: &str = "usage: cargo bench --bench setups -- run --data DIR [--time SECONDS] [--cpu SECONDS] \
                     [--work OPERATIONS] [--threads N] [--seed N] [--only names] [--trace yes]";

struct Arguments {
    data: PathBuf,
    only: Vec<String>,
    /// Processor seconds a thread.
    cpu: Option<f64>,
    trace: bool,
    options: SolveOptions,
}

fn main() -> ExitCode {
    match parse().and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn parse() -> Result<Arguments, String> {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench" && word != "run");
    let mut arguments = Arguments {
        data: std::env::var("SOPENGINE_INSTANCES").unwrap_or_default().into(),
        only: Vec::new(),
        cpu: None,
        trace: false,
        options: SolveOptions {
            seed: 1,
            threads: 1,
            workers: 4,
            time_limit: None,
            work_limit: None,
            partial: false,
            objective: Objective::preset("throughput").ok_or(USAGE)?,
        },
    };
    while let Some(word) = words.next() {
        let value = words.next().ok_or(USAGE)?;
        let number = || value.parse::<f64>().map_err(|_| format!("not a number: {value}"));
        match word.as_str() {
            "--data" => arguments.data = value.into(),
            "--only" => arguments.only = value.split(',').map(str::to_owned).collect(),
            "--time" => arguments.options.time_limit = Some(Duration::from_secs_f64(number()?)),
            "--cpu" => arguments.cpu = Some(number()?),
            "--work" => arguments.options.work_limit = Some(number()? as u64),
            "--threads" => arguments.options.threads = number()? as usize,
            "--seed" => arguments.options.seed = number()? as u64,
            "--trace" => arguments.trace = true,
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(arguments)
}

/// Names with the better published value.
fn published(data: &Path) -> Result<Vec<(String, i64)>, String> {
    let text = std::fs::read_to_string(data.join("jobshop/setups-results.csv"))
        .map_err(|error| format!("{USAGE}\n{error}"))?;
    let row = |line: &str| {
        let mut cells = line.split(',');
        let name = cells.next()?.to_owned();
        let uppers = cells.skip(1).step_by(2).filter_map(|cell| cell.parse().ok());
        Some((name, uppers.min()?))
    };
    Ok(text.lines().skip(1).filter_map(row).collect())
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let rows = published(&arguments.data)?;
    let (mut sum, mut count) = (0.0, 0.0);
    println!("instance,makespan,published,deviation,seconds,work,moves");
    for (name, best) in rows {
        if !arguments.only.is_empty() && !arguments.only.contains(&name) {
            continue;
        }
        sum += measure(arguments, &name, best)?;
        count += 1.0;
    }
    println!(
        "mean deviation {:.3} % of {count} instances, peak {} MB",
        sum / f64::max(count, 1.0),
        peak_memory()
    );
    Ok(())
}

fn measure(arguments: &Arguments, name: &str, best: i64) -> Result<f64, String> {
    let problem = instance::read(&arguments.data, name)?;
    let (cancel, over) = (AtomicBool::new(false), AtomicBool::new(false));
    let begun = processor_seconds();
    let until = arguments.cpu.map(|each| begun + each * arguments.options.threads as f64);
    let solved = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                if until.is_some_and(|until| processor_seconds() >= until) {
                    cancel.store(true, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let solved = solve(&problem, &arguments.options, None, &cancel, &mut |progress| {
            if arguments.trace {
                println!("  {:8.2} {:?} {}", processor_seconds() - begun, progress.levels, progress.work);
            }
        });
        over.store(true, Ordering::Relaxed);
        solved
    });
    let schedule = solved.schedule.as_ref().ok_or_else(|| format!("{name}: {}", solved.detail))?;
    let verdict = verify(&problem, schedule, false);
    if let Some(first) = verdict.violations.first() {
        return Err(format!("{name}: {first:?}"));
    }
    let makespan = solved.levels[0];
    let deviation = 100.0 * (makespan as f64 / best as f64 - 1.0);
    println!(
        "{name},{makespan},{best},{deviation:.2},{:.2},{},{}",
        processor_seconds() - begun,
        solved.stats.work,
        solved.stats.decodings
    );
    Ok(deviation)
}
