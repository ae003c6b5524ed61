//! The network of a random plant allows every schedule that the verifier allows.

use std::sync::atomic::AtomicBool;

use sopengine::model::ids::OperationId;
use sopengine::model::objective::Objective;
use sopengine::propagation::Propagation;
use sopengine::propagation::relax::network;
use sopengine::schedule::decode::{Decoder, Outline};
use sopengine::search::{SolveOptions, solve};

use crate::support::{cases, random};

#[test]
fn schedules_of_random_plants_stay_possible() {
    let mut checked = 0;
    for seed in cases(600) {
        let Some(problem) = random::plant(seed) else {
            continue;
        };
        let options = SolveOptions {
            seed,
            threads: 1,
            workers: 1,
            time_limit: None,
            work_limit: Some(500),
            partial: true,
            objective: Objective::preset("throughput").expect("a preset").partial(),
        };
        let solved = solve(&problem, &options, None, &AtomicBool::new(false), &mut |_| {});
        let Some(schedule) = solved.schedule.filter(|_| solved.left_out.is_empty()) else {
            continue;
        };
        let outline = Outline::new(&problem);
        let decoder = Decoder::new(&outline);
        let history = |operation: OperationId| decoder.times(operation);
        let network = network(&outline, &history);
        let mut propagation = Propagation::new(&network);
        let result = propagation.run();
        assert!(result.is_ok(), "seed {seed}: {result:?} though a schedule exists");
        for operation in problem.operation_ids() {
            let Some(placed) = schedule.get(operation).filter(|_| outline.free.contains(&operation)) else {
                continue;
            };
            let (domains, index) = (&propagation.domains, operation.index());
            let inside = domains.est(index) <= placed.start
                && placed.start <= domains.lst(index)
                && domains.ect(index) <= placed.end
                && placed.end <= domains.lct(index);
            assert!(inside, "seed {seed}: operation {index} at {}..{}", placed.start, placed.end);
            let mode = outline.allowed(operation).iter().position(|&mode| mode == placed.mode).unwrap();
            assert!(domains.modes(index) >> mode & 1 == 1, "seed {seed}: mode of operation {index} is gone");
        }
        checked += 1;
    }
    eprintln!("{checked} complete schedules");
    assert!(checked > 100);
}
