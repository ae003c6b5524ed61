"""Requests that no client of ours sends, and what the status says about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
import pyarrow as pa
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from service import shops
from sopengine.service.transfer import whole
from sopengine.v1 import finding_pb2, options_pb2, table_pb2
from sopengine.v1 import scheduling_service_pb2 as pb
from sopengine.v1 import scheduling_service_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from sopengine.service import Server


def wire(tables: dict[str, Any]) -> table_pb2.Problem:
    return table_pb2.Problem(tables=[whole(name, pa.table(table)) for name, table in tables.items()])


def failure(call: Any) -> tuple[grpc.StatusCode, str, list[str], int]:
    """Code, reason, paths and number of findings of a call that fails."""
    with pytest.raises(grpc.RpcError) as caught:
        list(call) if hasattr(call, "__iter__") else call()
    error = caught.value
    reasons, paths, total = [], [], 0
    for detail in rpc_status.from_call(error).details:
        info, bad, listed = (
            error_details_pb2.ErrorInfo(),
            error_details_pb2.BadRequest(),
            finding_pb2.FindingList(),
        )
        if detail.Unpack(info):
            assert info.domain == "sopengine"
            reasons.append(info.reason)
        elif detail.Unpack(bad):
            paths = [violation.field for violation in bad.field_violations]
        elif detail.Unpack(listed):
            total = listed.total
    assert len(reasons) == 1
    return error.code(), reasons[0], paths, total


def test_an_empty_request_names_what_is_missing(stub: Any) -> None:
    code, reason, paths, total = failure(stub.SolveSchedule(pb.SolveScheduleRequest()))
    assert (code, reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MISSING_TABLE")
    assert {"tables.operations", "tables.modes", "tables.resources"} <= set(paths)
    assert total == 3
    answer = stub.ValidateProblem(pb.ValidateProblemRequest())
    assert not answer.valid
    assert answer.findings.total == 3


def test_paths_lead_to_the_cell(stub: Any) -> None:
    tables = shops.paint()
    tables["modes"]["duration"][2] = -3
    code, reason, paths, _ = failure(stub.SolveSchedule(pb.SolveScheduleRequest(problem=wire(tables))))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert reason == reason.upper()
    assert paths == ["tables.modes.rows[2].duration"]


def test_many_errors_fit_trailers_and_come_whole_before(stub: Any) -> None:
    tables = shops.paint()
    tables["orders"] = {"order": [f"{'long name ' * 20}{row % 3}" for row in range(3_000)]}
    call = stub.SolveSchedule(pb.SolveScheduleRequest(problem=wire(tables)))
    first = next(call)
    listed = first.findings
    assert 50 < len(listed.findings) <= 1_000
    assert first.ByteSize() < 1 << 20
    code, _, paths, total = failure(call)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert 1 <= len(paths) <= 100
    assert total == listed.total


def refused_tables() -> dict[str, tuple[list[table_pb2.Table], str, str]]:
    good = whole("operations", pa.table({"operation": ["a"]}))
    return {
        "twice": ([good, good], "DUPLICATE_TABLE", "tables.operations"),
        "no rows": ([table_pb2.Table(name="operations")], "FIELD_MISSING", "tables.operations"),
        "piece": (
            [table_pb2.Table(name="operations", arrow_ipc=good.arrow_ipc, continues=True)],
            "FIELD_MISSING",
            "tables.operations",
        ),
        "no name": ([table_pb2.Table(arrow_ipc=good.arrow_ipc)], "UNKNOWN_TABLE", "problem"),
        "keyword": (
            [table_pb2.Table(name="scale", arrow_ipc=good.arrow_ipc)],
            "UNKNOWN_TABLE",
            "tables.scale",
        ),
        "receiver": (
            [table_pb2.Table(name="self", arrow_ipc=good.arrow_ipc)],
            "UNKNOWN_TABLE",
            "tables.self",
        ),
        "engine's": (
            [table_pb2.Table(name="../x\0", arrow_ipc=good.arrow_ipc)],
            "UNKNOWN_TABLE",
            "tables.../x\0",
        ),
        "too many": (
            [table_pb2.Table(name=f"t{n}", arrow_ipc=good.arrow_ipc) for n in range(70)],
            "PARAM_RANGE",
            "tables",
        ),
        "empty bytes": (
            [table_pb2.Table(name="operations", arrow_ipc=b"")],
            "ARROW_TRUNCATED",
            "tables.operations",
        ),
    }


@pytest.mark.parametrize("case", refused_tables())
def test_tables_that_are_none(stub: Any, case: str) -> None:
    tables, reason, path = refused_tables()[case]
    found = failure(stub.SolveSchedule(pb.SolveScheduleRequest(problem=table_pb2.Problem(tables=tables))))
    assert found[0] is grpc.StatusCode.INVALID_ARGUMENT
    assert found[1] == reason
    if case != "engine's":
        assert path in found[2]


OBJECTIVES = {
    "preset 999": options_pb2.Objective(preset=999),
    "term 999": options_pb2.Objective(
        levels=[options_pb2.Level(terms=[options_pb2.WeightedTerm(term=999, weight=1)])]
    ),
    "term 0": options_pb2.Objective(levels=[options_pb2.Level(terms=[options_pb2.WeightedTerm(weight=1)])]),
    "both": options_pb2.Objective(
        preset=options_pb2.PRESET_STABLE,
        levels=[
            options_pb2.Level(terms=[options_pb2.WeightedTerm(term=options_pb2.TERM_MAKESPAN, weight=1)])
        ],
    ),
    "levels": options_pb2.Objective(levels=[options_pb2.Level()] * 100_000),
    "twice": options_pb2.Objective(
        levels=[
            options_pb2.Level(terms=[options_pb2.WeightedTerm(term=options_pb2.TERM_MAKESPAN, weight=1)] * 2)
        ]
    ),
}


@pytest.mark.parametrize("case", OBJECTIVES)
def test_objectives_that_are_none(stub: Any, case: str) -> None:
    options = options_pb2.SolveOptions(objective=OBJECTIVES[case])
    code, reason, paths, _ = failure(stub.SolveSchedule(pb.SolveScheduleRequest(options=options)))
    assert (code, reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PARAM_RANGE")
    assert paths[0].startswith("options.objective")


def test_options_out_of_range(stub: Any) -> None:
    options = options_pb2.SolveOptions(workers=10_000, work_limit=-1)
    request = pb.SolveScheduleRequest(problem=wire(shops.paint()), options=options)
    code, reason, paths, _ = failure(stub.SolveSchedule(request))
    assert (code, reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PARAM_RANGE")
    assert paths == ["options.work_limit", "options.workers"]


@pytest.mark.parametrize("solve_id", ["", "../x", "a" * 31, "A" * 32, "0" * 33, "x\0y"])
def test_what_is_no_id(stub: Any, solve_id: str) -> None:
    for call in (
        lambda: stub.CancelSolve(pb.CancelSolveRequest(solve_id=solve_id)),
        lambda: list(stub.GetSolveResult(pb.GetSolveResultRequest(solve_id=solve_id))),
        lambda: stub.DeleteTable(pb.DeleteTableRequest(upload_id=solve_id)),
    ):
        assert failure(call)[:2] == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_ID")


def test_ids_that_nobody_has(stub: Any) -> None:
    none = "0" * 32
    uploaded = table_pb2.Problem(tables=[table_pb2.Table(name="operations", upload_id=none)])
    not_found = grpc.StatusCode.NOT_FOUND
    assert failure(lambda: stub.CancelSolve(pb.CancelSolveRequest(solve_id=none)))[:2] == (
        not_found,
        "SOLVE_NOT_FOUND",
    )
    call = stub.GetSolveResult(pb.GetSolveResultRequest(solve_id=none))
    assert failure(call)[:2] == (not_found, "SOLVE_NOT_FOUND")
    assert failure(stub.SolveSchedule(pb.SolveScheduleRequest(problem=uploaded)))[:2] == (
        not_found,
        "UPLOAD_NOT_FOUND",
    )
    assert failure(lambda: stub.DeleteTable(pb.DeleteTableRequest(upload_id=none)))[:2] == (
        not_found,
        "UPLOAD_NOT_FOUND",
    )


def test_a_bug_is_an_incident_without_a_trace(
    stub: Any, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("secret of the house")

    monkeypatch.setattr("sopengine.service.scheduling.solve", broken)
    call = stub.SolveSchedule(pb.SolveScheduleRequest(problem=wire(shops.paint())))
    assert next(call).HasField("started")
    code, reason, _, _ = failure(call)
    assert (code, reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert "secret" not in call.details()
    incident = call.details().split("incident ")[1]
    assert incident in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert server.scheduling.solves.running == 0


def test_a_message_too_large_is_refused(stub: Any) -> None:
    table = table_pb2.Table(name="operations", arrow_ipc=bytes(5 << 20))
    with pytest.raises(grpc.RpcError) as caught:
        stub.ValidateProblem(pb.ValidateProblemRequest(problem=table_pb2.Problem(tables=[table])))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_compressed_message_is_bounded_by_what_it_becomes(server: Server) -> None:
    table = table_pb2.Table(name="operations", arrow_ipc=bytes(64 << 20))
    request = pb.ValidateProblemRequest(problem=table_pb2.Problem(tables=[table]))
    target, gzip = f"localhost:{server.port}", grpc.Compression.Gzip
    with grpc.insecure_channel(target, compression=gzip) as channel, pytest.raises(grpc.RpcError) as caught:
        pb_grpc.SchedulingServiceStub(channel).ValidateProblem(request)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
