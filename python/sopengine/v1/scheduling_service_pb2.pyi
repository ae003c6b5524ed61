import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from sopengine.v1 import finding_pb2 as _finding_pb2
from sopengine.v1 import options_pb2 as _options_pb2
from sopengine.v1 import result_pb2 as _result_pb2
from sopengine.v1 import table_pb2 as _table_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ValidateProblemRequest(_message.Message):
    __slots__ = ("problem",)
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    problem: _table_pb2.Problem
    def __init__(self, problem: _Optional[_Union[_table_pb2.Problem, _Mapping]] = ...) -> None: ...

class ValidateProblemResponse(_message.Message):
    __slots__ = ("valid", "findings", "orders", "operations", "resources")
    VALID_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    findings: _finding_pb2.FindingList
    orders: int
    operations: int
    resources: int
    def __init__(self, valid: bool = ..., findings: _Optional[_Union[_finding_pb2.FindingList, _Mapping]] = ..., orders: _Optional[int] = ..., operations: _Optional[int] = ..., resources: _Optional[int] = ...) -> None: ...

class SolveScheduleRequest(_message.Message):
    __slots__ = ("problem", "options", "start")
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    problem: _table_pb2.Problem
    options: _options_pb2.SolveOptions
    start: _containers.RepeatedCompositeFieldContainer[_table_pb2.Table]
    def __init__(self, problem: _Optional[_Union[_table_pb2.Problem, _Mapping]] = ..., options: _Optional[_Union[_options_pb2.SolveOptions, _Mapping]] = ..., start: _Optional[_Iterable[_Union[_table_pb2.Table, _Mapping]]] = ...) -> None: ...

class SolveStarted(_message.Message):
    __slots__ = ("solve_id", "time_limit", "threads")
    SOLVE_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_LIMIT_FIELD_NUMBER: _ClassVar[int]
    THREADS_FIELD_NUMBER: _ClassVar[int]
    solve_id: str
    time_limit: _duration_pb2.Duration
    threads: int
    def __init__(self, solve_id: _Optional[str] = ..., time_limit: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., threads: _Optional[int] = ...) -> None: ...

class SolveScheduleResponse(_message.Message):
    __slots__ = ("started", "table", "incumbent", "result", "findings")
    STARTED_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    INCUMBENT_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    started: SolveStarted
    table: _table_pb2.Table
    incumbent: _result_pb2.Incumbent
    result: _result_pb2.Result
    findings: _finding_pb2.FindingList
    def __init__(self, started: _Optional[_Union[SolveStarted, _Mapping]] = ..., table: _Optional[_Union[_table_pb2.Table, _Mapping]] = ..., incumbent: _Optional[_Union[_result_pb2.Incumbent, _Mapping]] = ..., result: _Optional[_Union[_result_pb2.Result, _Mapping]] = ..., findings: _Optional[_Union[_finding_pb2.FindingList, _Mapping]] = ...) -> None: ...

class EvaluateScheduleRequest(_message.Message):
    __slots__ = ("problem", "schedule", "objective", "partial")
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    problem: _table_pb2.Problem
    schedule: _containers.RepeatedCompositeFieldContainer[_table_pb2.Table]
    objective: _options_pb2.Objective
    partial: bool
    def __init__(self, problem: _Optional[_Union[_table_pb2.Problem, _Mapping]] = ..., schedule: _Optional[_Iterable[_Union[_table_pb2.Table, _Mapping]]] = ..., objective: _Optional[_Union[_options_pb2.Objective, _Mapping]] = ..., partial: bool = ...) -> None: ...

class EvaluateScheduleResponse(_message.Message):
    __slots__ = ("table", "result", "findings")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    table: _table_pb2.Table
    result: _result_pb2.Result
    findings: _finding_pb2.FindingList
    def __init__(self, table: _Optional[_Union[_table_pb2.Table, _Mapping]] = ..., result: _Optional[_Union[_result_pb2.Result, _Mapping]] = ..., findings: _Optional[_Union[_finding_pb2.FindingList, _Mapping]] = ...) -> None: ...

class CancelSolveRequest(_message.Message):
    __slots__ = ("solve_id",)
    SOLVE_ID_FIELD_NUMBER: _ClassVar[int]
    solve_id: str
    def __init__(self, solve_id: _Optional[str] = ...) -> None: ...

class CancelSolveResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetSolveResultRequest(_message.Message):
    __slots__ = ("solve_id",)
    SOLVE_ID_FIELD_NUMBER: _ClassVar[int]
    solve_id: str
    def __init__(self, solve_id: _Optional[str] = ...) -> None: ...

class GetSolveResultResponse(_message.Message):
    __slots__ = ("table", "result")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    table: _table_pb2.Table
    result: _result_pb2.Result
    def __init__(self, table: _Optional[_Union[_table_pb2.Table, _Mapping]] = ..., result: _Optional[_Union[_result_pb2.Result, _Mapping]] = ...) -> None: ...

class UploadTableRequest(_message.Message):
    __slots__ = ("chunk", "sha256")
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    sha256: bytes
    def __init__(self, chunk: _Optional[bytes] = ..., sha256: _Optional[bytes] = ...) -> None: ...

class UploadTableResponse(_message.Message):
    __slots__ = ("upload_id", "size_bytes", "ttl")
    UPLOAD_ID_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    upload_id: str
    size_bytes: int
    ttl: _duration_pb2.Duration
    def __init__(self, upload_id: _Optional[str] = ..., size_bytes: _Optional[int] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class DeleteTableRequest(_message.Message):
    __slots__ = ("upload_id",)
    UPLOAD_ID_FIELD_NUMBER: _ClassVar[int]
    upload_id: str
    def __init__(self, upload_id: _Optional[str] = ...) -> None: ...

class DeleteTableResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
