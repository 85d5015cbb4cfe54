"""A disclosed GitHub account, on what the real service answered to PyGithub's authors."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.peers.asking import Ask, words
from tests.peers.real_services import configured
from tests.peers.replay import Replay, ReplayTransport
from vetting.search import Outcome
from vetting.sources.conduct import Conducted
from vetting.sources.interface import Reason

API = "https://api.github.com"
DEVELOPER = "jacquev6"
NOBODY = "ThisUserShouldReallyNotExist"
RECORDED = {
    f"/users/{DEVELOPER}/events/public": f"{API}/users/{DEVELOPER}/events/public",
    f"/users/{DEVELOPER}/repos": f"{API}/users/{DEVELOPER}/repos?type=owner&sort=created&direction=asc",
}
ROOT = b'{"user_url": "https://api.github.com/users/{user}"}'
"""What the address of the interface itself says: no recording holds it."""


def _recorded_as(url: str) -> str:
    return RECORDED.get(urlsplit(url).path, url)


def _ask(replay: Replay, folder: Path, login: str) -> tuple[Conducted, ReplayTransport]:
    source = configured("github", f'api = "{API}"', folder)
    transport = replay.transport(_recorded_as, {f"{API}/": ROOT})
    ask = Ask(sources={"github": source}, transport=transport, folder=folder)
    return ask("github", login, pages=2, items=200), transport


def test_what_a_developer_published_is_found_under_the_account(replay: Replay, tmp_path: Path) -> None:
    found, _ = _ask(replay, tmp_path, DEVELOPER)
    assert found.result.outcome is Outcome.COMPLETED
    assert "PyGithub" in words(found)
    assert all(hit.profile and hit.profile.handle.reveal() == DEVELOPER for hit in found.hits)
    assert sum(hit.posted_at is not None for hit in found.hits) > 10


def test_only_what_nobody_recorded_is_missing(replay: Replay, tmp_path: Path) -> None:
    """Newer than the recordings: the list of other accounts, and the commits of a repository by their author."""
    _, transport = _ask(replay, tmp_path, DEVELOPER)
    unknown = {urlsplit(url).path.rpartition("/")[2] for url in transport.unrecorded}
    assert unknown <= {"social_accounts", "commits"}


def test_an_account_that_does_not_exist_is_none(replay: Replay, tmp_path: Path) -> None:
    nobody, _ = _ask(replay, tmp_path, NOBODY)
    assert (nobody.result.outcome, nobody.result.reason) == (Outcome.NO_RESULTS, Reason.ACCOUNT_NOT_FOUND)


@pytest.mark.parametrize("organization", ["PyGithub", "openframeworks"])
def test_an_organization_is_nobodys_account(replay: Replay, tmp_path: Path, organization: str) -> None:
    refused, _ = _ask(replay, tmp_path, organization)
    assert (refused.result.outcome, refused.result.reason) == (Outcome.UNAVAILABLE, Reason.ANCHOR_UNUSABLE)


def test_an_address_that_answers_nothing_of_the_interface_is_never_a_clean_account(
    replay: Replay, tmp_path: Path
) -> None:
    source = configured("github", f'api = "{API}"', tmp_path)
    ask = Ask(sources={"github": source}, transport=replay.transport(), folder=tmp_path)
    assert ask("github", "nobody-recorded-this").result.outcome is Outcome.UNAVAILABLE
