//! Rows as tables give them: names instead of dense ids, nothing checked yet.
//!
//! A [`Draft`] is what readers fill and [`super::build`] turns into a problem. Names are interned
//! once ([`Symbols`]), so a row is a few numbers; a row's place in its vector is its row number in
//! the table, which findings quote. Optional columns that are null hold the contract's default or
//! `None`.

use std::hash::{BuildHasher, RandomState};

use rustc_hash::FxHashMap;

use super::changeover::{Combine, Compare};
use super::history::{OnStop, Pin, Status};
use super::operation::{Breaks, Phase, Suspend};
use super::precedence::Kind;
use super::problem::StabilityPrices;
use super::resource::ResourceKind;
use super::time::{Span, Time};

/// A name, interned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

/// The name of the attribute that a setup state or rule without attribute means.
pub const STATE: &str = "state";

/// No further symbol.
const NONE: u32 = u32::MAX;

/// The names of a draft: each text once, [`STATE`] among them.
#[derive(Debug, Clone)]
pub struct Symbols {
    texts: super::ids::Names,
    /// The newest symbol of each hash.
    by_hash: FxHashMap<u64, u32>,
    /// By symbol: the one before it with the same hash.
    alike: Vec<u32>,
    /// The standard keyed hash: ids made to collide must not slow the reader down.
    keys: RandomState,
    is_full: bool,
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols = Self {
            texts: super::ids::Names::default(),
            by_hash: FxHashMap::default(),
            alike: Vec::new(),
            keys: RandomState::new(),
            is_full: false,
        };
        symbols.intern(STATE);
        symbols
    }
}

impl Symbols {
    /// The symbol of a text, new or known.
    pub fn intern(&mut self, text: &str) -> Symbol {
        let hash = self.keys.hash_one(text);
        let newest = self.by_hash.get(&hash).copied().unwrap_or(NONE);
        if let Some(symbol) = self.among(newest, text) {
            return symbol;
        }
        if self.texts.bytes() + text.len() > u32::MAX as usize {
            self.is_full = true;
            return Symbol(0);
        }
        let symbol = self.texts.len() as u32;
        self.texts.push(text);
        self.alike.push(newest);
        self.by_hash.insert(hash, symbol);
        Symbol(symbol)
    }

    /// The symbol of a text, if known.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.among(self.by_hash.get(&self.keys.hash_one(text)).copied()?, text)
    }

    /// The symbol of a text among those of one hash.
    fn among(&self, newest: u32, text: &str) -> Option<Symbol> {
        let mut symbol = newest;
        while symbol != NONE {
            if self.texts.get(symbol as usize) == text {
                return Some(Symbol(symbol));
            }
            symbol = self.alike[symbol as usize];
        }
        None
    }

    /// Text of a symbol.
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0 as usize)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Whether a text had no room any more and was taken for another.
    pub fn is_full(&self) -> bool {
        self.is_full
    }
}

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }
    )*};
}

rows! {
    /// A row of `orders`.
    OrderRow {
        /// Key.
        order: Symbol,
        /// Earliest start.
        release: Option<Time>,
        /// Soft end.
        due: Option<Time>,
        /// Hard end.
        deadline: Option<Time>,
        /// Weight of lateness (1).
        weight: i64,
        /// Weight of earliness (0).
        earliness_weight: i64,
    }
    /// A row of `operations`.
    OperationRow {
        /// Key.
        operation: Symbol,
        /// Its order.
        order: Option<Symbol>,
        /// Place in the order's chain.
        sequence: Option<i64>,
        /// Earliest start.
        release: Option<Time>,
        /// Hard end.
        deadline: Option<Time>,
        /// Whether work may pause.
        suspend: Suspend,
        /// State of the attribute `state` that it needs.
        setup_state: Option<Symbol>,
    }
    /// A row of `setup_states`.
    SetupStateRow {
        /// Operation.
        operation: Symbol,
        /// Attribute.
        attribute: Symbol,
        /// Value that it needs.
        value: Symbol,
    }
    /// A row of `modes`.
    ModeRow {
        /// Operation.
        operation: Symbol,
        /// Name; the resource's where null.
        mode: Option<Symbol>,
        /// The mode's own resource.
        resource: Option<Symbol>,
        /// Units of it (1).
        quantity: i64,
        /// Working time.
        duration: Span,
        /// Minor money units (0).
        cost: i64,
    }
    /// A row of `requirements`.
    RequirementRow {
        /// Key of the row, if the table has a column `requirement`.
        requirement: Option<Symbol>,
        /// Operation.
        operation: Symbol,
        /// Mode; null is all modes.
        mode: Option<Symbol>,
        /// Resource, or
        resource: Option<Symbol>,
        /// group.
        group: Option<Symbol>,
        /// Units or members (1).
        quantity: i64,
        /// When (run).
        phase: Phase,
        /// Over closed time (hold).
        breaks: Breaks,
    }
    /// A row of `resources`.
    ResourceRow {
        /// Key.
        resource: Symbol,
        /// Kind; by capacity where null.
        kind: Option<ResourceKind>,
        /// Capacity (1).
        capacity: i64,
        /// Calendar; null is always open.
        calendar: Option<Symbol>,
        /// Matrix.
        changeover_matrix: Option<Symbol>,
        /// Minor money units per hour (0).
        cost_per_hour: i64,
        /// Location.
        location: Option<Symbol>,
    }
    /// A row of `resource_states`.
    ResourceStateRow {
        /// Resource.
        resource: Symbol,
        /// Attribute.
        attribute: Symbol,
        /// Value at `now`.
        value: Symbol,
    }
    /// A row of `groups`.
    GroupRow {
        /// Group.
        group: Symbol,
        /// Member.
        member: Symbol,
        /// Higher goes first (0).
        priority: i64,
    }
    /// A row of `calendars`.
    CalendarRow {
        /// Calendar.
        calendar: Symbol,
        /// Open from.
        start: Time,
        /// Open until; null is for ever.
        end: Option<Time>,
        /// Capacity; null is the resource's own.
        capacity: Option<i64>,
    }
    /// A row of `matrices`.
    MatrixRow {
        /// Key.
        matrix: Symbol,
        /// How attributes combine (sum).
        combine: Combine,
        /// Whether changeovers pause (never).
        suspend: Suspend,
        /// Whether they end at the operation's start (false).
        attached: bool,
    }
    /// A row of `changeovers`.
    ChangeoverRow {
        /// Matrix.
        matrix: Symbol,
        /// Attribute (`state`).
        attribute: Option<Symbol>,
        /// From; null is any, `unset` is no known state.
        from_value: Option<Symbol>,
        /// To; null is any.
        to_value: Option<Symbol>,
        /// What else must hold.
        compare: Compare,
        /// Working time.
        duration: Span,
        /// Minor money units (0).
        cost: i64,
        /// Higher goes first (0).
        priority: i64,
    }
    /// A row of `precedences`.
    PrecedenceRow {
        /// The earlier operation.
        before: Symbol,
        /// The later operation.
        after: Symbol,
        /// Which ends (end to start).
        kind: Kind,
        /// Least lag (0).
        min_lag: Span,
        /// Largest lag.
        max_lag: Option<Span>,
        /// Share to be done before, in millionths (a million).
        transfer: u32,
        /// Share still to do after, in millionths (0).
        tail: u32,
        /// Same resource (false).
        same_resource: bool,
    }
    /// A row of `transport`.
    TransportRow {
        /// From location.
        from_location: Symbol,
        /// To location.
        to_location: Symbol,
        /// Time.
        duration: Span,
    }
    /// A row of `materials`.
    MaterialRow {
        /// Operation.
        operation: Symbol,
        /// Item.
        item: Symbol,
        /// Negative is consumed, positive produced; base units.
        quantity: i64,
    }
    /// A row of `stock`.
    StockRow {
        /// Item.
        item: Symbol,
        /// When; null is `now`.
        time: Option<Time>,
        /// How much, base units.
        quantity: i64,
    }
    /// A row of `items`.
    ItemRow {
        /// Key.
        item: Symbol,
        /// Largest stock.
        max_stock: Option<i64>,
        /// Never short (false).
        unlimited: bool,
    }
    /// A row of `baseline`.
    BaselineRow {
        /// Operation.
        operation: Symbol,
        /// Mode.
        mode: Option<Symbol>,
        /// Resource.
        resource: Option<Symbol>,
        /// Start.
        start: Option<Time>,
        /// End.
        end: Option<Time>,
        /// How far (planned).
        status: Status,
        /// Working time still to do.
        remaining: Option<Span>,
        /// Changeover time still to do (0).
        remaining_changeover: Span,
        /// What is fixed (none).
        pin: Pin,
        /// What a stop does (resume).
        on_stop: OnStop,
    }
    /// A row of `baseline_members`.
    BaselineMemberRow {
        /// Operation.
        operation: Symbol,
        /// Resource that it holds.
        resource: Symbol,
        /// In which phase (run).
        phase: Phase,
    }
}

/// All rows of a problem.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The names that rows use.
    pub symbols: Symbols,
    /// Whether ticks are seconds.
    pub temporal: bool,
    /// `problem.now`; required where temporal.
    pub now: Option<Time>,
    /// `problem.horizon_end`.
    pub horizon_end: Option<Time>,
    /// What stability costs; by default as the contract says for the kind of time.
    pub stability: Option<StabilityPrices>,
    /// `orders`.
    pub orders: Vec<OrderRow>,
    /// `operations`.
    pub operations: Vec<OperationRow>,
    /// `setup_states`.
    pub setup_states: Vec<SetupStateRow>,
    /// `modes`.
    pub modes: Vec<ModeRow>,
    /// `requirements`.
    pub requirements: Vec<RequirementRow>,
    /// `resources`.
    pub resources: Vec<ResourceRow>,
    /// `resource_states`.
    pub resource_states: Vec<ResourceStateRow>,
    /// `groups`.
    pub groups: Vec<GroupRow>,
    /// `calendars`.
    pub calendars: Vec<CalendarRow>,
    /// `matrices`.
    pub matrices: Vec<MatrixRow>,
    /// `changeovers`.
    pub changeovers: Vec<ChangeoverRow>,
    /// `precedences`.
    pub precedences: Vec<PrecedenceRow>,
    /// `transport`.
    pub transport: Vec<TransportRow>,
    /// `materials`.
    pub materials: Vec<MaterialRow>,
    /// `stock`.
    pub stock: Vec<StockRow>,
    /// `items`.
    pub items: Vec<ItemRow>,
    /// `baseline`.
    pub baseline: Vec<BaselineRow>,
    /// `baseline_members`.
    pub baseline_members: Vec<BaselineMemberRow>,
}
