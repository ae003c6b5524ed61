//! Where to look in ascending instants: a table of equal slices of time.
//!
//! Each slice knows how many instants lie at or before its beginning, so "the first after t" is a look into the
//! table and at the one or two instants of a slice, where a search among all would take ten steps. A slice that holds
//! many is searched like any sorted list.

use super::time::{FAR, Time};

/// A table over ascending instants; an empty one leaves all of them to be searched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slices {
    origin: Time,
    /// A slice is `1 << shift` ticks long.
    shift: u32,
    /// By slice: instants at or before its beginning.
    before: Vec<u32>,
}

impl Slices {
    /// About two slices for each instant that is not [`FAR`].
    pub(crate) fn new(instants: &[Time]) -> Self {
        let known = &instants[..instants.partition_point(|&instant| instant < FAR)];
        let (Some(&origin), Some(&last)) = (known.first(), known.last()) else { return Self::default() };
        let slice = (last - origin) / (2 * known.len() as Time) + 1;
        let shift = u64::BITS - slice.cast_unsigned().leading_zeros();
        let mut passed = 0;
        let before = (0..=(last - origin) >> shift).map(|slice| {
            let begin = origin + (slice << shift);
            while known.get(passed).is_some_and(|&instant| instant <= begin) {
                passed += 1;
            }
            passed as u32
        });
        Self { origin, shift, before: before.collect() }
    }

    /// Whether there is no table.
    pub(crate) fn is_empty(&self) -> bool {
        self.before.is_empty()
    }

    /// Index of the first of the instants that is after `time`; how many there are if none is.
    #[inline]
    pub(crate) fn first_after(&self, instants: &[Time], time: Time) -> usize {
        let Some(last) = self.before.len().checked_sub(1) else {
            return instants.partition_point(|&instant| instant <= time);
        };
        if time < self.origin {
            return 0;
        }
        let slice = (((time - self.origin) >> self.shift) as usize).min(last);
        let low = self.before[slice] as usize;
        let high = self.before.get(slice + 1).map_or(instants.len(), |&high| high as usize);
        low + instants[low..high].partition_point(|&instant| instant <= time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agrees(instants: &[Time]) {
        let slices = Slices::new(instants);
        let near = instants.iter().flat_map(|&instant| [instant - 1, instant, instant + 1]);
        let far = [Time::MIN / 4, -FAR, 0, FAR - 1, FAR, 2 * FAR];
        for time in near.chain(far) {
            let expected = instants.iter().filter(|&&instant| instant <= time).count();
            assert_eq!(slices.first_after(instants, time), expected, "{time} in {instants:?}");
        }
    }

    #[test]
    fn slices_agree_with_counting() {
        agrees(&[]);
        agrees(&[FAR]);
        agrees(&[0]);
        agrees(&[-7, 3, FAR]);
        agrees(&[-FAR + 1, 5, 9]);
        let even: Vec<Time> = (0..500).map(|day| day * 86_400 + 57_600).collect();
        agrees(&even);
        // Many in one slice, and one far away.
        let uneven: Vec<Time> = (0..300).map(|at| at * at % 7 + 7 * at).chain([9_000_000, FAR]).collect();
        agrees(&uneven);
    }
}
