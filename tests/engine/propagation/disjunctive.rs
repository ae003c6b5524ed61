//! The rules on one resource, against their definitions over all subsets.

use sopengine::propagation::disjunctive::{Item, narrow_items};
use sopengine::search::rng::Rng;

use crate::support::cases;

fn random_items(rng: &mut Rng) -> Vec<Item> {
    let count = rng.between(2, 6);
    let spread = rng.between(4, 20);
    (0..count)
        .map(|_| {
            let (est, duration) = (i64::from(rng.below(spread)), i64::from(rng.between(1, 6)));
            Item { est, lct: est + duration + i64::from(rng.below(spread)), duration }
        })
        .collect()
}

fn mirrored(items: &[Item]) -> Vec<Item> {
    items.iter().map(|item| Item { est: -item.lct, lct: -item.est, ..*item }).collect()
}

/// Earliest and latest bounds of each item over all sequences; none if there is no sequence.
fn exact(items: &[Item]) -> Option<Vec<(i64, i64)>> {
    fn extend(items: &[Item], order: &mut Vec<usize>, bounds: &mut Vec<(i64, i64)>) {
        if order.len() == items.len() {
            let mut ends = vec![0; items.len()];
            let mut time = i64::MIN;
            for &index in order.iter() {
                time = time.max(items[index].est) + items[index].duration;
                if time > items[index].lct {
                    return;
                }
                ends[index] = time;
            }
            for (index, end) in ends.into_iter().enumerate() {
                bounds[index].0 = bounds[index].0.min(end - items[index].duration);
            }
            let mut time = i64::MAX;
            for &index in order.iter().rev() {
                time = time.min(items[index].lct) - items[index].duration;
                bounds[index].1 = bounds[index].1.max(time + items[index].duration);
            }
            return;
        }
        for index in 0..items.len() {
            if !order.contains(&index) {
                order.push(index);
                extend(items, order, bounds);
                order.pop();
            }
        }
    }
    let mut bounds = vec![(i64::MAX, i64::MIN); items.len()];
    extend(items, &mut Vec::new(), &mut bounds);
    (bounds[0].0 < i64::MAX).then_some(bounds)
}

fn subset(items: &[Item], bits: u32) -> impl Iterator<Item = &Item> {
    items.iter().enumerate().filter(move |(index, _)| bits >> index & 1 == 1).map(|(_, item)| item)
}

fn work(items: &[Item], bits: u32) -> i64 {
    subset(items, bits).map(|item| item.duration).sum()
}

fn est(items: &[Item], bits: u32) -> i64 {
    subset(items, bits).map(|item| item.est).min().unwrap()
}

fn lct(items: &[Item], bits: u32) -> i64 {
    subset(items, bits).map(|item| item.lct).max().unwrap()
}

/// Every rule by its definition has nothing more to say.
fn is_closed(items: &[Item]) -> bool {
    let sets = 1_u32 << items.len();
    (1..sets).all(|set| {
        let ect = est(items, set) + work(items, set);
        ect <= lct(items, set)
            && (0..items.len()).filter(|i| set >> i & 1 == 0).all(|i| {
                let item = items[i];
                let with = set | 1 << i;
                let is_last = est(items, with) + work(items, with) > lct(items, set);
                let follows =
                    subset(items, set).all(|other| item.est + item.duration > other.lct - other.duration);
                let latest = subset(items, set).map(|other| other.lct - other.duration).max().unwrap();
                let not_last = ect > item.lct - item.duration;
                (!(is_last || follows) || item.est >= ect) && (!not_last || item.lct <= latest)
            })
    })
}

#[test]
fn nothing_possible_is_removed_and_every_rule_is_closed() {
    let mut rng = Rng::stream(1, 0);
    let (mut fits, mut refused, mut narrowed) = (0, 0, 0);
    for _ in cases(6_000) {
        let items = random_items(&mut rng);
        let mut found = items.clone();
        let result = narrow_items(&mut found);
        let Some(bounds) = exact(&items) else {
            refused += u32::from(result.is_none());
            continue;
        };
        assert!(result.is_some(), "{items:?} has a sequence");
        for (item, bound) in found.iter().zip(&bounds) {
            assert!(item.est <= bound.0 && item.lct >= bound.1, "{items:?}: {found:?}, exact {bounds:?}");
        }
        assert!(is_closed(&found) && is_closed(&mirrored(&found)), "{items:?}: {found:?}");
        fits += 1;
        narrowed += u32::from(found != items);
    }
    assert!(fits > 1_000 && refused > 1_000 && narrowed > 500, "{fits} {refused} {narrowed}");
}

#[test]
fn the_order_of_items_does_not_matter() {
    let mut rng = Rng::stream(2, 0);
    for _ in 0..500 {
        let items = random_items(&mut rng);
        let mut order: Vec<usize> = (0..items.len()).collect();
        rng.shuffle(&mut order);
        let mut first = items.clone();
        let mut second: Vec<Item> = order.iter().map(|&index| items[index]).collect();
        assert_eq!(narrow_items(&mut first).is_some(), narrow_items(&mut second).is_some());
    }
}
