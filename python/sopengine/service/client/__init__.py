"""The client: the calls of the local API over the wire.

`client` has the calls, `link` one connection and the tables on their way out, `reading` a stream of answers.
"""

from __future__ import annotations

from sopengine.service.client.client import Client

__all__ = ["Client"]
