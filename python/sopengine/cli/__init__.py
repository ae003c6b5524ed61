"""The command line: `sopengine COMMAND`. Extra `cli`.

Exit codes: 0 done, 1 a defect of the program, 2 wrong input or usage, 3 no schedule, infeasible or none
found (for `evaluate`: the schedule breaks rules). Answers go to stdout, progress and findings to stderr, so
`--json` leaves exactly one JSON object on stdout whatever happens.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

OK = 0
BAD_INPUT = 2
INFEASIBLE = 3
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        import click
        import rich  # noqa: F401
    except ImportError:
        print(
            "sopengine: the command line needs the extra `cli`: pip install sopengine[cli]", file=sys.stderr
        )
        return BAD_INPUT
    from sopengine.cli.failure import explain
    from sopengine.cli.group import command

    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = command.main(args=given, prog_name="sopengine", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except (OSError, ValueError, ImportError) as error:
        return explain(error, as_json="--json" in given)
    return code if isinstance(code, int) else OK
