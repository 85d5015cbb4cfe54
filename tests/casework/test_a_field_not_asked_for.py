"""Nobody can type a protected class into a candidate file: what is not asked for is refused in words of ours."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vetting.candidate import IdentifierKind
from vetting.casework.candidate_file import load_candidate
from vetting.errors import ExitCode, VettingError
from vetting.settings import REPOSITORY

REFUSED_WHERE_NOT_ASKED = {
    IdentifierKind.FULL_NAME: "identifier_refused",
    IdentifierKind.NAME_AND_TOWN: "identifier_refused",
    IdentifierKind.ATPROTO_HANDLE: "handles_refused",
    IdentifierKind.WIKI_ACCOUNT: "handles_refused",
    IdentifierKind.FORUM_ACCOUNT: "handles_refused",
    IdentifierKind.FEDIVERSE_ACCOUNT: "handles_refused",
    IdentifierKind.GITHUB_ACCOUNT: "handles_refused",
    IdentifierKind.HANDLE: "handles_refused",
    IdentifierKind.DOMAIN: "handles_refused",
    IdentifierKind.WEBSITE: "handles_refused",
    IdentifierKind.FEED: "handles_refused",
    IdentifierKind.EMAIL: "handles_refused",
}


def test_a_field_that_is_not_asked_for_is_named_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "dana.toml"
    path.write_text('full_name = "Dana Whitfield"\ntown = "Riverton"\nreligion = "none"\n', encoding="utf-8")
    with pytest.raises(VettingError) as refusal:
        load_candidate(path, datetime(2026, 11, 1, tzinfo=UTC), may_request_handles=True)
    assert refusal.value.code == "candidate_invalid"
    assert str(refusal.value).endswith("holds a field that is not asked for: religion. Remove it.")


@pytest.mark.parametrize("kind", IdentifierKind)
def test_where_candidates_may_not_be_asked_no_kind_of_identifier_is_taken(tmp_path: Path, kind: IdentifierKind) -> None:
    path = tmp_path / "dana.toml"
    given = f'[[identifiers]]\nkind = "{kind.value}"\nvalue = "dana.riverton.example"\n'
    form = '[authorization]\nform = "form.txt"\nsigned_at = 2026-10-01\nexpires_at = 2027-10-01\n'
    path.write_text(f'full_name = "Dana Whitfield"\ntown = "Riverton"\n{given}{form}', encoding="utf-8")
    (tmp_path / "form.txt").write_text("signed", encoding="utf-8")
    now = datetime(2026, 11, 1, tzinfo=UTC)
    with pytest.raises(VettingError) as refusal:
        load_candidate(path, now, may_request_handles=False)
    assert refusal.value.code == REFUSED_WHERE_NOT_ASKED[kind]
    if refusal.value.code == "handles_refused":
        assert refusal.value.exit_code is ExitCode.REFUSED
        assert load_candidate(path, now, may_request_handles=True)[0].identifiers[0].kind is kind


def test_the_page_on_the_candidate_file_says_of_every_kind_whether_it_is_refused_there() -> None:
    page = (REPOSITORY / "docs" / "candidate-file.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (\w+) \|$", page, flags=re.MULTILINE))
    typed = {kind.value for kind, code in REFUSED_WHERE_NOT_ASKED.items() if code == "handles_refused"}
    assert rows == dict.fromkeys(typed, "refused")
