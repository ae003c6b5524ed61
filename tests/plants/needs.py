"""Requirements, groups and calendars: what an operation needs besides its mode's resource, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .draft import Draft, Row


def _require(draft: Draft, row: Row, **requirement: object) -> bool:
    """Add a requirement unless the operation has one of that target and phase, or history forbids it."""
    operation = row["operation"]
    target = requirement.get("resource") or requirement.get("group")
    phase = requirement.get("phase", "run")
    for known in draft.requirements(operation):
        if (known.get("resource") or known.get("group")) == target and known.get("phase", "run") == phase:
            return False
    if operation in draft.started:
        if target in draft.claimed:
            return False
        draft.claimed.add(str(target))
    draft.add("requirements", operation=operation, **requirement)
    return True


def crew(draft: Draft) -> str:
    """A pool of labor."""
    return draft.add_resource("L0", kind="cumulative", capacity=3)


def requirements_hold(draft: Draft) -> bool:
    pool = crew(draft)
    added = [
        _require(
            draft,
            row,
            resource=pool,
            quantity=1 if row["operation"] in draft.started else draft.rng.randint(1, 2),
        )
        for row in draft.some(draft.operations(), 2, 4)
    ]
    tool = draft.add_resource("T0")
    added += [_require(draft, row, resource=tool) for row in draft.some(draft.operations(), 1, 2)]
    return any(added)


def requirements_release(draft: Draft) -> bool:
    """Labor and a tool that go home at breaks."""
    pool, tool = crew(draft), draft.add_resource("T1")
    rows = draft.some(draft.fresh(), 2, 3)
    added = [_require(draft, row, resource=pool, breaks="release") for row in rows]
    added += [_require(draft, row, resource=tool, breaks="release") for row in rows[:2]]
    return any(added)


def requirements_mode(draft: Draft) -> bool:
    """A requirement of one mode only."""
    tool = draft.add_resource("T2", kind="cumulative", capacity=1)
    for row in draft.some(draft.fresh(), 1, 2):
        mode = draft.modes(row["operation"])[0]
        name = mode.get("mode") or mode["resource"]
        _require(draft, row, resource=tool, mode=name)
    return bool(draft.tables["requirements"])


def changeover_phase(draft: Draft) -> bool:
    """A setter who is needed while changing over."""
    setter = draft.add_resource("L1", kind="cumulative", capacity=1)
    added = [
        _require(
            draft,
            row,
            resource=setter,
            phase="changeover",
            breaks=draft.rng.choice((None, "hold", "release")),
        )
        for row in draft.some(draft.fresh(), 2, 4)
    ]
    return any(added)


def groups(draft: Draft) -> bool:
    for number in range(3):
        draft.add(
            "groups",
            group="G0",
            member=draft.add_resource(f"W{number}"),
            priority=draft.rng.choice((None, 0, 1)),
        )
    rows = draft.some([row for row in draft.fresh() if draft.positive(row["operation"])], 2, 3)
    added = [_require(draft, row, group="G0", quantity=1 + (number == 0)) for number, row in enumerate(rows)]
    return any(added)


def changeover_groups(draft: Draft) -> bool:
    """Members of a group needed in phase changeover."""
    for number in range(2):
        draft.add("groups", group="G1", member=draft.add_resource(f"W{number}"))
    rows = draft.some([row for row in draft.fresh() if draft.positive(row["operation"])], 1, 2)
    return any([_require(draft, row, group="G1", phase="changeover") for row in rows])


def _rows(draft: Draft, name: str, capacity: tuple[int, ...], last_open: bool) -> None:
    """Working windows of 9 to 14 ticks, breaks of 2 to 5, from before ``now`` on."""
    at = draft.now - draft.rng.randint(9, 16)
    for _ in range(5):
        end = at + draft.rng.randint(9, 14)
        draft.add("calendars", calendar=name, start=at, end=end, capacity=draft.rng.choice(capacity))
        at = end + (0 if len(capacity) > 1 and draft.rng.random() < 0.5 else draft.rng.randint(2, 5))
    draft.add("calendars", calendar=name, start=at, end=None if last_open else at + 40, capacity=capacity[-1])


def unary_calendars(draft: Draft) -> bool:
    machine = draft.rng.choice(draft.unary())
    _rows(draft, "K0", (None,), last_open=False)  # type: ignore[arg-type]
    draft.resource(machine)["calendar"] = "K0"
    return True


def open_calendars(draft: Draft) -> bool:
    """A calendar whose last interval has no end."""
    free = [name for name in draft.unary() if not draft.resource(name).get("calendar")]
    if not free:
        return False
    _rows(draft, "K1", (None, 1), last_open=True)  # type: ignore[arg-type]
    draft.resource(draft.rng.choice(free))["calendar"] = "K1"
    return True


def varying_capacity(draft: Draft) -> bool:
    """Labor by shift: capacity of a pool changes, and closes."""
    pools = [row for row in draft.pools() if row["capacity"] > 1] or [draft.resource(crew(draft))]
    pool = draft.rng.choice(pools)
    capacity = pool["capacity"]
    _rows(draft, "K2", (1, capacity - 1, capacity + 1, None), last_open=draft.rng.random() < 0.7)  # type: ignore[arg-type]
    pool["calendar"] = "K2"
    row = draft.rng.choice(draft.operations())
    return (
        any(mode["resource"] == pool["resource"] for mode in draft.tables["modes"])
        or any(need.get("resource") == pool["resource"] for need in draft.tables["requirements"])
        or _require(draft, row, resource=pool["resource"])
    )


def member_calendars(draft: Draft) -> bool:
    """A group member with shifts of its own, so that who works decides when."""
    members = sorted({row["member"] for row in draft.tables["groups"]})
    if not members:
        return False
    _rows(draft, "K3", (None,), last_open=False)  # type: ignore[arg-type]
    draft.resource(draft.rng.choice(members))["calendar"] = "K3"
    return True


def suspend_breaks(draft: Draft) -> bool:
    restarted = {name for name, feature in draft.started.items() if feature == "started_restart"}
    rows = [row for row in draft.operations() if row["operation"] not in restarted]
    for row in draft.some(rows, 2, 5):
        row["suspend"] = "breaks"
    return any(row.get("suspend") == "breaks" for row in rows)
