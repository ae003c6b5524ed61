"""The page of a difference: what has happened, who is hurt, what began it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pyarrow as pa
import pytest

import sopengine as so
from sopengine import changes
from sopengine.changes import flatten
from sopengine.session.page import root, sections
from sopengine.session.words import instant, length, sentences, shift

MONDAY = datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.fixture
def shop() -> so.Session:
    """Two orders on one press, an hour each; the second is due when it ends."""
    hours = [MONDAY + timedelta(hours=h) for h in range(6)]
    problem = so.Problem(
        problem=pa.table({"now": hours[:1]}),
        orders=pa.table({"order": ["A", "B<b>"], "due": [hours[5], hours[2]]}),
        operations=pa.table({"operation": ["a", "b"], "order": ["A", "B<b>"]}),
        modes=pa.table({
            "operation": ["a", "b"], "resource": ["press"] * 2, "duration": [timedelta(hours=1)] * 2,
        }),
        resources=pa.table({"resource": ["press"]}),
    )  # fmt: skip
    names = {name: ["press"] * 2 for name in ("mode", "resource")}
    return so.open(
        problem, pa.table({"operation": ["a", "b"], **names, "start": hours[:2], "end": hours[1:3]})
    )


def test_the_page_says_what_happened_who_is_late_and_what_began_it(shop: so.Session) -> None:
    told = changes.machine_down("press", MONDAY, MONDAY + timedelta(minutes=90))
    found = shop.simulate(told).diff()
    text = found.page()
    assert "press is down from Mon 5 Jan 08:00 to Mon 5 Jan 09:30" in text
    assert "2 of 2 operations move" in text
    assert "The longest moves: 1 h 30 min later." in text
    assert "1 order worse, 1 in time before" in text
    parts = {part.title: part for part in sections(found, 10)}
    (why,) = parts["Why operations move"].rows
    assert why == ("press is down", "1", "1", "+1 h 30 min")
    hurt = next(part for title, part in parts.items() if "worse" in title)
    assert ("B<b>", "Mon 5 Jan 10:00", "Mon 5 Jan 11:30", "+1 h 30 min", "1 h 30 min", why[0]) in hurt.rows


def test_the_page_for_a_browser_stands_alone_and_is_escaped(shop: so.Session) -> None:
    told = changes.machine_down("press", MONDAY, MONDAY + timedelta(minutes=90))
    page = shop.simulate(told).diff().html("Press <1>")
    assert "B&lt;b&gt;" in page
    assert "<b>" not in page
    assert "http" not in page
    assert "<h1>Press &lt;1&gt;</h1>" in page
    parser = _Balance()
    parser.feed(page)
    assert parser.open == []


def test_without_a_move_the_page_says_so(shop: so.Session) -> None:
    assert "Nothing moves." in shop.simulate().diff().page()


def test_no_more_rows_than_asked_for(shop: so.Session) -> None:
    told = changes.machine_down("press", MONDAY, MONDAY + timedelta(minutes=90))
    found = shop.simulate(told).diff()
    assert "and 1 more" in found.page(limit=1)
    assert all(len(part.rows) <= 1 for part in sections(found, 1))


def test_chains_end_where_they_begin() -> None:
    moves = {
        "a": {"cause": "change", "by": "press"},
        "b": {"cause": "pushed", "by": "a"},
        "c": {"cause": "pushed", "by": "b"},
        "d": {"cause": "pushed", "by": "x"},
        "e": {"cause": "pushed", "by": "e"},
        "f": {"cause": "choice", "by": None},
    }
    assert [root(moves, name) for name in "abc"] == [("change", "press")] * 3
    assert root(moves, "d") == ("stands", "x")
    assert root(moves, "e") == ("pushed", "e")
    assert root(moves, "f") == ("choice", "f")


def test_lengths_and_instants() -> None:
    assert length(0, temporal=True) == "0 min"
    assert length(90_061, temporal=True) == "1 d 1 h"
    assert length(-3_660, temporal=True) == "-1 h 1 min"
    assert length(12_345, temporal=False) == "12,345"
    assert shift(5, temporal=False) == "+5"
    assert shift(None, temporal=True) == "no place"
    assert instant(MONDAY) == "Mon 5 Jan 08:00"
    assert instant(None) == ""


def test_a_new_order_is_one_sentence() -> None:
    steps = [{"operation": "n1", "resource": "press", "duration": 3}]
    told = flatten([changes.rush_order("N", steps, due=9), changes.cancel_order("A")])
    assert sentences(told) == [("order N is new", "N"), ("order A is canceled", "A")]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (changes.machine_down("m", 1), "m is down from 1 for good"),
        (changes.worker_absent("crew", 1, 4, count=2), "crew has 2 fewer from 1 to 4"),
        (changes.extra_shift("m", 1, 4), "m is open from 1 to 4"),
        (changes.operation_late("a", start=7), "operation a cannot start before 7"),
        (changes.operation_late("a", remaining=timedelta(hours=2)), "operation a needs 2 h more"),
        (changes.operation_scrapped("a"), "operation a is to be done again"),
        (changes.order_changed("A", due=8), "order A has another due: 8"),
        (changes.material_late("steel", 3, 9), "item steel arrives 9"),
        (changes.material_short("steel", 4), "item steel: -4"),
        (changes.setup_changed("m", "red"), "m is set up for red"),
        (changes.clock(5), "it is 5"),
    ],
)
def test_changes_in_words(told: list[changes.Change], words: str) -> None:
    assert words in [sentence for sentence, _ in sentences(told)]


class _Balance(HTMLParser):
    """Tags that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
