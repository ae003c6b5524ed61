"""The same rows in every shape that Arrow has read alike, and ids come back in their own type."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

import sopengine as so

IDS = ["cut", "weld", "paint"]


def tables(ids: pa.DataType | None = None) -> dict[str, pa.Table]:
    ids = ids or pa.string()

    def text(values: list[str | None]) -> pa.Array:
        array = pa.array(values, pa.string())
        return array.dictionary_encode() if pa.types.is_dictionary(ids) else array.cast(ids)

    return {
        "orders": pa.table({"order": text(["A", "B"]), "due": pa.array([9, 20])}),
        "operations": pa.table(
            {"operation": text(IDS), "order": text(["A", "A", "B"]), "sequence": pa.array([1, 2, None])}
        ),
        "modes": pa.table(
            {
                "operation": text([*IDS, "paint"]),
                "resource": text(["saw", "robot", "saw", "booth"]),
                "duration": pa.array([3, 4, 5, 6]),
            }
        ),
        "resources": pa.table({"resource": text(["saw", "robot", "booth"])}),
    }


# saw: cut 0-3, paint 3-8; robot: weld 3-7.
SCHEDULE = {
    "operation": IDS,
    "resource": ["saw", "robot", "saw"],
    "start": [0, 3, 3],
    "end": [3, 7, 8],
}


def answer(given: dict[str, pa.Table], schedule: object = SCHEDULE) -> dict[str, pa.Table]:
    return dict(so.evaluate(so.Problem(**given), schedule).tables)


@pytest.mark.parametrize(
    "kind",
    [pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
    ids=str,
)
def test_string_shapes_give_the_same_bytes(kind: pa.DataType) -> None:
    plain, other = answer(tables()), answer(tables(kind))
    assert plain.keys() == other.keys()
    for name, table in plain.items():
        assert table.equals(other[name]), name
        assert table.schema == other[name].schema


def test_chunks_slices_and_row_order_do_not_matter() -> None:
    plain = answer(tables())
    shuffled = {}
    for name, table in tables().items():
        rows = [*range(1, table.num_rows), 0]
        again = table.take(rows)
        padded = pa.concat_tables([again.slice(0, 1), again.slice(1, 0), again.slice(1)])
        assert padded.column(0).num_chunks >= 2
        shuffled[name] = padded
    for name, table in answer(shuffled).items():
        assert table.equals(plain[name]), name


@pytest.mark.parametrize("kind", [pa.int8(), pa.int32(), pa.uint16(), pa.int64(), pa.uint64()], ids=str)
def test_integer_ids_come_back_in_their_type(kind: pa.DataType) -> None:
    given = {
        "operations": {"operation": pa.array([10, 9], kind)},
        "modes": {"operation": pa.array([10, 9], kind), "resource": ["m", "m"], "duration": [2, 3]},
        "resources": {"resource": ["m"]},
    }
    schedule = {"operation": pa.array([9, 10], pa.int64()), "start": [2, 0], "end": [5, 2]}
    table = answer(given, schedule)["schedule"]
    assert table.schema.field("operation").type == kind
    assert table.schema.field("resource").type == pa.string()
    # Ids are ordered by their text: "10" before "9".
    assert table["operation"].to_pylist() == [10, 9]
    assert table["start"].to_pylist() == [0, 2]


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint64(), pa.decimal128(9, 2), pa.float64()], ids=str)
def test_durations_widen_exactly(kind: pa.DataType) -> None:
    given = tables()
    duration = pa.array([Decimal(v) if pa.types.is_decimal(kind) else v for v in (3, 4, 5, 6)], kind)
    given["modes"] = given["modes"].set_column(2, "duration", duration)
    assert answer(given)["schedule"].equals(answer(tables())["schedule"])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "+05:30"])
def test_instants_are_instants_in_any_unit_and_zone(unit: str, zone: str) -> None:
    now = dt.datetime(2026, 3, 1, 6, tzinfo=dt.UTC)

    def at(*hours: int) -> pa.Array:
        instants = [now + dt.timedelta(hours=h) for h in hours]
        return pa.array(instants, pa.timestamp(unit, "UTC")).cast(pa.timestamp(unit, zone))

    given = {
        "problem": {"now": at(0), "timezone": ["Europe/Berlin"]},
        "operations": {"operation": ["a"]},
        "modes": {
            "operation": ["a"],
            "resource": ["m"],
            "duration": pa.array([dt.timedelta(hours=2)], pa.duration(unit)),
        },
        "resources": {"resource": ["m"]},
    }
    tables = answer(given, {"operation": ["a"], "start": at(1), "end": at(3)})
    assert tables["violations"].num_rows == 0
    assert tables["schedule"].schema.field("start").type == pa.timestamp("s", "Europe/Berlin")
    assert tables["schedule"]["start"].to_pylist() == [now + dt.timedelta(hours=1)]
    assert tables["schedule"].schema.field("slack").type == pa.duration("s")


def test_local_times_are_read_in_the_zone_of_the_problem() -> None:
    local = dt.datetime(2026, 7, 1, 8)
    given = {
        "problem": {"now": [local], "timezone": ["Europe/Berlin"]},
        "operations": {"operation": ["a"]},
        "modes": {"operation": ["a"], "resource": ["m"], "duration": [dt.timedelta(hours=2)]},
        "resources": {"resource": ["m"]},
    }
    schedule = {"operation": ["a"], "start": [local], "end": [local + dt.timedelta(hours=2)]}
    tables = answer(given, schedule)
    assert tables["violations"].num_rows == 0
    start = tables["schedule"]["start"][0].as_py()
    assert start.astimezone(dt.UTC) == dt.datetime(2026, 7, 1, 6, tzinfo=dt.UTC)


def test_quantities_share_one_scale() -> None:
    """Decimals, integers and floats of one item meet in base units."""

    def with_stock(stock: pa.Array, scale: int | None) -> so.Problem:
        return so.Problem(
            operations={"operation": ["a"]},
            modes={"operation": ["a"], "resource": ["m"], "duration": [1]},
            resources={"resource": ["m"]},
            materials={"operation": ["a"], "item": ["x"], "quantity": pa.array([Decimal("-2.50")])},
            stock={"item": ["x"], "quantity": stock},
            scale=scale,
        )

    schedule = {"operation": ["a"], "start": [0], "end": [1]}
    for stock, scale, broken in [
        (pa.array([2]), None, True),
        (pa.array([3]), None, False),
        (pa.array([2.499]), 3, True),
        (pa.array([2.5]), 1, False),
        (pa.array([Decimal("2.500")]), None, False),
    ]:
        problem = with_stock(stock, scale)
        rules = so.verify(problem, schedule)["rule"].to_pylist()
        assert (7 in rules) is broken, (stock, scale, rules)


def test_other_libraries_are_taken_as_they_are() -> None:
    polars = pytest.importorskip("polars")
    given = {name: polars.from_arrow(table) for name, table in tables().items()}
    for name, table in answer(given).items():
        assert table.equals(answer(tables())[name]), name


def test_the_tables_are_kept_as_given() -> None:
    given = tables()
    given["operations"] = given["operations"].append_column("colour", pa.array(["red", "blue", None]))
    problem = so.Problem(**given)
    assert problem.tables["operations"].equals(given["operations"])
    info = problem.findings.to_pylist()
    assert [(row["check"], row["severity"], row["found"]) for row in info] == [
        ("UNKNOWN_COLUMN", "info", "colour")
    ]


def test_a_problem_is_a_snapshot() -> None:
    import numpy as np

    durations = np.array([3, 4, 5, 6])
    given = tables()
    given["modes"] = given["modes"].set_column(2, "duration", pa.array(durations))
    problem = so.Problem(**given)
    durations[:] = 99
    assert so.verify(problem, SCHEDULE).num_rows == 0


def test_a_problem_can_be_pickled() -> None:
    import pickle

    problem = so.Problem(**tables())
    again = pickle.loads(pickle.dumps(problem))
    assert again.summary() == problem.summary()


def lengths(duration: object) -> dict[str, object]:
    """Two operations on one resource, of these lengths."""
    return {
        "problem": {"now": pa.array([dt.datetime(2026, 1, 5, 6)]), "timezone": ["UTC"]},
        "operations": {"operation": ["a", "b"]},
        "modes": {"operation": ["a", "b"], "resource": ["m", "m"], "duration": duration},
        "resources": {"resource": ["m"]},
    }


def makespan(duration: object) -> int:
    return so.solve(so.Problem(**lengths(duration)), work_limit=100).objective["makespan"]


@pytest.mark.parametrize(
    ("unit", "seconds"), [("s", 1), ("m", 60), ("h", 3600), ("D", 86_400), ("W", 604_800)]
)
def test_units_of_numpy_are_seconds(unit: str, seconds: int) -> None:
    assert makespan(np.array([2, 3], f"m8[{unit}]")) == 5 * seconds


def test_instants_of_numpy_in_minutes() -> None:
    given = lengths(np.array([2, 3], "m8[m]"))
    given["problem"] = {"now": np.array(["2026-01-05T06:00"], "M8[m]"), "timezone": ["UTC"]}
    assert so.solve(so.Problem(**given), work_limit=100).schedule["start"][0].as_py().hour == 6


def test_intervals_without_months_are_lengths_of_time() -> None:
    cells = [None, (0, 1, 3_600 * 10**9), (0, 0, 60 * 10**9)]
    intervals = pa.array(cells, pa.month_day_nano_interval())
    chunked = pa.chunked_array([intervals[1:2], intervals[2:]])
    assert makespan(chunked) == 86_400 + 3_600 + 60
    below = pa.array([(0, 0, 10**9), (0, 0, 5 * 10**8)], pa.month_day_nano_interval())
    with pytest.raises(so.SopDataError, match="SUB_TICK"):
        so.Problem(**lengths(below))


@pytest.mark.parametrize(
    "cell", [(1, 0, 0), (0, 2**31 - 1, 0), (0, 200_000, 1)], ids=["month", "long", "both"]
)
def test_intervals_without_a_length_are_refused(cell: tuple[int, int, int]) -> None:
    cells = pa.array([cell, (0, 0, 0)], pa.month_day_nano_interval())
    with pytest.raises(so.SopDataError, match=r"TYPE_MISMATCH at modes\.duration"):
        so.Problem(**lengths(cells))


def test_days_are_no_instants() -> None:
    given = lengths(np.array([2, 3], "m8[m]"))
    given["problem"] = {"now": [dt.date(2026, 1, 5)], "timezone": ["UTC"]}
    with pytest.raises(so.SopDataError, match="found Date32, expected timestamps") as refused:
        so.Problem(**given)
    assert len(refused.value.issues) == 1
