//! Small random plants with every feature, by seed.
//!
//! Each feature is switched on by a few bits of the seed, so that plants with one feature and plants
//! with many both occur. Most are feasible; some are not, which partial schedules must bear.

use sopengine::model::Problem;
use sopengine::model::build::build;
use sopengine::model::changeover::{Combine, Compare};
use sopengine::model::draft::*;
use sopengine::model::history::{OnStop, Pin, Status};
use sopengine::model::operation::{Breaks, Phase, Suspend};
use sopengine::model::precedence::Kind;
use sopengine::model::resource::ResourceKind;
use sopengine::model::time::Time;
use sopengine::search::rng::Rng;

/// How large, and which features.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) orders: u32,
    pub(crate) steps: u32,
    pub(crate) machines: u32,
}

struct Sketch {
    rng: Rng,
    draft: Draft,
    size: Size,
    features: u32,
    horizon: Time,
}

/// Feature bits.
pub(crate) const CALENDARS: u32 = 1;
pub(crate) const CHANGEOVERS: u32 = 2;
const POOLS: u32 = 4;
const GROUPS: u32 = 8;
pub(crate) const LAGS: u32 = 16;
const MATERIALS: u32 = 32;
pub(crate) const HISTORY: u32 = 64;
const PINS: u32 = 128;
pub(crate) const DEADLINES: u32 = 256;
pub(crate) const TRANSPORT: u32 = 512;
/// All features.
pub(crate) const ALL: u32 = 1023;

/// A plant of a seed with features drawn by the seed.
pub(crate) fn plant(seed: u64) -> Option<Problem> {
    let mut rng = Rng::stream(seed, 0);
    let size = Size { orders: rng.between(2, 6), steps: rng.between(1, 4), machines: rng.between(1, 4) };
    let mut features = rng.below(1024);
    if rng.one_in(4) {
        features = 1 << rng.below(10);
    }
    plant_of(seed, size, features)
}

/// A plant of a size with given features; none if the draft contradicts itself.
pub(crate) fn plant_of(seed: u64, size: Size, features: u32) -> Option<Problem> {
    let rng = Rng::stream(seed, 1);
    let work = i64::from(size.orders * size.steps) * 8 / i64::from(size.machines);
    let mut sketch = Sketch { rng, draft: Draft::default(), size, features, horizon: 60 + 4 * work };
    sketch.resources();
    sketch.orders();
    sketch.history();
    match build(&sketch.draft) {
        Ok((problem, _)) => Some(problem),
        Err(error) => {
            if std::env::var("SHOW").is_ok() {
                eprintln!("{seed}: {error}");
            }
            None
        }
    }
}

impl Sketch {
    fn has(&self, feature: u32) -> bool {
        self.features & feature != 0
    }

    fn id(&mut self, name: &str) -> Symbol {
        self.draft.symbols.intern(name)
    }

    fn span(&mut self, low: u32, high: u32) -> i64 {
        i64::from(self.rng.between(low, high))
    }

    fn calendar(&mut self, name: &str, capacity: Option<i64>) -> Option<Symbol> {
        if !self.has(CALENDARS) || self.rng.one_in(3) {
            return None;
        }
        let calendar = self.id(name);
        let mut time = self.span(0, 6);
        while time < 3 * self.horizon {
            let end = time + self.span(5, 30);
            let capacity = capacity.map(|most| i64::from(self.rng.between(1, most as u32)));
            self.draft.calendars.push(CalendarRow { calendar, start: time, end: Some(end), capacity });
            time = end + self.span(0, 9);
        }
        Some(calendar)
    }

    fn resource(&mut self, name: &str, kind: ResourceKind, capacity: i64) -> Symbol {
        let resource = self.id(name);
        let levels = (kind == ResourceKind::Cumulative).then_some(capacity);
        let calendar = self.calendar(&format!("{name} hours"), levels);
        let location = self.has(TRANSPORT).then(|| format!("hall {}", self.rng.below(2)));
        let location = location.map(|name| self.id(&name));
        self.draft.resources.push(ResourceRow {
            resource,
            kind: Some(kind),
            capacity,
            calendar,
            changeover_matrix: None,
            cost_per_hour: i64::from(self.rng.below(3)),
            location,
        });
        resource
    }

    fn resources(&mut self) {
        for machine in 0..self.size.machines {
            self.resource(&format!("m{machine}"), ResourceKind::Unary, 1);
        }
        if self.has(CHANGEOVERS) {
            self.matrix();
            let matrix = self.id("matrix");
            for machine in 0..self.size.machines as usize {
                if !self.rng.one_in(4) {
                    self.draft.resources[machine].changeover_matrix = Some(matrix);
                    if self.rng.one_in(2) {
                        let value = format!("s{}", self.rng.below(3));
                        let row = ResourceStateRow {
                            resource: self.draft.resources[machine].resource,
                            attribute: self.id("state"),
                            value: self.id(&value),
                        };
                        self.draft.resource_states.push(row);
                    }
                }
            }
        }
        if self.has(POOLS) {
            self.resource("crew", ResourceKind::Cumulative, 3);
            self.resource("tool", ResourceKind::Unary, 1);
        }
        if self.has(GROUPS) {
            for worker in 0..3 {
                let member = self.resource(&format!("w{worker}"), ResourceKind::Unary, 1);
                let group = self.id("workers");
                let priority = i64::from(self.rng.below(2));
                self.draft.groups.push(GroupRow { group, member, priority });
            }
        }
        if self.has(TRANSPORT) {
            for (from, to) in [("hall 0", "hall 1"), ("hall 1", "hall 0")] {
                let (from_location, to_location) = (self.id(from), self.id(to));
                let duration = self.span(0, 6);
                self.draft.transport.push(TransportRow { from_location, to_location, duration });
            }
        }
    }

    fn matrix(&mut self) {
        let matrix = self.id("matrix");
        let combine = if self.rng.one_in(2) { Combine::Sum } else { Combine::Max };
        let suspend = if self.rng.one_in(2) { Suspend::Breaks } else { Suspend::Never };
        let attached = self.rng.one_in(3);
        self.draft.matrices.push(MatrixRow { matrix, combine, suspend, attached });
        let rule = |sketch: &mut Self, attribute: &str, from: Option<&str>, to: Option<&str>, compare| {
            let row = ChangeoverRow {
                matrix,
                attribute: Some(sketch.id(attribute)),
                from_value: from.map(|name| sketch.id(name)),
                to_value: to.map(|name| sketch.id(name)),
                compare,
                duration: sketch.span(0, 6),
                cost: i64::from(sketch.rng.below(4)),
                priority: 0,
            };
            sketch.draft.changeovers.push(row);
        };
        rule(self, "state", None, None, Compare::Differs);
        rule(self, "state", Some("s0"), Some("s1"), Compare::None);
        rule(self, "state", Some("unset"), None, Compare::None);
        rule(self, "state", Some("s2"), Some("s2"), Compare::None);
        rule(self, "tool", None, None, Compare::Rises);
    }

    fn orders(&mut self) {
        if self.has(MATERIALS) {
            for item in ["steel", "part"] {
                let item = self.id(item);
                let max_stock = self.rng.one_in(3).then_some(6);
                self.draft.items.push(ItemRow { item, max_stock, unlimited: false });
            }
            for _ in 0..4 {
                let row = StockRow {
                    item: self.id("steel"),
                    time: Some(self.span(0, 30)),
                    quantity: i64::from(self.rng.between(1, 5)),
                };
                self.draft.stock.push(row);
            }
            let row = StockRow { item: self.id("part"), time: None, quantity: 2 };
            self.draft.stock.push(row);
        }
        for order in 0..self.size.orders {
            let name = self.id(&format!("o{order}"));
            let release = self.rng.one_in(3).then(|| self.span(0, 20));
            let due = (!self.rng.one_in(5)).then(|| self.span(10, self.horizon as u32));
            let deadline = (self.has(DEADLINES) && self.rng.one_in(2))
                .then(|| self.span(self.horizon as u32 / 4, self.horizon as u32));
            self.draft.orders.push(OrderRow {
                order: name,
                release,
                due,
                deadline,
                weight: i64::from(self.rng.below(4)),
                earliness_weight: i64::from(self.rng.below(2)),
            });
            for step in 0..self.size.steps {
                self.operation(order, step);
            }
            if self.has(LAGS) {
                self.links(order);
            }
        }
    }

    fn operation(&mut self, order: u32, step: u32) {
        let operation = self.id(&format!("o{order}s{step}"));
        let of = self.id(&format!("o{order}"));
        let suspend =
            if self.has(CALENDARS) && self.rng.one_in(2) { Suspend::Breaks } else { Suspend::Never };
        let setup = (self.has(CHANGEOVERS) && !self.rng.one_in(4)).then(|| format!("s{}", self.rng.below(3)));
        let setup_state = setup.map(|name| self.id(&name));
        let order = (!self.rng.one_in(12)).then_some(of);
        let release = self.rng.one_in(8).then(|| self.span(0, 30));
        self.draft.operations.push(OperationRow {
            operation,
            order,
            sequence: Some(i64::from(step)),
            release,
            deadline: None,
            suspend,
            setup_state,
        });
        if self.has(CHANGEOVERS) && self.rng.one_in(3) {
            let value = format!("{}", self.rng.between(8, 11));
            let row = SetupStateRow { operation, attribute: self.id("tool"), value: self.id(&value) };
            self.draft.setup_states.push(row);
        }
        let zero = self.rng.one_in(10);
        let count = if zero { 1 } else { self.rng.between(1, 2).min(self.size.machines) };
        let first = self.rng.below(self.size.machines);
        for mode in 0..count {
            let machine = format!("m{}", (first + mode) % self.size.machines);
            let row = ModeRow {
                operation,
                mode: None,
                resource: Some(self.id(&machine)),
                quantity: 1,
                duration: if zero { 0 } else { self.span(1, 9) },
                cost: i64::from(self.rng.below(5)),
            };
            self.draft.modes.push(row);
        }
        if !zero {
            self.requirements(operation);
        }
        if self.has(MATERIALS) && self.rng.one_in(2) {
            let made = self.rng.one_in(2);
            let item = self.id(if made { "part" } else { "steel" });
            let quantity =
                i64::from(self.rng.between(1, 3)) * if made && self.rng.one_in(2) { 1 } else { -1 };
            self.draft.materials.push(MaterialRow { operation, item, quantity });
        }
    }

    fn requirements(&mut self, operation: Symbol) {
        let add = |sketch: &mut Self, name: &str, is_group: bool, quantity: i64| {
            let target = sketch.id(name);
            let phase =
                if sketch.has(CHANGEOVERS) && sketch.rng.one_in(3) { Phase::Changeover } else { Phase::Run };
            let breaks = if sketch.rng.one_in(2) { Breaks::Hold } else { Breaks::Release };
            sketch.draft.requirements.push(RequirementRow {
                requirement: None,
                operation,
                mode: None,
                resource: (!is_group).then_some(target),
                group: is_group.then_some(target),
                quantity,
                phase,
                breaks,
            });
        };
        if self.has(POOLS) {
            if self.rng.one_in(2) {
                let quantity = self.span(1, 2);
                add(self, "crew", false, quantity);
            }
            if self.rng.one_in(5) {
                add(self, "tool", false, 1);
            }
        }
        if self.has(GROUPS) && self.rng.one_in(2) {
            let quantity = self.span(1, 2);
            add(self, "workers", true, quantity);
        }
    }

    /// Explicit precedences in place of the chain by sequence.
    fn links(&mut self, order: u32) {
        for step in 1..self.size.steps {
            let before = self.id(&format!("o{order}s{}", step - 1));
            let after = self.id(&format!("o{order}s{step}"));
            let kind = match self.rng.below(6) {
                0 => Kind::StartStart,
                1 => Kind::EndEnd,
                2 => Kind::StartEnd,
                _ => Kind::EndStart,
            };
            let min_lag = i64::from(self.rng.below(6)) - 1;
            let max_lag = self.rng.one_in(3).then(|| min_lag.max(0) + self.span(0, 12));
            let (mut transfer, mut tail) = (1_000_000, 0);
            if kind == Kind::EndStart && self.rng.one_in(4) {
                transfer = self.rng.below(1_000_000);
                tail = if self.rng.one_in(2) { self.rng.below(1_000_000) } else { 0 };
            }
            let same_resource = self.rng.one_in(8);
            self.draft.precedences.push(PrecedenceRow {
                before,
                after,
                kind,
                min_lag,
                max_lag,
                transfer,
                tail,
                same_resource,
            });
        }
    }

    fn history(&mut self) {
        if self.has(HISTORY) {
            self.draft.now = Some(10);
            for order in 0..self.size.orders {
                if self.rng.one_in(2) {
                    self.started_or_done(order);
                }
            }
        }
        if self.has(PINS) {
            for order in 0..self.size.orders {
                let step = self.rng.below(self.size.steps);
                if self.rng.one_in(3) {
                    self.pin(order, step);
                }
            }
        }
    }

    fn baseline(&mut self, order: u32, step: u32, status: Status) -> &mut BaselineRow {
        let operation = self.id(&format!("o{order}s{step}"));
        let mode = self.draft.modes.iter().find(|mode| mode.operation == operation);
        let resource = mode.and_then(|mode| mode.resource);
        self.draft.baseline.push(BaselineRow {
            operation,
            mode: resource,
            resource,
            start: None,
            end: None,
            status,
            remaining: None,
            remaining_changeover: 0,
            pin: Pin::None,
            on_stop: OnStop::Resume,
        });
        let last = self.draft.baseline.len() - 1;
        &mut self.draft.baseline[last]
    }

    fn started_or_done(&mut self, order: u32) {
        let groups = self.draft.requirements.iter().any(|row| row.group.is_some());
        if groups || self.rng.one_in(2) {
            let end = self.span(2, 10);
            let row = self.baseline(order, 0, Status::Done);
            (row.start, row.end) = (Some(end - 2), Some(end));
        } else {
            let (start, remaining) = (self.span(2, 10), self.span(0, 8));
            let (restart, changing) = (self.rng.one_in(3), self.span(0, 4));
            let breaks = {
                let operation = self.id(&format!("o{order}s0"));
                let row = self.draft.operations.iter().find(|row| row.operation == operation);
                row.is_some_and(|row| row.suspend == Suspend::Breaks)
            };
            let row = self.baseline(order, 0, Status::Started);
            row.start = Some(start);
            row.remaining = Some(remaining);
            if restart && !breaks {
                row.on_stop = OnStop::Restart;
            } else if remaining > 0 && restart {
                row.remaining_changeover = changing;
            }
        }
    }

    fn pin(&mut self, order: u32, step: u32) {
        let operation = self.id(&format!("o{order}s{step}"));
        if self.draft.baseline.iter().any(|row| row.operation == operation) {
            return;
        }
        let start = self.span(10, self.horizon as u32);
        let pin = match self.rng.below(4) {
            0 => Pin::Start,
            1 => Pin::Resource,
            2 => Pin::Sequence,
            _ => Pin::None,
        };
        let row = self.baseline(order, step, Status::Planned);
        (row.start, row.pin) = (Some(start), pin);
    }
}
