"""The list of commands; each one is imported only when it is called for."""

from __future__ import annotations

import importlib
from typing import Final

import click

_COMMANDS: Final = ("demo", "describe", "evaluate", "plan", "serve", "solve")


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, sorted."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of this name."""
        if cmd_name not in _COMMANDS:
            return None
        loaded: click.Command = importlib.import_module(f"sopengine.cli.{cmd_name}").command
        return loaded


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sopengine", prog_name="sopengine")
def command() -> None:
    """Production planning and scheduling: a verified schedule from tables, in seconds."""
