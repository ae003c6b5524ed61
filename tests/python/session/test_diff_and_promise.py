"""What has moved and why; when a new order can be had."""

from __future__ import annotations

import pytest

import sopengine as so
from sopengine import changes

RUSH = [
    {"operation": "R1", "resource": "saw2", "duration": 3},
    {"operation": "R2", "resource": "paint", "duration": 2},
]


def test_a_stop_is_the_cause_of_what_it_hits_and_of_nothing_else(session: so.Session) -> None:
    rows = [row for row in session.schedule.schedule.to_pylist() if row["resource"] == "saw1"]
    first = min(rows, key=lambda row: row["start"])
    told = changes.machine_down("saw1", first["start"], first["start"] + 9)
    found = session.simulate(told).diff()
    moves = {row["operation"]: row for row in found.moves.to_pylist()}
    assert moves[first["operation"]]["cause"] == "change"
    assert moves[first["operation"]]["by"] == "saw1"
    assert moves[first["operation"]]["delay"] == 9
    for name, move in moves.items():
        assert move["cause"] in ("change", "pushed"), name
        if move["cause"] == "pushed":
            assert move["by"] in moves
    assert sum(found.zones["moved"].to_pylist()) == len(moves)
    assert "pushed" in found.page() or len(moves) == 1


def test_no_change_no_difference(session: so.Session) -> None:
    found = session.simulate().diff()
    assert found.moves.num_rows == 0
    assert found.orders.num_rows == 0
    assert found.page()


def test_orders_better_and_worse(session: so.Session) -> None:
    told = changes.machine_down("paint", 0, 30)
    found = session.simulate(told).diff()
    verdicts = set(found.orders["verdict"].to_pylist())
    assert "worse" in verdicts
    assert "better" not in verdicts


def test_an_inquiry_moves_nobody_and_leaves_no_trace(session: so.Session) -> None:
    before = session.schedule.schedule
    answer = session.promise("R", RUSH, due=50)
    assert answer.moved == 0
    assert answer.end is not None
    assert answer.response.verify().num_rows == 0
    assert session.schedule.schedule.equals(before)
    assert session.promise("R", RUSH, due=50).end == answer.end


def test_the_promised_date_is_the_earliest_on_a_free_resource(session: so.Session) -> None:
    free = min(t for t in range(100) if all(
        not (row["start"] < t + 3 and t < row["end"])
        for row in session.schedule.assignments.to_pylist() if row["resource"] == "saw2"
    ))  # fmt: skip
    one = [{"operation": "R1", "resource": "saw2", "duration": 3}]
    assert session.promise("R", one).end == free + 3


def test_a_quote_holds_until_it_expires(session: so.Session) -> None:
    quoted = session.promise("R", RUSH, due=50, expires=4)
    assert "R" in session.quotes
    second = session.promise("S", [{**step, "operation": f"S{i}"} for i, step in enumerate(RUSH)])
    assert second.end > quoted.end or second.start != quoted.start
    session.accept(session.simulate(changes.clock(3)))
    assert "R" in session.quotes
    session.accept(session.simulate(changes.clock(4)))
    assert "R" not in session.quotes
    assert "R" not in session.schedule.order_results["order"].to_pylist()


def test_a_quote_is_confirmed_or_withdrawn(session: so.Session) -> None:
    before = session.schedule.schedule.num_rows
    session.promise("R", RUSH, expires=99)
    session.withdraw("R")
    assert session.schedule.schedule.num_rows == before
    session.promise("R", RUSH, expires=5)
    session.confirm("R")
    session.accept(session.simulate(changes.clock(20)))
    assert "R" in session.schedule.order_results["order"].to_pylist()


def test_an_order_that_fits_nowhere_says_why(session: so.Session) -> None:
    answer = session.promise("R", [{"operation": "R1", "resource": "saw2", "duration": 3, "release": 198}])
    assert answer.end is None
    assert answer.cause
    with pytest.raises(KeyError):
        session.confirm("R")


def late_in_part(session: so.Session, quantity: int) -> bool:
    told = [changes.rush_order("R", LONG, due=12, quantity=10), changes.order_changed("R", quantity=quantity)]
    rows = session.simulate(told).order_results.to_pylist()
    return next(row["late"] for row in rows if row["order"] == "R")


LONG = [{"operation": "R1", "resource": "saw2", "duration": 20}]


def test_what_else_there_is_where_a_date_is_too_late(session: so.Session) -> None:
    before = session.schedule.schedule
    found = {way.kind: way for way in session.alternatives("R", LONG, due=12, quantity=10)}
    assert found["later"].end == session.promise("R", LONG, due=12, quantity=10).end > 12
    assert found["later"].cost == ()
    if "part" in found:
        assert found["part"].end <= 12
        assert 1 <= found["part"].quantity < 10
        assert not late_in_part(session, found["part"].quantity)
        assert late_in_part(session, found["part"].quantity + 1)
    else:
        assert late_in_part(session, 1)
    if "sooner" in found:
        assert found["sooner"].end < found["later"].end
    for way in found.values():
        assert way.response.verify().num_rows == 0
    assert session.schedule.schedule.equals(before)


def test_in_time_there_is_nothing_else_to_offer(session: so.Session) -> None:
    ways = session.alternatives("R", RUSH, due=190, quantity=4)
    assert [way.kind for way in ways] == ["later"]
    session.accept(ways[0].response)
    assert "R" in session.schedule.order_results["order"].to_pylist()
