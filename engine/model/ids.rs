//! Dense ids and the names behind them.
//!
//! Every kind of thing has a `u32` newtype. Dense ids follow the UTF-8 order of the names, so a tie
//! broken by the smaller id is broken by name, and the order of rows never matters (contract, 1).

use std::fmt;

macro_rules! dense_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into the vector of its kind.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// From an index into the vector of its kind.
            #[inline]
            pub const fn new(index: usize) -> Self {
                Self(index as u32)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )*};
}

dense_ids! {
    /// An order.
    OrderId;
    /// An operation.
    OperationId;
    /// A mode of an operation; modes of one operation are neighbors, ordered by name.
    ModeId;
    /// A requirement of a mode; requirements of one mode are neighbors.
    RequirementId;
    /// A resource.
    ResourceId;
    /// A group of unary resources.
    GroupId;
    /// A set of open windows (see [`crate::model::windows::Windows`]); equal sets are shared.
    WindowsId;
    /// A capacity profile; equal profiles are shared.
    ProfileId;
    /// A changeover matrix.
    MatrixId;
    /// A setup attribute.
    AttributeId;
    /// A value of a setup attribute.
    ValueId;
    /// A precedence.
    PrecedenceId;
    /// A location.
    LocationId;
    /// An item.
    ItemId;
}

/// Names of one kind, in the order of dense ids: one buffer instead of a string each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    text: String,
    ends: Vec<u32>,
}

impl Names {
    /// Length of all names together.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Appends a name; the caller keeps the order.
    pub fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len() as u32);
    }

    /// The name at `index`.
    pub fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.text[start..self.ends[index] as usize]
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Index of a name, where names are sorted.
    pub fn find(&self, name: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.get(middle).cmp(name) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}
