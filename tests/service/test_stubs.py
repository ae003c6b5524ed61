"""The committed stubs are those of the protos, the protos follow their rules, and all names are there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sopengine.service import convert
from sopengine.v1 import options_pb2
from sopengine.v1 import scheduling_service_pb2 as pb

ROOT = Path(__file__).parents[2]
PROTOS = sorted((ROOT / "proto").rglob("*.proto"))


def test_stubs_are_generated_from_the_protos(tmp_path: Path) -> None:
    tools = pytest.importorskip("grpc_tools")
    assert tools is not None
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", str(ROOT / "proto")]
    command += [f"--python_out={tmp_path}", f"--pyi_out={tmp_path}", f"--grpc_python_out={tmp_path}"]
    subprocess.run([*command, *map(str, PROTOS)], check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "sopengine" / "v1").iterdir()}
    committed = {path.name: path.read_text() for path in (ROOT / "python/sopengine/v1").glob("*_pb2*")}
    assert len(made) == 3 * len(PROTOS)
    assert made.keys() == committed.keys()
    for name, text in made.items():
        assert committed[name] == text, f"{name}: run `make protos`"


def test_protos_follow_the_rules_of_buf() -> None:
    beside = Path(sys.executable).parent / "buf"
    buf = str(beside) if beside.exists() else shutil.which("buf")
    if buf is None:
        pytest.skip("buf is not installed")
    found = subprocess.run([buf, "lint", str(ROOT / "proto")], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("path", PROTOS, ids=lambda path: path.name)
def test_every_proto_names_its_packages(path: Path) -> None:
    text = path.read_text()
    for option in ("java_package", "java_multiple_files", "csharp_namespace", "go_package"):
        assert f"option {option} = " in text
    assert max(map(len, text.splitlines())) <= 110


def test_enums_begin_unspecified() -> None:
    enums = [
        enum for file in (options_pb2, *_files()) for enum in file.DESCRIPTOR.enum_types_by_name.values()
    ]
    assert len(enums) >= 4
    for enum in enums:
        assert enum.values_by_number[0].name.endswith("_UNSPECIFIED")


def _files() -> list:
    from sopengine.v1 import finding_pb2, result_pb2, table_pb2

    return [finding_pb2, result_pb2, table_pb2]


def test_every_term_and_preset_goes_there_and_back() -> None:
    terms = [name.removeprefix("TERM_").lower() for name in options_pb2.Term.keys()[1:]]
    levels = [{name: rank + 1} for rank, name in enumerate(terms)]
    message = convert.objective_to(levels)
    assert message is not None
    assert convert.objective_from(message) == levels
    for preset in ("on_time", "throughput", "stable", "changeovers"):
        message = convert.objective_to(preset)
        assert message is not None
        assert convert.objective_from(message) == preset


def test_terms_are_those_of_the_engine() -> None:
    import sopengine as so
    from service import shops

    problem = so.Problem(**shops.paint())
    known = {name.removeprefix("TERM_").lower() for name in options_pb2.Term.keys()[1:]}
    assert set(so.solve(problem, work_limit=10).objective) == known


def test_the_service_has_the_calls_that_are_written() -> None:
    methods = {method.name for method in pb.DESCRIPTOR.services_by_name["SchedulingService"].methods}
    assert methods == {
        "ValidateProblem",
        "SolveSchedule",
        "EvaluateSchedule",
        "CancelSolve",
        "GetSolveResult",
        "UploadTable",
        "DeleteTable",
    }
