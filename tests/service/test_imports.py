"""What is loaded when, and what is said where the extra is missing."""

from __future__ import annotations

import subprocess
import sys


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_package_loads_no_grpc() -> None:
    code = "import sys, sopengine; print([m for m in sys.modules if m.split('.')[0] in ('grpc', 'google')])"
    assert run(code) == "[]"


def test_a_missing_extra_is_named() -> None:
    code = """
import sys
sys.modules["grpc"] = None
try:
    import sopengine.service
except ImportError as error:
    print(error.name, error)
"""
    assert run(code) == "grpc the service needs the extra `server`: pip install sopengine[server]"


def test_the_registry_of_solves_knows_no_grpc() -> None:
    from pathlib import Path

    import sopengine.service.solves as solves

    text = Path(solves.__file__).read_text()
    assert "import grpc" not in text
    assert "sopengine.v1" not in text
