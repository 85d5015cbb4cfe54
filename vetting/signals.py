"""What speaks for and against an account being the candidate's, as codes: collected by a rule, judged by people."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Signal(StrEnum):
    """One piece of evidence. `against` and `strong` say how it counts; two of one `topic` are one fact, not two."""

    DISCLOSED_ACCOUNT = "disclosed_account"  # the search was for this account, which the candidate disclosed
    RECIPROCAL_LINK = "reciprocal_link"  # it and something disclosed name each other
    SAME_EMAIL = "same_email"  # the account gives an e-mail address that the candidate disclosed
    EMAIL_IN_TEXT = "email_in_text"  # the words hold it; anybody may have written it there
    LINKS_TO_DISCLOSED = "links_to_disclosed"  # it links to what the candidate disclosed; anybody may do that
    NAMED_BY_DISCLOSED = "named_by_disclosed"  # a page the candidate disclosed names the account
    SAME_HANDLE = "same_handle"  # it has the user name that the candidate uses elsewhere
    SAME_TOWN = "same_town"
    HANDLE_FROM_NAME = "handle_from_name"  # the same handle, but made of the name: says no more than the name
    SAME_NAME = "same_name"  # any name of the candidate's: which one would tell of a marriage or a transition
    DIFFERENT_TOWN = "different_town"
    DIFFERENT_PERSON_SHOWN = "different_person_shown"  # an account with a disclosed name shows another person's

    @property
    def against(self) -> bool:
        """Whether it speaks against the account being the candidate's."""
        return self in _AGAINST

    @property
    def strong(self) -> bool:
        """For: it identifies by itself. Against: it refutes, unless something strong stands against it."""
        return self in _STRONG

    @property
    def topic(self) -> str:
        """What it is about: signals of one topic do not confirm each other."""
        return _TOPICS.get(self, self.value)


NAME = "name"
"""The topic of a name, which many people bear."""
_AGAINST = frozenset({Signal.DIFFERENT_TOWN, Signal.DIFFERENT_PERSON_SHOWN})
_STRONG = frozenset(
    {Signal.DISCLOSED_ACCOUNT, Signal.RECIPROCAL_LINK, Signal.SAME_EMAIL, Signal.DIFFERENT_PERSON_SHOWN}
)
_TOPICS: Mapping[Signal, str] = MappingProxyType(
    {
        Signal.SAME_NAME: NAME,
        Signal.HANDLE_FROM_NAME: NAME,
        Signal.SAME_EMAIL: "email",
        Signal.EMAIL_IN_TEXT: "email",
        Signal.RECIPROCAL_LINK: "link",
        Signal.LINKS_TO_DISCLOSED: "link",
        Signal.NAMED_BY_DISCLOSED: "link",
    }
)


class NameFrequency(StrEnum):
    """How many people bear the candidate's name. Only a name known to be rare counts beside other evidence.

    An unknown name counts as common: names of small groups are missing from a national table although they are common
    where the group lives (docs/decisions/0011-attribution-signals.md).
    """

    COMMON = "common"
    UNCOMMON = "uncommon"
    RARE = "rare"
    UNKNOWN = "unknown"
