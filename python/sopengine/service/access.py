"""Who may call: bearer tokens.

A call carries `authorization: Bearer <token>`; health stays open, for load balancers. What is wrong with a
token is not told.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any, Final

import grpc

from sopengine.service.errors import Refusal, abort

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SHORTEST: Final = 16
_OPEN: Final = "/grpc.health.v1.Health/"


class BearerTokens(grpc.ServerInterceptor):  # type: ignore[misc]
    """Lets calls in that carry one of the tokens.

    Parameters
    ----------
    tokens
        The tokens.
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = [token.encode() for token in tokens]

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        """Refuse a call without a token that we know."""
        if details.method.startswith(_OPEN) or self._known(details.invocation_metadata):
            return continuation(details)
        handler = continuation(details)
        return None if handler is None else _refusing(handler)

    def _known(self, metadata: Any) -> bool:
        given = [value for key, value in metadata or () if key == "authorization"]
        if len(given) != 1 or not isinstance(given[0], str) or not given[0].startswith("Bearer "):
            return False
        token = given[0].removeprefix("Bearer ").encode("utf-8", "replace")
        return any([hmac.compare_digest(token, known) for known in self._tokens])


def _refusing(handler: Any) -> Any:
    """Return a handler of the same shape that refuses."""

    def refuse(_: Any, context: grpc.ServicerContext) -> Any:
        abort(context, Refusal(grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED", "a valid token is needed"))

    kinds = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }
    make = kinds[(handler.request_streaming, handler.response_streaming)]
    return make(refuse, handler.request_deserializer, handler.response_serializer)


def read_tokens(path: Path) -> tuple[str, ...]:
    """Return the tokens of a file, one a line.

    Raises
    ------
    ValueError
        Where there is none, or one is too short to be a secret.
    """
    tokens = tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    if not tokens or any(len(token) < SHORTEST for token in tokens):
        raise ValueError(f"{path.name} needs tokens of at least {SHORTEST} characters, one a line")
    return tokens
