"""What a candidate disclosed goes into queries unread, so it must be what it says: a name, a town, an account.

A name that carried quotation marks, a search operator or a second question would be a query somebody typed: searched
for one candidate and no other (IV.B.9, U2), past the query linter (29 CFR 1635.8(a)).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from filters.query_linter import lint_name, lint_query
from vetting.candidate import Candidate, Identifier, IdentifierKind
from vetting.errors import VettingError, bad_input

LONGEST_NAME: Final = 100
MOST_WORDS: Final = 8
_WITHIN_NAMES: Final = frozenset(" '\u2019\u02bc-.,\u00b7")
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing (Unicode, Default_Ignorable_Code_Point)."""
_OPERATORS: Final = frozenset({"OR", "AND", "NOT", "NEAR"})
_LABEL: Final = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST: Final = rf"{_LABEL}(?:\.{_LABEL})+"
_MORE_WORDS: Final = r"(?: [\w.'()&!-]+){0,2}"
"""An account has three words at most: more of them, or a comma, is a sentence that asks something."""
_USER: Final = rf"(?:User:)?\w[\w.'()&!-]*{_MORE_WORDS}"
_FORMS: Final[Mapping[IdentifierKind, re.Pattern[str]]] = MappingProxyType(
    {
        IdentifierKind.EMAIL: re.compile(rf"[\w.%+'-]{{1,64}}@{_HOST}"),  # RFC 5321, 4.5.3.1, without quoted strings
        IdentifierKind.ATPROTO_HANDLE: re.compile(rf"@?{_HOST}"),  # AT Protocol: a handle is a domain name
        IdentifierKind.WIKI_ACCOUNT: re.compile(rf"(?=.{{1,90}}$){_USER}"),  # MediaWiki, 85 at most
        IdentifierKind.FEDIVERSE_ACCOUNT: re.compile(rf"@?\w(?:[\w.-]{{0,58}}\w)?@{_HOST}"),  # Mastodon: acct, RFC 7565
        IdentifierKind.GITHUB_ACCOUNT: re.compile(r"@?(?=.{1,39}$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"),
        IdentifierKind.HANDLE: re.compile(r"@?(?=.{2,40}$)\w[\w.-]*"),  # one word: a name used on many sites
        IdentifierKind.DOMAIN: re.compile(rf"(?=.{{1,253}}$){_HOST}"),
        IdentifierKind.FORUM_ACCOUNT: re.compile(rf"(?=.{{1,60}}$)\w[\w.'-]*{_MORE_WORDS}"),
    }
)
_PAGES: Final = frozenset({IdentifierKind.WEBSITE, IdentifierKind.FEED})


def check_disclosed(candidate: Candidate, accepted_names: Collection[str] = ()) -> None:
    """Refuses a candidate whose name, town or identifier is not of its form, or asks for facts about a protected class.

    `accepted_names` are words that are names in this department although a lexicon takes them for more. Quotes nothing.
    """
    for name in (candidate.full_name, *candidate.other_names):
        _check_form(name, "name")
    _check_form(candidate.town, "town", digits=True)
    lint_name(candidate.full_name, accepted_names)
    lint_name(candidate.town, accepted_names, place=True)
    for identifier in candidate.identifiers:
        _check_identifier(identifier)
    if len(_accounts(candidate)) != len(candidate.identifiers):
        raise bad_input(
            "identifier_twice",
            "An identifier is given twice, in two spellings.",
            "Give each account once: it would be searched twice.",
        )


def same_candidate(one: Candidate, other: Candidate) -> bool:
    """Whether two records are of one person: an account in common, or name (or a former one) and town."""
    if _accounts(one) & _accounts(other):
        return True
    return bool(_names(one) & _names(other)) and _one_town(plain_words(one.town), plain_words(other.town))


def _one_town(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Riverton, and Riverton in Massachusetts."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _check_form(text: str, what: str, *, digits: bool = False) -> None:
    words, kinds = text.split(), {c: unicodedata.category(c)[0] for c in text}
    proper = all(kinds[c] in "LM" or c in _WITHIN_NAMES or (digits and c.isdecimal()) for c in text)
    ends = not text or kinds[text[-1]] in "LM" or text[-1] == "." or (digits and text[-1].isdecimal())
    proper = proper and ends and not _UNSEEN.search(text)
    starts = all(kinds[word[0]] == "L" or (digits and word[0].isdecimal()) for word in words)
    if not (proper and starts and "L" in kinds.values()) or len(text) > LONGEST_NAME or len(words) > MOST_WORDS:
        raise bad_input(
            f"{what}_malformed",
            f"The candidate's {what} holds a sign that no {what} has, or is too long.",
            f"Give it in letters as on the signed form, at most {MOST_WORDS} words, each beginning with a letter.",
        )
    if not _OPERATORS.isdisjoint(words):
        raise bad_input(
            f"{what}_operator",
            f"The candidate's {what} holds a word that search services take for an operator.",
            "Write it with a capital and small letters (Or, Not).",
        )


def _check_identifier(identifier: Identifier) -> None:
    form = _FORMS.get(identifier.kind)
    proper = _is_page(identifier.value) if identifier.kind in _PAGES else form and form.fullmatch(identifier.value)
    if not proper:
        kind = identifier.kind.value.replace("_", " ")
        raise bad_input(
            "identifier_malformed",
            f"An identifier of the kind {kind} is not of its form.",
            "Correct it as docs/candidate-file.md shows, or remove it.",
        )


def _is_page(address: str) -> bool:
    """Whether it is the address of a site or page of the candidate's, and not a search for something."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host, asked = parts.hostname or "", parse_qsl(parts.query, keep_blank_values=True, max_num_fields=20)
        for _, value in asked:
            lint_query(value)
    except (ValueError, VettingError):
        return False
    plain = not re.search(r"[\s\"'<>\\^`{|}]", address)
    return plain and parts.scheme in {"http", "https"} and parts.username is None and bool(re.fullmatch(_HOST, host))


def _accounts(candidate: Candidate) -> set[tuple[IdentifierKind, str]]:
    return {(identifier.kind, account_spelling(identifier)) for identifier in candidate.identifiers}


def account_spelling(identifier: Identifier) -> str:
    """One spelling for what leads to the same account or page."""
    value = unicodedata.normalize("NFKC", identifier.value).casefold().strip()
    if identifier.kind in _PAGES:
        return value.rpartition("://")[2].removeprefix("www.").rstrip("/")
    if identifier.kind is IdentifierKind.WIKI_ACCOUNT:
        return " ".join(value.removeprefix("user:").replace("_", " ").split())
    return value.removeprefix("@")


def _names(candidate: Candidate) -> set[tuple[str, ...]]:
    return {tuple(sorted(plain_words(name))) for name in (candidate.full_name, *candidate.other_names)}


def plain_words(text: str) -> tuple[str, ...]:
    """The words of a name without case, accents and punctuation, so that two spellings of it are one."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return tuple(re.findall(r"\w+", re.sub("['\u2019\u02bc]", "", letters.casefold())))
