"""A solution of the exercise of chapter 10."""

import json
from typing import Any


def read_journal(data: bytes) -> list[dict[str, Any]]:
    """Return the events of all whole lines."""
    events = []
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            event = json.loads(line)
        except ValueError as error:
            raise ValueError(f"line {number} is damaged: {error}") from None
        if not isinstance(event, dict):
            raise ValueError(f"line {number} is no event: {line!r}")
        events.append(event)
    return events
