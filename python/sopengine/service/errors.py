"""Errors on the wire, both ways.

Wrong input is INVALID_ARGUMENT with a `BadRequest` (paths such as `tables.operations.rows[17].duration`), an
`ErrorInfo` and the findings themselves. Clients take about 8 KiB of trailers and no more, so an error
carries the first findings and the number of all; streams send the whole list as a message before they end.
A bug is INTERNAL with an incident number: the trace stays in the log of the server.
"""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any, Final

import grpc
from google.protobuf import duration_pb2
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from sopengine.errors import SopDataError, SopError, SopInternalError
from sopengine.service.convert import finding_from, finding_list
from sopengine.v1 import finding_pb2

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sopengine.errors import Finding

DOMAIN: Final = "sopengine"
MAX_VIOLATIONS: Final = 100
_VIOLATION_BYTES: Final = 2_000
_FINDING_BYTES: Final = 2_000
_OPTIONS: Final = frozenset(
    {"time_limit", "work_limit", "threads", "workers", "seed", "objective", "partial"}
)

_log = logging.getLogger(__name__)


class Refusal(SopError):
    """A call that is refused for another reason than wrong tables.

    Parameters
    ----------
    code
        Code of the call.
    reason
        Stable reason in upper snake case.
    text
        One sentence for people.
    quota
        What is used up, where something is.
    retry_s
        Seconds after which to try again; None where that would not help.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        text: str,
        *,
        quota: str | None = None,
        retry_s: int | None = None,
    ) -> None:
        super().__init__(text)
        self.code = code
        self.reason = reason
        self.quota = quota
        self.retry_s = retry_s


class ServiceError(SopError):
    """A call that failed for another reason than wrong input or a bug: refused, out of reach, too late.

    Parameters
    ----------
    code
        Name of the code of the call, such as `UNAVAILABLE`.
    reason
        Stable reason of the service, such as `TOO_MANY_SOLVES`; empty where the network failed.
    text
        One sentence for people.
    solve_id
        The solve concerned, whose result the service may still have (`Client.result`).
    """

    def __init__(self, code: str, reason: str, text: str, solve_id: str | None = None) -> None:
        super().__init__(f"{code}: {text}" if text else code)
        self.code = code
        self.reason = reason
        self.text = text
        self.solve_id = solve_id


def path_of(finding: Finding) -> str:
    """Where a finding is, as a path into the request."""
    if finding.table is None:
        if finding.column is not None and finding.column.partition(".")[0] in _OPTIONS:
            return f"options.{finding.column}"
        return finding.column or (f"tables.{finding.id}" if finding.id else "problem")
    path = f"tables.{finding.table}"
    if finding.row is not None:
        path += f".rows[{finding.row}]"
    return f"{path}.{finding.column}" if finding.column else path


def status_of(error: BaseException) -> status_pb2.Status:
    """Status with details for anything that a call can raise."""
    if isinstance(error, SopDataError):
        return _data_status(error.issues)
    if isinstance(error, Refusal):
        return _refusal_status(error)
    incident = secrets.token_hex(8)
    _log.error("incident %s", incident, exc_info=error)
    info = error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN, metadata={"incident": incident})
    text = f"a bug of the service; it is in its log as incident {incident}"
    return _status(grpc.StatusCode.INTERNAL, text, [info])


def _data_status(issues: list[Finding]) -> status_pb2.Status:
    errors = [issue for issue in issues if issue.severity == "error"]
    reason = errors[0].check if errors else "INVALID"
    large = bool(errors) and all(issue.check == "DECOMPRESSED_TOO_LARGE" for issue in errors)
    code = grpc.StatusCode.RESOURCE_EXHAUSTED if large else grpc.StatusCode.INVALID_ARGUMENT
    info = error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata={"total": str(len(errors))})
    bad = error_details_pb2.BadRequest()
    for issue in errors[:MAX_VIOLATIONS]:
        description = str(issue)[:400]
        bad.field_violations.add(field=path_of(issue)[:200], description=description, reason=issue.check)
        if bad.ByteSize() > _VIOLATION_BYTES and len(bad.field_violations) > 1:
            del bad.field_violations[-1]
            break
    noun = "error" if len(errors) == 1 else "errors"
    first = f"; the first: {errors[0]}" if errors else ""
    text = f"{len(errors)} {noun} in the input{first}"[:500]
    return _status(code, text, [info, bad, finding_list(issues, MAX_VIOLATIONS, _FINDING_BYTES)])


def _refusal_status(error: Refusal) -> status_pb2.Status:
    details: list[Any] = [error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN)]
    if error.quota is not None:
        quota = error_details_pb2.QuotaFailure()
        quota.violations.add(subject=error.quota, description=str(error))
        details.append(quota)
    if error.retry_s is not None:
        delay = duration_pb2.Duration(seconds=error.retry_s)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    return _status(error.code, str(error), details)


def _status(code: grpc.StatusCode, text: str, details: Iterable[Any]) -> status_pb2.Status:
    status = status_pb2.Status(code=code.value[0], message=text)
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def abort(context: grpc.ServicerContext, error: BaseException) -> None:
    """End a call with the status of an error."""
    context.abort_with_status(rpc_status.to_status(status_of(error)))


def raised_by(
    error: grpc.RpcError, issues: list[Finding] | None = None, solve_id: str | None = None
) -> SopError:
    """Return the exception of the local API for a failed call.

    Parameters
    ----------
    error
        What gRPC raised.
    issues
        All findings, where the stream has sent them.
    solve_id
        The solve concerned.
    """
    status = rpc_status.from_call(error)
    reason, listed = "", []
    for detail in status.details if status is not None else ():
        info, findings = error_details_pb2.ErrorInfo(), finding_pb2.FindingList()
        if detail.Unpack(info):
            reason = info.reason
        elif detail.Unpack(findings):
            listed = [finding_from(finding) for finding in findings.findings]
    if issues or listed:
        return SopDataError(issues or listed)
    code, text = error.code().name, error.details() or ""
    if reason == "INTERNAL":
        return SopInternalError(text)
    return ServiceError(code, reason, text, solve_id)


__all__ = ["Refusal", "ServiceError", "SopInternalError", "abort", "path_of", "raised_by", "status_of"]
