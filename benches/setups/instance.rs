//! Job shops with sequence dependent transition times, made from the classic instances.
//!
//! On each resource every order has a random point with integer coordinates in a square of side 20; going from
//! one order to another takes the rounded distance. The random numbers are Marsaglia's xorshift32, seeded by
//! the sum of the numbers of the file, so everybody gets the same instance.

use std::path::{Path, PathBuf};

use sopengine::model::Problem;
use sopengine::model::build::build;
use sopengine::model::changeover::{Combine, Compare};
use sopengine::model::draft::{
    ChangeoverRow, Draft, MatrixRow, ModeRow, OperationRow, OrderRow, ResourceRow, Symbol,
};
use sopengine::model::operation::Suspend;
use sopengine::model::resource::ResourceKind;

const SIDE: f64 = 20.0;

/// Random numbers in `[0, 1]`.
struct XorShift(u32);

impl XorShift {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        f64::from(self.0) / f64::from(u32::MAX)
    }

    fn coordinate(&mut self) -> i64 {
        (self.next() * SIDE).round() as i64
    }
}

/// The classic instance of a name with its transition times.
pub fn read(data: &Path, name: &str) -> Result<Problem, String> {
    let path = find(data, name).ok_or_else(|| format!("no file for instance {name}"))?;
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut numbers = Vec::new();
    for word in text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace) {
        numbers.push(word.parse::<u32>().map_err(|_| format!("not a number: {word}"))?);
    }
    let [orders, resources, rows @ ..] = numbers.as_slice() else { return Err("empty file".to_owned()) };
    let seed = numbers.iter().fold(0_u32, |sum, number| sum.wrapping_add(*number));
    let rows: Vec<&[u32]> = rows.chunks(2 * *resources as usize).take(*orders as usize).collect();
    problem(&rows, *resources, &mut XorShift(seed))
}

fn find(data: &Path, name: &str) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(data.join("jobshop")).ok()?.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    folders.into_iter().map(|folder| folder.join(format!("{name}.txt"))).find(|path| path.is_file())
}

fn problem(rows: &[&[u32]], resources: u32, random: &mut XorShift) -> Result<Problem, String> {
    let mut draft = Draft { now: Some(0), ..Draft::default() };
    let orders: Vec<Symbol> =
        (0..rows.len()).map(|order| draft.symbols.intern(&format!("order {order:03}"))).collect();
    for resource in 0..resources {
        let name = draft.symbols.intern(&format!("machine {resource:03}"));
        draft.matrices.push(MatrixRow {
            matrix: name,
            combine: Combine::Sum,
            suspend: Suspend::Never,
            attached: false,
        });
        draft.resources.push(ResourceRow {
            resource: name,
            kind: Some(ResourceKind::Unary),
            capacity: 1,
            calendar: None,
            changeover_matrix: Some(name),
            cost_per_hour: 0,
            location: None,
        });
        transitions(&mut draft, name, &orders, random);
    }
    for (&order, row) in orders.iter().zip(rows) {
        add_order(&mut draft, order, row);
    }
    build(&draft).map(|(problem, _)| problem).map_err(|error| error.to_string())
}

fn transitions(draft: &mut Draft, matrix: Symbol, orders: &[Symbol], random: &mut XorShift) {
    let points: Vec<(i64, i64)> = orders.iter().map(|_| (random.coordinate(), random.coordinate())).collect();
    for (&from_value, from) in orders.iter().zip(&points) {
        for (&to_value, to) in orders.iter().zip(&points).filter(|row| *row.0 != from_value) {
            let (dx, dy) = ((to.0 - from.0) as f64, (to.1 - from.1) as f64);
            draft.changeovers.push(ChangeoverRow {
                matrix,
                attribute: None,
                from_value: Some(from_value),
                to_value: Some(to_value),
                compare: Compare::None,
                duration: dx.hypot(dy).round() as i64,
                cost: 0,
                priority: 0,
            });
        }
    }
}

fn add_order(draft: &mut Draft, order: Symbol, row: &[u32]) {
    let text = draft.symbols.text(order).to_owned();
    draft.orders.push(OrderRow {
        order,
        release: None,
        due: None,
        deadline: None,
        weight: 1,
        earliness_weight: 0,
    });
    for (step, pair) in row.chunks_exact(2).enumerate() {
        let operation = draft.symbols.intern(&format!("{text} step {step:02}"));
        draft.operations.push(OperationRow {
            operation,
            order: Some(order),
            sequence: Some(step as i64),
            release: None,
            deadline: None,
            suspend: Suspend::Never,
            setup_state: Some(order),
        });
        let resource = Some(draft.symbols.intern(&format!("machine {:03}", pair[0])));
        let duration = i64::from(pair[1]);
        draft.modes.push(ModeRow { operation, mode: None, resource, quantity: 1, duration, cost: 0 });
    }
}
