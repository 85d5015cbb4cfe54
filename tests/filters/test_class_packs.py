"""The class packs: closed classes, each with its statute and with recognizers that serve it."""

import hashlib
from pathlib import Path

import pytest

from filters.class_packs import load_pack, load_packs
from filters.protected_classes import PROXIES, ProtectedClass
from filters.recognizers.registry import all_recognizers, build_registry, serving
from vetting.errors import ExitCode, VettingError

PACKS = ("federal", "massachusetts", "california", "new_york", "illinois", "washington")
BY_STATUTE = {
    "race", "color", "religion", "sex", "national_origin", "age", "disability", "sexual_orientation", "gender_identity",
    "military", "genetic_information", "pregnancy",
}  # fmt: skip
ENTRY = (
    'title = "A pack"\njurisdiction = "Nowhere"\n[[classes]]\nclass = "{c}"\nstatute = "{s}"\nrecognizers = ["{r}"]\n'
)


@pytest.mark.parametrize("name", PACKS)
def test_each_pack_loads_with_statutes_and_the_classes_every_jurisdiction_protects(
    packs_folder: Path, name: str
) -> None:
    pack = load_pack(packs_folder, name)
    assert {c.value for c in pack.classes} >= BY_STATUTE
    assert all(any(character.isdigit() for character in e.statute) or "Amendment" in e.statute for e in pack.entries)
    assert pack.digest == hashlib.sha256((packs_folder / f"{name}.toml").read_bytes()).hexdigest()


def test_massachusetts_protects_what_its_law_adds(packs_folder: Path) -> None:
    classes = {c.value for c in load_pack(packs_folder, "massachusetts").classes}
    assert classes >= {
        "hairstyle",
        "criminal_record",
        "family_status",
        "health",
        "retaliation",
        "union",
        "domestic_violence",
    }


def test_together_the_packs_cover_every_class_that_is_no_proxy(packs_folder: Path) -> None:
    covered = {c for pack in load_packs(packs_folder, PACKS) for c in pack.classes}
    assert set(ProtectedClass) - PROXIES - covered == {ProtectedClass.ANY_GROUP, ProtectedClass.UNREADABLE}


def test_every_class_and_proxy_is_served() -> None:
    served = {c for classes in serving().values() for c in classes}
    assert set(ProtectedClass) - served == set()


def test_no_two_recognizers_share_a_name() -> None:
    names = [recognizer.name for recognizer in all_recognizers()]
    assert len(names) == len(set(names))


def test_proxies_and_the_fail_closed_rule_are_always_on() -> None:
    registry = build_registry({ProtectedClass.RACE})
    served = {recognizer.supported_entities[0] for recognizer in registry.recognizers}
    assert {"name", "place", "pronoun", "link", "handle", "any_group", "unreadable", "race"} <= served
    assert "union" not in served


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (ENTRY.format(c="zodiac_sign", s="12 U.S.C. 1", r="race_words"), "class_pack_invalid"),
        (ENTRY.format(c="race", s="", r="race_words"), "class_pack_invalid"),
        (ENTRY.format(c="race", s="12 U.S.C. 1", r="no_such_words"), "recognizer_unknown"),
        (ENTRY.format(c="race", s="12 U.S.C. 1", r="religion_words"), "recognizer_unknown"),
        (ENTRY.format(c="race", s="12 U.S.C. 1", r="race_words") + "extra = 1\n", "class_pack_invalid"),
        ('title = "A pack"\njurisdiction = "Nowhere"\nclasses = []\n', "class_pack_invalid"),
        ("not toml", "file_not_toml"),
        (
            ENTRY.format(c="race", s="12 U.S.C. 1", r="race_words")
            + '[[classes]]\nclass = "race"\nstatute = "again 1"\nrecognizers = ["race_words"]\n',
            "class_twice",
        ),
    ],
)
def test_a_pack_with_a_mistake_is_refused(tmp_path: Path, content: str, code: str) -> None:
    (tmp_path / "nowhere.toml").write_text(content, encoding="utf-8")
    with pytest.raises(VettingError) as refusal:
        load_pack(tmp_path, "nowhere")
    assert refusal.value.code == code
    assert refusal.value.exit_code is ExitCode.BAD_INPUT


def test_an_unknown_pack_names_the_known_ones(packs_folder: Path) -> None:
    with pytest.raises(VettingError) as refusal:
        load_pack(packs_folder, "atlantis")
    assert refusal.value.exit_code is ExitCode.NOT_FOUND
    assert "massachusetts" in refusal.value.remedy


def test_no_pack_at_all_is_refused(packs_folder: Path) -> None:
    with pytest.raises(VettingError):
        load_packs(packs_folder, [])


@pytest.mark.parametrize("one", list(ProtectedClass))
def test_every_class_has_a_label_a_person_can_read(one: ProtectedClass) -> None:
    assert one.label[0].isupper()
    assert "_" not in one.label
