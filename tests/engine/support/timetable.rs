//! A schedule, placement by placement, by the names of operations, modes and resources.

use sopengine::model::Problem;
use sopengine::model::ids::{OperationId, RequirementId, ResourceId};
use sopengine::model::objective::{Term, TermValues};
use sopengine::model::operation::Target;
use sopengine::model::time::Time;
use sopengine::schedule::verify::{Violation, verify};
use sopengine::schedule::{Member, Placement, Schedule};

/// A schedule in the making.
#[derive(Debug, Clone)]
pub(crate) struct Timetable<'a> {
    problem: &'a Problem,
    schedule: Schedule,
    last: Option<OperationId>,
}

#[allow(dead_code, reason = "one vocabulary for all tests; not every test needs every word")]
impl<'a> Timetable<'a> {
    /// With nothing placed.
    pub(crate) fn of(problem: &'a Problem) -> Self {
        Self { problem, schedule: Schedule::empty(problem.operations.len()), last: None }
    }

    /// Id of an operation by name.
    pub(crate) fn id(problem: &Problem, operation: &str) -> OperationId {
        let index = problem.names.operations.find(operation);
        OperationId::new(index.unwrap_or_else(|| panic!("no operation {operation}")))
    }

    /// Places an operation in the mode of that name.
    pub(crate) fn place(mut self, operation: &str, mode: &str, start: Time, end: Time) -> Self {
        let id = Self::id(self.problem, operation);
        let mode = (self.problem.operation(id).mode_ids())
            .find(|&candidate| self.problem.names.modes.get(candidate.index()) == mode)
            .unwrap_or_else(|| panic!("no mode {mode} of {operation}"));
        self.schedule.placements[id.index()] =
            Some(Placement { mode, start, end, changeover: None, members: smallvec::SmallVec::new() });
        self.last = Some(id);
        self
    }

    fn last(&mut self) -> &mut Placement {
        let id = self.last.expect("a placement to complete");
        self.schedule.placements[id.index()].as_mut().expect("just placed")
    }

    /// Changeover of the operation placed last.
    pub(crate) fn changeover(mut self, start: Time, end: Time) -> Self {
        self.last().changeover = Some((start, end));
        self
    }

    /// A member that the operation placed last takes for its first group requirement that lists it.
    pub(crate) fn with(mut self, member: &str) -> Self {
        let index = self.problem.names.resources.find(member).expect("a resource");
        let resource = ResourceId::new(index);
        let problem = self.problem;
        let lists = |id: &RequirementId| match problem.requirement(*id).target {
            Target::Group(group) => problem.groups[group.index()].members.contains(&resource),
            Target::Resource(_) => false,
        };
        let mode = problem.mode(self.last().mode);
        let requirement = mode.requirement_ids().find(lists).or_else(|| mode.requirement_ids().next());
        let requirement = requirement.expect("a group requirement");
        let members = &mut self.last().members;
        members.push(Member { requirement, resource });
        members.sort_unstable();
        self
    }

    /// Leaves an operation out again.
    pub(crate) fn without(mut self, operation: &str) -> Self {
        let id = Self::id(self.problem, operation);
        self.schedule.placements[id.index()] = None;
        self
    }

    /// The schedule as it stands.
    pub(crate) fn schedule(&self) -> Schedule {
        self.schedule.clone()
    }

    /// What is wrong with it as a full schedule, one short line a violation.
    pub(crate) fn broken(&self) -> Vec<String> {
        self.lines(false)
    }

    /// What is wrong with it where orders may be left out.
    pub(crate) fn broken_partially(&self) -> Vec<String> {
        self.lines(true)
    }

    /// The violations themselves.
    pub(crate) fn violations(&self, partial: bool) -> Vec<Violation> {
        verify(self.problem, &self.schedule, partial).violations
    }

    fn lines(&self, partial: bool) -> Vec<String> {
        let line = |violation: &Violation| {
            let operation = violation.operation.expect("an operation to blame");
            let name = self.problem.names.operations.get(operation.index());
            let other = violation.other.as_ref().map(|other| format!(" ({other})")).unwrap_or_default();
            let at = violation.at.map(|at| format!(" at {at}")).unwrap_or_default();
            assert!(violation.detail.contains(name), "{}", violation.detail);
            format!("{} {} {name}{other}{at}", violation.rule, violation.check)
        };
        self.violations(partial).iter().map(line).collect()
    }

    /// All terms.
    pub(crate) fn values(&self) -> TermValues {
        verify(self.problem, &self.schedule, true).values
    }

    /// One term.
    pub(crate) fn term(&self, term: Term) -> i64 {
        self.values().get(term)
    }
}
