//! Proofs beside the search: optimum and bound meet, at any number of threads alike.

use sopengine::bounds::plain::makespan_bound;
use sopengine::search::limit::Never;
use sopengine::search::rng::Rng;
use sopengine::search::shop::{PlainOptions, PlainResult, solve_plain};

use super::{Shape, random_instance, read};

fn solve(text: &str, work: u64, threads: usize) -> PlainResult {
    let options = PlainOptions { work_limit: Some(work), threads, ..PlainOptions::default() };
    solve_plain(&read(text), None, &options, &Never, &mut |_| {})
}

#[test]
fn the_ten_by_ten_of_1963_is_proven() {
    let text = include_str!("ft10.txt");
    let proven = solve(text, 6_000_000_000, 2);
    assert_eq!((proven.solution.makespan(), proven.bound, proven.is_optimal), (930, 930, true));
    assert!(proven.stats.work < 6_000_000_000, "it stops when it is proven");
}

#[test]
fn bounds_are_the_same_at_any_number_of_threads() {
    let text = include_str!("ft10.txt");
    let one = solve(text, 100_000_000, 1);
    assert!(one.bound > makespan_bound(&read(text)));
    for threads in [2, 5] {
        let other = solve(text, 100_000_000, threads);
        assert_eq!(
            (one.bound, &one.solution, one.stats.work),
            (other.bound, &other.solution, other.stats.work)
        );
    }
}

#[test]
fn bounds_of_flexible_shops_stay_below_what_is_found() {
    let mut rng = Rng::stream(12, 0);
    let mut raised = 0;
    for _ in 0..40 {
        let shape = Shape { chains: 5, resources: 3, operations: 4, modes: 2 };
        let instance = random_instance(shape, &mut rng);
        let options = PlainOptions { work_limit: Some(2_000_000), ..PlainOptions::default() };
        let result = solve_plain(&instance, None, &options, &Never, &mut |_| {});
        assert!(result.bound <= result.solution.makespan());
        raised += u32::from(result.bound > makespan_bound(&instance));
    }
    assert!(raised > 5, "{raised}");
}
