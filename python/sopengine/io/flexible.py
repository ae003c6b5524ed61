"""Flexible job shop instances (`.fjs`).

`n m [average]` first; then one line an order: its number of operations, and per operation the number of
options followed by as many `machine duration` pairs. Machines count from 1. One option is one mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sopengine.errors import Finding, SopDataError
from sopengine.io.numbers import (
    Numbers,
    at_lines,
    check_size,
    format_error,
    padded_ids,
    parse_numbers,
    read_bytes,
    strip_comments,
)

if TYPE_CHECKING:
    from pathlib import Path


def read_flexible(path: Path) -> dict[str, pa.Table]:
    """Problem tables of a flexible job shop file, plain or packed."""
    name, data = read_bytes(path)
    return parse_flexible(name, data)


def parse_flexible(name: str, data: bytes) -> dict[str, pa.Table]:
    """Problem tables of a flexible job shop text."""
    numbers = parse_numbers(name, _without_average(strip_comments(data)))
    if len(numbers) < 2 or numbers.values[:2].min() < 1:
        raise SopDataError([format_error(name, 1, "no size", "`orders machines` on the first line")])
    num_orders, num_machines = numbers.values[:2].tolist()
    check_size(name, num_orders, num_machines)
    order, sequence, place, operation = _walk(numbers, num_orders)
    machine, duration = numbers.values[place], numbers.values[place + 1]
    wrong = (machine < 1) | (machine > num_machines)
    findings = at_lines(numbers, wrong, place, f"a machine from 1 to {num_machines}")
    findings += at_lines(numbers, duration < 0, place + 1, "a duration of 0 or more")
    key = operation * (num_machines + 1) + machine
    repeated = np.ones(len(key), dtype=bool)
    repeated[np.unique(key, return_index=True)[1]] = False
    findings += at_lines(numbers, repeated & ~wrong, place, "each machine once in an operation")
    if findings:
        raise SopDataError(findings)
    ids = padded_ids("j", order + 1, "-", sequence)
    orders = padded_ids("j", np.arange(1, num_orders + 1))
    resources = padded_ids("m", np.arange(1, num_machines + 1))
    return {
        "orders": pa.table({"order": orders}),
        "operations": pa.table(
            {"operation": ids, "order": orders.take(pa.array(order)), "sequence": sequence}
        ),
        "modes": pa.table(
            {
                "operation": ids.take(pa.array(operation)),
                "resource": resources.take(pa.array(machine - 1)),
                "duration": duration,
            }
        ),
        "resources": pa.table({"resource": resources}),
    }


def _without_average(data: bytes) -> bytes:
    """Only the two counts of the first line that says anything; the third number is a statistic."""
    lines = data.split(b"\n")
    for index, line in enumerate(lines):
        if line.strip():
            lines[index] = b" ".join(line.split()[:2])
            break
    return b"\n".join(lines)


def _walk(numbers: Numbers, num_orders: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Order and sequence of every operation; place of every option's machine, and its operation.

    The counts inside the stream say where the next count stands, so this is a walk; it takes one step an
    operation, never one a number.
    """
    values = numbers.values.tolist()
    order: list[int] = []
    sequence: list[int] = []
    heads: list[int] = []
    at = 2
    for index in range(num_orders):
        count = _count(numbers, values, at, "operations")
        at += 1
        for position in range(1, count + 1):
            options = _count(numbers, values, at, "options")
            order.append(index)
            sequence.append(position)
            heads.append(at)
            at += 1 + 2 * options
    if at != len(values):
        problem = "numbers left over" if at < len(values) else "numbers missing"
        line = int(numbers.lines[min(at, len(values) - 1)])
        expected = f"{num_orders} orders to fill the file exactly"
        raise SopDataError(
            [Finding("FILE_FORMAT", "error", numbers.name, line, found=problem, expected=expected)]
        )
    head = np.asarray(heads, dtype=np.int64)
    options_of = numbers.values[head]
    operation = np.repeat(np.arange(len(head)), options_of)
    rank = np.arange(len(operation)) - np.repeat(np.cumsum(options_of) - options_of, options_of)
    return np.asarray(order), np.asarray(sequence), head[operation] + 1 + 2 * rank, operation


def _count(numbers: Numbers, values: list[int], at: int, what: str) -> int:
    if at >= len(values):
        line = int(numbers.lines[-1])
        raise SopDataError([format_error(numbers.name, line, "the end of the file", f"a number of {what}")])
    if values[at] < 1:
        line = int(numbers.lines[at])
        raise SopDataError(
            [format_error(numbers.name, line, str(values[at]), f"a positive number of {what}")]
        )
    return values[at]
