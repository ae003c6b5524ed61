"""Tables of an answer, written when they are looked at.

A session answers in milliseconds and few of its tables are ever read. The engine keeps the schedule; each
table is written at its first use and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sopengine.tables import result_table

if TYPE_CHECKING:
    import pyarrow as pa

NAMES: Final = (
    "schedule", "assignments", "dispatch", "order_results", "reasons", "kpis", "findings", "violations",
)  # fmt: skip


class Written(Mapping[str, "pa.Table"]):
    """Tables by name, each made at its first use."""

    def __init__(self, answer: Any, makers: Mapping[str, Callable[[], Any]] | None = None) -> None:
        self.answer = answer
        self._makers = dict(makers or {name: partial(answer.table, name) for name in NAMES})
        self._made: dict[str, pa.Table] = {}

    def but(self, name: str, other: Mapping[str, pa.Table]) -> Written:
        """The same tables with one of them from elsewhere, written no sooner than here."""
        maker = other.maker(name) if isinstance(other, Written) else partial(other.__getitem__, name)
        return Written(self.answer, {**self._makers, name: maker})

    def maker(self, name: str) -> Callable[[], Any]:
        """What makes a table."""
        return self._makers[name]

    def __getitem__(self, name: str) -> pa.Table:
        if name not in self._made:
            self._made[name] = result_table(self._makers[name]())
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what is in the tables; the engine's form stays where it is."""
        return dict, (dict(self),)
