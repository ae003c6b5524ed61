"""Published instance forms: what is read, and what is said about a broken file."""

import gzip
import zipfile

import numpy as np
import pytest

from sopengine.errors import SopDataError
from sopengine.io import read_tables
from sopengine.io.flexible import parse_flexible
from sopengine.io.jobshop import parse_jobshop
from sopengine.io.psplib import parse_psplib

STANDARD = b"2 3\n0 5 1 6 2 7\n2 1 1 2 0 3\n"
TAILLARD = b"""Nb of jobs, Nb of Machines, Time seed
2 3 840612802
Times
 5 6 7
 1 2 3
Machines
 1 2 3
 3 2 1
"""


def rows(tables):
    operations = {row["operation"]: row for row in tables["operations"].to_pylist()}
    return [
        (row["operation"], operations[row["operation"]]["order"], row["resource"], row["duration"])
        for row in tables["modes"].to_pylist()
    ]


EXPECTED = [
    ("j1-1", "j1", "m0", 5),
    ("j1-2", "j1", "m1", 6),
    ("j1-3", "j1", "m2", 7),
    ("j2-1", "j2", "m2", 1),
    ("j2-2", "j2", "m1", 2),
    ("j2-3", "j2", "m0", 3),
]


def test_standard_form():
    tables = parse_jobshop("a", STANDARD)
    assert rows(tables) == EXPECTED
    assert tables["operations"].column("sequence").to_pylist() == [1, 2, 3, 1, 2, 3]
    assert tables["orders"].column("order").to_pylist() == ["j1", "j2"]
    assert tables["resources"].column("resource").to_pylist() == ["m0", "m1", "m2"]


@pytest.mark.parametrize(
    "text",
    [
        b"# a comment\n\n2 3\n0 5 1 6 2 7 # first\n\n2 1 1 2 0 3\n\n",
        b"// a comment\n2 3\n0 5 1 6 2 7\n2 1 1 2 0 3",
        b"2 3\r\n0 5 1 6 2 7 -1 -1\r\n2 1 1 2 0 3 -1 -1\r\n",
        b"2\t3\n0 5 1\n6 2 7\n2 1\n1 2 0 3\n",
    ],
    ids=["comments", "slashes", "closed lines", "wrapped lines"],
)
def test_forms_of_the_same_shop(text):
    assert rows(parse_jobshop("a", text)) == EXPECTED


def test_taillard_form_counts_machines_from_one():
    expected = [(a, b, f"m{int(machine[1]) + 1}", d) for a, b, machine, d in EXPECTED]
    assert rows(parse_jobshop("a", TAILLARD)) == expected


def test_reentrant_lines_of_any_length():
    tables = parse_jobshop("a", b"2 2\n0 5 1 6 0 7 -1 -1\n1 4 -1 -1\n")
    assert [row[2:] for row in rows(tables)] == [("m0", 5), ("m1", 6), ("m0", 7), ("m1", 4)]


def test_text_order_of_ids_is_number_order():
    lines = "\n".join(" ".join(f"{m} 1" for m in range(11)) for _ in range(120))
    tables = parse_jobshop("a", f"120 11\n{lines}\n".encode())
    for table, column in (("operations", "operation"), ("orders", "order"), ("resources", "resource")):
        ids = tables[table].column(column).to_pylist()
        assert ids == sorted(ids)
    assert tables["operations"].column("operation")[0].as_py() == "j001-01"


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        (b"2 3\n0 5 1 6 2 7\n2 1 1 x2 0 3\n", 3, "x2"),
        (b"2 3\n0 5 1 6 2 7\n2 1 1 2 0\n", 3, "5 numbers"),
        (b"2 3\n0 5 1 6 2 7\n2 1 1 2 4 3\n", 3, "4"),
        (b"2 3\n0 5 1 6 2 7\n2 1 1 -2 0 3\n", 3, "-2"),
        (b"3 3\n0 5 1 6 2 7\n2 1 1 2 0 3\n", 3, "2 lines"),
        (b"2\n0 5 1 6 2 7\n", 1, "2"),
        (b"2 3\n0 5 1 6 2 7\n2 1 1 1.5 0 3\n", 3, "1.5"),
        (b"2 3\n0 5 1 6 2 7\n2 1 1 99999999999999999999 0 3\n", 3, "99999999999999999999"),
        (b"2 3\n0 5 1 6 2 7\n2 1 1 - 0 3\n", 3, "-"),
        (b"", 1, "0 numbers"),
    ],
)
def test_broken_job_shop_names_the_line(text, line, found):
    with pytest.raises(SopDataError) as caught:
        parse_jobshop("broken.txt", text)
    issue = caught.value.issues[0]
    assert (issue.table, issue.row) == ("broken.txt", line)
    assert found in issue.found


def test_every_wrong_line_is_reported():
    with pytest.raises(SopDataError) as caught:
        parse_jobshop("a", b"2 2\n0 x 1 1\n0 y 1 1\n")
    assert [issue.row for issue in caught.value.issues] == [2, 3]


def test_taillard_block_too_short():
    with pytest.raises(SopDataError, match="5 numbers under `Machines`"):
        parse_jobshop("a", TAILLARD.replace(b" 3 2 1\n", b" 3 2\n"))


def test_flexible_shop():
    tables = parse_flexible("a", b"2 3 1.5\n2 2 1 5 2 6 1 3 7\n1 1 2 8\n")
    assert rows(tables) == [
        ("j1-1", "j1", "m1", 5),
        ("j1-1", "j1", "m2", 6),
        ("j1-2", "j1", "m3", 7),
        ("j2-1", "j2", "m2", 8),
    ]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (b"2 3\n2 2 1 5 2 6 1 3 7\n1 1 4 8\n", "a machine from 1 to 3"),
        (b"2 3\n2 2 1 5 2 6 1 3 7\n1 1 0 8\n", "a machine from 1 to 3"),
        (b"2 3\n2 2 1 5 2 6 1 3 7\n1 1 2\n", "numbers missing"),
        (b"2 3\n2 2 1 5 2 6 1 3 7\n", "end of the file"),
        (b"2 3\n2 2 1 5 1 6 1 3 7\n1 1 2 8\n", "each machine once"),
        (b"2 3\n2 2 1 5 2 6 1 3 7\n1 1 2 8 9\n", "left over"),
        (b"2 3\n0\n1 1 2 8\n", "a positive number of operations"),
    ],
)
def test_broken_flexible_shop(text, match):
    with pytest.raises(SopDataError, match=match):
        parse_flexible("a.fjs", text)


PATTERSON = b"4 2\n3 4\n0 0 0 2 2 3\n5 2 0 1 4\n6 1 4 1 4\n0 0 0 0\n"
SINGLE = b"""************************************************************************
file with basedata            : a.bas
jobs (incl. supersource/sink ):  4
RESOURCES
  - renewable                 :  2   R
  - nonrenewable              :  0   N
  - doubly constrained        :  0   D
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     5       2    0
  3      1     6       1    4
  4      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
    3    4
************************************************************************
"""


@pytest.mark.parametrize("text", [PATTERSON, SINGLE], ids=["rcp", "sm"])
def test_project_forms_agree(text):
    tables = parse_psplib("a", text)
    assert tables["modes"].column("duration").to_pylist() == [0, 5, 6, 0]
    assert tables["modes"].column("resource").null_count == 4
    assert tables["resources"].to_pylist() == [
        {"resource": "r1", "kind": "cumulative", "capacity": 3},
        {"resource": "r2", "kind": "cumulative", "capacity": 4},
    ]
    assert tables["requirements"].to_pylist() == [
        {"operation": "a2", "resource": "r1", "quantity": 2},
        {"operation": "a3", "resource": "r1", "quantity": 1},
        {"operation": "a3", "resource": "r2", "quantity": 4},
    ]
    pairs = [(row["before"], row["after"]) for row in tables["precedences"].to_pylist()]
    assert pairs == [("a1", "a2"), ("a1", "a3"), ("a2", "a4"), ("a3", "a4")]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (PATTERSON.replace(b"5 2 0 1 4", b"5 9 0 1 4"), "demand 9 of r1"),
        (PATTERSON.replace(b"5 2 0 1 4", b"5 2 0 1 7"), "a successor, 1 to 4"),
        (PATTERSON[:-9], "the end of the block"),
        (PATTERSON + b"1 2\n", "2 numbers left over"),
        (
            SINGLE.replace(b"nonrenewable              :  0", b"nonrenewable              :  2"),
            "renewable resources only",
        ),
        (SINGLE.replace(b"  2      1     5", b"  3      1     5"), "activities in rising order"),
        (SINGLE.replace(b"REQUESTS/DURATIONS", b"OTHER"), "section requests"),
    ],
)
def test_broken_project(text, match):
    with pytest.raises(SopDataError, match=match):
        parse_psplib("a", text)


def test_packed_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as archive:
        archive.writestr("shop", STANDARD)
    (tmp_path / "mk.fjs.gz").write_bytes(gzip.compress(b"1 1\n1 1 1 5\n"))
    kind, tables = read_tables(tmp_path / "shop.zip")
    assert kind == "problem"
    assert rows(tables) == EXPECTED
    assert rows(read_tables(tmp_path / "mk.fjs.gz").tables) == [("j1-1", "j1", "m1", 5)]


def test_zip_of_several_files_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a", STANDARD)
        archive.writestr("b", STANDARD)
    with pytest.raises(SopDataError, match="found 2 files"):
        read_tables(tmp_path / "two.zip")
    (tmp_path / "no.zip").write_bytes(b"PK no zip")
    with pytest.raises(SopDataError, match="cannot be unpacked"):
        read_tables(tmp_path / "no.zip")


def test_large_shop_keeps_every_number():
    rng = np.random.default_rng(1)
    machines = np.argsort(rng.random((400, 50)), axis=1)
    durations = rng.integers(1, 100_000, (400, 50))
    text = "400 50\n" + "\n".join(
        " ".join(f"{m} {d}" for m, d in zip(ms, ds, strict=True))
        for ms, ds in zip(machines.tolist(), durations.tolist(), strict=True)
    )
    modes = parse_jobshop("a", text.encode())["modes"]
    assert modes.column("duration").to_pylist() == durations.ravel().tolist()
    assert [int(r[1:]) for r in modes.column("resource").to_pylist()] == machines.ravel().tolist()
