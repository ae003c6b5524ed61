"""The search while it runs, on stderr; and Ctrl-C, which ends it and keeps the best schedule."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from types import FrameType, TracebackType


class Progress:
    """Callback for `solve(on_progress=...)`: shows one line that is kept up to date.

    The first Ctrl-C sets the flag `cancel` of the solve, so the search ends and its best schedule is returned
    and written; a second one interrupts at once.
    """

    def __init__(self, shown: bool, cancel: Any, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True)
        self.cancel = cancel
        self._shown = shown and self.console.is_terminal
        self._live: Live | None = None
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        if self._shown:
            self._live = Live(console=self.console, transient=True, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def __call__(self, report: Any) -> None:
        """Show a report."""
        if self._live is not None:
            self._live.update(self.line(report), refresh=True)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self.cancel.cancel()
        signal.signal(signal.SIGINT, self._before or signal.default_int_handler)

    def line(self, report: Any) -> Table:
        """Elapsed time, levels, bound, terms and work of a report."""
        levels = [f"{value:,}" for value in report.levels or []] or ["no schedule yet"]
        bounds = [value for value in (report.bound or []) if value is not None]
        terms = report.objective or {}
        shown = [
            f"{name.replace('_', ' ')} {terms[name]:,}"
            for name in ("late_orders", "makespan")
            if name in terms
        ]
        grid = Table.grid(padding=(0, 2))
        cells = [
            Text(f"{report.elapsed_s:6.1f} s", style="cyan"),
            Text("best " + " / ".join(levels), style="bold"),
            Text("bound " + (" / ".join(f"{value:,}" for value in bounds) if bounds else "-")),
            Text(", ".join(shown)),
            Text(f"work {report.work:,}", style="dim"),
            Text("Ctrl-C keeps the best", style="dim"),
        ]
        grid.add_row(*cells)
        return grid
