//! Which pair next: a heap by activity.
//!
//! Pairs that took part in recent conflicts first; ties by number, so that runs repeat. Activities are floats
//! that are only added, multiplied and compared.

/// A heap of pairs.
#[derive(Debug, Clone)]
pub(super) struct Order {
    activity: Vec<f64>,
    heap: Vec<u32>,
    /// Place in the heap plus 1; 0 for none.
    place: Vec<u32>,
    step: f64,
}

impl Order {
    pub(super) fn new(count: usize) -> Self {
        let heap: Vec<u32> = (0..count as u32).collect();
        let place = heap.iter().map(|pair| pair + 1).collect();
        Self { activity: vec![0.0; count], heap, place, step: 1.0 }
    }

    /// More activity, as a share of a conflict's.
    pub(super) fn bump_by(&mut self, pair: usize, share: f64) {
        self.activity[pair] += self.step * share;
        if self.activity[pair] > 1e100 {
            for activity in &mut self.activity {
                *activity *= 1e-100;
            }
            self.step *= 1e-100;
        }
        if self.place[pair] > 0 {
            self.rise(self.place[pair] as usize - 1);
        }
    }

    pub(super) fn decay(&mut self) {
        self.step *= 1.0 / 0.95;
    }

    pub(super) fn push(&mut self, pair: usize) {
        if self.place[pair] == 0 {
            self.heap.push(pair as u32);
            self.place[pair] = self.heap.len() as u32;
            self.rise(self.heap.len() - 1);
        }
    }

    /// The most active pair that is wanted; the others are dropped.
    pub(super) fn pop(&mut self, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        loop {
            let top = *self.heap.first()? as usize;
            let last = self.heap.len() - 1;
            self.swap(0, last);
            self.heap.pop();
            self.place[top] = 0;
            self.sink(0);
            if wanted(top) {
                return Some(top);
            }
        }
    }

    fn before(&self, one: usize, other: usize) -> bool {
        let (a, b) = (self.heap[one] as usize, self.heap[other] as usize);
        self.activity[a] > self.activity[b] || (self.activity[a] >= self.activity[b] && a < b)
    }

    fn swap(&mut self, one: usize, other: usize) {
        self.heap.swap(one, other);
        self.place[self.heap[one] as usize] = one as u32 + 1;
        self.place[self.heap[other] as usize] = other as u32 + 1;
    }

    fn rise(&mut self, mut at: usize) {
        while at > 0 && self.before(at, (at - 1) / 2) {
            self.swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }

    fn sink(&mut self, mut at: usize) {
        loop {
            let (left, right) = (2 * at + 1, 2 * at + 2);
            let mut best = at;
            if left < self.heap.len() && self.before(left, best) {
                best = left;
            }
            if right < self.heap.len() && self.before(right, best) {
                best = right;
            }
            if best == at {
                return;
            }
            self.swap(at, best);
            at = best;
        }
    }
}
