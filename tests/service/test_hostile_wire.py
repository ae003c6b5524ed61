"""Mutated Arrow bytes in every request that carries a table: a status or findings, and the server lives.

A child process runs the server and its client, so that an abort is seen and named by its number instead of
ending the tests; ``SOPENGINE_MUTANTS=100000`` tries so many.

Run as a program: ``python test_hostile_wire.py SEED FIRST END`` prints each number before it is tried.
"""

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytest.importorskip("grpc")

import grpc

from hostile.mutations import MEMORY, PATIENCE, encode, mutants, spoil, tables

MUTANTS = mutants()
STATUSES = {"INVALID_ARGUMENT", "RESOURCE_EXHAUSTED", "NOT_FOUND"}
"""What a client that sends nonsense is told; never UNKNOWN or INTERNAL."""


class Caller:
    """Sends mutants to a server of this process."""

    def __init__(self, stub: Any) -> None:
        import sopengine as so

        self.stub = stub
        result = so.solve(so.Problem(**tables()), time_limit=None, work_limit=300, threads=1)
        self.sound = {name: encode(table) for name, table in tables().items()}
        self.answer = {"schedule": encode(result.schedule), "assignments": encode(result.assignments)}

    def attempt(self, seed: str, number: int) -> str:
        """The status of one request, `told` where its answer has findings, else `taken`."""
        rng = Random(f"{seed}/{number}")
        call = rng.choice([self.validate, self.validate, self.solve, self.evaluate, self.upload])
        try:
            return call(rng)
        except grpc.RpcError as error:
            status = error.code().name
            assert status in STATUSES, f"{number}: {status} {error.details()}"
            return status

    def problem(self, rng: Random) -> Any:
        """A problem with one spoiled table."""
        from sopengine.v1 import table_pb2

        name = rng.choice(sorted(self.sound))
        data = {**self.sound, name: spoil(rng, self.sound[name])}
        rows = [table_pb2.Table(name=each, arrow_ipc=stream) for each, stream in data.items()]
        return table_pb2.Problem(tables=rows)

    def validate(self, rng: Random) -> str:
        from sopengine.v1 import scheduling_service_pb2 as pb

        request = pb.ValidateProblemRequest(problem=self.problem(rng))
        answer = self.stub.ValidateProblem(request, timeout=60)
        assert answer.valid or answer.findings.total >= 1
        return "taken" if answer.valid else "told"

    def solve(self, rng: Random) -> str:
        from sopengine.v1 import options_pb2
        from sopengine.v1 import scheduling_service_pb2 as pb

        options = options_pb2.SolveOptions(work_limit=100)
        request = pb.SolveScheduleRequest(problem=self.problem(rng), options=options)
        last = list(self.stub.SolveSchedule(request, timeout=60))[-1]
        assert last.HasField("result")
        return "taken"

    def evaluate(self, rng: Random) -> str:
        from sopengine.v1 import scheduling_service_pb2 as pb
        from sopengine.v1 import table_pb2

        spoiled = rng.choice(sorted(self.answer))
        data = {**self.answer, spoiled: spoil(rng, self.answer[spoiled])}
        whole = [table_pb2.Table(name=name, arrow_ipc=stream) for name, stream in self.sound.items()]
        request = pb.EvaluateScheduleRequest(
            problem=table_pb2.Problem(tables=whole),
            schedule=[table_pb2.Table(name=name, arrow_ipc=stream) for name, stream in data.items()],
        )
        last = list(self.stub.EvaluateSchedule(request, timeout=60))[-1]
        assert last.HasField("result")
        return "taken"

    def upload(self, rng: Random) -> str:
        from sopengine.v1 import scheduling_service_pb2 as pb
        from sopengine.v1 import table_pb2

        data = spoil(rng, self.sound[rng.choice(sorted(self.sound))])
        size = rng.choice([64, 1_000, 1 << 20])
        chunks = [pb.UploadTableRequest(chunk=data[at : at + size]) for at in range(0, len(data), size)]
        answer = self.stub.UploadTable(iter(chunks), timeout=60)
        table = table_pb2.Table(name="operations", upload_id=answer.upload_id)
        try:
            request = pb.ValidateProblemRequest(problem=table_pb2.Problem(tables=[table]))
            self.stub.ValidateProblem(request, timeout=60)
        finally:
            self.stub.DeleteTable(pb.DeleteTableRequest(upload_id=answer.upload_id), timeout=60)
        return "told"


def child(seed: str, first: int, end: int) -> None:
    import resource

    from sopengine.service import Server
    from sopengine.service.settings import Settings
    from sopengine.v1 import scheduling_service_pb2 as pb
    from sopengine.v1 import scheduling_service_pb2_grpc as pb_grpc

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with (
        Server(settings=Settings(max_solves=4, max_threads=2)) as server,
        grpc.insecure_channel(f"localhost:{server.port}") as channel,
    ):
        caller = Caller(pb_grpc.SchedulingServiceStub(channel))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(first, end):
            print(number, flush=True)
            faulthandler.dump_traceback_later(20 * PATIENCE, exit=True)
            spent = time.process_time()
            print(caller.attempt(seed, number), flush=True)
            spent = time.process_time() - spent
            assert spent < PATIENCE, f"{number} took {spent:.1f} s"
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
            assert grown < MEMORY, f"{number} raised the peak by {grown >> 20} MiB"
        faulthandler.cancel_dump_traceback_later()
        # A sound request is still served.
        from sopengine.v1 import table_pb2

        rows = [table_pb2.Table(name=name, arrow_ipc=stream) for name, stream in caller.sound.items()]
        problem = table_pb2.Problem(tables=rows)
        assert caller.stub.ValidateProblem(pb.ValidateProblemRequest(problem=problem), timeout=60).valid


@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured with the module resource")
@pytest.mark.timeout(7_200)
def test_no_mutant_ends_the_server() -> None:
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, __file__, "wire", "0", str(MUTANTS)],
        capture_output=True,
        text=True,
        timeout=7_200,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    lines = done.stdout.split()
    numbers = [line for line in lines if line.isdigit()]
    seen = Counter(line for line in lines if not line.isdigit())
    print(dict(seen))
    assert done.returncode == 0, f"after {numbers[-1:]}: {done.returncode}: {done.stderr[-2_000:]}"
    assert seen.total() == MUTANTS
    assert min(seen[way] for way in ("INVALID_ARGUMENT", "told", "taken")) > MUTANTS // 50, seen


if __name__ == "__main__":
    child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
