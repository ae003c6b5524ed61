"""Production planning and scheduling: a verified schedule from Arrow tables, in seconds.

Readers and the plant side are loaded when they are first used, so that importing the package is quick and
pulls in no extra.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from sopengine.errors import Finding, SopDataError, SopError, SopInternalError
from sopengine.problem import Problem
from sopengine.solve import Cancel, Progress, evaluate, solve, verify
from sopengine.tables import table_spec, version

if TYPE_CHECKING:
    from sopengine import changes
    from sopengine.io import read
    from sopengine.plant import Plant
    from sopengine.result import Result, Termination
    from sopengine.session import Session, open

__version__: Final[str] = version()

__all__ = [
    "Cancel",
    "Finding",
    "Plant",
    "Problem",
    "Progress",
    "Result",
    "Session",
    "SopDataError",
    "SopError",
    "SopInternalError",
    "Termination",
    "__version__",
    "changes",
    "evaluate",
    "open",
    "read",
    "solve",
    "table_spec",
    "verify",
]

_LATER: Final = {
    "Session": "sopengine.session",
    "open": "sopengine.session",
    "Plant": "sopengine.plant",
    "Result": "sopengine.result",
    "Termination": "sopengine.result",
    "read": "sopengine.io",
}


def __getattr__(name: str) -> Any:
    if name == "changes":
        return import_module("sopengine.changes")
    if name not in _LATER:
        raise AttributeError(f"module 'sopengine' has no attribute {name!r}")
    value = getattr(import_module(_LATER[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
