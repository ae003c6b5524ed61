//! Changeovers: which rule applies between two setup states, and what it takes.
//!
//! Rules are few, pairs of states many. Each matrix keeps its rules by attribute; where the pairs of
//! values are few enough they are resolved once into a dense table.
//!
//! A rule is chosen (contract, rule 3 and 7.8) by priority, then both values named, `to` named,
//! `from` named, none; among equals `rises`/`falls` before `differs` before no comparison. Equal
//! values need nothing unless a rule names both exactly. No rule: nothing.

use std::cmp::Ordering;

use super::ids::{AttributeId, ValueId};
use super::time::Span;

/// How attributes combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Combine {
    /// One after the other.
    #[default]
    Sum,
    /// In parallel: the longest.
    Max,
}

/// What a rule asks of the two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Compare {
    /// Nothing.
    #[default]
    None,
    /// They differ.
    Differs,
    /// `to` is larger.
    Rises,
    /// `to` is smaller.
    Falls,
}

/// The state a rule starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum From {
    /// Any known state.
    Any,
    /// No state known yet.
    Unset,
    /// This value.
    Value(ValueId),
}

/// One row of `changeovers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// State before.
    pub from: From,
    /// State after; none is any.
    pub to: Option<ValueId>,
    /// What else must hold.
    pub compare: Compare,
    /// Working time of the changeover.
    pub duration: Span,
    /// Minor money units.
    pub cost: i64,
    /// Higher goes first.
    pub priority: i64,
}

impl Rule {
    /// Rank among the rules that match: larger goes first.
    fn rank(&self) -> (i64, u8, u8) {
        let from = !matches!(self.from, From::Any);
        let named = match (from, self.to.is_some()) {
            (true, true) => 3,
            (false, true) => 2,
            (true, false) => 1,
            (false, false) => 0,
        };
        let compared = match self.compare {
            Compare::Rises | Compare::Falls => 2,
            Compare::Differs => 1,
            Compare::None => 0,
        };
        (self.priority, named, compared)
    }

    fn matches(
        &self,
        from: Option<ValueId>,
        to: ValueId,
        order: &dyn Fn(ValueId, ValueId) -> Ordering,
    ) -> bool {
        let from_matches = match (self.from, from) {
            (From::Any, Some(_)) | (From::Unset, None) => true,
            (From::Value(named), Some(known)) => named == known,
            _ => false,
        };
        if !from_matches || self.to.is_some_and(|named| named != to) {
            return false;
        }
        match (self.compare, from) {
            (Compare::None, _) => true,
            (_, None) => false,
            (Compare::Differs, Some(known)) => known != to,
            (Compare::Rises, Some(known)) => order(known, to) == Ordering::Less,
            (Compare::Falls, Some(known)) => order(known, to) == Ordering::Greater,
        }
    }
}

/// Rules of one attribute in one matrix, with the resolved pairs where they are few.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeRules {
    /// Whose rules these are.
    pub attribute: AttributeId,
    /// All rules, best rank first.
    rules: Vec<Rule>,
    /// Number of values, for the dense table.
    values: usize,
    /// `(from or unset) x to`: time and cost; empty where there would be too many.
    table: Vec<(Span, i64)>,
}

/// Pairs beyond this many are resolved when asked for.
const DENSE_PAIRS: usize = 1 << 20;

impl AttributeRules {
    /// Sorts and resolves the rules; `values` is the number of setup values of the problem.
    pub fn new(attribute: AttributeId, mut rules: Vec<Rule>, order: &ValueOrder) -> Self {
        // A stable sort: rules of equal rank never match the same pair (the builder refuses those).
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.rank()));
        let values = order.len();
        let mut resolved = Self { attribute, rules, values, table: Vec::new() };
        if (values + 1) * values <= DENSE_PAIRS {
            let froms = std::iter::once(None).chain((0..values).map(|index| Some(ValueId::new(index))));
            resolved.table = froms
                .flat_map(|from| (0..values).map(move |to| (from, ValueId::new(to))))
                .map(|(from, to)| resolved.resolve(from, to, order))
                .collect();
        }
        resolved
    }

    /// Whether some rule covers a value as the state after: by naming it, or by naming none.
    pub fn covers(&self, value: ValueId) -> bool {
        self.rules.iter().any(|rule| rule.to.is_none_or(|to| to == value) || rule.from == From::Value(value))
    }

    /// All rules, best rank first.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule that applies between two states of this attribute, if any.
    pub fn rule(&self, from: Option<ValueId>, to: ValueId, order: &ValueOrder) -> Option<&Rule> {
        let compare = |a: ValueId, b: ValueId| order.compare(a, b);
        let rule = self.rules.iter().find(|rule| rule.matches(from, to, &compare))?;
        let exact = |rule: &&Rule| rule.to == Some(to) && rule.from == From::Value(to);
        if from == Some(to) {
            return self.rules.iter().filter(exact).find(|rule| rule.matches(from, to, &compare));
        }
        Some(rule)
    }

    fn resolve(&self, from: Option<ValueId>, to: ValueId, order: &ValueOrder) -> (Span, i64) {
        self.rule(from, to, order).map_or((0, 0), |rule| (rule.duration, rule.cost))
    }

    /// Time and cost between two states of this attribute.
    pub fn between(&self, from: Option<ValueId>, to: ValueId, order: &ValueOrder) -> (Span, i64) {
        if self.table.is_empty() {
            return self.resolve(from, to, order);
        }
        self.table[from.map_or(0, |value| value.index() + 1) * self.values + to.index()]
    }
}

/// Changeover rules that resources share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// How attributes combine in time; costs always add.
    pub combine: Combine,
    /// Whether a changeover pauses over closed time.
    pub suspend: super::operation::Suspend,
    /// Whether it must end where the operation starts.
    pub attached: bool,
    /// Rules by attribute, ascending.
    pub attributes: Vec<AttributeRules>,
}

impl Matrix {
    /// Time and cost from the states before (`from`, by attribute) to those needed (`to`, ascending
    /// by attribute). Attributes that `to` does not name stay as they were and cost nothing.
    pub fn changeover(
        &self,
        from: impl Fn(AttributeId) -> Option<ValueId>,
        to: &[(AttributeId, ValueId)],
        order: &ValueOrder,
    ) -> (Span, i64) {
        let (mut time, mut cost) = (0, 0);
        for &(attribute, value) in to {
            let Ok(place) = self.attributes.binary_search_by_key(&attribute, |rules| rules.attribute) else {
                continue;
            };
            let (span, price) = self.attributes[place].between(from(attribute), value, order);
            time = match self.combine {
                Combine::Sum => time + span,
                Combine::Max => time.max(span),
            };
            cost += price;
        }
        (time, cost)
    }

    /// The longest changeover that the rules allow, for bounds on the horizon.
    pub fn longest(&self) -> Span {
        let each =
            self.attributes.iter().map(|a| a.rules.iter().map(|rule| rule.duration).max().unwrap_or(0));
        match self.combine {
            Combine::Sum => each.sum(),
            Combine::Max => each.max().unwrap_or(0),
        }
    }
}

/// Order of setup values for `rises` and `falls`: as numbers where both are, else as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValueOrder {
    numbers: Vec<Option<Decimal>>,
}

impl ValueOrder {
    /// From the value texts in the order of their ids, which is the order of their text.
    pub fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        Self { numbers: texts.map(Decimal::parse).collect() }
    }

    /// How many values.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Compares two values.
    pub fn compare(&self, a: ValueId, b: ValueId) -> Ordering {
        match (&self.numbers[a.index()], &self.numbers[b.index()]) {
            (Some(left), Some(right)) => left.cmp(right),
            _ => a.cmp(&b),
        }
    }
}

/// A decimal number of any length, compared exactly: sign, digits, point, digits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let negative = sign && !(whole.is_empty() && fraction.is_empty());
        Some(Self { negative, whole, fraction })
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        (self.whole.len().cmp(&other.whole.len()))
            .then_with(|| self.whole.cmp(&other.whole))
            .then_with(|| self.fraction.cmp(&other.fraction))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_exactly() {
        let order = ValueOrder::new(["-1.5", "0010", "10.0", "2", "9", "red"].into_iter());
        let id = ValueId;
        assert_eq!(order.compare(id(3), id(1)), Ordering::Less, "2 < 10 as numbers");
        assert_eq!(order.compare(id(1), id(2)), Ordering::Equal, "0010 = 10.0 in order, not as text");
        assert_eq!(order.compare(id(0), id(3)), Ordering::Less);
        assert_eq!(order.compare(id(4), id(5)), Ordering::Less, "as text where one is no number");
    }

    #[test]
    fn rules_go_by_priority_then_names() {
        let order = ValueOrder::new(["black", "white"].into_iter());
        let (black, white) = (ValueId(0), ValueId(1));
        let rule = |from, to, compare, duration| Rule { from, to, compare, duration, cost: 0, priority: 0 };
        let rules = AttributeRules::new(
            AttributeId(0),
            vec![
                rule(From::Any, None, Compare::Differs, 5),
                rule(From::Any, Some(white), Compare::None, 9),
                rule(From::Value(black), Some(white), Compare::None, 12),
                rule(From::Unset, None, Compare::None, 1),
            ],
            &order,
        );
        assert_eq!(rules.between(Some(black), white, &order).0, 12);
        assert_eq!(rules.between(Some(white), black, &order).0, 5);
        assert_eq!(rules.between(Some(white), white, &order).0, 0, "equal values need nothing");
        assert_eq!(rules.between(None, white, &order).0, 1, "only an unset rule matches unset");
    }
}
