"""Whatever stands in a column: a Plant is read, or every problem is named; nothing else is ever raised."""

import datetime as dt

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from plant_builders import NOW, at, base_tables, rows

from sopengine.errors import SopDataError
from sopengine.plant import SPEC, Plant

FULL = base_tables(
    bom=rows({"item": "chair", "component": "wood", "quantity": 0.5}),
    demands=rows({"demand": "D", "item": "chair", "quantity": 5, "due": at("2026-03-25T12:00")}),
    on_hand=rows({"item": "wood", "quantity": 3}),
    receipts=rows({"receipt": "P", "item": "wood", "quantity": 3, "time": at("2026-03-25T12:00")}),
    progress=rows(
        {"work_order": "W1", "step": "cut", "status": "started", "started": at("2026-03-23T05:00")}
    ),
    shifts=rows({"calendar": "c", "weekdays": "Mon-Fri", "start": "06:00", "end": "14:00"}),
    shift_exceptions=rows({"calendar": "c", "date": dt.date(2026, 4, 3)}),
    groups=rows({"group": "g", "member": "saw"}),
    matrices=rows({"matrix": "m"}),
    changeovers=rows({"matrix": "m", "duration": 5}),
    transport=rows({"from_location": "a", "to_location": "b", "duration": 5}),
    resource_states=rows({"resource": "saw", "value": "x"}),
)
WORDS = [
    "", " ", "chair", "wood", "W1", "saw", "R", "cut", "g", "c", "x", "0", "24:00", "25:00", "06:00", "Mon-Fri", "main",
    "done", "started", "planned", "closed", "open", "a=b", "a=b;a=c", "\x00", "é" * 600, "cancelled", "start", "purchased",
]  # fmt: skip
CELLS = st.one_of(
    st.lists(st.none() | st.sampled_from(WORDS), min_size=2, max_size=2).map(
        lambda v: pa.array(v, pa.string())
    ),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=2).map(
        lambda v: pa.array(v, pa.int64())
    ),
    st.lists(st.none() | st.integers(-2, 9), min_size=2, max_size=2).map(lambda v: pa.array(v, pa.int32())),
    st.lists(st.none() | st.floats(), min_size=2, max_size=2).map(lambda v: pa.array(v, pa.float64())),
    st.lists(st.none() | st.dates(), min_size=2, max_size=2).map(lambda v: pa.array(v, pa.date32())),
    st.lists(st.none() | st.integers(-(2**62), 2**62), min_size=2, max_size=2).flatmap(
        lambda v: st.sampled_from(
            [pa.timestamp("s"), pa.timestamp("ns", "UTC"), pa.duration("s"), pa.duration("ms")]
        ).map(lambda t: pa.array(v, pa.int64()).cast(t))
    ),
    st.just(pa.nulls(2)),
    st.just(pa.array([{"a": 1}, None])),
    st.just(pa.array([True, None])),
)
PLACES = [(t.name, c.name) for t in SPEC.values() for c in t.columns if t.name in FULL]


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), CELLS), min_size=1, max_size=3))
def test_a_plant_or_findings(changes):
    tables = dict(FULL)
    for (name, column), cells in changes:
        table = tables[name]
        cells = (
            cells.slice(0, table.num_rows)
            if table.num_rows <= 2
            else pa.concat_arrays([cells] * 2).slice(0, table.num_rows)
        )
        if column in table.column_names:
            tables[name] = table.set_column(table.column_names.index(column), column, cells)
        else:
            tables[name] = table.append_column(column, cells)
    try:
        compiled = Plant(**tables).compile(NOW)
    except SopDataError as error:
        assert any(i.severity == "error" for i in error.issues)
        assert all(i.check.isupper() for i in error.issues)
        return
    assert compiled.problem_tables["problem"].num_rows == 1
