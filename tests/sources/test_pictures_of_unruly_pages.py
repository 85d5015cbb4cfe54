"""A page that leads away, never ends or is spelled oddly costs its own picture at most, and nothing is said of it."""

from pathlib import Path

import pytest

from tests.sources.files import read
from tests.sources.loopback import Site
from tests.sources.pictures import STYLE, failures, hit, made
from vetting.sources import rendering
from vetting.sources.internet import Internet
from vetting.sources.rendering import render_pages


@pytest.mark.parametrize("away", ["0;url=http://site.example/elsewhere", "0;url=http://nowhere.example/", "0"])
def test_a_page_that_leads_away_or_round_in_a_circle_is_still_the_one_in_the_picture(
    site: Site, internet: Internet, chromium: str, away: str, tmp_path: Path
) -> None:
    site.answer("/page", f"<meta http-equiv=refresh content='{away}'><style>{STYLE}</style><p>Words that stay.</p>")
    render_pages(chromium, [hit(internet, "http://site.example/page")], internet, 10)
    assert failures(internet) == []
    (snapshot,) = made(internet, "multipart/related")
    assert b"chrome-error" not in snapshot.block
    _, reading = read(tmp_path, snapshot.block)
    assert [one.text.reveal() for one in reading.hits] == ["Words that stay."]
    assert site.paths() == ["/robots.txt", "/page"]


@pytest.mark.parametrize("address", ["http://site.example", "http://site.example/a|b", "http://site.example/x/../y"])
def test_an_address_that_a_browser_spells_otherwise_has_its_picture_and_the_next_page_too(
    site: Site, internet: Internet, chromium: str, address: str
) -> None:
    site.answer("", "<p>words</p>")
    render_pages(chromium, [hit(internet, address), hit(internet, "http://site.example/next")], internet, 10)
    assert failures(internet) == []
    assert len(made(internet, "image/png")) == 2


def test_a_fault_over_one_piece_costs_that_piece_only_and_says_nothing(
    site: Site, internet: Internet, chromium: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    site.answer("", "<p>words</p><img src=/one.png>")
    asked = internet.page

    def faulty(url: str, **how: str) -> object:
        if url.endswith(".png"):
            raise OverflowError(url)
        return asked(url, **how)

    monkeypatch.setattr(internet, "page", faulty)
    render_pages(chromium, [hit(internet, "http://site.example/page")], internet, 10)
    assert failures(internet) == []
    assert len(made(internet, "image/png")) == 1
    assert capfd.readouterr() == ("", "")


def test_a_page_that_is_never_laid_out_is_ended_and_the_next_has_another_browser(
    site: Site, internet: Internet, chromium: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "LONGEST_SECONDS", 20.0)
    site.answer("/deep", "<div>" * 200_000 + "words")
    site.answer("/next", "<p>words</p>")
    render_pages(
        chromium, [hit(internet, "http://site.example/deep"), hit(internet, "http://site.example/next")], internet, 10
    )
    assert failures(internet) in ([], ["time_limit"])
    assert any(record.url.endswith("/next") for record in made(internet, "image/png"))
