"""The list of sources: each by one lawful technique, and a configuration file that is right or refused."""

from pathlib import Path

import pytest

from vetting.errors import ExitCode, VettingError
from vetting.protocol import Technique
from vetting.sources.registry import TECHNIQUES, build_sources

ROOT = Path(__file__).parents[2]
IDENTITY = '[identity]\ndepartment = "A Department"\ncontact = "desk@riverton.example"\n'


def _file(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_house_s_own_file_builds_every_source_that_needs_no_key() -> None:
    sources = build_sources(ROOT / "config" / "sources.toml")
    keyed = {name for name, technique in TECHNIQUES.items() if technique is Technique.OFFICIAL_API_WITH_KEY}
    assert keyed == {"brave", "courtlistener"}
    assert set(sources) == set(TECHNIQUES) - keyed
    for name, source in sources.items():
        assert source.name == name
        assert source.technique is TECHNIQUES[name]
        assert "records@riverton.example" in source.user_agent


def test_every_source_works_by_a_lawful_technique() -> None:
    assert set(TECHNIQUES.values()) <= set(Technique)


def test_a_source_without_a_table_is_not_there(tmp_path: Path) -> None:
    sources = build_sources(_file(tmp_path, IDENTITY + "[feed]\n"))
    assert set(sources) == {"feed"}
    assert sources["feed"].user_agent == "vetting/0.1 (background check; A Department; desk@riverton.example)"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "identity.department"),
        ('[identity]\ndepartment = "A"\ncontact = "x"\n', "identity.department"),
        ('[identity]\ndepartment = "A\\nDepartment"\ncontact = "desk@riverton.example"\n', "identity.department"),
        (IDENTITY + "[face_search]\n", "face_search"),
        (IDENTITY + '[forum]\nprofile = "http://x.example/{account}"\npassword = "x"\n', "forum.password"),
        (IDENTITY + "[metasearch]\n", "metasearch.endpoint"),
        (IDENTITY + "[metasearch]\nendpoint = 7\n", "metasearch.endpoint"),
        (IDENTITY + "feed = 7\n", "identity.feed"),
        ("feed = 7\n" + IDENTITY, "feed"),
    ],
)
def test_a_wrong_file_is_refused_and_the_place_named(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(VettingError) as refused:
        build_sources(_file(tmp_path, text))
    assert refused.value.exit_code is ExitCode.BAD_INPUT
    assert f", {where}: " in refused.value.sentence
    assert refused.value.remedy


def test_a_missing_file_and_one_that_is_no_toml_are_refused(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.toml", "file_missing"), (_file(tmp_path, "[identity"), "file_not_toml")):
        with pytest.raises(VettingError) as refused:
            build_sources(path)
        assert refused.value.code == code
