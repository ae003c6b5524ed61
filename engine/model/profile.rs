//! A capacity over time; thresholding it at a quantity gives windows.

use super::time::{FAR, Time};
use super::windows::Windows;

/// A capacity over time: a step function that is 0 before its first step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Profile {
    /// Instants at which the capacity changes, ascending, with the capacity from there on.
    pub steps: Vec<(Time, i64)>,
}

impl Profile {
    /// The same capacity at all times.
    pub fn constant(capacity: i64) -> Self {
        Self { steps: vec![(-FAR, capacity)] }
    }

    /// Capacity at an instant.
    pub fn at(&self, time: Time) -> i64 {
        let after = self.steps.partition_point(|step| step.0 <= time);
        if after == 0 { 0 } else { self.steps[after - 1].1 }
    }

    /// The largest capacity at any time.
    pub fn peak(&self) -> i64 {
        self.steps.iter().map(|step| step.1).max().unwrap_or(0)
    }

    /// Where the capacity is at least `quantity` (and above 0: zero capacity is closed).
    pub fn open_for(&self, quantity: i64) -> Windows {
        let threshold = quantity.max(1);
        let mut windows = Windows::default();
        for (index, &(start, capacity)) in self.steps.iter().enumerate() {
            let end = self.steps.get(index + 1).map_or(FAR, |step| step.0);
            if capacity >= threshold && start < end {
                windows.push(start, end);
            }
        }
        windows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profile_thresholds() {
        let profile = Profile { steps: vec![(0, 2), (10, 0), (20, 3), (30, 1)] };
        assert_eq!(profile.open_for(2).iter().collect::<Vec<_>>(), vec![(0, 10), (20, 30)]);
        assert_eq!(profile.open_for(1).iter().collect::<Vec<_>>(), vec![(0, 10), (20, FAR)]);
        assert_eq!((profile.at(-1), profile.at(10), profile.at(29), profile.peak()), (0, 0, 3, 3));
    }
}
