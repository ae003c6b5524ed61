//! Every table's columns: names, types, units and defaults, the one source of them.
//!
//! Readers look columns up here, the Python package exports this list, and the reference pages are
//! made from it. What no column says about itself (keys, cross references) is checked where a
//! problem is built.

mod foreign;
mod input;
mod output;

pub use foreign::FOREIGN;
pub use input::INPUT;
pub use output::OUTPUT;

/// What kind of thing an id names: ids of one entity have one type in all tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// Orders.
    Order,
    /// Operations.
    Operation,
    /// Modes.
    Mode,
    /// Resources.
    Resource,
    /// Groups.
    Group,
    /// Calendars.
    Calendar,
    /// Changeover matrices.
    Matrix,
    /// Items.
    Item,
    /// Locations.
    Location,
    /// Rows of `requirements`.
    Requirement,
}

impl Entity {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Order,
        Self::Operation,
        Self::Mode,
        Self::Resource,
        Self::Group,
        Self::Calendar,
        Self::Matrix,
        Self::Item,
        Self::Location,
        Self::Requirement,
    ];

    /// Name in documents and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Operation => "operation",
            Self::Mode => "mode",
            Self::Resource => "resource",
            Self::Group => "group",
            Self::Calendar => "calendar",
            Self::Matrix => "matrix",
            Self::Item => "item",
            Self::Location => "location",
            Self::Requirement => "requirement",
        }
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Ids of an entity: text of any shape, or integers.
    Id(Entity),
    /// Text that is compared, never parsed; integers are taken as their digits.
    Text,
    /// An instant: timestamp, or integer ticks.
    Time,
    /// A length of time: duration, or integer ticks.
    Duration,
    /// A whole number.
    Integer,
    /// An amount of an item: integer, decimal, or float where `scale` is given.
    Quantity,
    /// A share from 0 to 1.
    Fraction,
    /// True or false.
    Boolean,
    /// One of these words.
    Enum(&'static [&'static str]),
}

impl Class {
    /// Name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id(_) => "id",
            Self::Text => "text",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Integer => "integer",
            Self::Quantity => "quantity",
            Self::Fraction => "fraction",
            Self::Boolean => "boolean",
            Self::Enum(_) => "enum",
        }
    }

    /// What a column of this class accepts, for messages.
    pub fn accepts(self) -> &'static str {
        match self {
            Self::Id(_) | Self::Text => "text or integers",
            Self::Time => "timestamps or integers",
            Self::Duration => "durations or integers",
            Self::Integer => "integers",
            Self::Quantity => "integers, decimals, or floats with the option `scale`",
            Self::Fraction => "floats or decimals from 0 to 1",
            Self::Boolean => "booleans",
            Self::Enum(_) => "text",
        }
    }
}

/// One column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: &'static str,
    /// What it holds.
    pub class: Class,
    /// Whether the column must be there and free of nulls.
    pub required: bool,
    /// What null, or a missing column, means.
    pub default: &'static str,
    /// Unit of the numbers in it.
    pub unit: &'static str,
    /// One sentence.
    pub doc: &'static str,
}

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSpec {
    /// Name.
    pub name: &'static str,
    /// Whether a problem needs it.
    pub required: bool,
    /// Columns that are unique together; empty where rows add up or repeat.
    pub key: &'static [&'static str],
    /// Whether the table takes any other column without remark.
    pub open: bool,
    /// One sentence.
    pub doc: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
}

impl TableSpec {
    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// The input table of a name.
pub fn input(name: &str) -> Option<&'static TableSpec> {
    INPUT.iter().find(|table| table.name == name)
}

/// A column with nothing said but name, class and meaning.
const fn column(name: &'static str, class: Class, doc: &'static str) -> Column {
    Column { name, class, required: false, default: "", unit: "", doc }
}

impl Column {
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }
}

/// Edit distance of two short names, at most `limit` + 1: for "did you mean".
pub(crate) fn distance(left: &str, right: &str, limit: usize) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()].min(limit + 1)
}

/// The nearest of some names, if one is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .map(|candidate| {
            let folded = distance(&name.to_lowercase(), &candidate.to_lowercase(), limit);
            (folded, candidate)
        })
        .filter(|&(far, _)| far <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_keys_are_sound() {
        for table in INPUT.iter().chain(OUTPUT).chain(FOREIGN) {
            let mut names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), table.columns.len(), "{} repeats a column", table.name);
            for key in table.key {
                assert!(table.column(key).is_some(), "{}.{key} is a key of nothing", table.name);
            }
            for column in table.columns {
                assert!(column.doc.ends_with('.'), "{}.{} wants a sentence", table.name, column.name);
                assert!(
                    !column.required || column.default.is_empty(),
                    "{}.{}: a required column has no default",
                    table.name,
                    column.name
                );
            }
        }
    }

    #[test]
    fn near_names_are_offered() {
        let names = ["operation", "duration", "resource"];
        assert_eq!(nearest("durration", names.into_iter()), Some("duration"));
        assert_eq!(nearest("Resource", names.into_iter()), Some("resource"));
        assert_eq!(nearest("colour", names.into_iter()), None);
    }
}
