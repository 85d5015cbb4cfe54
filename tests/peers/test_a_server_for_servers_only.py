"""A fediverse server that names an account to everybody and shows it to signed requests only: blocked, never clean."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.peers.asking import Ask, addresses, now
from tests.peers.herd import HOST, USER, Herd
from tests.peers.real_services import configured
from vetting.search import Outcome
from vetting.sources.conduct import Conducted
from vetting.sources.egress import mapped_transport
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import Internet
from vetting.sources.page_text import json_of, rows, table, words


@pytest.fixture
def herd_internet(herd: Herd) -> Iterator[httpx.BaseTransport]:
    """Yield the internet of that server."""
    transport = mapped_transport({HOST: ("127.0.0.1", herd.port)})
    yield transport
    transport.close()


def _ask(transport: httpx.BaseTransport, folder: Path, user: str) -> Conducted:
    ask = Ask(sources={"fediverse": configured("fediverse", "", folder)}, transport=transport, folder=folder)
    return ask("fediverse", f"@{user}@{HOST}")


def test_the_server_names_the_account_and_refuses_an_unsigned_reader(herd_internet: httpx.BaseTransport) -> None:
    internet = Internet(herd_internet, clock=now, new_id=iter("abcdef").__next__, user_agent="test")
    finger = internet.get(f"https://{HOST}/.well-known/webfinger", params={"resource": f"acct:{USER}@{HOST}"})
    (actor,) = [words(link.get("href")) for link in rows(table(json_of(finger)).get("links"))]
    with pytest.raises(NotSearchedError) as stopped:
        internet.get(actor, accept="application/activity+json")
    assert stopped.value.reason is Reason.HTTP_401


def test_an_account_shown_to_servers_only_is_not_publicly_available(
    herd_internet: httpx.BaseTransport, tmp_path: Path
) -> None:
    closed = _ask(herd_internet, tmp_path, USER)
    assert (closed.result.outcome, closed.result.reason) == (Outcome.BLOCKED, Reason.NOT_PUBLICLY_AVAILABLE)
    assert any("/endpoints/" in url for url in addresses(closed)), "its actor was asked for, and refused"


def test_an_account_the_server_does_not_have_is_none(herd_internet: httpx.BaseTransport, tmp_path: Path) -> None:
    nobody = _ask(herd_internet, tmp_path, "nobody")
    assert (nobody.result.outcome, nobody.result.reason) == (Outcome.NO_RESULTS, Reason.ACCOUNT_NOT_FOUND)
