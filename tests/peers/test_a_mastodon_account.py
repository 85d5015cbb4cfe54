"""A disclosed fediverse account, on what a real Mastodon server answered to the authors of Mastodon.py."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from tests.peers.asking import Ask, addresses
from tests.peers.real_services import configured
from tests.peers.replay import Replay
from vetting.search import Outcome
from vetting.sources.conduct import Conducted
from vetting.sources.interface import Reason

SERVER = "http://localhost:3000"
"""Where its authors ran it."""
HOST = "mastodon.example"
USER, NUMBER = "mastodonpy_test", "117440810532227399"
ACTOR = f"{SERVER}/ap/users/{NUMBER}"
STATUSES = f"{SERVER}/api/v1/accounts/{NUMBER}/statuses"
NEWEST = f"{STATUSES}?limit=5"


def _recorded_as(url: str) -> str:
    """The recordings are of five posts a page."""
    return NEWEST if urlsplit(url).path.endswith("/statuses") else url


def _webfinger(user: str) -> bytes:
    """Which actor the name is: the only answer here that nobody recorded."""
    link = {"rel": "self", "type": "application/activity+json", "href": ACTOR}
    return json.dumps({"subject": f"acct:{user}@{HOST}", "links": [link]}).encode()


def _ask(replay: Replay, folder: Path, user: str = USER) -> Conducted:
    said = {f"{base}/.well-known/webfinger": _webfinger(user) for base in (f"https://{HOST}", SERVER)}
    source = configured("fediverse", "", folder)
    ask = Ask(sources={"fediverse": source}, transport=replay.transport(_recorded_as, said), folder=folder)
    return ask("fediverse", f"@{user}@{HOST}", pages=1, items=50)


def test_the_posts_of_the_account_are_read_by_the_servers_own_interface(replay: Replay, tmp_path: Path) -> None:
    found = _ask(replay, tmp_path)
    posts = [hit for hit in found.hits if hit.platform == "social_post"]
    assert found.result.outcome is Outcome.COMPLETED
    assert posts
    assert all(hit.author.reveal() == f"{USER}@{HOST}" for hit in posts)
    assert any("/api/v1/accounts/lookup" in url for url in addresses(found))


def test_an_account_that_the_server_does_not_know_is_never_a_clean_account(replay: Replay, tmp_path: Path) -> None:
    """WebFinger names an actor and the interface says 404: two sides that do not agree."""
    unknown = _ask(replay, tmp_path, "kljadklajsdkljlkjlkjlkjasdasd")
    assert unknown.result.outcome in {Outcome.BLOCKED, Outcome.UNAVAILABLE}
    assert unknown.result.reason in {Reason.NOT_PUBLICLY_AVAILABLE, Reason.HANDLE_NOT_CONFIRMED}
    assert not unknown.hits
