"""A machine stops: what happens, what to do at once, and what to do in a few seconds.

`open` takes a problem and the schedule that people follow. The session answers three questions about any
list of `sopengine.changes`: what happens if nobody reacts (`simulate`), what is a sound answer at once
(`repair`), and what is a good one that moves little (`reschedule`). Nothing is live until `accept`.

The chapters: ``apply`` (changes to tables; ``sheet`` and ``calendars`` are its tools), ``publish`` (a
schedule as the baseline of the next problem), ``live`` (the session), ``diff`` (what has moved and why),
``promise`` (when a new order can be had).
"""

from __future__ import annotations

from sopengine.session.diff import Diff, diff
from sopengine.session.live import Response, Session, open
from sopengine.session.promise import Promise

__all__ = ["Diff", "Promise", "Response", "Session", "diff", "open"]
