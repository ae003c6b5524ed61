//! Ticks. One tick is a second in temporal problems and the user's own unit otherwise.

/// An instant, in ticks.
pub type Time = i64;

/// A length of time, in ticks.
pub type Span = i64;

/// Later than any instant of any problem; ends of windows that never close. Sums of a few such
/// values still fit an `i64`.
pub const FAR: Time = i64::MAX / 8;

/// No instant or length of a problem exceeds this in size; the builder refuses larger ones.
pub const LIMIT: Time = 1 << 53;

/// Parts per million as the unit of transfer and tail fractions.
pub const MILLION: i64 = 1_000_000;

/// `ceil(ppm x duration / 10^6)`, exact (contract, rule 5).
pub fn share(ppm: u32, duration: Span) -> Span {
    let product = i128::from(ppm) * i128::from(duration);
    ((product + i128::from(MILLION) - 1) / i128::from(MILLION)) as Span
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn share_rounds_up() {
        assert_eq!(share(500_000, 7), 4);
        assert_eq!(share(0, 7), 0);
        assert_eq!(share(1_000_000, 7), 7);
        assert_eq!(share(1, 1), 1);
    }
}
