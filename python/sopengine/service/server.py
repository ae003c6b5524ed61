"""The server: sockets, limits, health, and a quiet end.

It listens on the loopback interface unless told otherwise, and beyond it only with TLS (or `--insecure`).
On SIGTERM or Ctrl-C it first says NOT_SERVING, starts no more solves, lets those that run go on for a
while, ends them with the best they have, and then ends itself.
"""

from __future__ import annotations

import argparse
import ipaddress
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from sopengine.service.access import BearerTokens, read_tokens
from sopengine.service.scheduling import SERVICE, Scheduling
from sopengine.service.settings import Settings
from sopengine.v1 import scheduling_service_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_PORT: Final = 50051
DRAIN_S: Final = 10.0

_OPTIONS: Final = (
    ("grpc.so_reuseport", 0),
    ("grpc.max_concurrent_streams", 128),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.max_connection_idle_ms", 3_600_000),
    ("grpc.server_handshake_timeout_ms", 10_000),
)

_log = logging.getLogger(__name__)


class Server:
    """A server in this process.

    Parameters
    ----------
    address
        Host and port; port 0 takes a free one.
    settings
        What it allows.
    credentials
        TLS; None for plain text.
    tokens
        Bearer tokens, one of which each call must carry; none: every call is let in.
    reflect
        Whether clients may ask for the protos.
    """

    def __init__(
        self,
        address: str = "127.0.0.1:0",
        settings: Settings | None = None,
        *,
        credentials: grpc.ServerCredentials | None = None,
        tokens: Sequence[str] = (),
        reflect: bool = True,
    ) -> None:
        self.settings = settings or Settings()
        self.scheduling = Scheduling(self.settings)
        self._pool = ThreadPoolExecutor(self.settings.max_calls, thread_name_prefix="call")
        self._server = grpc.server(
            self._pool,
            interceptors=[BearerTokens(tokens)] if tokens else [],
            options=_OPTIONS,
            maximum_concurrent_rpcs=self.settings.max_calls,
        )
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        pb_grpc.add_SchedulingServiceServicer_to_server(self.scheduling, self._server)  # type: ignore[no-untyped-call]
        if reflect:
            names = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, self._server)
        if credentials is None:
            self.port: int = self._server.add_insecure_port(address)
        else:
            self.port = self._server.add_secure_port(address, credentials)

    def start(self) -> Self:
        """Listen."""
        self._server.start()
        for name in ("", SERVICE):
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        return self

    def stop(self, drain_s: float = DRAIN_S) -> None:
        """Say NOT_SERVING, let solves go on for `drain_s` seconds, end them with their best, and end."""
        self._health.enter_graceful_shutdown()
        self.scheduling.solves.drain(drain_s)
        self._server.stop(5.0).wait()
        self._pool.shutdown(wait=False)

    def wait(self) -> None:
        """Wait for the end."""
        self._server.wait_for_termination()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop(0.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    loopback = _is_loopback(options.host)
    credentials = _credentials(parser, options)
    if credentials is None and not loopback and not options.insecure:
        parser.error("beyond the loopback interface give --tls-cert and --tls-key, or --insecure")
    try:
        settings = _settings(options)
        tokens = read_tokens(options.token_file) if options.token_file else ()
        server = Server(
            f"{options.host}:{options.port}",
            settings,
            credentials=credentials,
            tokens=tokens,
            reflect=loopback or options.reflection,
        )
    except (ValueError, OSError, RuntimeError) as error:
        parser.error(str(error))
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    server.start()
    print(f"listening on {options.host}:{server.port}", flush=True)
    ended.wait()
    _log.info("draining for up to %g s", options.drain)
    server.stop(options.drain)
    return 0


def _parser() -> argparse.ArgumentParser:
    defaults = Settings()
    parser = argparse.ArgumentParser(prog="sopengine serve", description="Serve the engine over gRPC.")
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    add("--port", type=int, default=DEFAULT_PORT, help="port; 0 takes a free one (default %(default)s)")
    add("--calls", type=int, default=defaults.max_calls, help="calls at once (default %(default)s)")
    add("--solves", type=int, default=defaults.max_solves, help="solves at once (default: processors)")
    add("--threads", type=int, default=defaults.max_threads, help="threads of a solve (default: processors)")
    add(
        "--max-time", type=float, default=defaults.max_time_s, help="seconds of a solve (default %(default)s)"
    )
    add("--max-decoded", type=int, default=defaults.max_decoded_bytes, help="bytes of tables of a request")
    add("--max-uploads", type=int, default=defaults.max_upload_bytes, help="bytes of all uploads together")
    add("--drain", type=float, default=DRAIN_S, help="seconds that solves may go on at the end")
    add("--tls-cert", type=Path, help="certificate chain, PEM")
    add("--tls-key", type=Path, help="private key, PEM")
    add("--tls-client-ca", type=Path, help="CA of client certificates, PEM; then clients must have one")
    add("--token-file", type=Path, help="bearer tokens, one a line; then each call must carry one")
    add("--reflection", action="store_true", help="reflection beyond the loopback interface too")
    add("--insecure", action="store_true", help="plain text beyond the loopback interface")
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        max_calls=options.calls,
        max_solves=options.solves,
        max_threads=options.threads,
        max_time_s=options.max_time,
        max_decoded_bytes=options.max_decoded,
        max_upload_bytes=options.max_uploads,
    )


def _credentials(
    parser: argparse.ArgumentParser, options: argparse.Namespace
) -> grpc.ServerCredentials | None:
    if options.tls_cert is None and options.tls_key is None:
        if options.tls_client_ca is not None:
            parser.error("--tls-client-ca needs --tls-cert and --tls-key")
        return None
    if options.tls_cert is None or options.tls_key is None:
        parser.error("--tls-cert and --tls-key go together")
    try:
        authority = options.tls_client_ca.read_bytes() if options.tls_client_ca else None
        pair = (options.tls_key.read_bytes(), options.tls_cert.read_bytes())
    except OSError as error:
        parser.error(str(error))
    return grpc.ssl_server_credentials(
        [pair], root_certificates=authority, require_client_auth=authority is not None
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    raise SystemExit(main())
