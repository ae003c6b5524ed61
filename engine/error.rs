//! What was wrong with the input, said so that a planner can mend it.
//!
//! A [`Finding`] names table, row, column, what was found, what was expected and what to do. All
//! findings of one input are collected before anything is refused ([`Findings`]), in the order of
//! tables and rows, so that one round of mending is enough. Errors proper are few: bad input
//! ([`EngineError::Data`]), a bad option, and a broken promise of our own.

use std::fmt;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// Accepted; the planner should look at it.
    Warning,
    /// Accepted; worth knowing.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

/// One failed check of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable code in upper snake case, e.g. `DANGLING_REF`.
    pub check: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Table of the row, as named in the contract.
    pub table: &'static str,
    /// Row number from 0 in the table as given; none where the table as a whole is meant.
    pub row: Option<u64>,
    /// Key of the row, as text.
    pub id: String,
    /// Column; empty where the row as a whole is meant.
    pub column: &'static str,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// What to do about it.
    pub hint: String,
}

impl Finding {
    /// An error in `table`, to be completed with the methods below.
    pub fn error(check: &'static str, table: &'static str) -> Self {
        Self::new(check, Severity::Error, table)
    }

    /// A warning in `table`.
    pub fn warning(check: &'static str, table: &'static str) -> Self {
        Self::new(check, Severity::Warning, table)
    }

    /// An information about `table`.
    pub fn info(check: &'static str, table: &'static str) -> Self {
        Self::new(check, Severity::Info, table)
    }

    fn new(check: &'static str, severity: Severity, table: &'static str) -> Self {
        Self {
            check,
            severity,
            table,
            row: None,
            id: String::new(),
            column: "",
            found: String::new(),
            expected: String::new(),
            hint: String::new(),
        }
    }

    /// Names the row by number and key.
    #[must_use]
    pub fn at(mut self, row: usize, id: impl Into<String>) -> Self {
        self.row = Some(row as u64);
        self.id = id.into();
        self
    }

    /// Names the key without a row number.
    #[must_use]
    pub fn of(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Names the column.
    #[must_use]
    pub fn column(mut self, column: &'static str) -> Self {
        self.column = column;
        self
    }

    /// Says what was found.
    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = found.into();
        self
    }

    /// Says what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.severity, self.check, self.table)?;
        if let Some(row) = self.row {
            write!(f, "[{row}]")?;
        }
        if !self.column.is_empty() {
            write!(f, ".{}", self.column)?;
        }
        if !self.id.is_empty() {
            write!(f, " ({})", self.id)?;
        }
        write!(f, ": found {}", self.found)?;
        if !self.expected.is_empty() {
            write!(f, ", expected {}", self.expected)?;
        }
        if !self.hint.is_empty() {
            write!(f, ". {}", self.hint)?;
        }
        Ok(())
    }
}

/// Findings in the order in which the checks ran; keeps the first [`Findings::CAP`] and counts all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    total: u64,
    errors: u64,
}

impl Findings {
    /// So many are kept; a million broken rows must not become a million sentences.
    pub const CAP: usize = 1_000;

    /// Adds one. Errors displace warnings once the cap is reached.
    pub fn push(&mut self, finding: Finding) {
        self.total += 1;
        let is_error = finding.severity == Severity::Error;
        self.errors += u64::from(is_error);
        if self.kept.len() < Self::CAP {
            self.kept.push(finding);
        } else if is_error
            && let Some(place) = self.kept.iter().rposition(|kept| kept.severity != Severity::Error)
        {
            self.kept[place] = finding;
        }
    }

    /// Those kept, at most [`Findings::CAP`].
    pub fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// All that were pushed, kept or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Whether any of them refuses the input.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Appends those of `other`.
    pub fn extend(&mut self, other: Self) {
        let dropped = other.total - other.kept.len() as u64;
        let kept_errors = other.kept.iter().filter(|finding| finding.severity == Severity::Error).count();
        self.errors += other.errors - kept_errors as u64;
        self.total += dropped;
        for finding in other.kept {
            self.push(finding);
        }
    }
}

/// Why the engine gave no answer. Infeasible and out of time are answers, not errors.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// The tables were refused; all findings at once.
    #[error("{} problem(s) in the data; first: {}", .0.total(), .0.kept().iter().find(|f| f.severity == Severity::Error).map(ToString::to_string).unwrap_or_default())]
    Data(Findings),
    /// An option was out of range.
    #[error("option {option}: found {found}, expected {expected}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// What was given.
        found: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A promise of the engine was broken: a bug of ours, never of the caller.
    #[error("internal error: {0}")]
    Internal(String),
}
