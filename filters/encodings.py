"""Words hidden by how they are written down: escapes, tags within a word, base64 and hexadecimal, letters turned.

Each is undone only where a class word comes out, so that code and technical prose stay as they were written.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from filters.lexicon import is_english

if TYPE_CHECKING:
    from filters.normalize import Normalized

_UNIT = r"(?:\\u00[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|=[0-9A-F]{2}|%[0-9A-Fa-f]{2})"
_ESCAPED = re.compile(rf"(?<![\w\\=%])(?:[A-Za-z]{{0,24}}{_UNIT}){{1,24}}[A-Za-z]{{0,24}}")
_ESCAPE = re.compile(_UNIT)
_TAGGED = re.compile(r"(?<!\w)[A-Za-z]{1,24}(?:(?:<!--[^<>]{0,40}-->|</?[A-Za-z][^<>]{0,40}>){1,4}[A-Za-z]{1,24}){1,8}")
_TAG = re.compile(r"<[^<>]*>")
_BASE64 = re.compile(
    r"(?<![\w+/.=-])(?=[a-z0-9+/]{0,200}[A-Z])(?:[A-Za-z0-9+/]{4}){1,50}"
    r"(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?(?![\w+/=])"
)
_HEX = re.compile(r"(?<![\w.-])(?:[46][1-9a-fA-F]|[57][0-9aA]){3,60}(?![\w.-])")
_TURNED = re.compile(r"(?<![\w'.@/-])[A-Za-z]{5,24}(?![\w'@/-])")
_LETTERS = re.compile(r"[A-Za-z]+")

Known = Callable[[str], bool]


def plain_letters(normal: Normalized, telling: Known) -> Normalized:
    """A copy with every word spelt plainly that these ways of writing hid and that tells a class."""
    text = normal.text
    if "\\" in text or "=" in text or "%" in text:
        normal = normal.replaced(_ESCAPED, lambda m: _told(_ESCAPE.sub(_character, m.group()), telling))
    if "<" in text:
        normal = normal.replaced(_TAGGED, lambda m: _told(_TAG.sub("", m.group()), telling))
    normal = normal.replaced(_BASE64, lambda m: _told(_of_base64(m.group()), telling))
    normal = normal.replaced(_HEX, lambda m: _told(_of_hex(m.group()), telling))
    return normal.replaced(_TURNED, lambda m: _turned(m.group(), telling))


def _told(plain: str, telling: Known) -> str | None:
    return plain if any(telling(word.lower()) for word in _LETTERS.findall(plain) if len(word) > 2) else None


def _character(match: re.Match[str]) -> str:
    return chr(int(match.group()[-2:], 16))


def _of_base64(written: str) -> str:
    try:
        plain = base64.b64decode(written, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return plain if plain.isprintable() else ""


def _of_hex(written: str) -> str:
    return bytes.fromhex(written).decode("latin-1") if len(written) % 2 == 0 else ""


def _turned(word: str, telling: Known) -> str | None:
    """A word that English has not, read backwards or by letters turned by thirteen."""
    lower = word.lower()
    if is_english(lower) or telling(lower):
        return None
    return next((plain for plain in (lower[::-1], codecs.encode(lower, "rot13")) if telling(plain)), None)
