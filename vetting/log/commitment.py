"""A salted commitment: 32 bytes that bind content which stays outside the log.

HMAC-SHA256 keyed with a 32-byte random salt (RFC 2104). The salt lives in the sealed record and is destroyed
with it; without it the commitment says nothing, and two commitments to the same content under two salts do
not resemble each other. An unsalted digest would not do: 1.6 million likely strings are tried against one in
about a second and a half.
"""

import hmac

from vetting.log.errors import EventError

SALT_SIZE = 32


def commitment(salt: bytes, content: bytes) -> str:
    """Commit to `content`: 64 hexadecimal digits. Raises `EventError` unless the salt is 32 bytes."""
    if len(salt) != SALT_SIZE:
        raise EventError("A commitment needs a salt of exactly 32 bytes.", remedy="Draw 32 random bytes.")
    return hmac.new(salt, content, "sha256").hexdigest()


def commitment_opens(committed: str, salt: bytes, content: bytes) -> bool:
    """Whether `content` under `salt` is what was committed to; compares in constant time."""
    return hmac.compare_digest(commitment(salt, content).encode(), committed.encode())
