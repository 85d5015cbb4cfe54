"""What a hit says for and against being the candidate's: collected by rule, sealed with the finding, judged by people.

Nothing here looks anything up, and only what the candidate disclosed is compared. Ages, pictures and the like are not:
the candidate file does not ask for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from filters.lexicon import word_list
from vetting.candidate import ACCOUNT_KINDS, Candidate, Identifier, IdentifierKind
from vetting.casework.disclosed import account_spelling, plain_words
from vetting.casework.places import Residence, residence
from vetting.evidence import Hit, Profile, RawText
from vetting.search import Search
from vetting.signals import Signal
from vetting.sources.registry import ANCHORS

_SITES: Final = frozenset({IdentifierKind.WEBSITE, IdentifierKind.DOMAIN, IdentifierKind.FEED})
_SPOKEN: Final = frozenset({"social_post", "feed_entry", "wiki_edit", "repository"})
"""Where a town that is named is what somebody writes about, not where they live."""
_SHORTEST_SAME: Final = 3
"""Letters that two forms of one name begin with: Dan, Danny."""
_INITIALS: Final = 2
"""Letters beside a short name that leave a handle made of it: initials, or another short name."""
_PAIRS: Final = 2
"""Words without which a name is not looked for in a text: one word is found anywhere."""
_PERSONS: Final = (2, 3)
"""Words that a person's shown name has."""


def names_one_account(search: Search) -> bool:
    """Whether what was asked for is one account or site that the candidate disclosed.

    A search service is asked for words and answers with anybody's pages, and a handle used on several sites may be
    somebody else's on each of them: neither is an account the candidate named.
    """
    words_asked = IdentifierKind.FULL_NAME in ANCHORS.get(search.step.source, frozenset())
    return search.applicable and search.step.anchor in ACCOUNT_KINDS - {IdentifierKind.HANDLE} and not words_asked


def signals_of(hit: Hit, search: Search | None, candidate: Candidate) -> tuple[Signal, ...]:
    """The evidence in one hit; `search` is None for an import. In the order of `Signal`, each once."""
    profile, found = hit.profile, set[Signal]()
    handle = profile.handle.reveal() if profile else hit.author.reveal()
    if (search is not None and names_one_account(search)) or leads_to_disclosed(hit.locator, candidate):
        found.add(Signal.DISCLOSED_ACCOUNT)
        if profile and profile.confirmed:
            found.add(Signal.RECIPROCAL_LINK)
    elif _is_used(handle, candidate):
        found.add(Signal.HANDLE_FROM_NAME if made_of_name(handle, candidate) else Signal.SAME_HANDLE)
    if profile:
        found |= _of_links(profile, candidate)
        if _shows_another(profile, found, candidate):
            found.add(Signal.DIFFERENT_PERSON_SHOWN)
    found |= _of_emails(hit, candidate) | _of_town(hit, candidate)
    if _is_named(hit, candidate):
        found.add(Signal.SAME_NAME)
    return tuple(signal for signal in Signal if signal in found)


# -------------------------------------------------------------------------------------------------- the account


def bare_handle(handle: str) -> str:
    """A user name without what software puts around it: @ada, ~ada and ada@social.example are ada."""
    return handle.strip().casefold().lstrip("@~").partition("@")[0]


def _is_used(handle: str, candidate: Candidate) -> bool:
    """Whether an account elsewhere has the user name that the candidate says they use on several sites."""
    used = {bare_handle(i.value) for i in candidate.identifiers if i.kind is IdentifierKind.HANDLE}
    return bare_handle(handle) in used - {""}


def made_of_name(handle: str, candidate: Candidate) -> bool:
    """Whether a handle is made of the candidate's name: somebody else of that name would choose it as well.

    A short name counts too (An Li: anli, ali88), or people with short names would be held to theirs more strictly.
    """
    letters = re.sub(r"[\d_]", "", "".join(plain_words(bare_handle(handle))))
    return any(
        len(word) >= _SHORTEST_SAME or len(letters) <= len(word) + _INITIALS
        for name in _names(candidate)
        for word in name
        if word in letters
    )


def _of_links(profile: Profile, candidate: Candidate) -> set[Signal]:
    """A link that the service saw answered identifies; one that only stands there may be anybody's."""
    linked = [link for link in profile.links if leads_to_disclosed(link.url, candidate)]
    if any(link.verified for link in linked):
        return {Signal.RECIPROCAL_LINK}
    return {Signal.LINKS_TO_DISCLOSED} if linked else set()


def leads_to_disclosed(url: RawText, candidate: Candidate) -> bool:
    """Whether an address is a site the candidate disclosed, or a page of it."""
    host, path = address(url.reveal())
    return bool(host) and any(_within(host, path, i) for i in candidate.identifiers if i.kind in _SITES)


def address(url: str) -> tuple[str, str]:
    """Host without `www.`, and path without the last slash; two empty words for what is no address."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return "", ""
    return host.casefold(), parts.path.rstrip("/")


def _within(host: str, path: str, site: Identifier) -> bool:
    at, below = address(account_spelling(site))
    return host == at and (path.casefold() + "/").startswith(below + "/")


# --------------------------------------------------------------------------------------- name, town and contact


def _names(candidate: Candidate) -> Iterable[tuple[str, ...]]:
    return (plain_words(name) for name in (candidate.full_name, *candidate.other_names))


def _name_words(candidate: Candidate) -> set[str]:
    return {word for name in _names(candidate) for word in name}


def _is_named(hit: Hit, candidate: Candidate) -> bool:
    """Whether profile, byline or words hold a name of the candidate's.

    The user name is none, wherever it stands: a page that says that there is no ada.quellington names nobody.
    """
    handle, author = bare_handle(hit.author.reveal()), hit.author.reveal()
    shown = [author if " " in author else "", hit.profile.name.reveal() if hit.profile else ""]
    names = list(_names(candidate))
    if any(set(name) <= set(plain_words(_without(text, handle))) for name in names for text in shown if name):
        return True
    words = f" {' '.join(plain_words(_without(hit.text.reveal(), handle)))} "
    return any(re.search(_in_text(name), words) for name in names if len(name) >= _PAIRS)


def _without(text: str, handle: str) -> str:
    return text if not handle or " " in handle else text.casefold().replace(handle, "\n|\n")


def _in_text(name: tuple[str, ...]) -> str:
    """The words of a name in their order, with a middle name or initial between them; or the last one first."""
    forward = r" (?:\w+ )?".join(map(re.escape, name))
    backward = " ".join(map(re.escape, (name[-1], *name[:-1])))
    return f" (?:{forward}|{backward}) "


def _shows_another(profile: Profile, found: set[Signal], candidate: Candidate) -> bool:
    """Whether an account under a disclosed name shows a person's name that has nothing of the candidate's.

    A person's name begins with a listed first name and has two words or three; a nickname or the title of a page says
    nothing about anybody.
    """
    disclosed = found & {Signal.DISCLOSED_ACCOUNT, Signal.SAME_HANDLE, Signal.HANDLE_FROM_NAME}
    name = plain_words(re.split(r"\s[|\u2013\u2014\u00b7-]\s|\(", profile.name.reveal())[0])
    if not disclosed or len(name) not in _PERSONS or name[0] not in word_list("first_names"):
        return False
    known = _name_words(candidate) | set(plain_words(bare_handle(profile.handle.reveal())))
    return not any(_alike(word, other) for word in name for other in known)


def _alike(word: str, other: str) -> bool:
    shorter = min(len(word), len(other), _SHORTEST_SAME)
    return word[:shorter] == other[:shorter]


def _of_town(hit: Hit, candidate: Candidate) -> set[Signal]:
    """Where the account says it is; where it does not, whether a page about somebody holds the town."""
    if hit.profile and hit.profile.place:
        found = residence(hit.profile.place.reveal(), candidate.town)
        signal = {Residence.SAME: Signal.SAME_TOWN, Residence.OTHER: Signal.DIFFERENT_TOWN}.get(found)
        return {signal} if signal else set()
    town = " ".join(plain_words(candidate.town.partition(",")[0]))
    words = f" {' '.join(plain_words(hit.text.reveal()))} " if hit.platform not in _SPOKEN else ""
    return {Signal.SAME_TOWN} if town and f" {town} " in words else set()


def _of_emails(hit: Hit, candidate: Candidate) -> set[Signal]:
    """An address that the account gives as its own identifies; in words, anybody may have written it."""
    disclosed = {account_spelling(i) for i in candidate.identifiers if i.kind is IdentifierKind.EMAIL}
    given = {email.reveal().casefold().strip() for email in hit.profile.emails} if hit.profile else set[str]()
    if disclosed & given:
        return {Signal.SAME_EMAIL}
    text = hit.text.reveal().casefold()
    there = any(re.search(rf"(?<![\w.%+-]){re.escape(email)}(?![\w-]|\.\w)", text) for email in disclosed)
    return {Signal.EMAIL_IN_TEXT} if there else set()
