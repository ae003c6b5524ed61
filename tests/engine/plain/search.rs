//! The search: optimal values, repeatable runs, limits.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use sopengine::bounds::plain::makespan_bound;
use sopengine::schedule::plain::{PlainInstance, PlainSolution};
use sopengine::search::limit::{Never, Stop};
use sopengine::search::rng::Rng;
use sopengine::search::shop::{PlainOptions, PlainResult, solve_plain};

use super::{Shape, random_instance, read};

fn solve(instance: &PlainInstance, work: u64, threads: usize, seed: u64) -> PlainResult {
    let options = PlainOptions { work_limit: Some(work), threads, seed, ..PlainOptions::default() };
    let result = solve_plain(instance, None, &options, &Never, &mut |_| {});
    assert_valid(instance, &result);
    result
}

fn assert_valid(instance: &PlainInstance, result: &PlainResult) {
    let solution = &result.solution;
    let checked =
        PlainSolution::new(instance, solution.starts().to_vec(), solution.modes().to_vec()).unwrap();
    assert_eq!(checked.makespan(), solution.makespan());
    assert!(result.bound <= solution.makespan());
    assert_eq!(result.is_optimal, result.bound == solution.makespan());
}

#[test]
fn classic_instances_reach_their_optimum() {
    let classics = [
        (include_str!("ft06.txt"), 55, 20_000_000),
        (include_str!("ft10.txt"), 930, 4_000_000_000),
        (include_str!("la01.txt"), 666, 20_000_000),
        (include_str!("la03.txt"), 597, 200_000_000),
        (include_str!("la05.txt"), 593, 20_000_000),
        (include_str!("la07.txt"), 890, 20_000_000),
        (include_str!("la09.txt"), 951, 20_000_000),
    ];
    for (text, optimum, work) in classics {
        let instance = read(text);
        let mut spent = 0;
        let mut best = u32::MAX;
        // Stop as soon as the optimum is there: proving it is not the search's business.
        let options = PlainOptions { work_limit: Some(work), seed: 1, ..PlainOptions::default() };
        let reached = std::sync::atomic::AtomicBool::new(false);
        let stop = Reached(&reached);
        let result = solve_plain(&instance, None, &options, &stop, &mut |progress| {
            best = progress.makespan;
            spent = progress.work;
            reached.store(best <= optimum, Ordering::Relaxed);
        });
        assert_eq!(result.solution.makespan(), optimum, "after {spent} operations touched");
        assert!(result.bound <= optimum);
    }
}

struct Reached<'a>(&'a std::sync::atomic::AtomicBool);

impl Stop for Reached<'_> {
    fn is_due(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// One instance for each search of the portfolio.
fn portfolio() -> Vec<(PlainInstance, u64)> {
    let mut rng = Rng::stream(7, 0);
    let small = Shape { chains: 12, resources: 8, operations: 12, modes: 1 };
    let flexible = Shape { chains: 10, resources: 6, operations: 12, modes: 4 };
    let large = Shape { chains: 80, resources: 50, operations: 120, modes: 1 };
    let sparse = Shape { chains: 40, resources: 120, operations: 250, modes: 1 };
    let large_flexible = Shape { chains: 80, resources: 50, operations: 120, modes: 3 };
    vec![
        (random_instance(small, &mut rng), 100_000_000),
        (random_instance(flexible, &mut rng), 100_000_000),
        (random_instance(large, &mut rng), 150_000_000),
        (random_instance(large_flexible, &mut rng), 150_000_000),
        (random_instance(sparse, &mut rng), 150_000_000),
        (saturated(), 50_000_000),
    ]
}

/// Three resources without idle time, cut from a schedule in which four chains take turns.
fn saturated() -> PlainInstance {
    use sopengine::schedule::plain::PlainMode;
    let mut chains: Vec<Vec<PlainMode>> = vec![Vec::new(); 4];
    for turn in 0..200_usize {
        let duration = 3 + (turn * 7 % 11) as u32;
        for resource in 0..3 {
            chains[(turn + resource) % 4].push(PlainMode { resource: resource as u32, duration });
        }
    }
    let mut chain_starts = vec![0];
    for chain in &chains {
        chain_starts.push(chain_starts.last().unwrap() + chain.len() as u32);
    }
    let modes = chains.concat();
    let mode_starts = (0..=modes.len() as u32).collect();
    PlainInstance::new(3, chain_starts, mode_starts, modes, vec![], vec![]).unwrap()
}

#[test]
fn threads_never_change_the_answer() {
    // So large that each worker has a schedule of its own.
    let islands = Shape { chains: 600, resources: 300, operations: 190, modes: 1 };
    let islands = (random_instance(islands, &mut Rng::stream(8, 1)), 500_000_000);
    let sparse = Shape { chains: 240, resources: 600, operations: 500, modes: 1 };
    let sparse = (random_instance(sparse, &mut Rng::stream(8, 2)), 600_000_000);
    assert!(islands.0.num_operations() > 50_000 && sparse.0.num_operations() > 50_000);
    for (instance, work) in portfolio().into_iter().chain([islands, sparse]) {
        let one = solve(&instance, work, 1, 3);
        for threads in [2, 3] {
            let more = solve(&instance, work, threads, 3);
            assert_eq!(one.solution, more.solution);
            assert_eq!((one.stats.work, one.stats.moves), (more.stats.work, more.stats.moves));
        }
    }
}

/// Is due from the n-th question on, and counts what is asked after that.
struct After {
    asked: AtomicUsize,
    due: usize,
}

impl Stop for After {
    fn is_due(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.due
    }
}

#[test]
fn a_stopped_run_ends_at_once_and_can_be_repeated_by_its_work() {
    for (instance, _) in portfolio() {
        for due in [0, 1, 5, 60] {
            let stop = After { asked: AtomicUsize::new(0), due };
            let result = solve_plain(&instance, None, &PlainOptions::default(), &stop, &mut |_| {});
            assert_valid(&instance, &result);
            // Each worker and each layer above it may ask once more, nobody goes on.
            assert!(stop.asked.into_inner() <= due + 24);
            let again = solve(&instance, result.stats.work, 2, 0);
            assert_eq!(again.solution, result.solution);
            assert_eq!(again.stats.work, result.stats.work);
        }
    }
}

/// As many chains as resources, each over all of them in random order.
fn square(side: u32) -> PlainInstance {
    use sopengine::schedule::plain::PlainMode;
    let mut rng = Rng::stream(5, 0);
    let mut resources: Vec<u32> = (0..side).collect();
    let mut modes = Vec::new();
    for _ in 0..side {
        rng.shuffle(&mut resources);
        modes.extend(resources.iter().map(|&resource| PlainMode { resource, duration: rng.between(1, 99) }));
    }
    let chain_starts = (0..=side).map(|chain| chain * side).collect();
    let mode_starts = (0..=side * side).collect();
    PlainInstance::new(side, chain_starts, mode_starts, modes, vec![], vec![]).unwrap()
}

/// Processor seconds of this thread, 0 where the system does not say.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0.0) / 1e9
}

/// Is due from the n-th question after the first schedule on; how long a question was ever waited for.
struct Impatient {
    /// Questions before it is due; none while there is no schedule.
    left: Mutex<Option<usize>>,
    last: Mutex<f64>,
    longest: Mutex<f64>,
}

impl Impatient {
    /// Looks at the clock: how long it was since the last look.
    fn look(&self) {
        let now = processor_seconds();
        let waited = now - std::mem::replace(&mut *self.last.lock().unwrap(), now);
        let mut longest = self.longest.lock().unwrap();
        *longest = longest.max(waited);
    }
}

impl Stop for Impatient {
    fn is_due(&self) -> bool {
        self.look();
        let mut left = self.left.lock().unwrap();
        let is_due = *left == Some(0);
        *left = left.map(|left| left.saturating_sub(1));
        is_due
    }
}

#[test]
fn whoever_waits_for_a_million_operations_need_not_wait_once_there_is_a_schedule() {
    let instance = square(1_000);
    assert_eq!(instance.num_operations(), 1_000_000);
    let options = PlainOptions { threads: 1, workers: 4, ..PlainOptions::default() };
    let longest = |questions: usize| {
        let zero = || Mutex::new(0.0);
        let stop = Impatient { left: Mutex::new(None), last: zero(), longest: zero() };
        let result = solve_plain(&instance, None, &options, &stop, &mut |_| {
            if stop.left.lock().unwrap().get_or_insert(questions) == &questions {
                *stop.last.lock().unwrap() = processor_seconds();
                *stop.longest.lock().unwrap() = 0.0;
            }
        });
        stop.look();
        assert!(result.solution.makespan() < u32::MAX, "the first schedule is built whatever happens");
        stop.longest.into_inner().unwrap()
    };
    // All of them come while the other rules are tried.
    for questions in [0, 100, 400, 800] {
        // Other load does not change processor time, but for what it evicts from caches: the best of some.
        let tried: Vec<f64> =
            (0..4).map(|_| longest(questions)).take_while(|&seconds| seconds >= 0.05).collect();
        assert!(tried.len() < 4, "{tried:?} s until question {questions}");
    }
}

#[test]
fn a_start_is_never_worsened() {
    for (instance, work) in portfolio() {
        let good = solve(&instance, work, 2, 1).solution;
        let options = PlainOptions { work_limit: Some(0), seed: 9, ..PlainOptions::default() };
        let result = solve_plain(&instance, Some(&good), &options, &Never, &mut |_| {});
        assert_valid(&instance, &result);
        assert!(result.solution.makespan() <= good.makespan());
    }
}

#[test]
fn saturated_instances_are_solved_without_idle_time() {
    let instance = saturated();
    let result = solve(&instance, 50_000_000, 1, 0);
    assert!(result.is_optimal, "{} against {}", result.solution.makespan(), result.bound);
}

/// A schedule without idle time, cut at random on each resource; chains in it take the next place that any of
/// the waiting ones gets by lot. Then up to `shaved` is taken off the first operation on every third resource.
fn cut(resources: usize, each: usize, shaved: u32, rng: &mut Rng) -> PlainInstance {
    use sopengine::schedule::plain::PlainMode;
    let horizon = 100 * each as u32;
    let mut pieces = Vec::new();
    for resource in 0..resources as u32 {
        let mut cuts: Vec<u32> = (1..each).map(|_| 1 + rng.below(horizon - 1)).collect();
        cuts.extend([0, horizon]);
        cuts.sort_unstable();
        cuts.dedup();
        pieces.extend(cuts.windows(2).map(|pair| (pair[0], pair[1], resource)));
    }
    pieces.sort_unstable();
    let mut chains: Vec<Vec<PlainMode>> = Vec::new();
    let mut ends: Vec<(u32, u32)> = Vec::new();
    for (start, end, resource) in pieces {
        let is_free = |&chain: &usize| ends[chain].0 <= start && ends[chain].1 != resource;
        let free: Vec<usize> = (0..chains.len()).filter(is_free).collect();
        let chain = if free.is_empty() {
            chains.push(Vec::new());
            ends.push((0, 0));
            chains.len() - 1
        } else {
            free[rng.below(free.len() as u32) as usize]
        };
        let is_shaved = start == 0 && resource % 3 == 1;
        let less = if is_shaved { rng.below(shaved + 1).min(end - start - 1) } else { 0 };
        chains[chain].push(PlainMode { resource, duration: end - start - less });
        ends[chain] = (end, resource);
    }
    let mut chain_starts = vec![0];
    for chain in &chains {
        chain_starts.push(chain_starts.last().unwrap() + chain.len() as u32);
    }
    let modes = chains.concat();
    let mode_starts = (0..=modes.len() as u32).collect();
    PlainInstance::new(resources as u32, chain_starts, mode_starts, modes, vec![], vec![]).unwrap()
}

#[test]
fn a_schedule_without_idle_time_is_found_again() {
    for seed in 0..12 {
        let shaved = [0, 20][seed as usize % 2];
        let instance = cut(25, 60, shaved, &mut Rng::stream(seed, 5));
        let result = solve(&instance, 1_000_000_000, 2, seed);
        assert_eq!(makespan_bound(&instance), 6_000);
        assert!(result.is_optimal, "seed {seed}: {}", result.solution.makespan());
        // With idle time to spend the beam does not always get through, and local search finishes.
        assert!(shaved > 0 || result.stats.moves == 0, "seed {seed}: found by local search only");
    }
}

#[test]
fn progress_only_improves() {
    let instance = read(include_str!("ft10.txt"));
    let mut last = u32::MAX;
    let options = PlainOptions { work_limit: Some(100_000_000), ..PlainOptions::default() };
    let result = solve_plain(&instance, None, &options, &Never, &mut |progress| {
        assert!(progress.makespan < last && progress.bound <= progress.makespan);
        last = progress.makespan;
    });
    assert_eq!(result.solution.makespan(), last);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn small_instances_equal_brute_force(seed in any::<u64>()) {
        let mut rng = Rng::stream(seed, 0);
        let instance = random_instance(Shape { chains: 4, resources: 2, operations: 2, modes: 2 }, &mut rng);
        let optimum = brute_force(&instance);
        prop_assert!(makespan_bound(&instance) <= optimum);
        let result = solve(&instance, 3_000_000, 1, seed);
        prop_assert_eq!(result.solution.makespan(), optimum);
    }
}

/// The shortest schedule by trying every sequence and every mode.
fn brute_force(instance: &PlainInstance) -> u32 {
    let next: Vec<usize> = (0..instance.num_chains()).map(|chain| instance.chain(chain).start).collect();
    let ready: Vec<u32> = (0..instance.num_chains()).map(|chain| instance.release(chain)).collect();
    extend(instance, &next, &ready, &vec![0; instance.num_resources()])
}

fn extend(instance: &PlainInstance, next: &[usize], ready: &[u32], free: &[u32]) -> u32 {
    let mut best = u32::MAX;
    let mut is_complete = true;
    for chain in 0..next.len() {
        if next[chain] == instance.chain(chain).end {
            continue;
        }
        is_complete = false;
        for mode in instance.modes(next[chain]) {
            let (mut next, mut ready, mut free) = (next.to_vec(), ready.to_vec(), free.to_vec());
            let end = ready[chain].max(free[mode.resource as usize]) + mode.duration;
            (ready[chain], free[mode.resource as usize]) = (end, end);
            next[chain] += 1;
            best = best.min(extend(instance, &next, &ready, &free));
        }
    }
    if is_complete {
        return (0..ready.len()).map(|chain| ready[chain] + instance.tail(chain)).max().unwrap_or(0);
    }
    best
}
