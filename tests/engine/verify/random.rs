//! The verifier against a naive one that looks at every instant, on random small plants and schedules.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::critical::check_latest;
use crate::support::{Plant, cases};
use sopengine::model::Problem;
use sopengine::model::ids::{ModeId, OperationId, ResourceId};
use sopengine::model::operation::{Breaks, Target};
use sopengine::model::resource::ResourceKind;
use sopengine::model::time::Time;
use sopengine::schedule::verify::verify;
use sopengine::schedule::{Placement, Schedule};

/// Instants that are looked at.
const DAY: Time = 60;

struct Dice(Xoshiro256PlusPlus);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    fn below(&mut self, count: u64) -> i64 {
        (self.0.next_u64() % count) as i64
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// Two machines, a tool, a crew whose size changes, five operations in two orders, an item; without
/// `pools`, neither crew nor item.
fn plant(dice: &mut Dice, pools: bool) -> Problem {
    let mut plant = Plant::new();
    for machine in ["press", "saw"] {
        plant = plant.resource(machine);
        if dice.one_in(2) {
            let first = 5 + dice.below(10);
            let second = first + 1 + dice.below(4);
            plant = plant.open(&[(0, first), (second, second + 12), (second + 14, DAY)]);
        }
    }
    plant = plant.resource("tool").pool("crew", 3);
    if dice.one_in(2) {
        let first = 4 + dice.below(8);
        plant = plant.levels(&[(0, first, 3), (first, first + 5, 1 + dice.below(2)), (first + 5, DAY, 3)]);
    }
    plant = plant.order("o").order("p").stock("steel", 0, 2).stock("steel", dice.below(20), 1);
    if pools && dice.one_in(3) {
        plant = plant.item("steel").max_stock(4);
    }
    let names = ["a", "b", "c", "d", "e"];
    for name in names {
        plant = operation(plant.operation(name), dice, pools);
    }
    for after in 1..names.len() {
        if dice.one_in(2) {
            let before = dice.below(after as u64) as usize;
            plant = plant.precedence(names[before], names[after]).min_lag(dice.below(4) - 1);
            if dice.one_in(3) {
                plant = plant.max_lag(4 + dice.below(6));
            }
        }
    }
    plant.build()
}

fn operation(mut plant: Plant, dice: &mut Dice, pools: bool) -> Plant {
    plant = match dice.below(3) {
        0 => plant.of("o"),
        1 => plant.of("p"),
        _ => plant,
    };
    if dice.one_in(2) {
        plant = plant.suspends();
    }
    let zero = dice.one_in(8);
    let span = |dice: &mut Dice| if zero { 0 } else { 1 + dice.below(6) };
    plant = match dice.below(3) {
        0 => plant.mode("press", span(dice)).mode("saw", span(dice)),
        1 => plant.mode("press", span(dice)),
        _ if !pools => plant.mode("saw", span(dice)),
        _ => plant.mode("crew", span(dice)).quantity(1 + dice.below(2)),
    };
    if dice.one_in(3) {
        plant = plant.requires("tool", 1);
        plant = if dice.one_in(2) { plant.released() } else { plant };
    }
    match dice.below(4) {
        _ if !pools => plant,
        0 => plant.moves("steel", -1 - dice.below(2)),
        1 => plant.moves("steel", 1),
        _ => plant,
    }
}

/// What the naive verifier needs of a resource in phase run: who, how many, held over breaks or not.
fn uses(problem: &Problem, mode: ModeId) -> Vec<(ResourceId, i64, Breaks)> {
    let known = problem.mode(mode);
    if known.duration == 0 {
        return Vec::new();
    }
    let own = known.resource.map(|resource| (resource, known.quantity, Breaks::Hold));
    let required = problem.requirements_of(mode).iter().map(|row| match row.target {
        Target::Resource(resource) => (resource, row.quantity, row.breaks),
        Target::Group(_) => unreachable!("no groups here"),
    });
    own.into_iter().chain(required).collect()
}

fn capacity(problem: &Problem, resource: ResourceId, at: Time) -> i64 {
    problem.profile(problem.resource(resource).profile).at(at)
}

/// Whether the operation works at an instant, were it to run then.
fn works(problem: &Problem, mode: ModeId, at: Time) -> bool {
    let open =
        |&(resource, quantity, _): &(ResourceId, i64, Breaks)| capacity(problem, resource, at) >= quantity;
    uses(problem, mode).iter().all(open)
}

/// Whether each of the rules 1, 2, 4, 5 and 7 holds, by looking at every instant.
fn naive(problem: &Problem, schedule: &Schedule) -> [bool; 5] {
    let placed: Vec<(OperationId, &Placement)> =
        problem.operation_ids().filter_map(|id| Some((id, schedule.get(id)?))).collect();
    [
        placed.iter().all(|&(id, placement)| work_is_done(problem, id, placement)),
        resources_hold(problem, &placed, ResourceKind::Unary),
        resources_hold(problem, &placed, ResourceKind::Cumulative),
        lags_hold(problem, schedule),
        stock_holds(problem, &placed),
    ]
}

fn work_is_done(problem: &Problem, id: OperationId, placement: &Placement) -> bool {
    let duration = problem.mode(placement.mode).duration;
    if duration == 0 {
        return placement.start == placement.end;
    }
    let worked: Vec<bool> =
        (placement.start..placement.end).map(|at| works(problem, placement.mode, at)).collect();
    let count = worked.iter().filter(|works| **works).count() as i64;
    let whole = problem.suspends(id) || count == placement.end - placement.start;
    count == duration && worked[0] && worked[worked.len() - 1] && whole
}

fn resources_hold(problem: &Problem, placed: &[(OperationId, &Placement)], kind: ResourceKind) -> bool {
    let resources = problem.resource_ids().filter(|&id| problem.resource(id).kind == kind);
    resources.into_iter().all(|resource| {
        (0..DAY * 2).all(|at| {
            let there = capacity(problem, resource, at);
            let held: i64 = placed
                .iter()
                .filter(|(_, placement)| placement.start <= at && at < placement.end)
                .flat_map(|(_, placement)| {
                    uses(problem, placement.mode).into_iter().map(|used| (placement.mode, used))
                })
                .filter(|&(mode, (used, quantity, breaks))| {
                    used == resource
                        && (breaks == Breaks::Hold || works(problem, mode, at))
                        && (kind == ResourceKind::Unary || there >= quantity)
                })
                .map(|(_, (_, quantity, _))| quantity)
                .sum();
            held <= if kind == ResourceKind::Unary { 1 } else { there }
        })
    })
}

fn lags_hold(problem: &Problem, schedule: &Schedule) -> bool {
    problem.precedences.iter().all(|link| {
        let (Some(before), Some(after)) = (schedule.get(link.before), schedule.get(link.after)) else {
            return true;
        };
        let lag = after.start - before.end;
        lag >= link.min_lag && link.max_lag.is_none_or(|max_lag| lag <= max_lag)
    })
}

/// One item; operations of duration 0 only move it one way, so their order within an instant is easy.
fn stock_holds(problem: &Problem, placed: &[(OperationId, &Placement)]) -> bool {
    let last = placed.iter().map(|row| row.1.end).max().unwrap_or(-1);
    problem.items.iter().enumerate().all(|(index, item)| {
        (0..=last).all(|at| {
            let arrived: i64 = item.arrivals.iter().filter(|row| row.0 <= at).map(|row| row.1).sum();
            let moved: i64 = placed
                .iter()
                .flat_map(|&(id, placement)| {
                    problem.operation(id).materials.iter().map(move |row| (placement, row))
                })
                .filter(|(placement, row)| {
                    let moves = if row.1 < 0 { placement.start } else { placement.end };
                    row.0.index() == index && moves <= at
                })
                .map(|(_, row)| row.1)
                .sum();
            let balance = arrived + moved;
            balance >= 0 && item.max_stock.is_none_or(|most| balance <= most)
        })
    })
}

/// A mode, a start, and mostly the end that follows from it.
fn place(problem: &Problem, dice: &mut Dice, id: OperationId) -> Placement {
    let modes = problem.operation(id).modes.clone();
    let mode = ModeId(modes.start + dice.below(u64::from(modes.end - modes.start)) as u32);
    let start = dice.below(25);
    let mut end = start;
    let mut left = problem.mode(mode).duration;
    while left > 0 && end < DAY {
        left -= i64::from(works(problem, mode, end));
        end += 1;
    }
    if dice.one_in(12) {
        end += 1;
    }
    Placement { mode, start, end, changeover: None, members: smallvec::SmallVec::new() }
}

#[test]
fn sweeps_agree_with_looking_at_every_instant() {
    let mut seen = [[0_u32; 2]; 5];
    for seed in cases(3_000) {
        let mut dice = Dice::new(seed);
        let problem = plant(&mut dice, true);
        for _ in 0..3 {
            let mut schedule = Schedule::empty(problem.operations.len());
            for id in problem.operation_ids() {
                schedule.placements[id.index()] = Some(place(&problem, &mut dice, id));
            }
            let verdict = verify(&problem, &schedule, false);
            let expected = naive(&problem, &schedule);
            for (index, rule) in [1, 2, 4, 5, 7].into_iter().enumerate() {
                let holds = verdict.violations.iter().all(|violation| violation.rule != rule);
                assert_eq!(holds, expected[index], "rule {rule}, seed {seed}: {schedule:?}");
                seen[index][usize::from(holds)] += 1;
            }
        }
    }
    assert!(seen.iter().flatten().all(|&count| count > 500), "both outcomes, often: {seen:?}");
}

/// Places operations one by one where the verifier first accepts them.
fn first_fit(problem: &Problem) -> Schedule {
    let mut schedule = Schedule::empty(problem.operations.len());
    for id in problem.operation_ids() {
        let waits = problem.incoming(id).any(|link| schedule.get(link.before).is_none());
        let tries = problem.operation(id).mode_ids().flat_map(|mode| (0..DAY).map(move |at| (mode, at)));
        for (mode, start) in tries.filter(|_| !waits) {
            let mut end = start;
            let mut left = problem.mode(mode).duration;
            while left > 0 && end < DAY {
                left -= i64::from(works(problem, mode, end));
                end += 1;
            }
            let members = smallvec::SmallVec::new();
            schedule.placements[id.index()] = Some(Placement { mode, start, end, changeover: None, members });
            if verify(problem, &schedule, true).violations.iter().all(|violation| violation.rule == 9) {
                break;
            }
            schedule.placements[id.index()] = None;
        }
    }
    schedule
}

#[test]
fn everything_at_its_latest_is_valid_and_ends_no_order_later() {
    let mut checked = 0;
    for seed in cases(400) {
        let problem = plant(&mut Dice::new(seed), true);
        let schedule = first_fit(&problem);
        if verify(&problem, &schedule, true).violations.is_empty() {
            check_latest(&problem, &schedule);
            checked += 1;
        }
    }
    assert!(checked > 200, "most schedules are whole: {checked}");
}

/// Whether an operation alone could start later than in `schedule` with all sequences as they are and
/// no order's end raised.
fn can_move(problem: &Problem, schedule: &Schedule, id: OperationId) -> bool {
    let Some(placement) = schedule.get(id) else { return false };
    let ends = |of: &Schedule| -> Vec<Time> {
        let of_order = |order: Option<u32>| {
            let own = problem.operation_ids().filter(|&id| problem.operation(id).order.map(|o| o.0) == order);
            own.filter_map(|id| Some(of.get(id)?.end)).max().unwrap_or(0)
        };
        let all = problem.operation_ids().filter_map(|id| Some(of.get(id)?.end)).max();
        [of_order(Some(0)), of_order(Some(1)), all.unwrap_or(0)].to_vec()
    };
    // Holder after holder of each resource: one may stand between the pieces of another.
    let sequence = |of: &Schedule| -> Vec<Vec<OperationId>> {
        let holds = |id: OperationId, resource: ResourceId, at: Time| {
            let Some(placed) = of.get(id).filter(|placed| placed.start <= at && at < placed.end) else {
                return false;
            };
            let all = uses(problem, placed.mode);
            let mut own = all.iter().filter(|used| used.0 == resource);
            own.any(|used| used.2 == Breaks::Hold || works(problem, placed.mode, at))
        };
        let holders = |resource: ResourceId| {
            let held = |at| problem.operation_ids().filter(move |&id| holds(id, resource, at));
            let mut holders: Vec<OperationId> = (0..DAY).flat_map(held).collect();
            holders.dedup();
            holders
        };
        problem.resource_ids().map(holders).collect()
    };
    (placement.start + 1..DAY).any(|start| {
        let mut moved = schedule.clone();
        let mut end = start;
        let mut left = problem.mode(placement.mode).duration;
        while left > 0 && end < DAY {
            left -= i64::from(works(problem, placement.mode, end));
            end += 1;
        }
        moved.placements[id.index()] = Some(Placement { start, end, ..placement.clone() });
        verify(problem, &moved, true).violations.is_empty()
            && ends(&moved).iter().zip(ends(schedule)).all(|(now, before)| *now <= before)
            && sequence(&moved) == sequence(schedule)
    })
}

#[test]
fn on_unary_resources_nothing_can_be_later_than_its_latest() {
    let (mut checked, mut movable) = (0, 0);
    for seed in cases(300) {
        let problem = plant(&mut Dice::new(seed), false);
        let schedule = first_fit(&problem);
        if verify(&problem, &schedule, true).violations.is_empty() {
            check_latest(&problem, &schedule);
            let latest = sopengine::schedule::critical::latest(&problem, &schedule);
            let loose: Vec<_> =
                problem.operation_ids().filter(|&id| can_move(&problem, &latest, id)).collect();
            assert_eq!(loose, [], "seed {seed}: {schedule:?} to {latest:?}");
            checked += 1;
            let moves = |&id: &OperationId| can_move(&problem, &schedule, id);
            movable += usize::from(problem.operation_ids().any(|id| moves(&id)));
        }
    }
    assert!(checked > 150 && movable > 50, "whole: {checked}, with slack: {movable}");
}
