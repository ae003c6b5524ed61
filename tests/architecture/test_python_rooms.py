"""Who may import whom in the package, what an import costs, and what the stub promises."""

from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "python" / "sopengine"
CORE = {"_engine", "errors", "tables", "problem", "options", "result", "shapes", "solve"}
ABOVE = {"service", "cli", "report", "v1"}
# Rooms that work on tables and may solve, but never touch the engine itself.
BESIDE = {"io", "plant", "sop", "checks", "scenario", "session"}
ENGINE_DOORS = {"tables", "problem", "solve"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "v1" not in path.relative_to(PACKAGE).parts)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST, *, deferred: bool) -> set[str]:
    """Rooms of the package that a module imports; types only never count.

    With `deferred`, imports inside functions count too.
    """
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not deferred:
            return
        if isinstance(node, ast.Import):
            found.update(rooms(alias.name for alias in node.names))
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module == "sopengine":
                found.update(alias.name for alias in node.names)
            else:
                found.update(rooms([node.module]))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return found


def rooms(names: object) -> set[str]:
    parts = [str(name).split(".") for name in names]  # type: ignore[attr-defined]
    return {part[1] for part in parts if part[0] == "sopengine" and len(part) > 1}


def test_the_walker_tells_deferred_imports() -> None:
    tree = ast.parse("import sopengine.io\ndef f():\n    from sopengine.cli import main\n")
    assert imports(tree, deferred=False) == {"io"}
    assert imports(tree, deferred=True) == {"io", "cli"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_import_only_what_they_may(path: Path) -> None:
    tree = ast.parse(path.read_text())
    room = room_of(path)
    at_once, later = imports(tree, deferred=False), imports(tree, deferred=True)
    if room not in ENGINE_DOORS:
        assert "_engine" not in later, "only tables, problem and solve may touch the engine"
    if room in CORE - {"_engine"}:
        assert at_once <= CORE, sorted(at_once - CORE)
    if room not in ABOVE | {"__init__", "__main__"}:
        # A result draws itself when it is asked to; everything else looks down only.
        allowed = {"report"} if room == "result" else set()
        assert not (later & ABOVE) - allowed, sorted(later & ABOVE)
    if room == "errors":
        assert not at_once


def run(code: str) -> str:
    # The package as installed: the sources alone have no compiled module.
    import sopengine

    environment = {**os.environ, "PYTHONPATH": str(Path(sopengine.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_importing_loads_no_extra() -> None:
    loaded = set(run("import sys, sopengine; print(*sys.modules)").split())
    heavy = {"click", "google", "grpc", "numpy", "pandas", "polars", "pyarrow", "rich", "xlsxwriter"}
    assert not loaded & heavy
    assert not {name for name in loaded if name.startswith("sopengine.")} - {
        f"sopengine.{name}" for name in CORE
    }


def test_importing_is_quick() -> None:
    """Under 150 ms of processor time, the best of five."""
    code = (
        "import time; start = time.process_time(); import sopengine;"
        " print(round((time.process_time() - start) * 1000))"
    )
    assert min(int(run(code)) for _ in range(5)) < 150


def test_the_front_has_at_most_30_names() -> None:
    import sopengine

    assert len(sopengine.__all__) <= 30
    for name in sopengine.__all__:
        if name not in {"Plant", "read"} or (PACKAGE / "plant").exists():
            assert getattr(sopengine, name) is not None, name


# -- the stub ---------------------------------------------------------------------------------------


def stub() -> ast.Module:
    return ast.parse((PACKAGE / "_engine.pyi").read_text())


def names_of(function: ast.FunctionDef) -> list[str]:
    given = function.args
    return [argument.arg for argument in [*given.posonlyargs, *given.args, *given.kwonlyargs]]


def test_the_stub_names_what_the_module_has() -> None:
    from sopengine import _engine

    declared = {node.name for node in stub().body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    assert declared == {name for name in dir(_engine) if not name.startswith("_")}


def test_the_stub_has_the_parameters_of_the_module() -> None:
    from sopengine import _engine

    for node in stub().body:
        if isinstance(node, ast.FunctionDef):
            actual = inspect.signature(getattr(_engine, node.name))
            assert names_of(node) == list(actual.parameters), node.name
            keywords = [a.arg for a in node.args.kwonlyargs]
            assert keywords == [n for n, p in actual.parameters.items() if p.kind is p.KEYWORD_ONLY]
            defaults = [p.default for p in actual.parameters.values() if p.kind is p.KEYWORD_ONLY]
            assert [ast.literal_eval(d) for d in node.args.kw_defaults if d] == defaults


def test_the_stub_has_the_members_of_the_classes() -> None:
    from sopengine import _engine

    ordinary = set(dir(object)) | {"__module__", "__doc__"}
    for node in stub().body:
        if isinstance(node, ast.ClassDef):
            actual = set(dir(getattr(_engine, node.name))) - ordinary
            declared = {member.name for member in node.body if isinstance(member, ast.FunctionDef)}
            assert declared - {"__new__"} == actual, node.name
            for member in node.body:
                if (
                    isinstance(member, ast.FunctionDef)
                    and not member.decorator_list
                    and member.name != "__new__"
                ):
                    parameters = inspect.signature(
                        getattr(getattr(_engine, node.name), member.name)
                    ).parameters
                    assert names_of(member) == list(parameters), f"{node.name}.{member.name}"
