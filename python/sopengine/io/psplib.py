"""Project instances of PSPLIB: Patterson's form (`.rcp`) and the single mode form (`.sm`).

Every activity is an operation whose one mode needs no resource of its own; what it demands of the renewable
resources are `requirements` on cumulative resources. The dummy source and sink have duration 0 and hold
nothing. Successors become `precedences` of kind `end_start`.

References
----------
R. Kolisch, A. Sprecher, "PSPLIB - a project scheduling problem library", EJOR 96, 1997.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from sopengine.errors import Finding, SopDataError
from sopengine.io.numbers import (
    Numbers,
    format_error,
    padded_ids,
    parse_numbers,
    read_bytes,
    strip_comments,
)

if TYPE_CHECKING:
    from pathlib import Path

_RENEWABLE: Final = re.compile(rb"-\s*renewable\s*:\s*(\d{1,9})", re.IGNORECASE)
_OTHER_KINDS: Final = re.compile(rb"-\s*(nonrenewable|doubly constrained)\s*:\s*(\d{1,9})", re.IGNORECASE)


def read_psplib(path: Path) -> dict[str, pa.Table]:
    """Problem tables of a `.rcp` or `.sm` file, plain or packed."""
    name, data = read_bytes(path)
    return parse_psplib(name, data)


def parse_psplib(name: str, data: bytes) -> dict[str, pa.Table]:
    """Problem tables of a project text; the form is told by its words."""
    if re.search(rb"precedence relations", data, re.IGNORECASE):
        return _single_mode(name, data)
    return _patterson(name, data)


class _Stream:
    """Numbers taken one after the other, with a message where the next one is missing or out of range."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.values = numbers.values.tolist()
        self.at = 0

    def take(self, count: int, what: str, low: int = 0, high: int | None = None) -> list[int]:
        taken: list[int] = self.values[self.at : self.at + count]
        if len(taken) < count:
            line = int(self.numbers.lines[-1]) if self.values else 1
            raise SopDataError([format_error(self.numbers.name, line, "the end of the block", what)])
        for offset, value in enumerate(taken):
            if value < low or (high is not None and value > high):
                line = int(self.numbers.lines[self.at + offset])
                limits = f"{what}, {low} or more" if high is None else f"{what}, {low} to {high}"
                raise SopDataError([format_error(self.numbers.name, line, str(value), limits)])
        self.at += count
        return taken

    def finish(self) -> None:
        if self.at < len(self.values):
            line = int(self.numbers.lines[self.at])
            left = len(self.values) - self.at
            raise SopDataError(
                [format_error(self.numbers.name, line, f"{left} numbers left over", "the end")]
            )


def _patterson(name: str, data: bytes) -> dict[str, pa.Table]:
    stream = _Stream(parse_numbers(name, strip_comments(data)))
    (num_activities,) = stream.take(1, "number of activities", 1)
    (num_resources,) = stream.take(1, "number of resources")
    capacity = stream.take(num_resources, "a capacity")
    duration: list[int] = []
    demand: list[list[int]] = []
    successors: list[list[int]] = []
    for _ in range(num_activities):
        duration += stream.take(1, "a duration")
        demand.append(stream.take(num_resources, "a demand"))
        (count,) = stream.take(1, "number of successors", 0, num_activities)
        successors.append(stream.take(count, "a successor", 1, num_activities))
    stream.finish()
    return _tables(name, capacity, duration, demand, successors)


def _single_mode(name: str, data: bytes) -> dict[str, pa.Table]:
    for kind, count in _OTHER_KINDS.findall(data):
        if int(count):
            found = f"{int(count)} {kind.decode().lower()} resources"
            raise SopDataError([format_error(name, None, found, "renewable resources only")])
    renewable = _RENEWABLE.search(data)
    if renewable is None:
        raise SopDataError(
            [format_error(name, None, "no number of renewable resources", "`- renewable : 4`")]
        )
    num_resources = int(renewable.group(1))
    relations = _Stream(_section(name, data, rb"precedence relations"))
    requests = _Stream(_section(name, data, rb"requests/durations"))
    capacity = _Stream(_section(name, data, rb"resource\s*availabilities")).take(num_resources, "a capacity")
    duration: list[int] = []
    demand: list[list[int]] = []
    successors: list[list[int]] = []
    while relations.at < len(relations.values):
        number = len(successors) + 1
        relations.take(1, "activities in rising order", number, number)
        relations.take(1, "number of modes; this form has one", 1, 1)
        (count,) = relations.take(1, "number of successors")
        successors.append(relations.take(count, "a successor", 1))
        requests.take(1, "activities in rising order", number, number)
        requests.take(1, "the mode, always 1", 1, 1)
        duration += requests.take(1, "a duration")
        demand.append(requests.take(num_resources, "a demand"))
    requests.finish()
    return _tables(name, capacity, duration, demand, successors)


def _section(name: str, data: bytes, heading: bytes) -> Numbers:
    """Numbers between a heading and the next row of stars, the column titles left out."""
    found = re.search(rb"^" + heading + rb"[^\n]*\n", data, re.IGNORECASE | re.MULTILINE)
    if found is None:
        expected = "section " + heading.decode().replace("\\s*", "")
        raise SopDataError([format_error(name, None, "nothing", expected)])
    stop = data.find(b"***", found.end())
    body = data[found.end() : stop if stop >= 0 else len(data)]
    kept = b"\n".join(b"" if re.search(rb"[A-Za-z]|---", line) else line for line in body.split(b"\n"))
    return parse_numbers(name, b"\n" * data.count(b"\n", 0, found.end()) + kept)


def _tables(
    name: str, capacity: list[int], duration: list[int], demand: list[list[int]], successors: list[list[int]]
) -> dict[str, pa.Table]:
    needs = np.asarray(demand, dtype=np.int64).reshape(len(duration), len(capacity))
    limits = np.asarray(capacity, dtype=np.int64)
    held = np.asarray(duration) > 0
    findings = [
        Finding(
            "CAPACITY_TOO_SMALL",
            "error",
            name,
            id=f"a{row + 1}",
            found=f"demand {needs[row, column]} of r{column + 1}",
            expected=f"at most {limits[column]}",
        )
        for row, column in np.argwhere((needs > limits) & held[:, None])[:20].tolist()
    ]
    top = max((after for row in successors for after in row), default=1)
    if top > len(duration):
        findings.append(
            format_error(name, None, f"successor {top}", f"an activity from 1 to {len(duration)}")
        )
    if findings:
        raise SopDataError(findings)
    activities = padded_ids("a", np.arange(1, len(duration) + 1))
    resources = padded_ids("r", np.arange(1, len(capacity) + 1))
    row, column = np.nonzero((needs > 0) & held[:, None])
    before = np.repeat(np.arange(len(successors)), [len(after) for after in successors])
    after = np.asarray([index for each in successors for index in each], dtype=np.int64) - 1
    return {
        "operations": pa.table({"operation": activities}),
        "modes": pa.table(
            {
                "operation": activities,
                "resource": pa.nulls(len(duration), pa.string()),
                "duration": pa.array(duration, pa.int64()),
            }
        ),
        "requirements": pa.table(
            {
                "operation": activities.take(pa.array(row)),
                "resource": resources.take(pa.array(column)),
                "quantity": needs[row, column],
            }
        ),
        "resources": pa.table(
            {
                "resource": resources,
                "kind": pa.array(["cumulative"] * len(capacity), pa.string()),
                "capacity": limits,
            }
        ),
        "precedences": pa.table(
            {"before": activities.take(pa.array(before)), "after": activities.take(pa.array(after))}
        ),
    }
