//! Powers of two in integers: the same on every machine.

/// The value of 1.
const ONE: u64 = 1 << POWER_BITS;

const POWER_BITS: u32 = 16;

/// Largest exponent either way; `2^-24` is 0.
const LIMIT: i64 = 24 << POWER_BITS;

/// `2^x` for `x` in 1/65536, in 1/65536; off by less than a third of a percent, continuous and increasing. Exponents
/// beyond 24 either way count as that.
pub(super) fn power(x: i64) -> u64 {
    let x = x.clamp(-LIMIT, LIMIT);
    let whole = x >> POWER_BITS;
    let part = (x & (ONE as i64 - 1)) as u64;
    // 1 + (1 - a) p + a p^2 meets 1 and 2 at the ends.
    let mantissa = ONE + ((part * (43_024 + ((22_512 * part) >> POWER_BITS))) >> POWER_BITS);
    if whole >= 0 { mantissa << whole } else { mantissa >> -whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_close_and_rise() {
        let mut last = 0;
        for x in (-20 << 16..20 << 16).step_by(97) {
            let value = power(x);
            assert!(value >= last);
            last = value;
            let exact = (x as f64 / 65536.0).exp2() * 65536.0;
            assert!((value as f64 - exact).abs() <= exact * 0.0033 + 1.0, "{x}: {value} and {exact}");
        }
        assert_eq!((power(0), power(1 << 16), power(-1 << 16)), (ONE, 2 * ONE, ONE / 2));
        assert_eq!((power(i64::MAX), power(i64::MIN)), (ONE << 24, 0));
    }
}
