"""Figures, options and findings as messages, and back.

One function a noun and direction. Tables are in `transfer`.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from google.protobuf import duration_pb2

from sopengine.errors import Finding, SopDataError
from sopengine.result import Termination
from sopengine.solve import Progress
from sopengine.v1 import finding_pb2, options_pb2, result_pb2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sopengine.options import Objective, SolveOptions
    from sopengine.result import Result

_TERM: Final = "TERM_"
_PRESET: Final = "PRESET_"
_SEVERITY: Final = "SEVERITY_"
_REASON: Final = "TERMINATION_REASON_"
_LIMIT: Final = "TERMINATION_LIMIT_"
_TEXTS: Final = ("table", "id", "column", "found", "expected", "hint")
MAX_LEVELS: Final = 64
"""Levels of an objective in a request."""

_STATS: Final = ("work", "threads", "workers", "seed")


HINT = "Leave the option out for its default."
"""What the local API says of an option out of range."""


def _number(enum: Any, prefix: str, word: str) -> Any:
    """Return the number of an enum value by the word of the local API; 0 for no such word."""
    name = prefix + word.upper()
    return enum.Value(name) if name in enum.keys() and word.islower() else 0  # noqa: SIM118


def _word(enum: Any, prefix: str, number: int) -> str | None:
    if number == 0 or number not in enum.values():
        return None
    return str(enum.Name(number)).removeprefix(prefix).lower()


def duration_to(seconds: float) -> duration_pb2.Duration:
    """Return seconds as a message, to the nanosecond."""
    nanos = round(seconds * 1e9)
    return duration_pb2.Duration(seconds=nanos // 10**9, nanos=nanos % 10**9)


def duration_from(message: duration_pb2.Duration) -> float:
    """Return a message as seconds."""
    return float(message.seconds + message.nanos / 1e9)


def finding_to(finding: Finding) -> finding_pb2.Finding:
    """Return a finding as a message."""
    message = finding_pb2.Finding(
        check=finding.check,
        severity=_number(finding_pb2.Severity, _SEVERITY, finding.severity),
        row=finding.row,
    )
    for name in _TEXTS:
        value = getattr(finding, name)
        if value is not None:
            setattr(message, name, value.encode("utf-8", "replace").decode())
    return message


def finding_from(message: finding_pb2.Finding) -> Finding:
    """Return a message as a finding."""
    severity: Any = _word(finding_pb2.Severity, _SEVERITY, message.severity) or "error"
    texts = {name: getattr(message, name) if message.HasField(name) else None for name in _TEXTS}
    row = message.row if message.HasField("row") else None
    return Finding(message.check, severity, row=row, **texts)


def finding_list(findings: Sequence[Finding], most: int, size: int) -> finding_pb2.FindingList:
    """Return the first findings, at least one, at most `most` and about `size` bytes, and the total."""
    listed = finding_pb2.FindingList(total=len(findings))
    used = 0
    for finding in findings[:most]:
        message = finding_to(finding)
        used += message.ByteSize() + 4
        if used > size and listed.findings:
            break
        listed.findings.append(message)
    return listed


def range_error(column: str, found: str, expected: str) -> SopDataError:
    """Return the error of an option that is out of range."""
    return SopDataError(
        [Finding("PARAM_RANGE", column=column, found=found[:80], expected=expected, hint=HINT)]
    )


def objective_to(objective: Objective | None) -> options_pb2.Objective | None:
    """Return an objective of the local API as a message.

    Raises
    ------
    SopDataError
        For a preset or a term that there is not.
    """
    if objective is None:
        return None
    if isinstance(objective, str):
        preset = _number(options_pb2.Preset, _PRESET, objective)
        if not preset:
            expected = "on_time, throughput, stable, changeovers, or a list of levels"
            raise range_error("objective", objective, expected)
        return options_pb2.Objective(preset=preset)
    message = options_pb2.Objective()
    for level in objective:
        added = message.levels.add()
        for name, weight in level.items():
            term = _number(options_pb2.Term, _TERM, name)
            if not term:
                raise range_error("objective", f"term {name}", "terms of the objective")
            added.terms.add(term=term, weight=weight)
    return message


def objective_from(message: options_pb2.Objective) -> Objective | None:
    """Return a message as an objective of the local API.

    Raises
    ------
    SopDataError
        For an enum value that there is not, a term twice in a level, levels and a preset at once.
    """
    if message.preset:
        preset = _word(options_pb2.Preset, _PRESET, message.preset)
        if preset is None:
            raise range_error("objective.preset", str(message.preset), "a value of Preset")
        if message.levels:
            raise range_error("objective", "levels and a preset", "one of both")
        return preset
    if len(message.levels) > MAX_LEVELS:
        raise range_error("objective", f"{len(message.levels)} levels", f"at most {MAX_LEVELS}")
    levels: list[dict[str, int]] = []
    for rank, level in enumerate(message.levels):
        terms: dict[str, int] = {}
        for term in level.terms:
            name = _word(options_pb2.Term, _TERM, term.term)
            if name is None or name in terms:
                found = f"{name} twice" if name else str(term.term)
                raise range_error(f"objective.levels[{rank}]", found, "values of Term, each once")
            terms[name] = term.weight
        levels.append(terms)
    return levels or None


def options_to(options: SolveOptions, *, wants_schedules: bool) -> options_pb2.SolveOptions:
    """Return options as a message; `wants_schedules` tells whether anybody listens to progress."""
    message = options_pb2.SolveOptions(
        work_limit=options.work_limit,
        threads=options.threads,
        workers=options.workers,
        seed=options.seed,
        objective=objective_to(options.objective),
        incumbent_schedules=options.progress_schedule and wants_schedules,
        partial=options.partial,
    )
    if options.time_limit is not None:
        message.time_limit.CopyFrom(duration_to(options.time_limit))
    return message


def options_from(message: options_pb2.SolveOptions) -> dict[str, Any]:
    """Return a message as keywords of `sopengine.solve`; what is absent is left out."""
    options: dict[str, Any] = {"seed": message.seed, "progress_schedule": message.incumbent_schedules}
    for name in ("work_limit", "threads", "workers", "partial"):
        if message.HasField(name):
            options[name] = getattr(message, name)
    if message.HasField("time_limit"):
        options["time_limit"] = duration_from(message.time_limit)
    if message.HasField("objective"):
        options["objective"] = objective_from(message.objective)
    return options


def _terms_to(objective: Mapping[str, int]) -> Iterable[result_pb2.TermValue]:
    for name, value in objective.items():
        term = options_pb2.Term.Value(_TERM + name.upper())
        yield result_pb2.TermValue(term=term, value=value)


def _terms_from(messages: Iterable[result_pb2.TermValue]) -> dict[str, int]:
    named = ((_word(options_pb2.Term, _TERM, message.term), message.value) for message in messages)
    return {name: value for name, value in named if name is not None}


def _levels_to(levels: Sequence[int], bound: Sequence[int | None]) -> list[result_pb2.LevelValue]:
    """Return values and bounds as messages; without a schedule there are bounds alone."""
    return [result_pb2.LevelValue(value=value, bound=best) for value, best in zip_longest(levels, bound)]


def _levels_from(messages: Iterable[result_pb2.LevelValue]) -> list[int]:
    return [message.value for message in messages if message.HasField("value")]


def _bounds_from(messages: Iterable[result_pb2.LevelValue]) -> list[int | None]:
    return [message.bound if message.HasField("bound") else None for message in messages]


def incumbent_to(progress: Progress) -> result_pb2.Incumbent:
    """Return progress as a message; its schedule goes before it, in pieces."""
    return result_pb2.Incumbent(
        elapsed=duration_to(progress.elapsed_s),
        work=progress.work,
        terms=_terms_to(progress.objective),
        levels=_levels_to(progress.levels, progress.bound),
    )


def incumbent_from(message: result_pb2.Incumbent, schedule: Any = None) -> Progress:
    """Return a message as progress."""
    return Progress(
        elapsed_s=duration_from(message.elapsed),
        work=message.work,
        objective=_terms_from(message.terms),
        levels=_levels_from(message.levels),
        bound=_bounds_from(message.levels),
        schedule=schedule,
    )


def result_to(result: Result) -> result_pb2.Result:
    """Return a result as a message; its tables go before it, in pieces."""
    given = result.stats
    stats = result_pb2.SolveStats(**{name: given[name] for name in _STATS if given.get(name) is not None})
    for name, key in (("wall", "wall_s"), ("first_schedule", "first_schedule_s")):
        if given.get(key) is not None:
            getattr(stats, name).CopyFrom(duration_to(given[key]))
    termination = result_pb2.Termination(
        reason=_number(result_pb2.TerminationReason, _REASON, result.termination.reason),
        limit=_number(result_pb2.TerminationLimit, _LIMIT, result.termination.limit),
        detail=result.termination.detail,
    )
    return result_pb2.Result(
        termination=termination,
        terms=_terms_to(result.objective),
        levels=_levels_to(result.levels, result.bound),
        stats=stats,
        tables=list(result.tables),
    )


def result_from(message: result_pb2.Result, tables: Mapping[str, Any], problem: Any = None) -> Result:
    """Return a message and the tables that came before it as a result."""
    from sopengine.result import Result

    stats: dict[str, Any] = {}
    for name, key in (("wall", "wall_s"), ("first_schedule", "first_schedule_s")):
        if message.stats.HasField(name):
            stats[key] = duration_from(getattr(message.stats, name))
    for name in _STATS:
        if message.stats.HasField(name):
            stats[name] = getattr(message.stats, name)
    reason = _word(result_pb2.TerminationReason, _REASON, message.termination.reason)
    limit = _word(result_pb2.TerminationLimit, _LIMIT, message.termination.limit)
    return Result(
        tables=dict(tables),
        objective=_terms_from(message.terms),
        levels=_levels_from(message.levels),
        bound=_bounds_from(message.levels),
        termination=Termination(reason or "unknown", limit or "none", message.termination.detail),
        stats=stats,
        problem=problem,
    )
