"""The captured page that a picture shows, and where the pieces it is made of may come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vetting.evidence import Capture, Hit
from vetting.sources.captured_answer import CapturedAnswer, NotAnsweredError, captured_answer
from vetting.sources.decoding import DecodingError
from vetting.sources.interface import NotSearchedError, Reason
from vetting.sources.internet import ANY, Internet, Response
from vetting.sources.page_text import is_text

NOT_A_PAGE: Final = "not_a_page"
_KEPT: Final = "memento-datetime"
"""By which an archive says that something is what it kept (RFC 7089, 2.1.1)."""


class NotAPageError(Exception):
    """The capture holds no page that could be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPage:
    """A page as it was captured, at the address it was captured from."""

    response: Response
    archive: str | None
    """Of an archived page what stands before its own address; empty where that is not known. None for a live page."""

    @property
    def url(self) -> str:
        """Where it was captured: of an archived page, in the archive."""
        return self.response.url

    def piece(self, url: str, internet: Internet) -> Response:
        """A style sheet, picture or font of the page, by the door by which the page was asked for.

        A live page's obeys robots.txt. An archived page's comes from the archive, as of the same time, or not at all:
        the live site is not asked. Raises NotSearchedError.
        """
        if self.archive is None:
            return internet.page(url, accept=ANY)
        response = internet.get(self._archived(url), within=_origin(self.url))
        if _KEPT not in response.headers:
            raise NotSearchedError(Reason.API_ERROR)
        return response

    def _archived(self, url: str) -> str:
        if self.archive and url.startswith(self.archive):
            return url
        if not self.archive or _origin(url) == _origin(self.url):  # "/style.css" leads to the archive's own
            raise NotSearchedError(Reason.ADDRESS_REFUSED)
        return self.archive + url


def page_of(capture: Capture, hit: Hit) -> ShownPage:
    """The page that a hit stands on. Raises NotAPageError for data, a failure, and what is withheld."""
    try:
        captured = captured_answer(capture.warc)
        body = captured.body()
    except (NotAnsweredError, DecodingError):
        raise NotAPageError(NOT_A_PAGE) from None
    response = Response(
        url=captured.record.url,
        status=captured.answer.status,
        headers={"content-type": captured.content_type},
        body=body,
        capture_id=capture.id,
    )
    if not response.ok or not is_text(captured.content_type, body):
        raise NotAPageError(NOT_A_PAGE)
    return ShownPage(response=response, archive=None if captured.for_people else _before(captured, hit))


def _before(captured: CapturedAnswer, hit: Hit) -> str:
    own = hit.locator.reveal()
    return captured.record.url.removesuffix(own) if own and captured.record.url.endswith(own) else ""


def _origin(url: str) -> str:
    return "/".join([*url.split("/", 3)[:3], ""])
