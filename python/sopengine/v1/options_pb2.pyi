import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Term(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TERM_UNSPECIFIED: _ClassVar[Term]
    TERM_TARDINESS: _ClassVar[Term]
    TERM_LATE_ORDERS: _ClassVar[Term]
    TERM_MAX_LATENESS: _ClassVar[Term]
    TERM_MAKESPAN: _ClassVar[Term]
    TERM_EARLINESS: _ClassVar[Term]
    TERM_FLOW_TIME: _ClassVar[Term]
    TERM_CHANGEOVER_TIME: _ClassVar[Term]
    TERM_CHANGEOVER_COST: _ClassVar[Term]
    TERM_MODE_COST: _ClassVar[Term]
    TERM_RESOURCE_COST: _ClassVar[Term]
    TERM_STABILITY: _ClassVar[Term]
    TERM_UNSCHEDULED: _ClassVar[Term]

class Preset(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRESET_UNSPECIFIED: _ClassVar[Preset]
    PRESET_ON_TIME: _ClassVar[Preset]
    PRESET_THROUGHPUT: _ClassVar[Preset]
    PRESET_STABLE: _ClassVar[Preset]
    PRESET_CHANGEOVERS: _ClassVar[Preset]
TERM_UNSPECIFIED: Term
TERM_TARDINESS: Term
TERM_LATE_ORDERS: Term
TERM_MAX_LATENESS: Term
TERM_MAKESPAN: Term
TERM_EARLINESS: Term
TERM_FLOW_TIME: Term
TERM_CHANGEOVER_TIME: Term
TERM_CHANGEOVER_COST: Term
TERM_MODE_COST: Term
TERM_RESOURCE_COST: Term
TERM_STABILITY: Term
TERM_UNSCHEDULED: Term
PRESET_UNSPECIFIED: Preset
PRESET_ON_TIME: Preset
PRESET_THROUGHPUT: Preset
PRESET_STABLE: Preset
PRESET_CHANGEOVERS: Preset

class WeightedTerm(_message.Message):
    __slots__ = ("term", "weight")
    TERM_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    term: Term
    weight: int
    def __init__(self, term: _Optional[_Union[Term, str]] = ..., weight: _Optional[int] = ...) -> None: ...

class Level(_message.Message):
    __slots__ = ("terms",)
    TERMS_FIELD_NUMBER: _ClassVar[int]
    terms: _containers.RepeatedCompositeFieldContainer[WeightedTerm]
    def __init__(self, terms: _Optional[_Iterable[_Union[WeightedTerm, _Mapping]]] = ...) -> None: ...

class Objective(_message.Message):
    __slots__ = ("levels", "preset")
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    levels: _containers.RepeatedCompositeFieldContainer[Level]
    preset: Preset
    def __init__(self, levels: _Optional[_Iterable[_Union[Level, _Mapping]]] = ..., preset: _Optional[_Union[Preset, str]] = ...) -> None: ...

class SolveOptions(_message.Message):
    __slots__ = ("time_limit", "work_limit", "threads", "workers", "seed", "objective", "partial", "incumbent_schedules")
    TIME_LIMIT_FIELD_NUMBER: _ClassVar[int]
    WORK_LIMIT_FIELD_NUMBER: _ClassVar[int]
    THREADS_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    INCUMBENT_SCHEDULES_FIELD_NUMBER: _ClassVar[int]
    time_limit: _duration_pb2.Duration
    work_limit: int
    threads: int
    workers: int
    seed: int
    objective: Objective
    partial: bool
    incumbent_schedules: bool
    def __init__(self, time_limit: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., work_limit: _Optional[int] = ..., threads: _Optional[int] = ..., workers: _Optional[int] = ..., seed: _Optional[int] = ..., objective: _Optional[_Union[Objective, _Mapping]] = ..., partial: bool = ..., incumbent_schedules: bool = ...) -> None: ...
