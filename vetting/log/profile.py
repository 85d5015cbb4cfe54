"""The strict part of JSON that an entry may use, so that its bytes have one spelling in every program.

An I-JSON sub-profile (RFC 7493): ASCII snake_case keys, NFC strings, whole numbers below 2^53, true and
false, lists and maps. No floats, no null, no duplicate keys. Inside it RFC 8785 equals the standard library's
sorted, compact output byte for byte, which is why an auditor needs no canonicalisation library.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeAlias, cast

from vetting.log.errors import EntryError, EventError

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json]"
"""A value as it is read back."""
JsonInput: TypeAlias = "bool | int | str | Sequence[JsonInput] | Mapping[str, JsonInput]"
"""A value as a caller may hand it in."""

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 16
_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/=-]{0,127}", re.ASCII)


def is_token(text: str) -> bool:
    """Whether a string is an identifier, code, digest or time rather than prose.

    At most 128 ASCII characters, no space, no at-sign, no `://`. This keeps sentences, addresses and handles
    in their usual spelling out of the log. It cannot tell a single word from a code: a caller who files a
    surname as an identifier is stopped by review of the caller, not by this rule.
    """
    return _TOKEN.fullmatch(text) is not None and "://" not in text


def checked(value: JsonInput, where: str, *, prose: bool = False, depth: int = 0) -> Json:
    """A plain copy of `value` if it keeps the profile; raises `EventError` naming the place, never the value.

    Strings must be tokens unless `prose` is set, which only a whole document (the frozen protocol) earns.
    """
    if depth > MAX_DEPTH:
        raise EventError(f"The field {where} is nested too deeply.")
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise EventError(f"The field {where} holds a number of 2^53 or more.")
        return int(value)
    if isinstance(value, str):
        return _checked_text(value, where, prose=prose)
    if isinstance(value, Mapping):
        return {
            _checked_key(key, where): checked(item, f"{where}.{key}", prose=prose, depth=depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [checked(item, where, prose=prose, depth=depth + 1) for item in value]
    raise EventError(f"The field {where} holds a value that is not text, a whole number, yes or no, a list or a map.")


def _checked_key(key: object, where: str) -> str:
    if not isinstance(key, str) or _KEY.fullmatch(key) is None:
        raise EventError(f"The field {where} holds a key that is not ASCII snake_case.")
    return key


def _checked_text(text: str, where: str, *, prose: bool) -> str:
    if not prose:
        if not is_token(text):
            raise EventError(f"The field {where} holds text that is not an identifier, code, digest or time.")
        return str(text)
    if any("\ud800" <= c <= "\udfff" for c in text) or unicodedata.normalize("NFC", text) != text:
        raise EventError(f"The field {where} holds text that is not in Unicode form NFC.")
    return str(text)


def encode(value: Json) -> bytes:
    """The one spelling of a value that keeps the profile, made with the standard library."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def decode(raw: bytes) -> dict[str, Json]:
    """Read one JSON map; raises `EntryError` for anything but the spelling that `encode` would give it."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
        exact = encode(value) == raw
    except (ValueError, RecursionError):
        raise EntryError("An entry is not readable JSON.") from None
    if not exact or not isinstance(value, dict):
        raise EntryError("An entry is not in canonical form.")
    return value


def _without_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise EntryError("An entry holds the same key twice.")
    return made


def _refuse_number(_text: str) -> NoReturn:
    raise EntryError("An entry holds a number that is not whole.")


_READER = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number)
_LAYOUT = re.compile(r"[][{}:,a-z0-9-]*", re.ASCII)  # what stands between strings, without space
_TOKENS = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._:+/=-]{0,127}\n)*", re.ASCII)
_keys: set[str] = set()
_MOST_KEYS = 10_000


def at_a_glance(raw: bytes) -> dict[str, Json] | None:
    """A map in canonical form that keeps the profile without prose; None where that is not seen at once.

    Tokens hold no quotation mark and nothing that is escaped, so splitting at quotation marks parts the strings from
    the layout. With no space in the layout, no number `-0`, sorted keys and as many strings read as are written (a key
    that stands twice is read once), writing the map again could give no other bytes.
    """
    try:
        text = raw.decode("ascii")
        parts = text.split('"')
        layout, strings = "".join(parts[::2]), parts[1::2]
        plain = _LAYOUT.fullmatch(layout) and _TOKENS.fullmatch("\n".join(strings) + "\n")
        if not plain or "-0" in layout or "://" in text:
            return None
        value, end = _READER.raw_decode(text)
        whole = end == len(text) and isinstance(value, dict)
        return value if whole and _strings(value, depth=-1) == len(strings) else None
    except (ValueError, RecursionError, EntryError):
        return None


def _strings(value: Json, depth: int) -> int:
    """How many strings a value holds, its keys among them. Raises `ValueError` where it breaks the profile."""
    keys, items = (list(value), list(value.values())) if isinstance(value, dict) else ([], value)
    if not isinstance(items, list) or depth > MAX_DEPTH - bool(items):
        raise ValueError  # null, or too deep
    if keys != sorted(keys) or not _keys.issuperset(keys):
        _know(keys)
    count = len(keys)
    for item in items:
        kind = type(item)
        if kind is str:
            count += 1
        elif kind is int:
            count += _within(cast("int", item))
        elif kind is not bool:
            count += _strings(item, depth + 1)
    return count


def _within(number: int) -> int:
    if -MAX_INTEGER <= number <= MAX_INTEGER:
        return 0
    raise ValueError


def _know(keys: list[str]) -> None:
    """Remember keys that keep the profile. Raises `ValueError` where one does not, or where they are not sorted."""
    if keys != sorted(keys) or not all(map(_KEY.fullmatch, keys)):
        raise ValueError
    if len(_keys) < _MOST_KEYS:
        _keys.update(keys)
