"""A small week on four resources, scheduled by a plain rule, for looking at reports."""

import datetime
import random
from zoneinfo import ZoneInfo

import pyarrow as pa

from sopengine.result import Result, Termination

ZONE = "Europe/Berlin"
STAMP = pa.timestamp("s", ZONE)
NOW = datetime.datetime(2026, 1, 5, 6, 0, tzinfo=ZoneInfo(ZONE))
HOUR = datetime.timedelta(hours=1)


def calendars(days=9):
    rows = []
    for day in range(-1, days):
        start = NOW.replace(hour=6) + datetime.timedelta(days=day)
        if start.weekday() < 5:
            rows.append(("two shifts", start, start + 16 * HOUR))
    names, starts, ends = zip(*rows, strict=True)
    return pa.table({"calendar": names, "start": pa.array(starts, STAMP), "end": pa.array(ends, STAMP)})


def plant(num_orders=14, seed=4, hostile=False):
    """Problem tables and a result whose schedule keeps calendars and changeovers."""
    rng = random.Random(seed)
    resources = ["Saw 1", "Mill 3", "Paint line", "Packing"]
    open_rows = [(r["start"], r["end"]) for r in calendars(40).to_pylist()]
    free = dict.fromkeys(resources, NOW)
    state = {}
    schedule, assignments, order_rows, reasons = [], [], [], []
    families = ["red", "blue", "steel", "white"]
    for index in range(num_orders):
        order = f"W-{1040 + index}" if not (hostile and index == 0) else "<script>alert('x')</script>\x00&"
        family = families[rng.randrange(4)]
        at = NOW
        first = None
        for position, resource in enumerate(resources):
            operation = f"{order}/{(position + 1) * 10}"
            begin, finish = None, None
            if resource == "Paint line" and state.get(resource) not in (None, family):
                begin, finish = place(max(free[resource], NOW), HOUR, open_rows)
                free[resource] = finish
            state[resource] = family
            start, end = place(max(at, free[resource]), rng.randrange(2, 9) * HOUR, open_rows)
            free[resource] = end
            at = end
            first = first or start
            common = {"operation": operation, "resource": resource, "requirement": None}
            if begin is not None:
                assignments.append(
                    {**common, "phase": "changeover", "start": begin, "end": finish, "quantity": 1}
                )
            assignments.append({**common, "phase": "run", "start": start, "end": end, "quantity": 1})
            assignments.append(
                {**common, "resource": "Operators", "phase": "run", "start": start, "end": end, "quantity": 1}
            )
            schedule.append(
                {
                    "operation": operation,
                    "order": order,
                    "mode": resource,
                    "resource": resource,
                    "changeover_start": begin,
                    "changeover_end": finish,
                    "start": start,
                    "end": end,
                    "status": "planned",
                    "pinned": False,
                    "critical": False,
                    "family": family,
                }
            )
        due = NOW + datetime.timedelta(hours=rng.randrange(30, 190))
        late = max(at - due, datetime.timedelta())
        order_rows.append((order, first, at, due, at - due, late, bool(late), "planned"))
        if late:
            reasons.append((order, 1, "waits_for_resource", "Paint line", late))
    return tables(schedule, assignments, order_rows, reasons)


def place(at, work, open_rows):
    """Start and end of working time from an instant on, paused over closed time."""
    begin = None
    for start, end in open_rows:
        if end <= at:
            continue
        now = max(at, start)
        begin = begin or now
        if work <= end - now:
            return begin, now + work
        work -= end - now
    raise ValueError("calendar too short")


def tables(schedule, assignments, order_rows, reasons):
    stamped = {"start": STAMP, "end": STAMP, "changeover_start": STAMP, "changeover_end": STAMP}
    span = pa.duration("s")

    def table(rows, names):
        return pa.table({name: pa.array([row[name] for row in rows], stamped.get(name)) for name in names})

    orders = [row[0] for row in order_rows]
    family = {row["order"]: row["family"] for row in schedule}
    names = ["operation", "order", "mode", "resource", "changeover_start", "changeover_end", "start", "end"]
    problem = {
        "problem": pa.table({"now": pa.array([NOW], STAMP), "timezone": [ZONE]}),
        "orders": pa.table({"order": orders, "family": [family[order] for order in orders]}),
        "operations": table(schedule, ["operation", "order"]),
        "modes": pa.table({"operation": [row["operation"] for row in schedule]}),
        "resources": pa.table(
            {
                "resource": ["Mill 3", "Operators", "Packing", "Paint line", "Saw 1"],
                "kind": ["unary", "cumulative", "unary", "unary", "unary"],
                "capacity": [1, 3, 1, 1, 1],
                "calendar": ["two shifts"] * 5,
            }
        ),
        "calendars": calendars(),
    }
    columns = list(zip(*order_rows, strict=True))
    result = {
        "schedule": table(schedule, [*names, "status", "pinned", "critical"]),
        "assignments": table(
            assignments, ["operation", "resource", "phase", "requirement", "start", "end", "quantity"]
        ),
        "order_results": pa.table(
            {
                "order": orders,
                "start": pa.array(columns[1], STAMP),
                "end": pa.array(columns[2], STAMP),
                "due": pa.array(columns[3], STAMP),
                "lateness": pa.array(columns[4], span),
                "tardiness": pa.array(columns[5], span),
                "late": columns[6],
                "status": columns[7],
            }
        ),
        "reasons": pa.table(
            {
                "order": pa.array([row[0] for row in reasons], pa.string()),
                "rank": pa.array([row[1] for row in reasons], pa.int64()),
                "cause": pa.array([row[2] for row in reasons], pa.string()),
                "object": pa.array([row[3] for row in reasons], pa.string()),
                "delay": pa.array([row[4] for row in reasons], span),
            }
        ),
    }
    tardiness = int(sum(row[5].total_seconds() for row in order_rows))
    makespan = int((max(row[2] for row in order_rows) - NOW).total_seconds())
    changeover = sum(row["changeover_start"] is not None for row in schedule) * 3600
    objective = {
        "tardiness": tardiness,
        "late_orders": sum(row[6] for row in order_rows),
        "makespan": makespan,
        "changeover_time": changeover,
        "changeover_cost": 0,
    }
    return problem, Result(
        result,
        objective,
        [tardiness],
        [0],
        Termination("feasible", "time", "the time limit of 10 s was reached"),
        {"wall_s": 10.0, "first_schedule_s": 0.02, "work": 123456, "threads": 2, "seed": 0},
    )


def shop(num_orders=6, num_resources=6, seed=1):
    """An integer job shop scheduled in order of arrival; schedule table only."""
    rng = random.Random(seed)
    free = [0] * num_resources
    rows = []
    for order in range(num_orders):
        at = 0
        for position, resource in enumerate(rng.sample(range(num_resources), num_resources)):
            start = max(at, free[resource])
            end = start + rng.randrange(1, 99)
            at = free[resource] = end
            rows.append((f"j{order:02}-{position:02}", f"j{order:02}", f"m{resource:02}", start, end))
    columns = list(zip(*rows, strict=True))
    names = ["operation", "order", "resource", "start", "end"]
    schedule = pa.table(dict(zip(names, columns, strict=True)))
    makespan = max(columns[4])
    return {}, Result(
        {"schedule": schedule},
        {"makespan": makespan},
        [makespan],
        [None],
        Termination("feasible", "time"),
        {},
    )
