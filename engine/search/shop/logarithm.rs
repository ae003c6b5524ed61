//! Logarithms in integers: the same on every machine.

/// Fractional bits of a logarithm.
pub(super) const LOG_BITS: u32 = 12;

const STEPS: usize = 256;

/// `log2(1 + i / 256)` in 1/4096.
const TABLE: [i32; STEPS + 1] = {
    let mut table = [0; STEPS + 1];
    let mut i = 0;
    while i <= STEPS {
        table[i] = by_squaring((STEPS + i) as u64);
        i += 1;
    }
    table
};

/// `log2(x / 256)` for `x` in `256..=512`: each squaring yields one more bit.
const fn by_squaring(x: u64) -> i32 {
    let one = 1_u64 << 30;
    let mut value = x << 22;
    let mut result = 0;
    if value >= 2 * one {
        return 1 << LOG_BITS;
    }
    let mut bit = 1 << (LOG_BITS - 1);
    while bit > 0 {
        value = (value * value) >> 30;
        if value >= 2 * one {
            value >>= 1;
            result += bit;
        }
        bit >>= 1;
    }
    result
}

/// `4096 * log2(x)`, rounded down by less than 25; 0 for 0.
pub(super) fn log2(x: u64) -> i32 {
    if x == 0 {
        return 0;
    }
    let whole = x.ilog2();
    let scaled = if whole >= 8 { x >> (whole - 8) } else { x << (8 - whole) };
    ((whole as i32) << LOG_BITS) + TABLE[scaled as usize - STEPS]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_exact_and_the_rest_is_close() {
        for bit in 0..40 {
            assert_eq!(log2(1 << bit), bit << LOG_BITS);
        }
        for x in 1..5_000_u64 {
            let exact = (x as f64).log2() * f64::from(1 << LOG_BITS);
            assert!((exact - f64::from(log2(x))).abs() < 25.0, "{x}");
        }
    }
}
