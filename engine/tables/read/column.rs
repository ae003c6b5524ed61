//! One column at a time: parse, report faults with their rows, fill in defaults.

use arrow_array::{Array, ArrayRef};

use crate::error::{Finding, Findings};
use crate::model::draft::{Draft, Symbol};

use super::super::spec::{Class, Column};
use super::cells::{self, Cell, Fault};
use super::confusable::lookalikes;
use super::numbers::{self, Target};
use super::survey::Facts;
use super::{Reading, Source, texts};

/// So many faulty rows of a column are told one by one; the rest are counted.
const TOLD: usize = 100;

/// Instants outside these years stand for something else.
const YEAR_1900: i64 = -2_208_988_800;
const YEAR_9999: i64 = 253_370_764_800;

/// Parses columns, collects findings and fills a draft.
pub(super) struct Reader {
    facts: Facts,
    findings: Findings,
    pub(super) draft: Draft,
    /// Stands in where an id is missing; the problem is refused then.
    nobody: Symbol,
}

impl Reader {
    pub(super) fn new(facts: Facts, findings: Findings) -> Self {
        let mut draft = Draft { temporal: facts.context.temporal, ..Draft::default() };
        let nobody = draft.symbols.intern("");
        Self { facts, findings, draft, nobody }
    }

    pub(super) fn finish(self) -> Reading {
        Reading {
            draft: self.draft,
            sound: self.facts.sound,
            context: self.facts.context,
            findings: self.findings,
        }
    }

    /// Adds a finding about a table as a whole; an error makes cross checks pointless.
    pub(super) fn report(&mut self, finding: Finding) {
        self.facts.sound &= finding.severity != crate::error::Severity::Error;
        self.findings.push(finding);
    }

    /// Ids of an entity, null where null or missing.
    pub(super) fn ids(&mut self, source: &Source<'_>, name: &str) -> Vec<Option<Symbol>> {
        let symbols = &mut self.draft.symbols;
        // Columns mostly name things in the order in which they were first named: try the next
        // symbol before hashing.
        let mut next = Symbol(0);
        let parsed = parse(source, name, |array| {
            texts::resolve(array, &mut |text| {
                let expected = (next.0 as usize) < symbols.len() && symbols.text(next) == text;
                let symbol = if expected && next != self.nobody {
                    next
                } else {
                    check_id(text)?;
                    symbols.intern(text)
                };
                next = Symbol(symbol.0 + 1);
                Ok(symbol)
            })
        });
        self.settle(source, name, parsed)
    }

    /// Ids of a required column.
    pub(super) fn keys(&mut self, source: &Source<'_>, name: &str) -> Vec<Symbol> {
        let nobody = self.nobody;
        self.ids(source, name).into_iter().map(|symbol| symbol.unwrap_or(nobody)).collect()
    }

    /// Ids of the table that defines them: those that look alike are told.
    pub(super) fn defined(&mut self, source: &Source<'_>, name: &str) -> Vec<Symbol> {
        let keys = self.keys(source, name);
        for twin in lookalikes(&self.draft.symbols, &keys).into_iter().take(TOLD) {
            let text = |symbol| cells::escape(self.draft.symbols.text(symbol));
            self.findings.push(
                Finding::warning("CONFUSABLE_IDS", source.spec.name)
                    .at(twin.row, text(twin.this))
                    .column(column_of(source, name).name)
                    .found(format!("`{}` beside `{}`", text(twin.this), text(twin.that)))
                    .expected("ids that differ in more than case, blanks or the spelling of accents")
                    .hint("They are taken as different."),
            );
        }
        keys
    }

    /// Instants.
    pub(super) fn times(&mut self, source: &Source<'_>, name: &str) -> Vec<Option<i64>> {
        let temporal = self.facts.context.temporal;
        let parsed = parse(source, name, |array| cells::times(array, temporal));
        let times = self.settle(source, name, parsed);
        if temporal {
            self.sentinels(source, name, &times);
        }
        times
    }

    /// Warns of instants that stand for "never": null says that, and far instants stretch horizons.
    fn sentinels(&mut self, source: &Source<'_>, name: &str, times: &[Option<i64>]) {
        let is_sentinel =
            |time: &Option<i64>| time.is_some_and(|time| !(YEAR_1900..YEAR_9999).contains(&time));
        if let Some(row) = times.iter().position(is_sentinel) {
            let count = times.iter().filter(|time| is_sentinel(time)).count();
            self.findings.push(
                Finding::warning("SENTINEL_DATE", source.spec.name)
                    .at(row, key_text(source, row))
                    .column(column_of(source, name).name)
                    .found(format!("{} ({count} of the column)", show(source, name, row)))
                    .expected("an instant between the years 1900 and 9999")
                    .hint("Use null where there is no such instant."),
            );
        }
    }

    /// Lengths of time.
    pub(super) fn spans(&mut self, source: &Source<'_>, name: &str) -> Vec<Option<i64>> {
        let temporal = self.facts.context.temporal;
        let parsed = parse(source, name, |array| cells::spans(array, temporal));
        self.settle(source, name, parsed)
    }

    /// Whole numbers.
    pub(super) fn integers(&mut self, source: &Source<'_>, name: &str) -> Vec<Option<i64>> {
        self.numbers(source, name, Target::Whole)
    }

    /// Quantities of items, in base units.
    pub(super) fn quantities(&mut self, source: &Source<'_>, name: &str) -> Vec<Option<i64>> {
        let target = Target::Units { scale: i32::from(self.facts.context.scale), floats: self.facts.floats };
        self.numbers(source, name, target)
    }

    /// Shares, in millionths.
    pub(super) fn shares(&mut self, source: &Source<'_>, name: &str) -> Vec<Option<i64>> {
        self.numbers(source, name, Target::Millionths)
    }

    fn numbers(&mut self, source: &Source<'_>, name: &str, target: Target) -> Vec<Option<i64>> {
        let parsed = parse(source, name, |array| numbers::parse(array, target));
        self.settle(source, name, parsed)
    }

    /// Booleans, false where null.
    pub(super) fn flags(&mut self, source: &Source<'_>, name: &str) -> Vec<bool> {
        let parsed = parse(source, name, cells::booleans);
        let settled = self.settle(source, name, parsed);
        settled.into_iter().map(|flag| flag == Some(true)).collect()
    }

    /// Words, as the meanings given in the order of the specification.
    pub(super) fn words<T: Copy>(
        &mut self,
        source: &Source<'_>,
        name: &str,
        meanings: &[T],
    ) -> Vec<Option<T>> {
        let Class::Enum(words) = column_of(source, name).class else {
            unreachable!("the specification has words for {name}")
        };
        debug_assert_eq!(words.len(), meanings.len(), "{name}");
        let parsed = parse(source, name, |array| {
            texts::is_text(array.data_type())
                .then_some(())
                .or((array.data_type() == &arrow_schema::DataType::Null).then_some(()))?;
            texts::resolve(array, &mut |text| {
                let place = words.iter().position(|word| *word == text);
                place.map(|place| meanings[place]).ok_or(Fault::EnumValue)
            })
        });
        self.settle(source, name, parsed)
    }

    /// A column that must be empty: values in it are told once as a warning.
    pub(super) fn reserved(&mut self, source: &Source<'_>, name: &str) {
        if source.data.has_values(name) {
            let (check, expected, hint) = Fault::Reserved.describe();
            self.findings.push(
                Finding::warning(check, source.spec.name)
                    .column(column_of(source, name).name)
                    .found("values")
                    .expected(expected)
                    .hint(hint),
            );
        }
    }

    /// Reports what is wrong in a column and keeps the rest.
    fn settle<T>(
        &mut self,
        source: &Source<'_>,
        name: &str,
        parsed: Result<Vec<Cell<T>>, ArrayRef>,
    ) -> Vec<Option<T>> {
        let column = column_of(source, name);
        let cells = match parsed {
            Ok(cells) => cells,
            Err(chunk) => {
                self.wrong_type(source, column, chunk.as_ref());
                return std::iter::repeat_with(|| None).take(source.rows).collect();
            }
        };
        let missing = column.required && source.data.schema.column_with_name(name).is_some();
        let mut faulty = 0;
        let mut kept = Vec::with_capacity(cells.len());
        for (row, cell) in cells.into_iter().enumerate() {
            let fault = match &cell {
                Ok(None) if missing => Some(None),
                Err(fault) => Some(Some(*fault)),
                Ok(_) => None,
            };
            if let Some(fault) = fault {
                faulty += 1;
                if faulty <= TOLD {
                    self.fault(source, column, row, fault);
                }
            }
            kept.push(cell.unwrap_or(None));
        }
        if faulty > TOLD {
            self.findings.push(
                Finding::error("MORE_ROWS", source.spec.name)
                    .column(column.name)
                    .found(format!("{} more rows like those before", faulty - TOLD))
                    .hint("Mend those that are told; the rest is alike."),
            );
        }
        kept
    }

    fn fault(&mut self, source: &Source<'_>, column: &'static Column, row: usize, fault: Option<Fault>) {
        // A wrong number can stand as its default while other checks run; a wrong id or instant
        // would only breed false findings.
        self.facts.sound &= !matches!(column.class, Class::Id(_) | Class::Text | Class::Time);
        let (check, expected, hint) = match fault {
            None => ("NULL_VALUE", column.class.accepts(), "The column is required in every row."),
            Some(fault) => fault.describe(),
        };
        let expected = match column.class {
            Class::Enum(words) if fault == Some(Fault::EnumValue) => words.join(", "),
            _ => expected.to_owned(),
        };
        let found = match (fault, column.class) {
            (None, _) => "null".to_owned(),
            (Some(Fault::EmptyId), _) => "an empty text".to_owned(),
            _ => show(source, column.name, row),
        };
        self.findings.push(
            Finding::error(check, source.spec.name)
                .at(row, key_text(source, row))
                .column(column.name)
                .found(found)
                .expected(expected)
                .hint(hint),
        );
    }

    fn wrong_type(&mut self, source: &Source<'_>, column: &'static Column, chunk: &dyn Array) {
        use arrow_schema::DataType as T;
        self.facts.sound = false;
        let kind = chunk.data_type();
        let check = match kind {
            T::Struct(_) | T::Union(..) | T::RunEndEncoded(..) | T::Map(..) | T::Dictionary(..) => {
                "UNSUPPORTED_TYPE"
            }
            kind if kind.is_nested() => "UNSUPPORTED_TYPE",
            _ => "TYPE_MISMATCH",
        };
        let row = (0..chunk.len()).find(|&row| chunk.is_valid(row)).unwrap_or(0);
        let (kind, shown) = (kind.to_string(), cells::show(chunk, row));
        let found = if shown == kind { kind } else { format!("{kind}, such as {shown}") };
        self.findings.push(
            Finding::error(check, source.spec.name)
                .column(column.name)
                .found(found)
                .expected(match column.class {
                    Class::Time if self.facts.context.temporal => "timestamps",
                    Class::Duration if self.facts.context.temporal => "durations",
                    class => class.accepts(),
                })
                .hint("Convert the column before; nothing is converted silently."),
        );
    }
}

fn column_of(source: &Source<'_>, name: &str) -> &'static Column {
    source
        .spec
        .column(name)
        .unwrap_or_else(|| unreachable!("{}.{name} is in the specification", source.spec.name))
}

/// All chunks of a column, parsed; the chunk whose type does not fit otherwise. A column that is
/// missing, or null throughout, is null whatever its type.
fn parse<T>(
    source: &Source<'_>,
    name: &str,
    mut chunk: impl FnMut(&dyn Array) -> Option<Vec<Cell<T>>>,
) -> Result<Vec<Cell<T>>, ArrayRef> {
    let mut cells = Vec::with_capacity(source.rows);
    for array in source.data.chunks(name).into_iter().flatten() {
        if array.logical_null_count() == array.len() {
            cells.extend(std::iter::repeat_with(|| Ok(None)).take(array.len()));
            continue;
        }
        cells.extend(chunk(array.as_ref()).ok_or(array)?);
    }
    cells.extend(std::iter::repeat_with(|| Ok(None)).take(source.rows - cells.len()));
    Ok(cells)
}

fn check_id(text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::EmptyId);
    }
    if text.len() > cells::MAX_ID {
        return Err(Fault::IdTooLong);
    }
    if text.len() > 4 && text.starts_with("__") && text.ends_with("__") {
        return Err(Fault::ReservedName);
    }
    Ok(())
}

/// Key of a row as text: its key columns joined by `/`.
fn key_text(source: &Source<'_>, row: usize) -> String {
    let keys = if source.spec.key.is_empty() {
        let first = source.spec.columns.first();
        first.map(|column| vec![column.name]).unwrap_or_default()
    } else {
        source.spec.key.to_vec()
    };
    let parts: Vec<_> = keys.iter().map(|key| show(source, key, row)).collect();
    parts.join("/")
}

/// A cell as text.
fn show(source: &Source<'_>, name: &str, row: usize) -> String {
    let mut row = row;
    for chunk in source.data.chunks(name).into_iter().flatten() {
        if row < chunk.len() {
            return cells::show(chunk.as_ref(), row);
        }
        row -= chunk.len();
    }
    "null".to_owned()
}
