"""The strict part of JSON that an entry may use, so that its bytes have one spelling in every program.

An I-JSON sub-profile (RFC 7493): ASCII snake_case keys, NFC strings, whole numbers below 2^53, true and
false, lists and maps. No floats, no null, no duplicate keys. Inside it RFC 8785 equals the standard library's
sorted, compact output byte for byte, which is why an auditor needs no canonicalisation library.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeAlias

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


def keeps(value: Json, *, prose: bool = False, depth: int = 0) -> bool:
    """Whether a value that was read keeps the profile: what `checked` would say, without a copy and without a word."""
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, str):
        return _keeps_text(value, prose=prose)
    if isinstance(value, dict):
        return all(
            _KEY.fullmatch(key) is not None
            and (_keeps_text(item, prose=prose) if type(item) is str else keeps(item, prose=prose, depth=depth + 1))
            for key, item in value.items()
        ) and (depth < MAX_DEPTH or not value)
    if isinstance(value, list):
        return all(keeps(item, prose=prose, depth=depth + 1) for item in value)
    return type(value) in {int, bool} and abs(value) <= MAX_INTEGER


def _keeps_text(text: str, *, prose: bool) -> bool:
    if not prose:
        return is_token(text)
    return unicodedata.is_normalized("NFC", text) and not any("\ud800" <= c <= "\udfff" for c in text)


def read_exact(raw: bytes) -> dict[str, Json]:
    """What `decode` gives, and refused where `decode` refuses, with one sentence for everything; faster.

    A key that stands twice is left out once by the reader, so the bytes written again are not the same.
    """
    try:
        text = raw.decode("utf-8")
        value = _READER.decode(text)
        exact = _WRITER.encode(value) == text
    except (ValueError, RecursionError):
        raise EntryError("An entry is not readable JSON.") from None
    if not exact or not isinstance(value, dict):
        raise EntryError("An entry is not in canonical form.")
    return value


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
_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
