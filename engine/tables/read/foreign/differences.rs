//! Rules 2 and 4, who is held: the rows of `assignments` against those that the schedule asks for.
//!
//! Both are taken as multisets, operation by operation. A row agrees where everything that it says is
//! right; what it leaves null it does not say. Rows that name their requirement are matched first,
//! then those that do not, then those of the same resource and phase, which differ in something. What
//! is left over on one side is missing, on the other extra. The price is quadratic in the holdings of
//! one operation, which are few, and linear in operations.
//!
//! What history says of the time before `now` is not looked at, so a holding of started work may begin
//! at any instant up to then. Rows of done work are history as a whole.

use rustc_hash::FxHashMap;

use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::{OperationId, ResourceId};
use crate::model::operation::Phase;
use crate::model::resource::ResourceKind;
use crate::schedule::Schedule;
use crate::schedule::verify::Violation;

use super::super::super::holding::{self, Holding};
use super::Held;

/// Everything that the rows say otherwise, by operation.
pub(super) fn find(
    problem: &Problem,
    schedule: &Schedule,
    said: &FxHashMap<OperationId, Vec<Held>>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut asked = Vec::new();
    for operation in problem.operation_ids() {
        let said = said.get(&operation).map_or(&[][..], Vec::as_slice);
        let judge = Judge { problem, started: problem.status(operation) == Status::Started, operation };
        match schedule.get(operation) {
            Some(placement) => {
                asked.clear();
                holding::add(problem, operation, placement, &mut asked);
                judge.compare(&asked, said, &mut found);
            }
            None if problem.status(operation) == Status::Planned => {
                found.extend(said.iter().map(|held| judge.left_out(held)));
            }
            None => {}
        }
    }
    found
}

struct Judge<'a> {
    problem: &'a Problem,
    operation: OperationId,
    started: bool,
}

impl Judge<'_> {
    fn compare(&self, asked: &[Holding], said: &[Held], found: &mut Vec<Violation>) {
        let mut asked: Vec<&Holding> = asked.iter().collect();
        let mut said: Vec<&Held> = said.iter().collect();
        pair(&mut asked, &mut said, |asked, held| {
            held.requirement == asked.requirement && self.agrees(asked, held)
        });
        pair(&mut asked, &mut said, |asked, held| held.requirement.is_none() && self.agrees(asked, held));
        let alike =
            |asked: &Holding, held: &Held| (held.resource, held.phase) == (asked.resource, asked.phase);
        let differ = pair(&mut asked, &mut said, alike);
        found.extend(differ.into_iter().map(|(asked, held)| self.differs(asked, held)));
        found.extend(asked.into_iter().map(|asked| self.missing(asked)));
        found.extend(said.into_iter().map(|held| self.extra(held)));
    }

    /// Whether all that a row says is right, its requirement left aside.
    fn agrees(&self, asked: &Holding, held: &Held) -> bool {
        (held.resource, held.phase) == (asked.resource, asked.phase)
            && !held.stray
            && held.quantity.is_none_or(|quantity| quantity == asked.quantity)
            && self.is_timely(asked, held)
    }

    fn is_timely(&self, asked: &Holding, held: &Held) -> bool {
        let begins = held.start.is_none_or(|start| {
            if self.started { start <= asked.start.max(self.problem.now) } else { start == asked.start }
        });
        begins && held.end.is_none_or(|end| end == asked.end)
    }

    fn differs(&self, asked: &Holding, held: &Held) -> Violation {
        let (name, resource) = (self.name(), self.resource(asked.resource));
        let phase = word(asked.phase);
        let detail = if !self.is_timely(asked, held) {
            let (start, end) = (held.start.unwrap_or(asked.start), held.end.unwrap_or(asked.end));
            let (from, to) = (asked.start, asked.end);
            format!("operation {name} holds {resource} over [{start}, {end}), its {phase} is [{from}, {to})")
        } else if let Some(quantity) = held.quantity.filter(|quantity| *quantity != asked.quantity) {
            format!("operation {name} holds {quantity} of {resource} in its {phase}, not {}", asked.quantity)
        } else {
            let right = self.requirement(asked.requirement);
            format!("operation {name} holds {resource} in its {phase} for another requirement than {right}")
        };
        self.violation("holding_differs", asked.resource, Some(held.start.unwrap_or(asked.start)), detail)
    }

    fn missing(&self, asked: &Holding) -> Violation {
        let (name, resource) = (self.name(), self.resource(asked.resource));
        let (phase, right) = (word(asked.phase), self.requirement(asked.requirement));
        let detail = format!("no row says that operation {name} holds {resource} in its {phase} for {right}");
        self.violation("holding_missing", asked.resource, Some(asked.start), detail)
    }

    fn extra(&self, held: &Held) -> Violation {
        let (name, resource) = (self.name(), self.resource(held.resource));
        let detail =
            format!("operation {name} holds {resource} in its {}: nothing asks for it", word(held.phase));
        self.violation("holding_extra", held.resource, held.start, detail)
    }

    /// Rule 9: who is left out holds nothing.
    fn left_out(&self, held: &Held) -> Violation {
        let (name, resource) = (self.name(), self.resource(held.resource));
        let detail = format!("operation {name} is left out and holds {resource} all the same");
        Violation { rule: 9, ..self.violation("holding_extra", held.resource, held.start, detail) }
    }

    fn violation(
        &self,
        check: &'static str,
        resource: ResourceId,
        at: Option<i64>,
        detail: String,
    ) -> Violation {
        let rule = match self.problem.resource(resource).kind {
            ResourceKind::Unary => 2,
            ResourceKind::Cumulative => 4,
        };
        let other = Some(self.resource(resource).to_owned());
        Violation { rule, check, operation: Some(self.operation), other, at, detail }
    }

    fn name(&self) -> &str {
        self.problem.names.operations.get(self.operation.index())
    }

    fn resource(&self, resource: ResourceId) -> &str {
        self.problem.names.resources.get(resource.index())
    }

    fn requirement(&self, row: Option<u32>) -> &str {
        row.map_or("its mode", |row| self.problem.names.requirement_rows.get(row as usize))
    }
}

/// Takes out those that fit, each with the first that is left.
fn pair<'a, 'b>(
    asked: &mut Vec<&'a Holding>,
    said: &mut Vec<&'b Held>,
    fits: impl Fn(&Holding, &Held) -> bool,
) -> Vec<(&'a Holding, &'b Held)> {
    let mut pairs = Vec::new();
    asked.retain(|asked| {
        let place = said.iter().position(|held| fits(asked, held));
        pairs.extend(place.map(|place| (*asked, said.remove(place))));
        place.is_none()
    });
    pairs
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Run => "run",
        Phase::Changeover => "changeover",
    }
}
