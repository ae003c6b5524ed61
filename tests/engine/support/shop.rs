//! Small shops in which order o is late, for whoever explains why; all times are worked by hand.

use sopengine::model::Problem;
use sopengine::model::history::Pin;

use super::{Plant, Timetable};

/// Order o, due at 0: a (press 5). Order p, never due: c (press 4).
pub(crate) fn shop() -> Plant {
    Plant::new()
        .order("p")
        .operation("c")
        .of("p")
        .mode("press", 4)
        .order("o")
        .due(0)
        .operation("a")
        .of("o")
        .mode("press", 5)
}

/// The shop, and b (saw 3) of order o 2 ticks behind a; d (saw 8) is in nobody's order.
pub(crate) fn two_stages() -> Problem {
    let plant = shop().operation("b").of("o").mode("saw", 3).precedence("a", "b").min_lag(2);
    plant.operation("d").mode("saw", 8).build()
}

/// Its schedule: c and d go first.
pub(crate) fn two_stages_late(plant: &Problem) -> Timetable<'_> {
    Timetable::of(plant)
        .place("c", "press", 0, 4)
        .place("a", "press", 4, 9)
        .place("d", "saw", 10, 18)
        .place("b", "saw", 18, 21)
}

/// Order o, due at 0: a (press 5), which breaks suspend; the press is closed until 3 and from 6 to 10.
pub(crate) fn closed_shop() -> Problem {
    let plant = Plant::new().resource("press").open(&[(3, 6), (10, 30)]).order("o").due(0);
    plant.operation("a").of("o").suspends().mode("press", 5).build()
}

/// The press is white: c (4), in nobody's order, is white, too; a (5) of order o, due at 0, is black.
pub(crate) fn paint_shop() -> Problem {
    Plant::new()
        .matrix("colors")
        .rule("white", "black", 3)
        .resource("press")
        .changes_by("colors")
        .in_state("state", "white")
        .operation("c")
        .setup("white")
        .mode("press", 4)
        .order("o")
        .due(0)
        .operation("a")
        .of("o")
        .setup("black")
        .mode("press", 5)
        .build()
}

/// Its schedule: c goes first.
pub(crate) fn paint_late(plant: &Problem) -> Timetable<'_> {
    Timetable::of(plant).place("c", "press", 0, 4).place("a", "press", 7, 12).changeover(4, 7)
}

/// Order o, due at 0: a (press 5), whose start is pinned to 4.
pub(crate) fn pinned_shop() -> Problem {
    let plant = Plant::new().order("o").due(0).operation("a").of("o").mode("press", 5);
    plant.was_planned("press", 4).pin(Pin::Start).build()
}
