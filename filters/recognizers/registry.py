"""Every recognizer there is, built in code: nothing is loaded by name, fetched or left to a default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from types import ModuleType

from presidio_analyzer import RecognizerRegistry

from filters.analyzer import CANDIDATE, EMOJI, MENTION
from filters.protected_classes import ProtectedClass
from filters.recognizers import (
    affiliation,
    age,
    ancestry,
    bankruptcy,
    citizenship,
    color,
    criminal_record,
    custom,
    date,
    dialect,
    disability,
    domestic_violence,
    ethnicity,
    family_status,
    following,
    foreign_script,
    gender_identity,
    genetic_information,
    hairstyle,
    handle,
    health,
    health_phrase,
    holiday,
    language,
    link,
    marital_status,
    media,
    membership,
    military,
    name,
    national_origin,
    person_phrase,
    physical_appearance,
    place,
    political_opinion,
    pregnancy,
    pronoun,
    race,
    religion,
    retaliation,
    school,
    sex,
    sexual_orientation,
    union,
    workers_compensation,
)
from filters.recognizers.lexical import DocRecognizer

_MODULES: tuple[ModuleType, ...] = (
    affiliation, age, ancestry, bankruptcy, citizenship, color, criminal_record, custom, date, dialect, disability,
    domestic_violence, ethnicity, family_status, following, foreign_script, gender_identity, genetic_information,
    hairstyle, handle, health, health_phrase, holiday, language, link, marital_status, media, membership, military, name,
    national_origin, person_phrase, physical_appearance, place, political_opinion, pregnancy, pronoun, race, religion,
    retaliation, school, sex, sexual_orientation, union, workers_compensation,
)  # fmt: skip


def all_recognizers() -> tuple[DocRecognizer, ...]:
    """One of each, in the order of their files."""
    return tuple(recognizer for module in _MODULES for recognizer in module.recognizers())


def build_registry(classes: Collection[ProtectedClass]) -> RecognizerRegistry:
    """The recognizers of the given classes, of every proxy, and the fail-closed rule."""
    always = {ProtectedClass.ANY_GROUP, ProtectedClass.UNREADABLE}
    chosen = [r for r in all_recognizers() if r.protected_class in {*classes, *always} or r.protected_class.proxy]
    return RecognizerRegistry(recognizers=chosen, supported_languages=["en"])


@cache
def serving() -> Mapping[str, frozenset[ProtectedClass]]:
    """Which classes each recognizer serves, by its name; the built-in ones included."""
    served = {recognizer.name: frozenset({recognizer.protected_class}) for recognizer in all_recognizers()}
    names = frozenset({ProtectedClass.NAME})
    return {**served, EMOJI: frozenset({ProtectedClass.EMOJI}), CANDIDATE: names, MENTION: names}
