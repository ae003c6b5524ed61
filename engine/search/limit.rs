//! When a run ends: the only file that reads a clock.
//!
//! A search asks [`Stop::is_due`] now and then and obeys; nothing else in it depends on time. Work (operations
//! touched) is counted by the search itself, so a run that ended by the clock can be repeated to the same
//! bytes by giving the work that it reports as the limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Whoever stops a solve waits for its answer. Up to so many operations the schedule is moved right and judged
/// by the verifier all the same: rich plants take about 8 and 3 microseconds an operation for that.
pub const AT_ONCE: usize = 5_000;

/// Something that can end a search from outside.
pub trait Stop: Sync {
    /// Whether the search must end now. Cheap enough to ask a thousand times a second.
    fn is_due(&self) -> bool;
}

/// Never stops anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

impl Stop for Never {
    fn is_due(&self) -> bool {
        false
    }
}

/// A monotonic stopwatch.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A deadline, a cancel flag and another stop, whichever comes first.
#[derive(Clone)]
pub struct Limit<'a> {
    watch: Stopwatch,
    time: Option<Duration>,
    cancel: Option<Arc<AtomicBool>>,
    outer: Option<&'a dyn Stop>,
}

impl std::fmt::Debug for Limit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limit").field("watch", &self.watch).field("time", &self.time).finish_non_exhaustive()
    }
}

impl<'a> Limit<'a> {
    /// Ends after `time`, counted from now.
    pub fn new(time: Option<Duration>) -> Self {
        Self { watch: Stopwatch::start(), time, cancel: None, outer: None }
    }

    /// Ends as soon as the flag is set, too.
    #[must_use]
    pub fn with_cancel(mut self, cancel: Arc<AtomicBool>) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// Ends when another stop is due, too.
    #[must_use]
    pub fn with_outer(mut self, outer: &'a dyn Stop) -> Self {
        self.outer = Some(outer);
        self
    }

    /// Time since the limit was made.
    pub fn elapsed(&self) -> Duration {
        self.watch.elapsed()
    }
}

impl Stop for Limit<'_> {
    fn is_due(&self) -> bool {
        self.cancel.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
            || self.outer.is_some_and(Stop::is_due)
            || self.time.is_some_and(|time| self.watch.elapsed() >= time)
    }
}
