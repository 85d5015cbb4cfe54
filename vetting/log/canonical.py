"""The RFC 8785 bytes of one entry: made once, stored and hashed verbatim, never made again to verify."""

from datetime import datetime

import rfc8785

from vetting.log.errors import EventError
from vetting.log.event import MAX_ENTRY_BYTES, Entry, Event


def canonical(event: Event, *, sequence: int, logged: datetime) -> bytes:
    """The bytes of `event` as entry `sequence`, seen by the log's clock at `logged` (UTC).

    Raises `EventError` if they exceed 65,535 bytes.
    """
    body = rfc8785.dumps(Entry(sequence=sequence, logged=logged, event=event).as_map())
    if len(body) > MAX_ENTRY_BYTES:
        raise EventError("The event is longer than 65,535 bytes.", remedy="Record a digest of the long part instead.")
    return body
