"""Started and done work, pins, the published schedule.

``choose`` decides early which operations are history, so that later features leave them consistent; the
rows of ``baseline`` are written last, when resources, calendars and matrices are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .draft import Draft, Row

STARTED = ("started_resume", "started_restart", "started_remaining", "started_changeover", "started_members")


def choose(draft: Draft, wanted: frozenset[str]) -> None:
    """Take the first operations of orders as done, others whose predecessors are done as started."""
    orders = [row["order"] for row in draft.tables["orders"]]
    draft.rng.shuffle(orders)
    if "done" in wanted:
        draft.done.append(draft.in_order(orders[0])[0]["operation"])
    lonely = [row for row in draft.operations() if row.get("order") is None]
    heads = [
        next((row for row in draft.in_order(order) if row["operation"] not in draft.done), None)
        for order in orders
    ]
    candidates = [row["operation"] for row in heads + lonely if row is not None]
    draft.rng.shuffle(candidates)
    for feature in (name for name in STARTED if name in wanted):
        operation = next((name for name in candidates if _can_be_started(draft, name, feature)), None)
        if operation is not None:
            candidates.remove(operation)
            draft.started[operation] = feature
            draft.claimed.add(draft.modes(operation)[0]["resource"])


def _can_be_started(draft: Draft, operation: str, feature: str) -> bool:
    mode = draft.modes(operation)[0]
    free = mode["resource"] is not None and mode["resource"] not in draft.claimed
    machine = mode["resource"] is not None and mode["resource"].startswith("M")
    return free and draft.positive(operation) and (machine or feature != "started_changeover")


def write_done(draft: Draft) -> bool:
    for operation in draft.done:
        mode = draft.rng.choice(draft.modes(operation))
        end = draft.now - draft.rng.randint(0, 5)
        start = end - mode["duration"] if draft.rng.random() < 0.8 else None
        _row(draft, operation, mode, status="done", start=start, end=end)
    return bool(draft.done)


def _row(draft: Draft, operation: str, mode: Row, **columns: object) -> Row:
    name = mode.get("mode") or mode["resource"]
    return draft.add("baseline", operation=operation, mode=name, resource=mode["resource"], **columns)


def write_started(draft: Draft, feature: str) -> bool:
    operation = next((name for name, asked in draft.started.items() if asked == feature), None)
    if operation is None:
        return False
    mode = draft.modes(operation)[0]
    start = draft.now - draft.rng.randint(0, mode["duration"] - 1)
    row = _row(draft, operation, mode, status="started", start=start)
    if feature == "started_restart":
        row["on_stop"] = "restart"
    elif feature == "started_remaining":
        row["remaining"] = draft.rng.randint(0, mode["duration"] + 2)
    elif feature == "started_changeover":
        if not draft.resource(mode["resource"]).get("changeover_matrix"):
            return False
        row.update(remaining_changeover=draft.rng.randint(1, 4), start=draft.now, remaining=mode["duration"])
    elif feature == "started_members":
        for number in range(3):
            draft.add("groups", group="G2", member=draft.add_resource(f"V{number}"))
        draft.add("requirements", operation=operation, group="G2", quantity=2)
        for other in draft.some(draft.fresh(), 1, 1):
            if draft.positive(other["operation"]):
                draft.add("requirements", operation=other["operation"], group="G2")
        for number in draft.rng.sample(range(3), 2):
            draft.add("baseline_members", operation=operation, resource=f"V{number}", phase="run")
    return True


def _plannable(draft: Draft) -> list[Row]:
    """Operations not yet in ``baseline`` of which every mode has a resource."""
    known = {row["operation"] for row in draft.tables["baseline"]}
    return [
        row
        for row in draft.fresh()
        if row["operation"] not in known
        and all(mode["resource"] is not None for mode in draft.modes(row["operation"]))
    ]


def stability(draft: Draft) -> bool:
    rows = draft.some(_plannable(draft), 2, 5)
    for row in rows:
        mode = draft.rng.choice(draft.modes(row["operation"]))
        start = draft.now + draft.rng.randint(0, 30)
        _row(
            draft,
            row["operation"],
            mode,
            start=start if draft.rng.random() < 0.85 else None,
            status="planned",
        )
    if rows and not draft.objective:
        draft.objective = [{"tardiness": 1, "stability": 1}, {"makespan": 1}]
    return bool(rows)


def pin_resource(draft: Draft) -> bool:
    rows = draft.some(_plannable(draft), 1, 2)
    for row in rows:
        _row(draft, row["operation"], draft.rng.choice(draft.modes(row["operation"])), pin="resource")
    return bool(rows)


def pin_sequence(draft: Draft) -> bool:
    """Two or three operations of one machine in the order of their numbers."""
    for machine in draft.unary():
        fitting = [
            row
            for row in _plannable(draft)
            if draft.positive(row["operation"])
            and any(mode["resource"] == machine for mode in draft.modes(row["operation"]))
        ]
        if len(fitting) < 2:
            continue
        for number, row in enumerate(draft.some(fitting, 2, 3)):
            mode = next(mode for mode in draft.modes(row["operation"]) if mode["resource"] == machine)
            _row(draft, row["operation"], mode, pin="sequence", start=draft.now + 3 * number)
        return True
    return False


def pin_start(draft: Draft) -> bool:
    """One start pin, at an instant from which the operation can run as far as calendars and windows go."""
    for row in draft.some(_plannable(draft), 12, 12):
        operation = row["operation"]
        mode = draft.modes(operation)[0]
        needs = draft.requirements(operation)
        held = {
            mode["resource"],
            *(need.get("resource") for need in needs if need.get("phase") != "changeover"),
        }
        if held & draft.claimed or any(need.get("group") for need in needs):
            continue
        starts = [draft.now + draft.rng.randint(0, 35) for _ in range(8)]
        start = next((at for at in starts if _runs(draft, row, mode, held, at)), None)
        if start is not None:
            _row(draft, operation, mode, pin="start", start=start)
            return True
    return False


def _runs(draft: Draft, row: Row, mode: Row, held: set[str], start: int) -> bool:
    """Whether full capacity is there for all of the operation, and no window is in the way."""
    end = start + mode["duration"]
    order = next((known for known in draft.tables["orders"] if known["order"] == row.get("order")), {})
    low = [known["release"] for known in (row, order) if known.get("release") is not None]
    high = [known["deadline"] for known in (row, order) if (known.get("deadline") or -1) >= draft.now]
    high += [known for known in [draft.tables["problem"][0].get("horizon_end")] if known is not None]
    if start < max(low, default=start) or end > min(high, default=end):
        return False
    calendars = {draft.resource(name).get("calendar") for name in held} - {None}
    return all(
        _open(draft, calendar, at) for calendar in calendars for at in range(start, max(end, start + 1))
    )


def _open(draft: Draft, calendar: str | None, at: int) -> bool:
    spans = [row for row in draft.tables["calendars"] if row["calendar"] == calendar]
    return any(
        row["start"] <= at and (row["end"] is None or at < row["end"]) and row["capacity"] != 1
        for row in spans
    )
