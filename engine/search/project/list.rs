//! Lists: random first ones, blends and small changes.

use crate::schedule::project::ProjectInstance;
use crate::search::rng::Rng;

/// What list making looks at, once for a project.
#[derive(Debug)]
pub(super) struct Measures {
    /// Time from the start of an operation to the end of the project.
    pub(super) behind: Vec<u32>,
    /// Share of the resources that an operation takes, times its duration.
    pub(super) load: Vec<u64>,
    longest: u32,
}

impl Measures {
    pub(super) fn new(instance: &ProjectInstance) -> Self {
        let tails = instance.tails();
        let behind: Vec<u32> =
            tails.iter().enumerate().map(|(op, &tail)| tail.saturating_add(instance.duration(op))).collect();
        let load = (0..instance.len()).map(|op| load(instance, op)).collect();
        let longest = behind.iter().copied().max().unwrap_or(0);
        Self { behind, load, longest }
    }
}

fn load(instance: &ProjectInstance, operation: usize) -> u64 {
    let data = instance.operation(operation);
    let share = |&(resource, quantity): &(u32, u64)| {
        let capacity = instance.capacities()[resource as usize].max(1);
        u64::try_from(u128::from(quantity) * 1_000 / u128::from(capacity)).unwrap_or(1_000)
    };
    u64::from(data.duration) * data.demands.iter().map(share).sum::<u64>()
}

/// A list by latest start, blurred by up to `blur` percent of the longest way.
pub(super) fn sampled(instance: &ProjectInstance, measures: &Measures, blur: u32, rng: &mut Rng) -> Vec<u32> {
    let noise = (u64::from(measures.longest) * u64::from(blur) / 100).min(u64::from(u32::MAX - 1)) as u32;
    let mut keys: Vec<u64> = Vec::with_capacity(instance.len());
    for operation in 0..instance.len() {
        let latest =
            u64::from(measures.longest - measures.behind[operation]) + u64::from(rng.below(noise + 1));
        let before = instance.before(operation).iter().map(|&(other, _)| keys[other as usize] >> 32);
        let key = before.max().unwrap_or(0).max(latest);
        keys.push(key << 32 | operation as u64);
    }
    keys.sort_unstable();
    keys.into_iter().map(|key| key as u32).collect()
}

/// The stretch of `father` that a child keeps: the busiest of a few.
pub(super) fn stretch(father: &[u32], starts: &[u32], measures: &Measures, rng: &mut Rng) -> (usize, usize) {
    let count = father.len();
    let length = rng.between((count / 4) as u32, (3 * count / 4) as u32).max(1) as usize;
    let mut best = (0, 0, 0);
    for _ in 0..=rng.below(3) {
        let from = rng.below((count - length + 1) as u32) as usize;
        let load: u64 = father[from..from + length].iter().map(|&op| measures.load[op as usize]).sum();
        let (first, last) = (father[from] as usize, father[from + length - 1] as usize);
        let density = load * 16 / u64::from(starts[last].saturating_sub(starts[first]) + 1);
        if best.2 == 0 || density > best.2 {
            best = (from, from + length, density.max(1));
        }
    }
    (best.0, best.1)
}

/// The father's stretch, around it the mother's order.
pub(super) fn blend(
    father: &[u32],
    mother: &[u32],
    (from, to): (usize, usize),
    part: &mut [u8],
    child: &mut Vec<u32>,
) {
    for (place, &operation) in father.iter().enumerate() {
        part[operation as usize] = u8::from(place >= from) + u8::from(place >= to);
    }
    child.clear();
    child.extend(mother.iter().filter(|&&op| part[op as usize] == 0));
    child.extend_from_slice(&father[from..to]);
    child.extend(mother.iter().filter(|&&op| part[op as usize] == 2));
}

/// Moves one operation to another place between its predecessors and successors.
pub(super) fn shift_one(instance: &ProjectInstance, list: &mut [u32], rng: &mut Rng) {
    let place = rng.below(list.len() as u32) as usize;
    let operation = list[place];
    let (before, after) = (instance.before(operation as usize), instance.after(operation as usize));
    let reach = 2 + list.len() / 8;
    let mut low = place;
    while low > 0 && place - low < reach && before.iter().all(|&(other, _)| other != list[low - 1]) {
        low -= 1;
    }
    let mut high = place;
    while high + 1 < list.len()
        && high - place < reach
        && after.iter().all(|&(other, _)| other != list[high + 1])
    {
        high += 1;
    }
    let to = rng.between(low as u32, high as u32) as usize;
    if to < place {
        list[to..=place].rotate_right(1);
    } else {
        list[place..=to].rotate_left(1);
    }
}
