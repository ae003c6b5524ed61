//! Anytime curves: how the mean deviation of each class falls over the run, drawn as SVG.
//!
//! Reads the improvements that `run --curve FILE` recorded. Time is logarithmic; at each time the mean runs
//! over all instances and seeds of a class, each with the best schedule it had then. A curve begins when
//! every run of its class has a schedule.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::arguments::Arguments;
use super::table::{self, Known};

/// Names of the columns of a file of improvements.
pub const HEADER: &str = "instance,class,seed,threads,limit,seconds,work,objective";

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 480.0;
const MARGIN: (f64, f64) = (60.0, 40.0);
const KEY: f64 = 170.0;
/// First second drawn.
const FROM: f64 = 0.01;
const COLORS: [&str; 10] = [
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#e377c2", "#17becf", "#7f7f7f",
    "#bcbd22",
];

/// Improvements of one run: seconds and deviation in percent.
type Run = Vec<(f64, f64)>;

/// Draws all recorded classes into one file.
pub fn draw(arguments: &Arguments) -> Result<(), String> {
    let path = arguments.curve.as_ref().ok_or("name the recorded improvements with --curve")?;
    let classes = read(&table::read_rows(path), &table::read_known(&arguments.data));
    let last = classes.values().flat_map(BTreeMap::values).flatten().map(|&(seconds, _)| seconds);
    let until = last.fold(1.0, f64::max);
    let curves: Vec<(&String, Run)> =
        classes.iter().map(|(class, runs)| (class, mean(runs, until))).collect();
    std::fs::write(&arguments.svg, svg(&curves, until)).map_err(|e| e.to_string())
}

fn read(rows: &[Vec<String>], known: &BTreeMap<String, Known>) -> BTreeMap<String, BTreeMap<String, Run>> {
    let mut classes: BTreeMap<String, BTreeMap<String, Run>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.len() >= 8) {
        let (Some(known), Ok(seconds), Ok(objective)) =
            (known.get(&row[0]), row[5].parse::<f64>(), row[7].parse::<f64>())
        else {
            continue;
        };
        let runs = classes.entry(format!("{} ({} x {})", row[1], row[4], row[3])).or_default();
        let run = runs.entry(format!("{} {}", row[0], row[2])).or_default();
        run.push((seconds, 100.0 * (objective / known.upper - 1.0)));
    }
    classes
}

/// The mean over all runs at 40 times a decade.
fn mean(runs: &BTreeMap<String, Run>, until: f64) -> Run {
    let steps = ((until / FROM).log10() * 40.0).ceil() as usize;
    let times = (0..=steps).map(|step| FROM * 10_f64.powf(step as f64 / 40.0));
    let at = |run: &Run, time: f64| run.iter().rev().find(|&&(seconds, _)| seconds <= time).map(|run| run.1);
    let mean_at = |time: f64| -> Option<f64> {
        let values: Option<Vec<f64>> = runs.values().map(|run| at(run, time)).collect();
        values.map(|values| values.iter().sum::<f64>() / values.len() as f64)
    };
    times.filter_map(|time| mean_at(time).map(|value| (time.min(until), value))).collect()
}

fn svg(curves: &[(&String, Run)], until: f64) -> String {
    // Starts are several times worse than what follows: the scale is that of a tenth of a second on.
    let later = curves.iter().flat_map(|(_, run)| run).filter(|point| point.0 >= 0.1).map(|point| point.1);
    let top = later.fold(0.5, f64::max).ceil();
    let (left, bottom) = (MARGIN.0, HEIGHT - MARGIN.1);
    let right = WIDTH - KEY;
    let x = |seconds: f64| left + (right - left) * (seconds / FROM).log10() / (until / FROM).log10();
    let y = |value: f64| bottom - (bottom - 20.0) * value.min(top) / top;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let mut line = |x1: f64, y1: f64, x2: f64, y2: f64, label: &str, anchor: &str, at: (f64, f64)| {
        let _ = writeln!(
            out,
            "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" \
             text-anchor=\"{anchor}\">{label}</text>",
            at.0, at.1
        );
    };
    for step in 0..=5 {
        let value = top * f64::from(step) / 5.0;
        line(left, y(value), right, y(value), &format!("{value:.1}"), "end", (left - 6.0, y(value) + 4.0));
    }
    let mut seconds = FROM;
    while seconds <= until {
        line(
            x(seconds),
            y(0.0),
            x(seconds),
            y(top),
            &format!("{seconds}"),
            "middle",
            (x(seconds), bottom + 16.0),
        );
        seconds *= 10.0;
    }
    let _ = writeln!(out, "<text x=\"{left}\" y=\"14\">mean deviation from best known, %</text>");
    let _ = writeln!(out, "<text x=\"{right}\" y=\"{}\" text-anchor=\"end\">seconds</text>", HEIGHT - 6.0);
    for (number, (class, run)) in curves.iter().enumerate() {
        let color = COLORS[number % COLORS.len()];
        let points: Vec<String> = run.iter().map(|&(s, v)| format!("{:.1},{:.1}", x(s), y(v))).collect();
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.6\"/><text x=\"{:.1}\" \
             y=\"{:.1}\" fill=\"{color}\">{class} {:.2}</text>",
            points.join(" "),
            right + 8.0,
            30.0 + 18.0 * number as f64,
            run.last().map_or(0.0, |point| point.1),
        );
    }
    out + "</svg>\n"
}
