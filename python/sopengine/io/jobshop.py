"""Job shop instances: the standard form, Taillard's form, and lines of any length.

Three texts, one meaning:

standard
    `n m`, then one line an order with its `machine duration` pairs; machines from 0 or from 1.
Taillard
    a heading, then a block `Times` and a block `Machines`, one line an order each; machines from 1.
reentrant
    as standard, with any number of pairs a line, optionally closed by `-1 -1`.

`#` and `//` start comments, blank lines say nothing. Machines keep the number they have in the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

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

    import numpy.typing as npt

_TIMES: Final = re.compile(rb"^[ \t]*times[ \t]*:?[ \t]*$", re.IGNORECASE | re.MULTILINE)
_MACHINES: Final = re.compile(rb"^[ \t]*machines[ \t]*:?[ \t]*$", re.IGNORECASE | re.MULTILINE)


def read_jobshop(path: Path) -> dict[str, pa.Table]:
    """Problem tables of a job shop file, plain or packed."""
    name, data = read_bytes(path)
    return parse_jobshop(name, data)


def parse_jobshop(name: str, data: bytes) -> dict[str, pa.Table]:
    """Problem tables of a job shop text.

    Raises
    ------
    SopDataError
        "FILE_FORMAT ft06.txt[4]: found 13, expected pairs of machine and duration".
    """
    text = strip_comments(data)
    times, machines = _TIMES.search(text), _MACHINES.search(text)
    if times and machines:
        return _taillard(name, text, times, machines)
    numbers = parse_numbers(name, text)
    num_orders, num_machines = _header(numbers)
    rows = _pairs(numbers, num_orders, num_machines)
    return _tables(numbers, rows, num_orders, num_machines)


def _header(numbers: Numbers) -> tuple[int, int]:
    if len(numbers) < 2:
        raise SopDataError(
            [format_error(numbers.name, 1, f"{len(numbers)} numbers", "`orders machines` first")]
        )
    line, (num_orders, num_machines) = int(numbers.lines[0]), numbers.values[:2].tolist()
    on_line = int(np.count_nonzero(numbers.lines == line))
    if on_line != 2 or num_orders < 1 or num_machines < 1:
        found = " ".join(map(str, numbers.values[:on_line][:6].tolist()))
        raise SopDataError(
            [format_error(numbers.name, line, found, "two positive numbers, `orders machines`")]
        )
    check_size(numbers.name, num_orders, num_machines)
    return num_orders, num_machines


def _pairs(numbers: Numbers, num_orders: int, num_machines: int) -> npt.NDArray[np.int64]:
    """Columns (order, position of the machine number in the file), one row an operation."""
    places = np.arange(2, len(numbers))
    lines = numbers.lines[2:]
    starts, counts = np.unique(lines, return_counts=True)
    if len(starts) != num_orders and len(places) == 2 * num_orders * num_machines:
        # Wrapped lines: the shape alone tells the orders apart.
        order = np.repeat(np.arange(num_orders), num_machines)
        return np.stack((order, places[::2]), axis=1)
    findings: list[Finding] = []
    if len(starts) != num_orders:
        line = int(numbers.lines[-1])
        found = f"{len(starts)} lines of pairs"
        findings.append(format_error(numbers.name, line, found, f"{num_orders}, one an order"))
    for index in np.flatnonzero(counts % 2)[:20].tolist():
        found = f"{counts[index]} numbers"
        findings.append(
            format_error(numbers.name, int(starts[index]), found, "pairs of machine and duration")
        )
    if findings:
        raise SopDataError(findings)
    order = np.repeat(np.arange(num_orders), counts // 2)
    place = places[::2]
    last = np.concatenate((order[1:] != order[:-1], [True]))
    closing = last & (numbers.values[place] == -1) & (numbers.values[place + 1] == -1)
    return np.stack((order[~closing], place[~closing]), axis=1)


def _tables(
    numbers: Numbers, rows: npt.NDArray[np.int64], num_orders: int, num_machines: int
) -> dict[str, pa.Table]:
    order, place = rows[:, 0], rows[:, 1]
    machine, duration = numbers.values[place], numbers.values[place + 1]
    base = 1 if machine.size and machine.max() == num_machines and machine.min() >= 1 else 0
    top = num_machines - 1 + base
    wrong = (machine < base) | (machine > top)
    findings = at_lines(numbers, wrong, place, f"a machine from {base} to {top}")
    findings += at_lines(numbers, duration < 0, place + 1, "a duration of 0 or more")
    missing = np.flatnonzero(np.bincount(order, minlength=num_orders) == 0)
    findings += [
        format_error(numbers.name, None, f"order {index + 1} without operations", "at least one")
        for index in missing[:20].tolist()
    ]
    if findings:
        raise SopDataError(findings)
    return shop_tables(order, machine, duration, np.arange(base, top + 1))


def shop_tables(
    order: npt.NDArray[np.int64],
    machine: npt.NDArray[np.int64],
    duration: npt.NDArray[np.int64],
    machines: npt.NDArray[np.int64],
) -> dict[str, pa.Table]:
    """Problem tables of a job shop; rows grouped by order and in sequence, order numbers from 0."""
    counts = np.bincount(order)
    sequence = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    operations = padded_ids("j", order + 1, "-", sequence)
    resources = padded_ids("m", machines)
    orders = padded_ids("j", np.arange(1, len(counts) + 1))
    return {
        "orders": pa.table({"order": orders}),
        "operations": pa.table(
            {"operation": operations, "order": orders.take(pa.array(order)), "sequence": sequence}
        ),
        "modes": pa.table(
            {
                "operation": operations,
                "resource": resources.take(pa.array(machine - machines[0])),
                "duration": duration,
            }
        ),
        "resources": pa.table({"resource": resources}),
    }


def _taillard(
    name: str, text: bytes, times: re.Match[bytes], machines: re.Match[bytes]
) -> dict[str, pa.Table]:
    first, second = sorted((times, machines), key=lambda match: match.start())
    heading = _blank_words(text[: first.start()])
    numbers = parse_numbers(name, heading)
    if len(numbers) < 2 or numbers.values[:2].min() < 1:
        raise SopDataError([format_error(name, 1, "no size", "`orders machines` before the blocks")])
    num_orders, num_machines = numbers.values[:2].tolist()
    check_size(name, num_orders, num_machines)
    blocks = {}
    for match, stop in ((first, second.start()), (second, len(text))):
        # Everything before the block is blanked, not cut, so that lines keep their numbers.
        lead = b"\n" * text.count(b"\n", 0, match.end())
        block = parse_numbers(name, lead + text[match.end() : stop])
        expected = num_orders * num_machines
        if len(block) != expected:
            line = int(block.lines[-1]) if len(block) else None
            found = f"{len(block)} numbers under `{match.group().decode().strip()}`"
            raise SopDataError(
                [format_error(name, line, found, f"{num_orders} x {num_machines} = {expected}")]
            )
        blocks[match is times] = block
    places = np.arange(num_orders * num_machines)
    machine, duration = blocks[False], blocks[True]
    findings = at_lines(
        machine,
        (machine.values < 1) | (machine.values > num_machines),
        places,
        f"a machine from 1 to {num_machines}",
    )
    findings += at_lines(duration, duration.values < 0, places, "a duration of 0 or more")
    if findings:
        raise SopDataError(findings)
    order = np.repeat(np.arange(num_orders), num_machines)
    return shop_tables(order, machine.values, duration.values, np.arange(1, num_machines + 1))


def _blank_words(heading: bytes) -> bytes:
    """The heading with every line that has a letter removed; what is left are its numbers."""
    return b"\n".join(b"" if re.search(rb"[A-Za-z]", line) else line for line in heading.split(b"\n"))
