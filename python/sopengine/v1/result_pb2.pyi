import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from sopengine.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TerminationReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TERMINATION_REASON_UNSPECIFIED: _ClassVar[TerminationReason]
    TERMINATION_REASON_OPTIMAL: _ClassVar[TerminationReason]
    TERMINATION_REASON_FEASIBLE: _ClassVar[TerminationReason]
    TERMINATION_REASON_INFEASIBLE: _ClassVar[TerminationReason]
    TERMINATION_REASON_UNKNOWN: _ClassVar[TerminationReason]

class TerminationLimit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TERMINATION_LIMIT_UNSPECIFIED: _ClassVar[TerminationLimit]
    TERMINATION_LIMIT_NONE: _ClassVar[TerminationLimit]
    TERMINATION_LIMIT_TIME: _ClassVar[TerminationLimit]
    TERMINATION_LIMIT_WORK: _ClassVar[TerminationLimit]
    TERMINATION_LIMIT_GAP: _ClassVar[TerminationLimit]
    TERMINATION_LIMIT_CANCELLED: _ClassVar[TerminationLimit]
TERMINATION_REASON_UNSPECIFIED: TerminationReason
TERMINATION_REASON_OPTIMAL: TerminationReason
TERMINATION_REASON_FEASIBLE: TerminationReason
TERMINATION_REASON_INFEASIBLE: TerminationReason
TERMINATION_REASON_UNKNOWN: TerminationReason
TERMINATION_LIMIT_UNSPECIFIED: TerminationLimit
TERMINATION_LIMIT_NONE: TerminationLimit
TERMINATION_LIMIT_TIME: TerminationLimit
TERMINATION_LIMIT_WORK: TerminationLimit
TERMINATION_LIMIT_GAP: TerminationLimit
TERMINATION_LIMIT_CANCELLED: TerminationLimit

class Termination(_message.Message):
    __slots__ = ("reason", "limit", "detail")
    REASON_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    reason: TerminationReason
    limit: TerminationLimit
    detail: str
    def __init__(self, reason: _Optional[_Union[TerminationReason, str]] = ..., limit: _Optional[_Union[TerminationLimit, str]] = ..., detail: _Optional[str] = ...) -> None: ...

class TermValue(_message.Message):
    __slots__ = ("term", "value")
    TERM_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    term: _options_pb2.Term
    value: int
    def __init__(self, term: _Optional[_Union[_options_pb2.Term, str]] = ..., value: _Optional[int] = ...) -> None: ...

class LevelValue(_message.Message):
    __slots__ = ("value", "bound")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    value: int
    bound: int
    def __init__(self, value: _Optional[int] = ..., bound: _Optional[int] = ...) -> None: ...

class SolveStats(_message.Message):
    __slots__ = ("wall", "first_schedule", "work", "threads", "workers", "seed")
    WALL_FIELD_NUMBER: _ClassVar[int]
    FIRST_SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    WORK_FIELD_NUMBER: _ClassVar[int]
    THREADS_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    wall: _duration_pb2.Duration
    first_schedule: _duration_pb2.Duration
    work: int
    threads: int
    workers: int
    seed: int
    def __init__(self, wall: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., first_schedule: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., work: _Optional[int] = ..., threads: _Optional[int] = ..., workers: _Optional[int] = ..., seed: _Optional[int] = ...) -> None: ...

class Incumbent(_message.Message):
    __slots__ = ("elapsed", "work", "terms", "levels")
    ELAPSED_FIELD_NUMBER: _ClassVar[int]
    WORK_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    elapsed: _duration_pb2.Duration
    work: int
    terms: _containers.RepeatedCompositeFieldContainer[TermValue]
    levels: _containers.RepeatedCompositeFieldContainer[LevelValue]
    def __init__(self, elapsed: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., work: _Optional[int] = ..., terms: _Optional[_Iterable[_Union[TermValue, _Mapping]]] = ..., levels: _Optional[_Iterable[_Union[LevelValue, _Mapping]]] = ...) -> None: ...

class Result(_message.Message):
    __slots__ = ("termination", "terms", "levels", "stats", "tables")
    TERMINATION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    STATS_FIELD_NUMBER: _ClassVar[int]
    TABLES_FIELD_NUMBER: _ClassVar[int]
    termination: Termination
    terms: _containers.RepeatedCompositeFieldContainer[TermValue]
    levels: _containers.RepeatedCompositeFieldContainer[LevelValue]
    stats: SolveStats
    tables: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, termination: _Optional[_Union[Termination, _Mapping]] = ..., terms: _Optional[_Iterable[_Union[TermValue, _Mapping]]] = ..., levels: _Optional[_Iterable[_Union[LevelValue, _Mapping]]] = ..., stats: _Optional[_Union[SolveStats, _Mapping]] = ..., tables: _Optional[_Iterable[str]] = ...) -> None: ...
