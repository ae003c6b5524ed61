"""Who may see whom in the engine, and where the few exceptions live."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "engine"

# A room sees itself and these; `error` is seen by all.
SEES = {
    "model": set(),
    "schedule": {"model"},
    "propagation": {"model", "schedule"},
    "bounds": {"model", "schedule", "propagation"},
    "search": {"model", "schedule", "propagation", "bounds"},
    "explain": {"model", "schedule", "propagation", "bounds", "search"},
    "session": {"model", "schedule", "propagation", "bounds", "search", "explain"},
    "tables": {"model", "schedule", "search", "explain", "session"},
    "python": {"model", "schedule", "search", "explain", "session", "tables"},
}

BANNED_NAMES = {"common", "helper", "helpers", "job", "machine", "manager", "misc", "task", "util", "utils"}
LONGEST = 600


def sources() -> list[Path]:
    return sorted(path for path in ENGINE.rglob("*.rs") if path.is_file())


def room_of(path: Path) -> str:
    return path.relative_to(ENGINE).parts[0]


def code(path: Path) -> str:
    """The file without its comments and texts."""
    text = path.read_text()
    text = re.sub(r'r#".*?"#', '""', text, flags=re.S)
    text = re.sub(r'"(?:\\.|[^"\\])*"', '""', text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


def uses(text: str) -> set[str]:
    """Rooms that a file names by `crate::`, alone or in braces."""
    named = set(re.findall(r"\bcrate::(\w+)", text))
    for braces in re.findall(r"\bcrate::\{([^;]*)\}", text):
        depth, word = 0, ""
        for character in braces + ",":
            depth += {"{": 1, "}": -1}.get(character, 0)
            if character == "," and depth == 0:
                named.add(word.strip().split("::")[0])
                word = ""
            else:
                word += character
    return named


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ENGINE)))
def test_rooms_see_only_what_they_may(path: Path) -> None:
    room = room_of(path)
    if room.endswith(".rs"):
        return
    assert room in SEES, f"{room} is no room of the house"
    seen = {name for name in uses(code(path)) if name in SEES}
    assert seen <= SEES[room] | {room}, (
        f"{path.relative_to(ENGINE)} sees {sorted(seen - SEES[room] - {room})}"
    )


def test_the_walker_finds_uses() -> None:
    assert uses("use crate::search::{a, b};") == {"search"}
    assert uses("use crate::{model::{self, x}, tables};") == {"model", "tables"}
    assert uses(code(ENGINE / "python" / "solve.rs")) >= {"search", "tables"}


def test_the_verifier_shares_no_code_with_what_it_judges() -> None:
    verify = ENGINE / "schedule" / "verify"
    for path in sorted(verify.rglob("*.rs")):
        for seen in re.findall(r"crate::schedule::(\w+)", code(path)):
            assert seen in {"assignment", "verify", "Schedule", "Placement", "Member"}, (
                f"{path.name} sees {seen}"
            )
        assert uses(code(path)) <= {"model", "schedule", "error"}


def test_unsafe_is_in_one_file() -> None:
    where = {str(path.relative_to(ENGINE)) for path in sources() if re.search(r"\bunsafe\b", code(path))}
    assert where == {"tables/ffi.rs"}
    text = (ENGINE / "tables" / "ffi.rs").read_text()
    blocks = len(re.findall(r"unsafe \{", text))
    assert blocks and text.count("// SAFETY:") == blocks, "every unsafe block says why it is sound"


def test_the_clock_is_read_in_one_file() -> None:
    clock = re.compile(r"\b(Instant|SystemTime)::now\b")
    where = {str(path.relative_to(ENGINE)) for path in sources() if re.search(clock, code(path))}
    assert where <= {"search/limit.rs"}


def test_pyo3_stays_at_the_border() -> None:
    for path in sources():
        if re.search(r"\bpyo3::", code(path)):
            place = str(path.relative_to(ENGINE))
            assert place.startswith("python/") or place == "tables/ffi.rs", place


def test_rayon_and_arrow_ipc_are_not_used() -> None:
    manifest = (ROOT / "Cargo.toml").read_text()
    for name in ("rayon", "arrow-ipc", "numpy"):
        assert not re.search(rf"^{name}\b", manifest, re.M), name


@pytest.mark.parametrize("folder", ["engine", "python/sopengine", "tests", "benches"])
def test_files_have_one_subject(folder: str) -> None:
    too_long = []
    for path in sorted((ROOT / folder).rglob("*")):
        generated = "v1" in path.relative_to(ROOT).parts
        if path.suffix in {".rs", ".py"} and not generated:
            lines = len(path.read_text().splitlines())
            if lines > LONGEST:
                too_long.append(f"{path.relative_to(ROOT)}: {lines}")
    assert not too_long, f"longer than {LONGEST} lines: {too_long}"


def test_names_say_what_is_inside() -> None:
    bad = []
    for folder in ("engine", "python/sopengine", "proto"):
        for path in sorted((ROOT / folder).rglob("*")):
            words = set(re.split(r"[^a-z]+", path.stem.lower()))
            if path.suffix in {".rs", ".py", ".proto"} and words & BANNED_NAMES:
                bad.append(str(path.relative_to(ROOT)))
    assert not bad


def test_public_text_names_no_place_of_its_making() -> None:
    here = re.compile(r"/work/|/root/|/tmp/bash")
    for folder in ("engine", "python/sopengine", "proto", "docs"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".rs", ".py", ".pyi", ".md", ".proto"}:
                assert not here.search(path.read_text()), path
