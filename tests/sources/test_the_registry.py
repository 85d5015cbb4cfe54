"""The list of sources: each by one lawful technique, and a configuration file that is right or refused."""

from datetime import date
from pathlib import Path

import pytest

from vetting.errors import ExitCode, VettingError
from vetting.protocol import Technique
from vetting.sources.registry import TECHNIQUES, build_sources, read_terms, refuse_lapsed_terms

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


REVIEWED = "terms_reviewed_on = 2026-10-12\nterms_valid_until = 2027-12-31\n"
LAST_DAY = date(2027, 12, 31)


@pytest.mark.parametrize(
    ("table", "today", "code"),
    [
        ("", LAST_DAY, "terms_unreviewed"),
        ("terms_reviewed_on = 2026-10-12\n", LAST_DAY, "terms_unreviewed"),
        ("terms_valid_until = 2027-12-31\n", LAST_DAY, "terms_unreviewed"),
        (REVIEWED, date(2026, 10, 11), "terms_unreviewed"),
        (REVIEWED, date(2028, 1, 1), "terms_expired"),
    ],
)
def test_a_source_whose_terms_nobody_reviewed_or_no_longer_is_refused(
    tmp_path: Path, table: str, today: date, code: str
) -> None:
    file = _file(tmp_path, IDENTITY + "[feed]\n" + table)
    with pytest.raises(VettingError) as refused:
        refuse_lapsed_terms(file, ["feed"], today)
    assert (refused.value.code, refused.value.exit_code) == (code, ExitCode.REFUSED)
    assert "source feed" in refused.value.sentence
    assert "[feed]" in refused.value.remedy


def test_reviewed_terms_count_up_to_their_last_day_and_only_of_the_sources_that_are_used(tmp_path: Path) -> None:
    file = _file(tmp_path, IDENTITY + '[forum]\nprofile = "http://x.example/{account}"\n[feed]\n' + REVIEWED)
    refuse_lapsed_terms(file, ["feed", "feed"], LAST_DAY)
    with pytest.raises(VettingError, match="source forum"):
        refuse_lapsed_terms(file, ["feed", "forum"], LAST_DAY)


@pytest.mark.parametrize(
    "line",
    [
        "requests_per_minute = 0",
        "requests_per_minute = 61",
        'requests_per_minute = "24"',
        'terms_reviewed_on = "2026-10-12"',
        "terms_reviewed_on = 2026-10-12\nterms_valid_until = 2026-10-11",
    ],
)
def test_a_rate_nobody_allows_and_dates_that_cross_are_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(VettingError) as refused:
        read_terms(_file(tmp_path, f"{IDENTITY}[feed]\n{line}\n"))
    assert refused.value.exit_code is ExitCode.BAD_INPUT


def test_a_source_has_its_own_rate_or_one_request_a_second(tmp_path: Path) -> None:
    file = _file(tmp_path, IDENTITY + "[feed]\nrequests_per_minute = 24\n[forum]\nprofile = 'http://x.example/'\n")
    assert {name: terms.requests_per_minute for name, terms in read_terms(file).items()} == {"feed": 24, "forum": 60}
