"""Health, reflection, tokens, TLS, and the quiet end of a server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

import sopengine as so
from service import shops
from service.conftest import until
from sopengine.service import Client, Server, ServiceError
from sopengine.service.access import read_tokens
from sopengine.service.scheduling import SERVICE
from sopengine.service.server import main
from sopengine.service.settings import Settings
from sopengine.v1 import scheduling_service_pb2 as pb
from sopengine.v1 import scheduling_service_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def health_of(channel: grpc.Channel, name: str = "") -> int:
    stub = health_pb2_grpc.HealthStub(channel)
    return int(stub.Check(health_pb2.HealthCheckRequest(service=name)).status)


@pytest.fixture
def channel(server: Server) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(f"localhost:{server.port}") as opened:
        yield opened


def test_health_of_the_server_and_of_the_service(channel: grpc.Channel) -> None:
    assert health_of(channel) == SERVING
    assert health_of(channel, SERVICE) == SERVING
    with pytest.raises(grpc.RpcError) as caught:
        health_of(channel, "sopengine.v9.Other")
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_reflection_tells_the_service(channel: grpc.Channel) -> None:
    names = ProtoReflectionDescriptorDatabase(channel).get_services()
    assert {SERVICE, "grpc.health.v1.Health"} <= set(names)


def test_reflection_can_be_off() -> None:
    with Server(reflect=False) as quiet, grpc.insecure_channel(f"localhost:{quiet.port}") as opened:
        with pytest.raises(grpc.RpcError) as caught:
            ProtoReflectionDescriptorDatabase(opened).get_services()
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_an_unknown_method_is_unimplemented(channel: grpc.Channel) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(f"/{SERVICE}/DropEverything")(b"")
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_draining_says_so_first_and_keeps_the_best() -> None:
    problem = so.Problem(**shops.shop(40, 10))
    server = Server(settings=Settings(max_solves=2)).start()
    results: list[so.Result] = []

    def run() -> None:
        with Client(f"localhost:{server.port}") as own:
            results.append(own.solve(problem, time_limit=60))

    with grpc.insecure_channel(f"localhost:{server.port}") as opened:
        assert health_of(opened) == SERVING
        solving = threading.Thread(target=run)
        solving.start()
        assert until(lambda: server.scheduling.solves.running == 1)
        stopping = threading.Thread(target=server.stop, args=(1.0,))
        before = time.monotonic()
        stopping.start()
        assert until(lambda: server.scheduling.solves.closed)
        assert health_of(opened) == NOT_SERVING
        with Client(f"localhost:{server.port}") as late, pytest.raises(ServiceError) as caught:
            late.solve(problem)
        assert (caught.value.code, caught.value.reason) == ("UNAVAILABLE", "DRAINING")
        solving.join(20)
        stopping.join(20)
    assert not stopping.is_alive()
    assert 0.9 < time.monotonic() - before < 10
    assert results[0].termination.limit == "cancelled"
    assert results[0].verify().num_rows == 0


TOKEN = "a token of some length"


def test_a_call_needs_a_token() -> None:
    problem = so.Problem(**shops.paint())
    with Server(tokens=["another one of length", TOKEN]) as guarded:
        target = f"localhost:{guarded.port}"
        with Client(target, token=TOKEN) as known:
            assert known.solve(problem, work_limit=100).verify().num_rows == 0
        for token in (None, "", TOKEN[:-1], TOKEN + "x", "another"):
            with Client(target, token=token) as stranger:
                for call in (stranger.validate, stranger.solve):
                    with pytest.raises(ServiceError) as caught:
                        call(problem)
                    assert caught.value.code == "UNAUTHENTICATED"
        with grpc.insecure_channel(target) as opened:
            assert health_of(opened) == SERVING


def test_every_method_is_guarded() -> None:
    from google.protobuf import message_factory

    methods = pb.DESCRIPTOR.services_by_name["SchedulingService"].methods
    assert len(methods) >= 7
    with Server(tokens=[TOKEN]) as guarded, grpc.insecure_channel(f"localhost:{guarded.port}") as opened:
        stub = pb_grpc.SchedulingServiceStub(opened)
        for method in methods:
            request = message_factory.GetMessageClass(method.input_type)()
            with pytest.raises(grpc.RpcError) as caught:
                given: Any = iter([request]) if method.client_streaming else request
                answer = getattr(stub, method.name)(given)
                list(answer)
            assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED, method.name


def test_tokens_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_text(f"{TOKEN}\n\n  {TOKEN[::-1]}  \n")
    assert read_tokens(path) == (TOKEN, TOKEN[::-1])
    for bad in ("", "short\n"):
        path.write_text(bad)
        with pytest.raises(ValueError, match="at least 16"):
            read_tokens(path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "--insecure"),
        (["--tls-cert", "x.pem"], "go together"),
        (["--tls-client-ca", "x.pem"], "needs --tls-cert"),
        (["--tls-cert", "no.pem", "--tls-key", "no.pem"], "No such file"),
        (["--calls", "3", "--solves", "2"], "max_calls"),
        (["--token-file", "/no/such/file"], "No such file"),
        (["--port", "seventeen"], "invalid int"),
    ],
)
def test_options_that_cannot_be(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


def test_a_process_ends_quietly_on_sigterm() -> None:
    command = [sys.executable, "-m", "sopengine.service.server", "--port", "0", "--drain", "0.2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        with Client(f"localhost:{port}") as client:
            result = client.solve(shops.paint(), work_limit=1_000)
            assert result.objective["makespan"] == 9
        os.kill(process.pid, signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in errors


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost that signs itself."""
    folder = tmp_path_factory.mktemp("tls")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("openssl is needed to make a certificate")
    return folder


def test_tls_and_client_certificates(certificate: Path) -> None:
    key, chain = ((certificate / name).read_bytes() for name in ("key.pem", "cert.pem"))
    credentials = grpc.ssl_server_credentials([(key, chain)], chain, require_client_auth=True)
    problem = so.Problem(**shops.paint())
    with Server("localhost:0", credentials=credentials) as server:
        target = f"localhost:{server.port}"
        known = grpc.ssl_channel_credentials(chain, key, chain)
        with Client(target, credentials=known, timeout=20) as client:
            assert client.validate(problem).num_rows == 0
        for stranger in (grpc.ssl_channel_credentials(chain), None):
            with (
                Client(target, credentials=stranger, timeout=20) as client,
                pytest.raises(ServiceError) as caught,
            ):
                client.validate(problem)
            assert caught.value.code == "UNAVAILABLE"
