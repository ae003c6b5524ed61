//! How much of an item is there when.
//!
//! The balance over time as events (instant, balance from there on) in blocks of bounded length, each
//! with a common shift and its extremes. A movement touches one block and the shifts behind it; "from
//! when on is there always enough" walks blocks from the end and looks inside one. So a movement or a
//! question costs about the square root of the number of events.

use crate::model::time::{FAR, Time};

const BLOCK: usize = 128;

#[derive(Debug, Clone, Default)]
struct Block {
    times: Vec<Time>,
    levels: Vec<i64>,
    shift: i64,
    low: i64,
    high: i64,
}

impl Block {
    fn refresh(&mut self) {
        self.low = self.levels.iter().copied().min().unwrap_or(0);
        self.high = self.levels.iter().copied().max().unwrap_or(0);
    }
}

/// The balance of one item.
#[derive(Debug, Clone)]
pub(crate) struct Balance {
    blocks: Vec<Block>,
}

impl Balance {
    /// From arrivals, ascending.
    pub(crate) fn new(arrivals: &[(Time, i64)]) -> Self {
        let first = Block { times: vec![-FAR], levels: vec![0], ..Block::default() };
        let mut balance = Self { blocks: vec![first] };
        for &(time, quantity) in arrivals {
            balance.add(time, quantity);
        }
        balance
    }

    /// A movement at `time`.
    pub(crate) fn add(&mut self, time: Time, quantity: i64) {
        let index = self.blocks.partition_point(|block| block.times[0] <= time) - 1;
        let block = &mut self.blocks[index];
        let mut place = block.times.partition_point(|&other| other < time);
        if block.times.get(place) != Some(&time) {
            let level = block.levels[place - 1];
            block.times.insert(place, time);
            block.levels.insert(place, level);
        }
        for level in &mut block.levels[place..] {
            *level += quantity;
        }
        if place > 0 && block.levels[place] == block.levels[place - 1] {
            block.times.remove(place);
            block.levels.remove(place);
            place = 0;
        }
        block.refresh();
        for later in &mut self.blocks[index + 1..] {
            later.shift += quantity;
        }
        if place > 0 && self.blocks[index].times.len() > BLOCK {
            self.split(index);
        }
    }

    fn split(&mut self, index: usize) {
        let block = &mut self.blocks[index];
        let half = block.times.len() / 2;
        let mut tail = Block {
            times: block.times.split_off(half),
            levels: block.levels.split_off(half),
            shift: block.shift,
            ..Block::default()
        };
        block.refresh();
        tail.refresh();
        self.blocks.insert(index + 1, tail);
    }

    /// The earliest instant at or after `from` since when the balance never falls below `quantity`.
    pub(crate) fn enough_from(&self, from: Time, quantity: i64) -> Option<Time> {
        self.settled(from, |block| block.low + block.shift >= quantity, |level| level >= quantity)
    }

    /// The earliest instant at or after `from` since when the balance never rises above `most`.
    pub(crate) fn room_from(&self, from: Time, most: i64) -> Option<Time> {
        self.settled(from, |block| block.high + block.shift <= most, |level| level <= most)
    }

    /// The earliest instant at or after `from` since when all levels are good.
    fn settled(
        &self,
        from: Time,
        all_good: impl Fn(&Block) -> bool,
        good: impl Fn(i64) -> bool,
    ) -> Option<Time> {
        let mut answer = None;
        for block in self.blocks.iter().rev() {
            if all_good(block) {
                answer = Some(block.times[0]);
            } else {
                let bad = block.levels.iter().rposition(|&level| !good(level + block.shift));
                let bad = bad.unwrap_or(0);
                if bad + 1 < block.times.len() {
                    answer = Some(block.times[bad + 1]);
                }
                // The level in force at `from` may lie behind the bad one.
                return answer.map(|time| time.max(from));
            }
            if block.times[0] <= from {
                return Some(from);
            }
        }
        answer.map(|time| time.max(from))
    }

    /// Whether the balance from `from` on stays within `0..=most`.
    pub(crate) fn stays_within(&self, from: Time, most: Option<i64>) -> bool {
        self.enough_from(from, 0) == Some(from)
            && most.is_none_or(|most| self.room_from(from, most) == Some(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_and_room() {
        let mut balance = Balance::new(&[(0, 5), (10, 5)]);
        assert_eq!(balance.enough_from(0, 5), Some(0));
        assert_eq!(balance.enough_from(0, 6), Some(10));
        assert_eq!(balance.enough_from(0, 11), None);
        balance.add(20, -7);
        assert_eq!(balance.enough_from(0, 4), None, "what is consumed later is spoken for");
        assert_eq!(balance.enough_from(0, 3), Some(0));
        assert_eq!(balance.room_from(0, 5), Some(20));
        balance.add(20, 7);
        assert_eq!(balance.enough_from(3, 10), Some(10));
        assert!(balance.stays_within(0, Some(10)) && !balance.stays_within(0, Some(9)));
    }

    #[test]
    fn blocks_agree_with_a_plain_list() {
        let mut balance = Balance::new(&[]);
        let mut moves: Vec<(Time, i64)> = Vec::new();
        let mut seed = 7_i64;
        for round in 0..1_500_i64 {
            seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
            let (time, quantity) = (seed % 500, (seed / 7) % 21 - 8);
            balance.add(time, quantity);
            moves.push((time, quantity));
            if round % 97 == 0 {
                let level = |at: Time| moves.iter().filter(|m| m.0 <= at).map(|m| m.1).sum::<i64>();
                for (from, need) in [(0, 3), (250, 40), (499, 1), (600, 5)] {
                    let expected = (from..=601.max(from)).rev().take_while(|&t| level(t) >= need).last();
                    assert_eq!(balance.enough_from(from, need), expected, "{from} {need}");
                }
            }
        }
    }
}
