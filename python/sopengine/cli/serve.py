"""`sopengine serve`: the gRPC service."""

from __future__ import annotations

import click


@click.command(
    "serve",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> int:
    """Serve the engine over gRPC; options are those of the server (see `serve --help`)."""
    try:
        from sopengine.service.server import main
    except ImportError as error:
        if (error.name or "").split(".")[0] not in (
            "grpc",
            "google",
            "grpc_health",
            "grpc_reflection",
            "grpc_status",
        ):
            raise
        raise ImportError("the service needs the extra `server`: pip install sopengine[server]") from error
    return int(main(list(arguments)) or 0)
