//! Text of every Arrow shape, and the raw numbers of temporal types.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType, Int8Type,
    Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_schema::{DataType, TimeUnit};

use super::cells::{Cell, Fault};

/// Meaning of each text of a column; `meaning` is asked once a dictionary entry, and once a run of
/// equal texts. Integers are taken as their digits. None where the type is neither.
pub(super) fn resolve<T: Copy>(
    array: &dyn Array,
    meaning: &mut dyn FnMut(&str) -> Result<T, Fault>,
) -> Option<Vec<Cell<T>>> {
    Some(match array.data_type() {
        DataType::Null => vec![Ok(None); array.len()],
        DataType::Utf8 => plain(array.as_string::<i32>().iter(), meaning),
        DataType::LargeUtf8 => plain(array.as_string::<i64>().iter(), meaning),
        DataType::Utf8View => plain(array.as_string_view().iter(), meaning),
        DataType::Dictionary(_, values) if is_text(values) => dictionary(array, meaning)?,
        _ => return digits(array, meaning),
    })
}

/// Whether a type is text of any shape, dictionaries included.
pub(super) fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

fn plain<'a, T: Copy>(
    texts: impl Iterator<Item = Option<&'a str>>,
    meaning: &mut dyn FnMut(&str) -> Result<T, Fault>,
) -> Vec<Cell<T>> {
    let mut last: Option<(&str, Result<T, Fault>)> = None;
    texts
        .map(|text| {
            let Some(text) = text else { return Ok(None) };
            let known = match last {
                Some((same, known)) if same == text => known,
                _ => meaning(text),
            };
            last = Some((text, known));
            known.map(Some)
        })
        .collect()
}

fn dictionary<T: Copy>(
    array: &dyn Array,
    meaning: &mut dyn FnMut(&str) -> Result<T, Fault>,
) -> Option<Vec<Cell<T>>> {
    let dictionary = array.as_any_dictionary();
    let values = dictionary.values();
    if values.is_empty() {
        return Some(vec![Ok(None); array.len()]);
    }
    // Entries that no row uses are not looked at: they may be anything.
    let mut known: Vec<Option<Cell<T>>> = vec![None; values.len()];
    let keys = dictionary.keys();
    let mut cells = Vec::with_capacity(array.len());
    for (row, &key) in dictionary.normalized_keys().iter().enumerate() {
        if keys.is_null(row) {
            cells.push(Ok(None));
            continue;
        }
        let cell = match known[key] {
            Some(cell) => cell,
            None => resolve(values.slice(key, 1).as_ref(), meaning)?[0],
        };
        known[key] = Some(cell);
        cells.push(cell);
    }
    Some(cells)
}

fn digits<T: Copy>(
    array: &dyn Array,
    meaning: &mut dyn FnMut(&str) -> Result<T, Fault>,
) -> Option<Vec<Cell<T>>> {
    macro_rules! by_type {
        ($($kind:ident => $primitive:ty,)*) => {
            match array.data_type() {
                $(DataType::$kind => {
                    integers(array.as_primitive::<$primitive>().iter(), meaning)
                })*
                _ => return None,
            }
        };
    }
    Some(by_type! {
        Int8 => Int8Type,
        Int16 => Int16Type,
        Int32 => Int32Type,
        Int64 => Int64Type,
        UInt8 => UInt8Type,
        UInt16 => UInt16Type,
        UInt32 => UInt32Type,
        UInt64 => UInt64Type,
    })
}

fn integers<N: std::fmt::Display + PartialEq + Copy, T: Copy>(
    numbers: impl Iterator<Item = Option<N>>,
    meaning: &mut dyn FnMut(&str) -> Result<T, Fault>,
) -> Vec<Cell<T>> {
    use std::fmt::Write as _;
    let mut text = String::new();
    let mut last: Option<(N, Result<T, Fault>)> = None;
    numbers
        .map(|number| {
            let Some(number) = number else { return Ok(None) };
            let known = match last {
                Some((same, known)) if same == number => known,
                _ => {
                    text.clear();
                    let _ = write!(text, "{number}");
                    meaning(&text)
                }
            };
            last = Some((number, known));
            known.map(Some)
        })
        .collect()
}

/// Ticks of a unit in a second.
pub(super) fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// Short name of a unit.
pub(super) fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}

/// The integers behind timestamps and durations, in their own unit.
pub(super) fn raw_ticks(array: &dyn Array) -> Vec<Option<i64>> {
    macro_rules! raw {
        ($primitive:ty) => {
            array.as_primitive::<$primitive>().iter().collect()
        };
    }
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => raw!(TimestampSecondType),
        DataType::Timestamp(TimeUnit::Millisecond, _) => raw!(TimestampMillisecondType),
        DataType::Timestamp(TimeUnit::Microsecond, _) => raw!(TimestampMicrosecondType),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => raw!(TimestampNanosecondType),
        DataType::Duration(TimeUnit::Second) => raw!(DurationSecondType),
        DataType::Duration(TimeUnit::Millisecond) => raw!(DurationMillisecondType),
        DataType::Duration(TimeUnit::Microsecond) => raw!(DurationMicrosecondType),
        DataType::Duration(TimeUnit::Nanosecond) => raw!(DurationNanosecondType),
        _ => vec![None; array.len()],
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, DictionaryArray, Int32Array, LargeStringArray, StringArray, StringViewArray, UInt8Array,
    };

    use super::*;

    /// The texts of a column, through `resolve`.
    fn texts(array: &ArrayRef) -> (Vec<Option<usize>>, Vec<String>) {
        let mut seen: Vec<String> = Vec::new();
        let cells = resolve(array.as_ref(), &mut |text| {
            let place = seen.iter().position(|known| known == text);
            Ok(place.unwrap_or_else(|| {
                seen.push(text.to_owned());
                seen.len() - 1
            }))
        });
        let cells = cells.expect("a type of text");
        (cells.into_iter().map(|cell| cell.expect("no fault")).collect(), seen)
    }

    #[test]
    fn every_shape_reads_alike() {
        let given = vec![Some("b"), None, Some("a"), Some("b")];
        let keys = UInt8Array::from(vec![Some(1), None, Some(2), Some(3)]);
        let entries = StringArray::from(vec![Some("unused"), Some("b"), Some("a"), Some("b")]);
        let shapes: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(given.clone())),
            Arc::new(LargeStringArray::from(given.clone())),
            Arc::new(StringViewArray::from(given)),
            Arc::new(DictionaryArray::new(keys, Arc::new(entries))),
        ];
        let expected = (vec![Some(0), None, Some(1), Some(0)], vec!["b".to_owned(), "a".to_owned()]);
        for shape in shapes {
            assert_eq!(texts(&shape), expected, "{}", shape.data_type());
            let tail = shape.slice(2, 2);
            assert_eq!(texts(&tail).1, ["a", "b"], "sliced {}", shape.data_type());
        }
    }

    #[test]
    fn integers_are_their_digits() {
        let array: ArrayRef = Arc::new(Int32Array::from(vec![Some(-7), None, Some(12)]));
        assert_eq!(texts(&array), (vec![Some(0), None, Some(1)], vec!["-7".into(), "12".into()]));
    }

    #[test]
    fn a_null_entry_of_a_dictionary_is_null() {
        let keys = Int32Array::from(vec![0, 1]);
        let entries = StringArray::from(vec![None, Some("a")]);
        let array: ArrayRef = Arc::new(DictionaryArray::new(keys, Arc::new(entries)));
        assert_eq!(texts(&array).0, [None, Some(0)]);
    }
}
