"""A server on a free port of the loopback interface, clients of it, and both doors as one fixture."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("grpc")

import sopengine as so
from sopengine.service import Client, Server
from sopengine.service.settings import Settings
from sopengine.v1 import scheduling_service_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(settings=Settings(max_solves=4, max_threads=2, stalled_s=5.0, upload_idle_s=1.0)) as started:
        yield started


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(f"localhost:{server.port}") as connected:
        yield connected


@pytest.fixture
def stub(server: Server) -> Iterator[Any]:
    """The bare stub, for requests that no client of ours would send."""
    import grpc

    with grpc.insecure_channel(f"localhost:{server.port}") as channel:
        yield pb_grpc.SchedulingServiceStub(channel)


@dataclass
class Door:
    """The calls of the local API, in process or over the wire, from tables."""

    solve: Callable[..., so.Result]
    evaluate: Callable[..., so.Result]
    validate: Callable[..., Any]


@pytest.fixture(params=["process", "wire"])
def door(request: pytest.FixtureRequest, client: Client) -> Door:
    if request.param == "wire":
        return Door(client.solve, client.evaluate, client.validate)

    def made(tables: Any, scale: int | None = None) -> so.Problem:
        return so.Problem(scale=scale, **tables)

    def solve(tables: Any, *, scale: int | None = None, **options: Any) -> so.Result:
        return so.solve(made(tables, scale), **options)

    def evaluate(tables: Any, *given: Any, scale: int | None = None, **options: Any) -> so.Result:
        return so.evaluate(made(tables, scale), *given, **options)

    return Door(solve, evaluate, lambda tables, scale=None: made(tables, scale).findings)


def until(fact: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether a fact comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.002)
    return fact()
