from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Table(_message.Message):
    __slots__ = ("name", "arrow_ipc", "upload_id", "continues")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARROW_IPC_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_ID_FIELD_NUMBER: _ClassVar[int]
    CONTINUES_FIELD_NUMBER: _ClassVar[int]
    name: str
    arrow_ipc: bytes
    upload_id: str
    continues: bool
    def __init__(self, name: _Optional[str] = ..., arrow_ipc: _Optional[bytes] = ..., upload_id: _Optional[str] = ..., continues: bool = ...) -> None: ...

class Problem(_message.Message):
    __slots__ = ("tables", "scale")
    TABLES_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    tables: _containers.RepeatedCompositeFieldContainer[Table]
    scale: int
    def __init__(self, tables: _Optional[_Iterable[_Union[Table, _Mapping]]] = ..., scale: _Optional[int] = ...) -> None: ...
