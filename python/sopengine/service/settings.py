"""What a server allows."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


def _processors() -> int:
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of a service; the defaults suit one machine for a few planners."""

    max_calls: int = 32
    """Calls at once; one more is refused."""
    max_solves: int = field(default_factory=_processors)
    """Solves at once; one more is refused."""
    max_threads: int = field(default_factory=_processors)
    """Threads of one solve."""
    max_time_s: float = 3600.0
    """Seconds of one solve."""
    max_decoded_bytes: int = 1 << 29
    """Bytes that the tables of one request may take when decoded."""
    max_upload_bytes: int = 1 << 30
    """Bytes of all uploads together."""
    upload_idle_s: float = 30.0
    """Seconds after which an upload without a next chunk is dropped."""
    stalled_s: float = 60.0
    """Seconds that a client may take to read one message."""

    def __post_init__(self) -> None:
        if self.max_solves >= self.max_calls - 3:
            raise ValueError("max_calls must leave four calls free beside max_solves, for cancel and health")
