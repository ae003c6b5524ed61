//! Numbers, exactly: integers of any width, decimals, floats as the decimal that they print as.
//!
//! A float stands for the shortest decimal that reads back as itself, which is what its author typed:
//! 0.1 is one tenth. So whether a float fits a scale is decided on digits, without a tolerance.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, PrimitiveArray};
use arrow_schema::DataType;

use super::cells::{Cell, Fault};

/// A decimal: `digits x 10^-scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    scale: i32,
}

impl Decimal {
    /// The same value in units of `10^-scale`; a fault where it does not divide or fit.
    fn in_units(self, scale: i32) -> Result<i64, Fault> {
        let shift = scale - self.scale;
        let factor = 10_i128.checked_pow(shift.unsigned_abs()).filter(|_| shift.unsigned_abs() < 38);
        let value = match (factor, shift >= 0) {
            _ if self.digits == 0 => 0,
            (Some(factor), true) => self.digits.checked_mul(factor).ok_or(Fault::Overflow)?,
            (Some(factor), false) if self.digits % factor == 0 => self.digits / factor,
            (None, true) => return Err(Fault::Overflow),
            (_, false) => return Err(Fault::NotIntegral),
        };
        i64::try_from(value).map_err(|_| Fault::Overflow)
    }

    /// Millionths, rounded half to even; a fault outside 0 to 1.
    fn in_millionths(self) -> Result<i64, Fault> {
        if self.digits < 0 {
            return Err(Fault::NotAShare);
        }
        let shift = self.scale - 6;
        let value = if shift <= 0 {
            self.in_units(6).map_err(|_| Fault::NotAShare)?
        } else {
            match 10_i128.checked_pow(shift.unsigned_abs()) {
                None => 0,
                Some(factor) => {
                    let (whole, rest) = (self.digits / factor, self.digits % factor);
                    let up = rest * 2 > factor || (rest * 2 == factor && whole % 2 == 1);
                    i64::try_from(whole).map_err(|_| Fault::NotAShare)? + i64::from(up)
                }
            }
        };
        if value > 1_000_000 {
            return Err(Fault::NotAShare);
        }
        Ok(value)
    }

    /// From the shortest exponent form of a float, such as `-1.25e-3`.
    fn from_exponent_form(text: &str) -> Result<Self, Fault> {
        let (mantissa, exponent) = text.split_once('e').ok_or(Fault::NotFinite)?;
        let exponent: i32 = exponent.parse().map_err(|_| Fault::NotFinite)?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: i128 = whole.parse().map_err(|_| Fault::NotFinite)?;
        let negative = whole.starts_with('-');
        for byte in fraction.bytes() {
            let digit = i128::from(byte - b'0');
            digits = digits * 10 + if negative { -digit } else { digit };
        }
        Ok(Self { digits, scale: fraction.len() as i32 - exponent })
    }
}

/// What a column of numbers is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Whole numbers.
    Whole,
    /// Units of `10^-scale`; floats only if allowed.
    Units {
        /// Decimal places.
        scale: i32,
        /// Whether the caller gave a scale.
        floats: bool,
    },
    /// Millionths of 0 to 1.
    Millionths,
}

impl Target {
    fn take(self, value: Decimal) -> Result<i64, Fault> {
        match self {
            Self::Whole => value.in_units(0),
            Self::Units { scale, .. } => value.in_units(scale),
            Self::Millionths => value.in_millionths(),
        }
    }
}

/// Parses a column of numbers; none where its type is none.
pub(super) fn parse(array: &dyn Array, target: Target) -> Option<Vec<Cell<i64>>> {
    Some(match array.data_type() {
        DataType::Null => vec![Ok(None); array.len()],
        DataType::Int8 => whole::<Int8Type>(array, target),
        DataType::Int16 => whole::<Int16Type>(array, target),
        DataType::Int32 => whole::<Int32Type>(array, target),
        DataType::Int64 if target == Target::Whole => {
            array.as_primitive::<Int64Type>().iter().map(Ok).collect()
        }
        DataType::Int64 => whole::<Int64Type>(array, target),
        DataType::UInt8 => whole::<UInt8Type>(array, target),
        DataType::UInt16 => whole::<UInt16Type>(array, target),
        DataType::UInt32 => whole::<UInt32Type>(array, target),
        DataType::UInt64 => whole::<UInt64Type>(array, target),
        DataType::Decimal32(_, scale) => decimal::<Decimal32Type>(array, *scale, target),
        DataType::Decimal64(_, scale) => decimal::<Decimal64Type>(array, *scale, target),
        DataType::Decimal128(_, scale) => decimal::<Decimal128Type>(array, *scale, target),
        DataType::Float32 => {
            floats(array.as_primitive::<Float32Type>(), target, |value| (value.is_finite(), value == 0.0))
        }
        DataType::Float64 => {
            floats(array.as_primitive::<Float64Type>(), target, |value| (value.is_finite(), value == 0.0))
        }
        _ => return None,
    })
}

fn whole<T: ArrowPrimitiveType>(array: &dyn Array, target: Target) -> Vec<Cell<i64>>
where
    T::Native: Into<i128>,
{
    decimal::<T>(array, 0, target)
}

fn decimal<T: ArrowPrimitiveType>(array: &dyn Array, scale: i8, target: Target) -> Vec<Cell<i64>>
where
    T::Native: Into<i128>,
{
    let take = |digits: T::Native| target.take(Decimal { digits: digits.into(), scale: i32::from(scale) });
    array.as_primitive::<T>().iter().map(|value| value.map(take).transpose()).collect()
}

fn floats<T: ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    target: Target,
    facts: impl Fn(T::Native) -> (bool, bool),
) -> Vec<Cell<i64>>
where
    T::Native: std::fmt::LowerExp,
{
    let refused = matches!(target, Target::Units { floats: false, .. });
    let mut text = String::new();
    let mut take = |value: T::Native| {
        use std::fmt::Write as _;
        let (finite, zero) = facts(value);
        if refused {
            return Err(Fault::NeedsScale);
        }
        if !finite {
            return Err(Fault::NotFinite);
        }
        if zero {
            return Ok(0);
        }
        text.clear();
        let _ = write!(text, "{value:e}");
        target.take(Decimal::from_exponent_form(&text)?)
    };
    array.iter().map(|value| value.map(&mut take).transpose()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Decimal128Array, Float32Array, Float64Array, Int8Array, UInt64Array};

    use super::*;

    fn read(array: &ArrayRef, target: Target) -> Vec<Cell<i64>> {
        parse(array.as_ref(), target).expect("a type of numbers")
    }

    #[test]
    fn widening_is_exact_and_overflow_is_said() {
        let small: ArrayRef = Arc::new(Int8Array::from(vec![Some(-128), None]));
        assert_eq!(read(&small, Target::Whole), [Ok(Some(-128)), Ok(None)]);
        let large: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX, 7]));
        assert_eq!(read(&large, Target::Whole), [Err(Fault::Overflow), Ok(Some(7))]);
    }

    #[test]
    fn decimals_take_the_scale_asked_for() {
        let array: ArrayRef = Arc::new(
            Decimal128Array::from(vec![250, -125, 1]).with_precision_and_scale(10, 2).expect("a valid type"),
        );
        let units = |scale| Target::Units { scale, floats: false };
        assert_eq!(read(&array, units(3)), [Ok(Some(2500)), Ok(Some(-1250)), Ok(Some(10))]);
        assert_eq!(
            read(&array, Target::Whole),
            [Err(Fault::NotIntegral), Err(Fault::NotIntegral), Err(Fault::NotIntegral)]
        );
    }

    #[test]
    fn floats_are_the_decimal_they_print_as() {
        let array: ArrayRef =
            Arc::new(Float64Array::from(vec![0.1, 2.1, -0.0, 1e300, f64::NAN, 1234.5678, -7.25]));
        let units = Target::Units { scale: 2, floats: true };
        assert_eq!(
            read(&array, units),
            [
                Ok(Some(10)),
                Ok(Some(210)),
                Ok(Some(0)),
                Err(Fault::Overflow),
                Err(Fault::NotFinite),
                Err(Fault::NotIntegral),
                Ok(Some(-725)),
            ]
        );
        let single: ArrayRef = Arc::new(Float32Array::from(vec![0.1]));
        assert_eq!(read(&single, units), [Ok(Some(10))]);
        let refused = Target::Units { scale: 2, floats: false };
        assert_eq!(read(&single, refused), [Err(Fault::NeedsScale)]);
    }

    #[test]
    fn shares_round_half_to_even() {
        let array: ArrayRef = Arc::new(Float64Array::from(vec![
            0.25,
            0.000_000_5,
            0.000_001_5,
            0.000_002_500_1,
            1.0,
            1.000_001,
            -0.1,
            1e-40,
        ]));
        assert_eq!(
            read(&array, Target::Millionths),
            [
                Ok(Some(250_000)),
                Ok(Some(0)),
                Ok(Some(2)),
                Ok(Some(3)),
                Ok(Some(1_000_000)),
                Err(Fault::NotAShare),
                Err(Fault::NotAShare),
                Ok(Some(0)),
            ]
        );
    }
}
