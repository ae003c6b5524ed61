//! Tables across the Arrow C stream interface: the only unsafe code of the engine.
//!
//! Pointers come from the caller's own process and are trusted to be what the interface says; bytes
//! from elsewhere have been decoded and validated before they get here (the interface itself cannot
//! be validated). A stream is read to its end at once, so nothing of the caller's runs later.
//!
//! # Invariants
//! An imported stream is taken: the capsule is left empty and a second import is an error. Panics do
//! not leave [`import`].
#![expect(unsafe_code, reason = "the interface is made of raw pointers; see each block")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use arrow_array::ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader as _};
use arrow_schema::ArrowError;

use super::read::TableData;

/// Takes a stream and reads it to its end.
///
/// # Errors
/// What the stream reports, and an invalid argument where it was taken before or breaks a rule that
/// the reader asserts.
///
/// # Safety
/// `stream` points to an initialized `ArrowArrayStream` that nobody else uses meanwhile, and whose
/// arrays obey the C data interface.
pub unsafe fn import(stream: NonNull<FFI_ArrowArrayStream>) -> Result<TableData, ArrowError> {
    let read = || {
        // SAFETY: the caller guarantees a valid, exclusively held stream; it is moved out and the
        // place left released.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) };
        let reader = ArrowArrayStreamReader::try_new(stream)?;
        let schema = reader.schema();
        let batches = reader.collect::<Result<Vec<RecordBatch>, _>>()?;
        Ok(TableData { schema, batches })
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let text = "the table breaks the rules of the Arrow C interface".to_owned();
        Err(ArrowError::CDataInterface(text))
    })
}

/// A stream of one batch, for whoever takes it.
pub fn export(batch: RecordBatch) -> FFI_ArrowArrayStream {
    let schema = batch.schema();
    FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new([Ok(batch)], schema)))
}

/// Takes the stream in a capsule named `arrow_array_stream`.
#[cfg(feature = "python")]
pub(crate) fn import_capsule(
    capsule: &pyo3::Bound<'_, pyo3::types::PyCapsule>,
) -> pyo3::PyResult<Result<TableData, ArrowError>> {
    use pyo3::types::PyCapsuleMethods as _;
    let pointer = capsule.pointer_checked(Some(c"arrow_array_stream"))?;
    // SAFETY: the PyCapsule interface gives this name to capsules of an `ArrowArrayStream` alone, and
    // the thread that holds the interpreter is the only one to use it.
    Ok(unsafe { import(pointer.cast()) })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, StringArray};

    use super::*;

    #[test]
    fn a_batch_survives_the_crossing_and_a_stream_is_taken_once() {
        let ids: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let batch = RecordBatch::try_from_iter([("id", ids), ("number", numbers)]).expect("a batch");
        let mut stream = export(batch.clone());
        let pointer = NonNull::from(&mut stream);
        // SAFETY: the stream lives on this stack and is used by this thread alone.
        let table = unsafe { import(pointer) }.expect("a table");
        assert_eq!(table.rows(), 2);
        assert_eq!(table.batches, [batch]);
        // SAFETY: as above; the stream is released now, which import must notice.
        assert!(unsafe { import(pointer) }.is_err());
    }
}
