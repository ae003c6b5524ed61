"""The engine over gRPC: a server, and a client with the calls of the local API.

    from sopengine.service import Client

    with Client("localhost:50051") as client:
        result = client.solve(problem, time_limit=10, on_progress=print)

What crosses the wire is written in `proto/`; `sopengine serve --help` lists the options of the server.
Needs the extra `server`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

try:
    for _needed in ("grpc", "google.protobuf", "google.rpc.status_pb2", "grpc_status"):
        import_module(_needed)
except ImportError as _error:
    raise ImportError(
        "the service needs the extra `server`: pip install sopengine[server]", name=_error.name
    ) from _error

if TYPE_CHECKING:
    from sopengine.service.client import Client
    from sopengine.service.errors import ServiceError
    from sopengine.service.server import Server

__all__ = ["Client", "Server", "ServiceError"]

_LATER: Final = {"Client": "client", "ServiceError": "errors", "Server": "server"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'sopengine.service' has no attribute {name!r}")
    return getattr(import_module(f"sopengine.service.{_LATER[name]}"), name)
