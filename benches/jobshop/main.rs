//! Measures the plain search on published job shop and flexible job shop instances.
//!
//! What's measured: the shortest schedule within a limit, from an instance in memory. Reading the file is
//! left out. Every schedule passes the checker in `check.rs` before its row is written. See README.md.

#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs, unreachable_pub, reason = "a program")]

mod arguments;
mod check;
mod curves;
mod metrics;
#[path = "../processor.rs"]
mod processor;
mod read;
mod table;

use std::fmt::Write as _;
use std::process::{Command, ExitCode};

use arguments::{Arguments, USAGE, parse};
use processor::{Processor, peak_memory, processor_seconds};
use sopengine::search::limit::{Never, Stop};
use sopengine::search::shop::{PlainOptions, solve_plain};

fn main() -> ExitCode {
    let outcome = parse().and_then(|arguments| match arguments.command.as_str() {
        "run" => run(&arguments),
        "summary" => {
            summary(&arguments);
            Ok(())
        }
        "curves" => curves::draw(&arguments),
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

/// Mean deviations by class, then the field's own figures by family, of all results files together.
fn summary(arguments: &Arguments) {
    let known = table::read_known(&arguments.data);
    let rows: Vec<_> = arguments.csv.iter().flat_map(|path| table::read_rows(path)).collect();
    for line in table::summarize(&rows, &known) {
        println!("{line}");
    }
    println!();
    for line in metrics::summarize(&rows, &known) {
        println!("{line}");
    }
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
    let (commit, csv) = (commit(), &arguments.csv[0]);
    let done = table::read_rows(csv);
    let limit = arguments.limit();
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
                table::append(csv, table::HEADER, &row).map_err(|e| e.to_string())?;
            }
        }
    }
    Ok(())
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
    let threads = options.threads;
    let started = processor_seconds();
    let processor = arguments.cpu.map(|each| Processor::for_seconds(each * threads as f64));
    let stop: &dyn Stop = processor.as_ref().map_or(&Never, |processor| processor);
    let mut improvements = String::new();
    let result = solve_plain(&instance, None, &options, stop, &mut |progress| {
        let seconds = match arguments.cpu {
            Some(_) => (processor_seconds() - started) / threads as f64,
            None => progress.elapsed.as_secs_f64(),
        };
        let (makespan, work) = (progress.makespan, progress.work);
        if arguments.trace {
            println!("  {seconds:9.3}s {makespan:>10} {work:>14}");
        }
        let _ = write!(improvements, "{name},{class},{seed},{threads},{limit},");
        let _ = writeln!(improvements, "{seconds:.3},{work},{makespan}");
    });
    if let Some(path) = &arguments.curve {
        table::append(path, curves::HEADER, improvements.trim_end()).map_err(|e| e.to_string())?;
    }
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
    let busy = (processor_seconds() - started).max(0.01) / threads as f64;
    let row = format!(
        "{name},{family},{class},{seed},{threads},{limit},{checked},{},{},{},{:.3},{:.3},{elapsed:.3},{},{:.0},{},{commit}",
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

fn commit() -> String {
    let output = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    output.map_or("-".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
