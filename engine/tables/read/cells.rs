//! What can be wrong with a cell, and how a cell reads in a message.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;

use super::numbers::{self, Target};
use super::texts;

/// A cell: a value, null, or a fault.
pub(super) type Cell<T> = Result<Option<T>, Fault>;

/// What is wrong with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// An id without text.
    EmptyId,
    /// An id beyond [`MAX_ID`] bytes.
    IdTooLong,
    /// An id of the form kept for the engine.
    ReservedName,
    /// Not a whole number of base units.
    NotIntegral,
    /// Beyond 64 bits.
    Overflow,
    /// NaN or infinite.
    NotFinite,
    /// Between two ticks.
    SubTick,
    /// None of the words.
    EnumValue,
    /// Not in 0 to 1.
    NotAShare,
    /// A float quantity without a scale.
    NeedsScale,
    /// A value that nothing may read yet.
    Reserved,
}

/// The longest id, in bytes.
pub(super) const MAX_ID: usize = 1_024;

impl Fault {
    /// Code, expectation and hint.
    pub(super) fn describe(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::EmptyId => ("EMPTY_ID", "a text", "Use null where nothing is meant."),
            Self::IdTooLong => ("ID_TOO_LONG", "at most 1024 bytes", "Use a shorter key."),
            Self::ReservedName => (
                "RESERVED_NAME",
                "a name that does not begin and end in two underscores",
                "Such names are kept for the engine; rename it.",
            ),
            Self::NotIntegral => (
                "NOT_INTEGRAL",
                "a whole number of base units",
                "Choose a finer unit or scale, or round before.",
            ),
            Self::Overflow => ("OVERFLOW", "a number of at most 64 bits", "Choose a coarser unit."),
            Self::NotFinite => ("NOT_FINITE", "a finite number", "Use null where nothing is known."),
            Self::SubTick => {
                ("SUB_TICK", "whole seconds", "Round to seconds in the direction that is safe for the plant.")
            }
            Self::EnumValue => ("ENUM_VALUE", "", "Words are lower case."),
            Self::NotAShare => ("OUT_OF_RANGE", "a share from 0 to 1", "25 percent is 0.25."),
            Self::NeedsScale => (
                "TYPE_MISMATCH",
                "integers or decimals",
                "Give the option `scale`: the decimal places that count.",
            ),
            Self::Reserved => ("RESERVED_COLUMN", "null", "The column is reserved and has no effect."),
        }
    }
}

/// Parses instants: timestamps as seconds, or integer ticks. None where the type is neither.
pub(super) fn times(array: &dyn Array, temporal: bool) -> Option<Vec<Cell<i64>>> {
    match array.data_type() {
        DataType::Timestamp(unit, _) if temporal => Some(ticks(array, texts::per_second(*unit))),
        DataType::Timestamp(..) => None,
        _ => numbers::parse(array, Target::Whole),
    }
}

/// Parses lengths of time: durations as seconds, or integer ticks. None where the type is neither.
pub(super) fn spans(array: &dyn Array, temporal: bool) -> Option<Vec<Cell<i64>>> {
    match array.data_type() {
        DataType::Duration(unit) if temporal => Some(ticks(array, texts::per_second(*unit))),
        DataType::Duration(_) => None,
        _ => numbers::parse(array, Target::Whole),
    }
}

fn ticks(array: &dyn Array, per_tick: i64) -> Vec<Cell<i64>> {
    let values = texts::raw_ticks(array);
    values
        .into_iter()
        .map(|value| match value {
            None => Ok(None),
            Some(value) if value % per_tick == 0 => Ok(Some(value / per_tick)),
            Some(_) => Err(Fault::SubTick),
        })
        .collect()
}

/// Parses booleans.
pub(super) fn booleans(array: &dyn Array) -> Option<Vec<Cell<bool>>> {
    match array.data_type() {
        DataType::Boolean => Some(array.as_boolean().iter().map(Ok).collect()),
        DataType::Null => Some(vec![Ok(None); array.len()]),
        _ => None,
    }
}

/// A cell as text, for messages and keys; control characters escaped, long ones cut.
pub(super) fn show(array: &dyn Array, row: usize) -> String {
    if row >= array.len() || array.is_null(row) {
        return "null".to_owned();
    }
    let one = array.slice(row, 1);
    let mut shown = None;
    if let Some(cells) = texts::resolve(one.as_ref(), &mut |text| {
        shown = Some(escape(text));
        Ok(())
    }) {
        drop(cells);
        return shown.unwrap_or_else(|| "null".to_owned());
    }
    show_number(one.as_ref())
}

fn show_number(one: &dyn Array) -> String {
    use arrow_array::types::{Float32Type, Float64Type};
    match one.data_type() {
        DataType::Boolean => one.as_boolean().value(0).to_string(),
        DataType::Float64 => one.as_primitive::<Float64Type>().value(0).to_string(),
        DataType::Float32 => one.as_primitive::<Float32Type>().value(0).to_string(),
        DataType::Timestamp(unit, _) => {
            let value = texts::raw_ticks(one)[0].unwrap_or_default();
            format!("{value} {} since 1970", texts::unit_name(*unit))
        }
        DataType::Duration(unit) => {
            let value = texts::raw_ticks(one)[0].unwrap_or_default();
            format!("{value} {}", texts::unit_name(*unit))
        }
        DataType::Decimal128(_, scale) => {
            let array = one.as_primitive::<arrow_array::types::Decimal128Type>();
            format!("{}e{}", array.value(0), -i32::from(*scale))
        }
        DataType::UInt64 => one.as_primitive::<arrow_array::types::UInt64Type>().value(0).to_string(),
        other => match numbers::parse(one, Target::Whole).as_deref() {
            Some([Ok(Some(value))]) => value.to_string(),
            _ => other.to_string(),
        },
    }
}

/// Text with control characters escaped, at most 80 characters.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == 80 {
            escaped.push('…');
            break;
        }
        if character.is_control() {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped
}
