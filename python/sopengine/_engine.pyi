from collections.abc import Callable, Mapping, Sequence
from typing import Any, final

@final
class Table:
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    @property
    def num_rows(self) -> int: ...
    @property
    def column_names(self) -> list[str]: ...

@final
class Outcome:
    def keys(self) -> list[str]: ...
    def items(self) -> list[tuple[str, Table]]: ...
    @property
    def broken(self) -> int: ...
    def objective(self) -> dict[str, int]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, key: str) -> Table: ...

@final
class Problem:
    def __new__(cls, tables: Mapping[str, Any], scale: int | None = None) -> Problem: ...
    def findings(self) -> Table: ...
    def summary(self) -> dict[str, Any]: ...
    def names(self, kind: str) -> list[str]: ...
    def id_types(self) -> dict[str, str]: ...
    @property
    def temporal(self) -> bool: ...
    @property
    def timezone(self) -> str | None: ...

@final
class Cancel:
    def __new__(cls) -> Cancel: ...
    def cancel(self) -> None: ...
    @property
    def cancelled(self) -> bool: ...

def solve(
    problem: Problem,
    *,
    objective: str | Sequence[Sequence[tuple[str, int]]] | None = None,
    time_limit: float | None = None,
    work_limit: int | None = None,
    threads: int = 1,
    workers: int = 4,
    seed: int = 0,
    partial: bool = True,
    start: object | None = None,
    start_assignments: object | None = None,
    cancel: Cancel | None = None,
    on_progress: Callable[[dict[str, Any]], object] | None = None,
    progress_schedule: bool = False,
) -> dict[str, Any]: ...
def evaluate(
    problem: Problem,
    schedule: object,
    assignments: object | None = None,
    *,
    objective: str | Sequence[Sequence[tuple[str, int]]] | None = None,
    partial: bool = True,
) -> dict[str, Any]: ...
def simulate(
    problem: Problem,
    schedule: object,
    assignments: object | None = None,
    *,
    objective: str | Sequence[Sequence[tuple[str, int]]] | None = None,
) -> dict[str, Any]: ...
def repair(
    problem: Problem,
    schedule: object,
    assignments: object | None = None,
    *,
    objective: str | Sequence[Sequence[tuple[str, int]]] | None = None,
    frozen: Sequence[str] = ...,
    time_limit: float = 0.2,
    seed: int = 0,
) -> dict[str, Any]: ...
def judge(
    problem: Problem,
    schedule: object,
    assignments: object | None = None,
    *,
    objective: str | Sequence[Sequence[tuple[str, int]]] | None = None,
) -> dict[str, Any]: ...
def table_spec() -> list[dict[str, Any]]: ...
def version() -> str: ...
