//! Chains on plants full of work: what they leave is valid, what is taken back is as it was, and what is
//! said of levels and losses is true.

use super::cutoff::Cutoff;
use super::ejection::Ejection;
use super::lanes::Lanes;
use super::losses::{Losses, Touched};
use super::methods::Method;
use super::seeds::{Aim, Ground};
use super::worker::{Incumbent, Worker};
use crate::model::Problem;
use crate::model::build::build;
use crate::model::changeover::{Combine, Compare};
use crate::model::draft::*;
use crate::model::ids::OrderId;
use crate::model::objective::{Objective, Term};
use crate::model::operation::{Breaks, Phase, Suspend};
use crate::model::resource::ResourceKind;
use crate::schedule::decode::{Decoder, End, Outline};
use crate::schedule::state::State;
use crate::schedule::verify::verify;
use crate::search::rng::Rng;
use crate::search::score::{Levels, Scorer};

const AIMS: [Aim; 6] = [Aim::Ahead, Aim::Swap, Aim::Order, Aim::Exchange, Aim::Campaign, Aim::Resource];

/// Orders of four steps on five resources that change over between three families, a crew of three and
/// shifts; due dates that cannot all be met.
fn plant(rng: &mut Rng) -> Problem {
    let mut draft = Draft { now: Some(0), ..Draft::default() };
    let (matrix, shifts) = (draft.symbols.intern("families"), draft.symbols.intern("shifts"));
    for day in 0..60 {
        let (start, end) = (day * 24, Some(day * 24 + 16));
        draft.calendars.push(CalendarRow { calendar: shifts, start, end, capacity: None });
    }
    let suspend = Suspend::Breaks;
    draft.matrices.push(MatrixRow { matrix, combine: Combine::Sum, suspend, attached: false });
    draft.changeovers.push(ChangeoverRow {
        matrix,
        attribute: None,
        from_value: None,
        to_value: None,
        compare: Compare::Differs,
        duration: 2,
        cost: 1,
        priority: 0,
    });
    let mut names = Vec::new();
    for place in 0..6_i64 {
        let (crew, resource) = (place == 5, draft.symbols.intern(&format!("r{place}")));
        draft.resources.push(ResourceRow {
            resource,
            kind: Some(if crew { ResourceKind::Cumulative } else { ResourceKind::Unary }),
            capacity: if crew { 3 } else { 1 },
            calendar: Some(shifts).filter(|_| place % 2 == 0),
            changeover_matrix: Some(matrix).filter(|_| place < 3),
            cost_per_hour: 0,
            location: None,
        });
        names.push(resource);
    }
    for order in 0..14 {
        let name = draft.symbols.intern(&format!("o{order:02}"));
        draft.orders.push(OrderRow {
            order: name,
            release: None,
            due: Some(i64::from(rng.between(10, 90))),
            deadline: None,
            weight: i64::from(rng.between(1, 5)),
            earliness_weight: 0,
        });
        let family = draft.symbols.intern(&format!("f{}", rng.below(3)));
        for step in 0..4 {
            let operation = draft.symbols.intern(&format!("o{order:02}.{step}"));
            draft.operations.push(OperationRow {
                operation,
                order: Some(name),
                sequence: Some(step),
                release: None,
                deadline: None,
                suspend,
                setup_state: Some(family),
            });
            let first = rng.below(5);
            for choice in 0..=rng.below(2) {
                draft.modes.push(ModeRow {
                    operation,
                    mode: None,
                    resource: Some(names[((first + choice) % 5) as usize]),
                    quantity: 1,
                    duration: i64::from(rng.between(1, 8)),
                    cost: 0,
                });
            }
            if step == 1 {
                draft.requirements.push(RequirementRow {
                    requirement: None,
                    operation,
                    mode: None,
                    resource: Some(names[5]),
                    group: None,
                    quantity: 1,
                    phase: Phase::Run,
                    breaks: Breaks::Release,
                });
            }
        }
    }
    build(&draft).expect("a plant without fault").0
}

#[test]
fn chains_leave_valid_schedules_and_take_back_everything() {
    let objective = Objective {
        levels: vec![vec![(Term::Tardiness, 1)], vec![(Term::ChangeoverTime, 1)], vec![(Term::Makespan, 1)]],
    };
    let (mut kept, mut given_up) = (0, 0);
    for seed in 0..12 {
        let mut rng = Rng::stream(seed, 0);
        let problem = plant(&mut rng);
        let outline = Outline::new(&problem);
        let (scorer, cutoff) = (Scorer::new(&problem, &objective), Cutoff::new(&outline, &objective));
        let mut state = State::new(&problem, outline.free.clone());
        let mut decoder = Decoder::new(&outline);
        assert_eq!(decoder.decode(&state, false, &|| false), End::Complete);
        let (mut lanes, mut chain, mut touched) = (Lanes::default(), Ejection::default(), Touched::default());
        lanes.fill(&decoder);
        let mut levels: Levels = scorer.levels(&decoder);
        for step in 0..400 {
            let order = OrderId(rng.below(problem.orders.len() as u32));
            let mut ground = Ground { decoder: &decoder, lanes: &lanes, rng: &mut rng };
            let Some(seeds) = ground.seeds(AIMS[step % AIMS.len()], order) else {
                continue;
            };
            let (before, mark) = (decoder.schedule(), decoder.mark());
            let room = i64::from(rng.below(200));
            let mut losses = Losses::new(&mut touched, &cutoff, |_| Some(room));
            let whole = chain.run(&mut decoder, &lanes, &mut state, &seeds, &mut losses);
            let least = losses.least();
            if !whole || rng.one_in(3) {
                given_up += 1;
                decoder.forget(mark);
                assert_eq!(decoder.schedule(), before);
                continue;
            }
            kept += 1;
            let moved = decoder.moved_since(mark);
            let told = scorer.after(&decoder, &levels, &moved).expect("sums and a makespan");
            let exact = scorer.levels(&decoder);
            assert_eq!(told[..2], exact[..2]);
            assert!(told[2] >= exact[2] && least <= exact[0] - levels[0]);
            let verdict = verify(&problem, &decoder.schedule(), false);
            assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
            levels = exact;
            lanes.mend(&decoder, &moved);
        }
    }
    assert!(kept > 300 && given_up > 300, "{kept} kept, {given_up} given up");
}

#[test]
fn excursions_come_home_and_never_lose_the_best() {
    let objective = Objective { levels: vec![vec![(Term::Unscheduled, 1)], vec![(Term::Tardiness, 1)]] };
    let mut away = 0;
    for seed in 0..4 {
        let mut rng = Rng::stream(seed, 0);
        let problem = plant(&mut rng);
        let outline = Outline::new(&problem);
        let (scorer, cutoff) = (Scorer::new(&problem, &objective), Cutoff::new(&outline, &objective));
        let mut decoder = Decoder::new(&outline);
        let state = State::new(&problem, outline.free.clone());
        assert_eq!(decoder.decode(&state, true, &|| false), End::Complete);
        let best = Incumbent {
            levels: scorer.levels(&decoder),
            schedule: decoder.schedule(),
            left_out: decoder.left_out().to_vec(),
            state,
        };
        let mut worker = Worker::new(decoder, (&scorer, &cutoff), best, true, rng);
        let mut levels = worker.best.levels.clone();
        for round in 0..60 {
            let method = if round % 2 == 0 { Method::Decode } else { Method::Reinsert };
            let was_away = worker.is_away();
            assert!(worker.round(method, 2_000, &|| false));
            away += usize::from(worker.is_away());
            assert!(worker.best.levels <= levels);
            levels.clone_from(&worker.best.levels);
            if was_away && !worker.is_away() {
                assert_eq!(worker.levels, worker.best.levels, "it goes on from the best");
            }
        }
        assert!(verify(&problem, &worker.best.schedule, false).violations.is_empty());
    }
    assert!(away > 20, "{away} rounds on excursions");
}
