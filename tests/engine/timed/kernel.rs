//! Times, terms and moves of the kernel, each against what is computed another way.

use sopengine::model::Problem;
use sopengine::model::objective::{Objective, Term};
use sopengine::schedule::decode::{Decoder, End, Outline};
use sopengine::schedule::metrics::terms;
use sopengine::schedule::plain;
use sopengine::schedule::state::State as RichState;
use sopengine::schedule::timed::{
    Arrangement, NONE, Place, State, Tally, TallyUndo, TimedInstance, extension,
};
use sopengine::schedule::verify::verify;
use sopengine::schedule::{Placement, Schedule};
use sopengine::search::rng::Rng;
use sopengine::search::shop::Reduction;

use super::plant;
use crate::support::cases;

/// A complete schedule by the rich decoder, from a random order.
fn rich_schedule(problem: &Problem, rng: &mut Rng) -> Option<Schedule> {
    let outline = Outline::new(problem);
    let mut sequence = outline.free.clone();
    rng.shuffle(&mut sequence);
    let mut decoder = Decoder::new(&outline);
    let end = decoder.decode(&RichState::new(problem, sequence), true, &|| false);
    (end == End::Complete && decoder.left_out().is_empty()).then(|| decoder.schedule())
}

/// Whether an operation stands ahead of its predecessor on one resource: no state of the kernel says that.
fn stands_ahead(problem: &Problem, schedule: &Schedule) -> bool {
    problem.precedences.iter().any(|link| {
        let (Some(before), Some(after)) = (schedule.get(link.before), schedule.get(link.after)) else {
            return false;
        };
        let resource = |placed: &Placement| problem.mode(placed.mode).resource;
        let holds = |placed: &Placement| placed.start < placed.end && resource(placed).is_some();
        let shares = holds(before) && holds(after) && resource(before) == resource(after);
        shares && after.end <= before.start
    })
}

/// All terms that the kernel knows.
fn objective() -> Objective {
    let unknown = [Term::Earliness, Term::ResourceCost, Term::Stability];
    let known = Term::ALL.into_iter().filter(|term| !unknown.contains(term));
    Objective { levels: vec![known.map(|term| (term, 1)).collect()] }
}

fn random_arrangement(instance: &TimedInstance, rng: &mut Rng) -> Arrangement {
    let keys: Vec<u32> = (0..instance.num_nodes()).map(|_| rng.below(1_000)).collect();
    let mode = |node: u32, rng: &mut Rng| rng.below(instance.modes_of(node).len() as u32) as u16;
    let modes = (0..instance.num_nodes() as u32).map(|node| mode(node, rng)).collect();
    Arrangement { sequence: extension(instance, &keys), modes }
}

#[test]
fn no_operation_is_later_than_in_the_schedule_of_the_rich_decoder() {
    let (mut compared, mut with_changeovers, mut equal, mut ahead) = (0, 0, 0, 0);
    for seed in cases(3_000) {
        let Some(problem) = plant(seed) else { continue };
        let Some(instance) = TimedInstance::of(&problem) else { continue };
        let Some(known) = rich_schedule(&problem, &mut Rng::stream(seed, 1)) else { continue };
        if stands_ahead(&problem, &known) {
            ahead += 1;
            continue;
        }
        let mut state = State::new(&instance);
        state.load(&Arrangement::of_schedule(&instance, &known).unwrap());
        let found = state.schedule(&problem);
        let verdict = verify(&problem, &found, false);
        assert!(verdict.is_valid(), "seed {seed}: {:?}", verdict.violations);
        for id in problem.operation_ids() {
            if let (Some(known), Some(found)) = (known.get(id), found.get(id)) {
                assert!(found.start <= known.start && found.end <= known.end, "seed {seed} {id:?}");
            }
        }
        compared += 1;
        with_changeovers += u32::from(found.placements.iter().flatten().any(|p| p.changeover.is_some()));
        equal += u32::from(known == found);
    }
    assert!(compared > 300 && with_changeovers > 60 && equal > 100, "{compared} {with_changeovers} {equal}");
    assert!(ahead * 30 < compared, "{ahead} of {compared} were not looked at");
}

#[test]
fn any_state_decodes_to_a_valid_schedule_with_the_terms_of_the_metrics() {
    let objective = objective();
    let (mut valid, mut late) = (0, 0);
    for seed in cases(3_000) {
        let Some(problem) = plant(seed) else { continue };
        let Some(instance) = TimedInstance::of(&problem) else { continue };
        let mut state = State::new(&instance);
        state.load(&random_arrangement(&instance, &mut Rng::stream(seed, 1)));
        let schedule = state.schedule(&problem);
        let verdict = verify(&problem, &schedule, false);
        let mut tally = Tally::new(&instance, &objective);
        tally.compute(&state);
        assert_eq!(tally.overrun() == 0, verdict.is_valid(), "seed {seed}: {:?}", verdict.violations);
        if tally.overrun() > 0 {
            late += 1;
            continue;
        }
        valid += 1;
        assert_eq!(objective.value(&tally.values(&state)), objective.value(&verdict.values), "seed {seed}");
        assert_eq!(objective.value(&terms(&problem, &schedule)), objective.value(&verdict.values));
    }
    assert!(valid > 300 && late > 5, "{valid} {late}");
}

/// A random other place for a node, on any of its resources; it may close a cycle.
fn random_place(state: &State<'_>, node: u32, rng: &mut Rng) -> Place {
    let modes = state.instance.modes_of(node);
    let choice = rng.below(modes.len() as u32);
    let mode = state.instance.nodes[node as usize].first_mode + choice;
    let border = state.border(modes[choice as usize].resource);
    if modes[choice as usize].resource == NONE {
        return Place { before: border, after: border, mode };
    }
    let mut line = vec![border];
    let mut next = state.records[border as usize].after;
    while next != border {
        if next != node {
            line.push(next);
        }
        next = state.records[next as usize].after;
    }
    let before = rng.below(line.len() as u32) as usize;
    Place { before: line[before], after: line.get(before + 1).copied().unwrap_or(border), mode }
}

#[test]
fn moves_propagate_exactly_and_are_undone() {
    let objective = objective();
    let (mut moved, mut refused) = (0, 0);
    for seed in cases(1_500) {
        let Some(problem) = plant(seed) else { continue };
        let Some(instance) = TimedInstance::of(&problem) else { continue };
        if instance.num_nodes() == 0 {
            continue;
        }
        let mut rng = Rng::stream(seed, 2);
        let mut state = State::new(&instance);
        state.load(&random_arrangement(&instance, &mut rng));
        let mut tally = Tally::new(&instance, &objective);
        tally.compute(&state);
        let (mut log, mut undo) = (Vec::new(), TallyUndo::default());
        for _ in 0..20 {
            let node = rng.below(instance.num_nodes() as u32);
            let (place, old) = (random_place(&state, node, &mut rng), state.place_of(node));
            let (before, value) = (times(&state), tally.values(&state));
            if !state.relink(node, place) {
                refused += 1;
                assert_eq!(times(&state), before);
                continue;
            }
            moved += 1;
            log.clear();
            state.propagate(node, old, &mut log);
            tally.update(&state, (node, old), &log, &mut undo);
            let mut fresh = State::new(&instance);
            let mut stored = Arrangement::default();
            state.save(&mut stored);
            fresh.load(&stored);
            assert_eq!(times(&state), times(&fresh), "seed {seed}");
            let mut computed = Tally::new(&instance, &objective);
            computed.compute(&fresh);
            assert_eq!(
                (tally.values(&state), tally.overrun()),
                (computed.values(&fresh), computed.overrun())
            );
            if rng.one_in(2) {
                state.undo(node, old, &log);
                tally.undo(&undo);
                assert_eq!((times(&state), tally.values(&state)), (before, value));
            }
        }
    }
    assert!(moved > 2_000 && refused > 200, "{moved} {refused}");
}

fn times(state: &State<'_>) -> Vec<(i64, i64, u32, u32, u32)> {
    let nodes = state.instance.num_nodes();
    let records = state.records[..nodes].iter();
    records.map(|record| (record.start, record.end, record.entry, record.state, record.before)).collect()
}

#[test]
fn latest_starts_are_the_last_that_meet_the_length() {
    // Started a tick behind its latest start, a node makes the schedule longer; at it, it does not.
    let mut tried = 0;
    for seed in cases(600) {
        let Some(problem) = plant(seed) else { continue };
        let Some(instance) = TimedInstance::of(&problem) else { continue };
        let mut state = State::new(&instance);
        state.load(&random_arrangement(&instance, &mut Rng::stream(seed, 1)));
        state.set_goal(vec![instance.now; instance.num_nodes()]);
        let (length, _) = state.length();
        let mut tally = Tally::new(&instance, &objective());
        tally.compute(&state);
        if tally.overrun() > 0 {
            continue;
        }
        state.set_reference(length);
        let mut stored = Arrangement::default();
        state.save(&mut stored);
        for node in 0..instance.num_nodes() {
            let latest = state.records[node].latest;
            assert!(state.records[node].start <= latest, "seed {seed}");
            for (release, fits) in [(latest, true), (latest + 1, false)] {
                let mut delayed = instance.clone();
                delayed.nodes[node].release = delayed.nodes[node].release.max(release);
                let mut other = State::new(&delayed);
                other.load(&stored);
                other.set_goal(vec![instance.now; instance.num_nodes()]);
                tally.compute(&other);
                let attached = instance.resources.iter().any(|resource| resource.attached);
                let holds = other.length().0 <= length && tally.overrun() == 0;
                assert!(holds == fits || attached, "seed {seed} {node} {release}");
                tried += 1;
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn plain_problems_have_the_times_of_the_plain_kernel() {
    let makespan = Objective { levels: vec![vec![(Term::Makespan, 1)]] };
    let mut compared = 0;
    for seed in cases(400) {
        let mut rng = Rng::stream(seed, 4);
        let size = crate::support::random::Size {
            orders: rng.between(2, 7),
            steps: rng.between(1, 5),
            machines: rng.between(1, 4),
        };
        let Some(problem) = crate::support::random::plant_of(seed, size, 0) else { continue };
        let Some(reduction) = Reduction::of(&problem, &makespan) else { continue };
        let instance = TimedInstance::of(&problem).expect("what is plain is timed");
        if problem.modes.iter().any(|mode| mode.duration == 0) {
            continue; // They hold nothing here, and keep their place on the resource there.
        }
        let mut state = State::new(&instance);
        state.load(&random_arrangement(&instance, &mut rng));
        let schedule = state.schedule(&problem);
        let solution = reduction.solution(&problem, &schedule).expect("a valid schedule");
        let arrangement = plain::Arrangement::from_solution(&reduction.instance, &solution);
        let known = reduction.schedule(&problem, &arrangement.to_solution(&reduction.instance));
        assert_eq!(known, schedule, "seed {seed}");
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
}
