//! The rules themselves, on items, for earliest starts; mirrored time gives latest ends.
//!
//! Each pass reads the windows as they were and writes the new ones aside: a rule that read its own changes
//! would prove less than it says.

use super::Item;
use super::theta::Tree;
use crate::model::time::Time;

/// Items and room to work in.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    pub(super) items: Vec<Item>,
    /// The item at which a contradiction was found.
    pub(super) blamed: usize,
    tree: Tree,
    /// Items by earliest start, and the place of each in it.
    by_est: Vec<u32>,
    leaf: Vec<u32>,
    by_ect: Vec<u32>,
    by_lst: Vec<u32>,
    by_lct: Vec<u32>,
    new: Vec<Time>,
}

impl Rules {
    /// Narrows all items by `passes` passes or until nothing changes; whether it came to that, none on a
    /// contradiction.
    pub(super) fn narrow(&mut self, passes: u32) -> Option<bool> {
        for _ in 0..passes {
            let mut changed = false;
            for mirrored in [false, true] {
                if mirrored {
                    self.mirror();
                }
                let result = self.pass(&mut changed);
                if mirrored {
                    self.mirror();
                }
                result?;
            }
            if !changed {
                return Some(true);
            }
        }
        Some(false)
    }

    fn mirror(&mut self) {
        for item in &mut self.items {
            (item.est, item.lct) = (-item.lct, -item.est);
        }
    }

    fn pass(&mut self, changed: &mut bool) -> Option<()> {
        self.sort();
        self.detect();
        self.apply_starts(changed)?;
        self.sort();
        self.not_last();
        self.apply_ends(changed)?;
        self.sort();
        self.find_edges()?;
        self.apply_starts(changed)
    }

    fn sort(&mut self) {
        let items = &self.items;
        let count = items.len();
        for order in [&mut self.by_est, &mut self.by_ect, &mut self.by_lst, &mut self.by_lct] {
            if order.len() != count {
                order.clear();
                order.extend(0..count as u32);
            }
        }
        // The orders of the last pass are nearly right: sorting sorted input is linear.
        self.by_est.sort_by_key(|&i| (items[i as usize].est, i));
        self.by_ect.sort_by_key(|&i| (items[i as usize].est + items[i as usize].duration, i));
        self.by_lst.sort_by_key(|&i| (items[i as usize].lct - items[i as usize].duration, i));
        self.by_lct.sort_by_key(|&i| (items[i as usize].lct, i));
        self.leaf.clear();
        self.leaf.resize(count, 0);
        for (place, &index) in self.by_est.iter().enumerate() {
            self.leaf[index as usize] = place as u32;
        }
        self.tree.clear(count);
        self.new.clear();
    }

    /// Detectable precedences: all that must come before an item, as it cannot come after.
    fn detect(&mut self) {
        self.new.extend(self.items.iter().map(|item| item.est));
        let mut next = 0;
        for &index in &self.by_ect {
            let index = index as usize;
            let item = self.items[index];
            while next < self.by_lst.len() {
                let other = self.by_lst[next] as usize;
                if item.est + item.duration <= self.items[other].lct - self.items[other].duration {
                    break;
                }
                self.tree.add(self.leaf[other] as usize, &self.items[other]);
                next += 1;
            }
            let ect = self.tree.ect_without(self.leaf[index] as usize);
            self.new[index] = self.new[index].max(ect);
        }
    }

    /// Not-last: what cannot follow a set ends before the latest start in it.
    fn not_last(&mut self) {
        self.new.extend(self.items.iter().map(|item| item.lct));
        let mut next = 0;
        let mut latest = None;
        for &index in &self.by_lct {
            let index = index as usize;
            let item = self.items[index];
            while next < self.by_lst.len() {
                let other = self.by_lst[next] as usize;
                let lst = self.items[other].lct - self.items[other].duration;
                if item.lct <= lst {
                    break;
                }
                self.tree.add(self.leaf[other] as usize, &self.items[other]);
                latest = Some(lst);
                next += 1;
            }
            if let Some(latest) = latest
                && self.tree.ect_without(self.leaf[index] as usize) > item.lct - item.duration
            {
                self.new[index] = self.new[index].min(latest);
            }
        }
    }

    /// Edge finding, and overload on the way.
    fn find_edges(&mut self) -> Option<()> {
        self.new.extend(self.items.iter().map(|item| item.est));
        for (index, item) in self.items.iter().enumerate() {
            self.tree.add(self.leaf[index] as usize, item);
        }
        for place in (0..self.by_lct.len()).rev() {
            let index = self.by_lct[place] as usize;
            let lct = self.items[index].lct;
            if self.tree.ect() > lct {
                self.blamed = index;
                return None;
            }
            while let (ect, Some(leaf)) = self.tree.gray()
                && ect > lct
            {
                let late = self.by_est[leaf] as usize;
                self.new[late] = self.new[late].max(self.tree.ect());
                self.tree.remove(leaf);
            }
            self.tree.dim(self.leaf[index] as usize, &self.items[index]);
        }
        Some(())
    }

    fn apply_starts(&mut self, changed: &mut bool) -> Option<()> {
        for (index, item) in self.items.iter_mut().enumerate() {
            if self.new[index] > item.est {
                item.est = self.new[index];
                *changed = true;
            }
            if item.est + item.duration > item.lct {
                self.blamed = index;
                return None;
            }
        }
        Some(())
    }

    fn apply_ends(&mut self, changed: &mut bool) -> Option<()> {
        for (index, item) in self.items.iter_mut().enumerate() {
            if self.new[index] < item.lct {
                item.lct = self.new[index];
                *changed = true;
            }
            if item.est + item.duration > item.lct {
                self.blamed = index;
                return None;
            }
        }
        Some(())
    }
}
