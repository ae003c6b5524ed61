//! The first pass: which tables and columns there are, and what their types agree on.

use std::sync::Arc;

use arrow_schema::DataType;

use crate::error::{Finding, Findings};

use super::super::problem::{Context, IdType};
use super::super::spec::{self, Class, Column, Entity, TableSpec, nearest};
use super::{ReadOptions, Source, TableData, Tables, texts};

/// What the types say.
#[derive(Debug)]
pub(super) struct Facts {
    /// Kind of time, zone, id types and scale.
    pub(super) context: Context,
    /// Whether the caller gave a scale, so that floats are quantities.
    pub(super) floats: bool,
    /// Whether every needed table and column is there and types agree.
    pub(super) sound: bool,
}

impl Facts {
    /// Those of a problem that has been read before, for tables beside it.
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone(), floats: false, sound: true }
    }
}

/// Looks at names and types; reports what is missing, unknown or at odds.
pub(super) fn survey(tables: &Tables, options: ReadOptions, findings: &mut Findings) -> Facts {
    let before = findings.has_errors();
    unknown_tables(tables, findings);
    for table in spec::INPUT {
        match tables.get(table.name) {
            None if table.required => findings.push(
                Finding::error("MISSING_TABLE", table.name)
                    .found("no such table")
                    .expected(table.doc)
                    .hint("Give the table, with no rows if there is nothing in it."),
            ),
            None => {}
            Some(data) => columns(table, data, findings),
        }
    }
    let temporal = kind_of_time(tables, findings);
    let ids = Entity::ALL.map(|entity| id_type(tables, entity, findings));
    let zone = zone(tables, temporal, findings);
    Facts {
        context: Context { temporal, zone, ids, scale: scale(tables, options) },
        floats: options.scale.is_some(),
        sound: before || !findings.has_errors(),
    }
}

fn unknown_tables(tables: &Tables, findings: &mut Findings) {
    for name in tables.keys() {
        if spec::input(name).is_some() {
            continue;
        }
        let hint = match nearest(name, spec::INPUT.iter().map(|table| table.name)) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => "Tables of a problem are listed in the reference.".to_owned(),
        };
        findings.push(
            Finding::error("UNKNOWN_TABLE", "")
                .of(name.clone())
                .found(format!("table `{name}`"))
                .expected("a table of a problem")
                .hint(hint),
        );
    }
}

/// Reports columns that are missing, and once those that nobody reads.
pub(super) fn columns(table: &'static TableSpec, data: &TableData, findings: &mut Findings) {
    let given: Vec<&str> = data.schema.fields().iter().map(|field| field.name().as_str()).collect();
    let unknown: Vec<&str> = given.iter().copied().filter(|name| table.column(name).is_none()).collect();
    for column in table.columns {
        let count = given.iter().filter(|name| **name == column.name).count();
        if count > 1 {
            findings.push(
                Finding::error("DUPLICATE_COLUMN", table.name)
                    .column(column.name)
                    .found(format!("{count} columns of this name"))
                    .expected("one"),
            );
        }
        if count == 0 && column.required {
            let hint = match nearest(column.name, unknown.iter().copied()) {
                Some(near) => format!("Is it the column `{near}`?"),
                None => format!("Add it: {}", column.doc),
            };
            findings.push(
                Finding::error("MISSING_COLUMN", table.name)
                    .column(column.name)
                    .found(format!("columns {}", given.join(", ")))
                    .expected(column.class.accepts())
                    .hint(hint),
            );
        }
    }
    unknown_columns(table, &given, &unknown, findings);
}

fn unknown_columns(table: &'static TableSpec, given: &[&str], unknown: &[&str], findings: &mut Findings) {
    let absent = || table.columns.iter().map(|column| column.name).filter(|name| !given.contains(name));
    let meant = unknown.iter().find_map(|name| nearest(name, absent()).map(|near| (*name, near)));
    if unknown.is_empty() || (table.open && meant.is_none()) {
        return;
    }
    let hint = match meant {
        Some((name, near)) => format!("Did you mean `{near}` by `{name}`?"),
        None => "They are kept with the table and not used.".to_owned(),
    };
    findings.push(Finding::info("UNKNOWN_COLUMN", table.name).found(unknown.join(", ")).hint(hint));
}

/// Columns of the given tables that have a value, with their types, in the order of the contract.
fn present<'a>(
    tables: &'a Tables,
    wanted: impl Fn(&Column) -> bool + 'a,
) -> impl Iterator<Item = (&'static TableSpec, &'static Column, &'a DataType)> + 'a {
    spec::INPUT
        .iter()
        .filter_map(|table| Source::of(tables, table.name))
        .flat_map(|source| source.spec.columns.iter().map(move |column| (source, column)))
        .filter(move |(_, column)| wanted(column))
        .filter_map(|(source, column)| {
            let (_, field) = source.data.schema.column_with_name(column.name)?;
            (source.data.has_values(column.name)).then_some((source.spec, column, field.data_type()))
        })
}

fn is_time(column: &Column) -> bool {
    matches!(column.class, Class::Time | Class::Duration)
}

/// Whether the problem is temporal; all time columns must agree.
fn kind_of_time(tables: &Tables, findings: &mut Findings) -> bool {
    let place = |table: &TableSpec, column: &Column| format!("{}.{}", table.name, column.name);
    let (mut temporal, mut integer) = (Vec::new(), Vec::new());
    for (table, column, kind) in present(tables, is_time) {
        match kind {
            DataType::Timestamp(..) | DataType::Duration(_) => {
                temporal.push((table, column));
            }
            kind if kind.is_numeric() => integer.push((table, column)),
            _ => {}
        }
    }
    let fewer = if temporal.len() < integer.len() { &temporal } else { &integer };
    if !temporal.is_empty()
        && !integer.is_empty()
        && let Some(&(table, column)) = fewer.first()
    {
        let list = |columns: &[(&'static TableSpec, &'static Column)]| {
            let names: Vec<_> = columns.iter().map(|&(t, c)| place(t, c)).collect();
            names.join(", ")
        };
        findings.push(
            Finding::error("UNIT_UNDECLARED", table.name)
                .column(column.name)
                .found(format!(
                    "integers in {}; timestamps or durations in {}",
                    list(&integer),
                    list(&temporal)
                ))
                .expected("all columns of time temporal, or all integer")
                .hint(
                    "Integers have no unit; convert them to durations or timestamps, \
                     or read files with duration_unit.",
                ),
        );
    }
    !temporal.is_empty()
}

/// The type of an entity's ids: that of its key table where it has one; all others must agree.
fn id_type(tables: &Tables, entity: Entity, findings: &mut Findings) -> IdType {
    let class = Class::Id(entity);
    let is_home = |table: &TableSpec, column: &Column| table.key == [column.name] && table.name != "baseline";
    let columns: Vec<_> = present(tables, move |column| column.class == class)
        .filter(|(_, _, kind)| texts::is_text(kind) || kind.is_integer())
        .collect();
    let home = columns.iter().find(|(table, column, _)| is_home(table, column)).or_else(|| columns.first());
    let Some(&(home_table, home_column, home_kind)) = home else {
        return IdType::Text;
    };
    for (table, column, kind) in &columns {
        if texts::is_text(kind) != texts::is_text(home_kind) {
            findings.push(
                Finding::error("TYPE_MISMATCH", table.name)
                    .column(column.name)
                    .found(kind.to_string())
                    .expected(format!("{home_kind} as in {}.{}", home_table.name, home_column.name))
                    .hint("An id has one type in all tables; convert one of the two."),
            );
        }
    }
    if texts::is_text(home_kind) { IdType::Text } else { IdType::Integer(home_kind.clone()) }
}

/// The zone of results: the problem's own, else the first that a timestamp names.
fn zone(tables: &Tables, temporal: bool, findings: &mut Findings) -> Option<Arc<str>> {
    if !temporal {
        return None;
    }
    let mut named: Option<Arc<str>> = None;
    let (mut naive, mut aware) = (None, None);
    for (table, column, kind) in present(tables, |column| column.class == Class::Time) {
        match kind {
            DataType::Timestamp(_, Some(zone)) => {
                aware.get_or_insert((table, column));
                named.get_or_insert_with(|| Arc::clone(zone));
            }
            DataType::Timestamp(_, None) => {
                naive.get_or_insert((table, column));
            }
            _ => {}
        }
    }
    if let Some((table, column)) = naive {
        let mixed = aware.map(|(table, column)| format!("{}.{}", table.name, column.name));
        let (check, expected) = match &mixed {
            Some(place) => ("TZ_MIXED", format!("a zone, as {place} has")),
            None => ("TZ_UNKNOWN", "instants with a zone".to_owned()),
        };
        findings.push(
            Finding::error(check, table.name)
                .column(column.name)
                .found("timestamps without a zone")
                .expected(expected)
                .hint("Give `problem.timezone`, and leave the zone out of all columns or of none."),
        );
    }
    problem_zone(tables).or(named)
}

fn problem_zone(tables: &Tables) -> Option<Arc<str>> {
    let chunks = tables.get("problem")?.chunks("timezone")?;
    let mut zone: Option<Arc<str>> = None;
    for chunk in chunks {
        let _ = texts::resolve(chunk.as_ref(), &mut |text| {
            zone.get_or_insert_with(|| Arc::from(text));
            Ok(())
        });
    }
    zone
}

/// Decimal places of quantities: the most that any column of them has.
fn scale(tables: &Tables, options: ReadOptions) -> u8 {
    let places = |kind: &DataType| match kind {
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) | DataType::Decimal128(_, scale) => {
            u8::try_from(*scale).unwrap_or(0)
        }
        DataType::Float32 | DataType::Float64 => options.scale.unwrap_or(0),
        _ => 0,
    };
    present(tables, |column| column.class == Class::Quantity)
        .map(|(_, _, kind)| places(kind))
        .max()
        .unwrap_or(0)
}
