//! Columns of a result table, in the order and types of its specification.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{
    Array, ArrayRef, BooleanArray, DurationSecondArray, Int8Array, Int16Array, Int32Array, Int64Array,
    RecordBatch, RecordBatchOptions, StringArray, TimestampSecondArray, UInt8Array, UInt16Array, UInt32Array,
    UInt64Array,
};
use arrow_schema::{DataType, Field, Schema};

use super::super::problem::{Context, IdType};
use super::super::spec::{Class, Entity, OUTPUT, TableSpec};

/// Gathers the columns of one table.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    spec: &'static TableSpec,
    context: &'a Context,
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
    rows: usize,
}

impl<'a> Columns<'a> {
    /// An empty table of `rows` rows.
    pub(super) fn new(name: &str, context: &'a Context, rows: usize) -> Self {
        let spec = OUTPUT
            .iter()
            .find(|table| table.name == name)
            .unwrap_or_else(|| unreachable!("{name} is in the specification"));
        Self {
            spec,
            context,
            fields: Vec::with_capacity(spec.columns.len()),
            arrays: Vec::with_capacity(spec.columns.len()),
            rows,
        }
    }

    fn push(mut self, array: ArrayRef) -> Self {
        let column = &self.spec.columns[self.arrays.len()];
        debug_assert_eq!(array.len(), self.rows, "{}.{}", self.spec.name, column.name);
        let kind = array.data_type().clone();
        self.fields.push(Field::new(column.name, kind, !column.required));
        self.arrays.push(array);
        self
    }

    fn class(&self) -> Class {
        self.spec.columns[self.arrays.len()].class
    }

    /// Ids of the entity that the specification says.
    pub(super) fn ids<'t>(self, texts: impl Iterator<Item = Option<&'t str>> + Clone) -> Self {
        let Class::Id(entity) = self.class() else { unreachable!("{} has no id here", self.spec.name) };
        let array = ids(self.context, entity, texts);
        self.push(array)
    }

    /// Instants.
    pub(super) fn times(self, times: impl Iterator<Item = Option<i64>>) -> Self {
        let array: ArrayRef = if self.context.temporal {
            let values: TimestampSecondArray = times.collect();
            Arc::new(values.with_timezone_opt(self.context.zone.clone()))
        } else {
            Arc::new(times.collect::<Int64Array>())
        };
        self.push(array)
    }

    /// Lengths of time.
    pub(super) fn spans(self, spans: impl Iterator<Item = Option<i64>>) -> Self {
        let array: ArrayRef = if self.context.temporal {
            Arc::new(spans.collect::<DurationSecondArray>())
        } else {
            Arc::new(spans.collect::<Int64Array>())
        };
        self.push(array)
    }

    /// Whole numbers.
    pub(super) fn integers(self, values: impl Iterator<Item = Option<i64>>) -> Self {
        self.push(Arc::new(values.collect::<Int64Array>()))
    }

    /// Booleans.
    pub(super) fn flags(self, values: impl Iterator<Item = Option<bool>>) -> Self {
        self.push(Arc::new(values.collect::<BooleanArray>()))
    }

    /// Text and words.
    pub(super) fn texts<T: AsRef<str>>(self, texts: impl Iterator<Item = Option<T>>) -> Self {
        let mut builder = StringBuilder::new();
        for text in texts {
            builder.append_option(text);
        }
        self.push(Arc::new(builder.finish()))
    }

    /// The table, every column given.
    pub(super) fn finish(self) -> RecordBatch {
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        debug_assert_eq!(self.arrays.len(), self.spec.columns.len(), "{}", self.spec.name);
        let schema = Arc::new(Schema::new(self.fields));
        RecordBatch::try_new_with_options(schema, self.arrays, &options)
            .unwrap_or_else(|error| unreachable!("{}: {error}", self.spec.name))
    }
}

/// Ids in the type in which they were given. Names that the engine had to make up (a mode named after
/// something of another type) do not fit a type of integers: the column is text then.
fn ids<'t>(
    context: &Context,
    entity: Entity,
    texts: impl Iterator<Item = Option<&'t str>> + Clone,
) -> ArrayRef {
    macro_rules! integers {
        ($($kind:ident => $array:ty,)*) => {
            match context.id_type(entity) {
                $(IdType::Integer(DataType::$kind) => texts
                    .clone()
                    .map(|text| text.map(str::parse).transpose())
                    .collect::<Result<$array, _>>()
                    .ok()
                    .map(|array| Arc::new(array) as ArrayRef),)*
                _ => None,
            }
        };
    }
    let parsed: Option<ArrayRef> = integers! {
        Int8 => Int8Array,
        Int16 => Int16Array,
        Int32 => Int32Array,
        Int64 => Int64Array,
        UInt8 => UInt8Array,
        UInt16 => UInt16Array,
        UInt32 => UInt32Array,
        UInt64 => UInt64Array,
    };
    parsed.unwrap_or_else(|| Arc::new(texts.collect::<StringArray>()))
}
