"""Who registered a disclosed domain, and when (RDAP: RFC 9082, 9083), from the registry that IANA names (RFC 9224)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict

from vetting.candidate import IdentifierKind
from vetting.evidence import Engagement, Hit, Profile
from vetting.protocol import Technique
from vetting.search import Search
from vetting.sources.interface import Answer, NotSearchedError, Reason, answered
from vetting.sources.internet import Internet, Response
from vetting.sources.jcard import Registrant, registrant
from vetting.sources.page_text import JsonValue, json_of, moment, raw_text, rows, table, words

NAME: Final = "rdap"
TECHNIQUE: Final = Technique.PUBLIC_API
ANCHORS: Final = frozenset({IdentifierKind.DOMAIN})
_ACCEPT: Final = "application/rdap+json, application/json;q=0.9"
_DOMAIN: Final = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9-]{1,63})+")
_MORE: Final = frozenset("/\\:@?#[] ")
"""What would make more of it than a domain."""
_OF_A_REGISTRAR: Final = "application/rdap+json"


class RdapSettings(BaseModel):
    """The table `[rdap]` of config/sources.toml. `bootstrap` lists the registry of each top-level domain."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    bootstrap: str = "https://data.iana.org/rdap/dns.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rdap:
    """The registry of a domain, and its registrar where the registry keeps no registrant."""

    user_agent: str
    settings: RdapSettings
    name: str = NAME
    technique: Technique = TECHNIQUE

    def search(self, search: Search, internet: Internet) -> Answer:
        """One hit: events, status and what of the registrant is not redacted.

        A domain that its registry does not know is no account. A name with more labels than a registered one may be a
        host below one, so there "not known" says nothing. A top-level domain without a public registry is `blocked`.
        """
        domain = _domain(search.query)
        zone, server = self._registry(domain, internet)
        response = internet.get(f"{server.rstrip('/')}/domain/{domain}", accept=_ACCEPT)
        if response.status == 404:  # RFC 7480, 5.3
            if domain.count(".") > zone.count(".") + 1:
                raise NotSearchedError(Reason.INCONCLUSIVE)
            return Answer(reason=Reason.ACCOUNT_NOT_FOUND)
        document = _domain_document(response, domain)
        owner, partly = registrant(document), False
        if owner is None and search.step.max_pages > 1:
            owner, partly = _of_registrar(document, domain, internet)
        return answered([_hit(response, domain, document, owner)], partly=partly)

    def _registry(self, domain: str, internet: Internet) -> tuple[str, str]:
        """The longest zone that the bootstrap file lists, and its server, by TLS where there is a choice."""
        response = internet.get(self.settings.bootstrap, accept="application/json")
        if not response.ok:
            raise NotSearchedError(Reason.API_ERROR)
        services = table(json_of(response)).get("services")
        if not isinstance(services, list):
            raise NotSearchedError(Reason.UNREADABLE_ANSWER)
        found: dict[str, str] = {}
        for service in services:
            zones, servers = map(_strings, service) if isinstance(service, list) and len(service) == 2 else ([], [])
            preferred = sorted(servers, key=lambda server: not server.startswith("https:"))[:1]
            found.update((zone.lower(), server) for zone in zones for server in preferred)
        labels = domain.split(".")
        for start in range(1, len(labels)):
            zone = ".".join(labels[start:])
            if zone in found:
                return zone, found[zone]
        raise NotSearchedError(Reason.NOT_PUBLICLY_AVAILABLE if found else Reason.UNREADABLE_ANSWER)


def build(user_agent: str, table: Mapping[str, object]) -> Rdap:
    """The source with its table of config/sources.toml."""
    return Rdap(user_agent=user_agent, settings=RdapSettings.model_validate(table))


def _strings(value: JsonValue) -> list[str]:
    return [item for item in value if isinstance(item, str) and item] if isinstance(value, list) else []


def _domain(query: str) -> str:
    """The domain in the letters of the DNS (RFC 5891). Raises NotSearchedError for what is none."""
    text, name = query.strip().lower().rstrip(".").removeprefix("www."), ""
    try:
        name = httpx.URL(f"http://{text}/").raw_host.decode("ascii") if _MORE.isdisjoint(text) else ""
    except (httpx.InvalidURL, ValueError):
        name = ""  # the error's text quotes the domain
    if not _DOMAIN.fullmatch(name):
        raise NotSearchedError(Reason.ANCHOR_UNUSABLE)
    return name


def _domain_document(response: Response, domain: str) -> dict[str, JsonValue]:
    """The registry's document. Raises NotSearchedError for an error, and for one about anything but this domain."""
    if not response.ok:
        raise NotSearchedError(Reason.API_ERROR)
    document = table(json_of(response))
    stated = words(document.get("ldhName")).lower().rstrip(".")
    if document.get("objectClassName") != "domain" or stated not in {"", domain}:
        raise NotSearchedError(Reason.UNREADABLE_ANSWER)
    return document


def _of_registrar(document: dict[str, JsonValue], domain: str, internet: Internet) -> tuple[Registrant | None, bool]:
    """The registrant as the registrar states it, and whether the registrar's answer could not be read."""
    links = document.get("links")
    addresses = [
        words(link.get("href"))
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, dict) and link.get("rel") == "related" and link.get("type") == _OF_A_REGISTRAR
    ]
    if not addresses:
        return None, False
    try:
        return registrant(_domain_document(internet.get(addresses[0], accept=_ACCEPT), domain)), False
    except NotSearchedError:  # one page of two: its capture says why
        return None, True


def _hit(response: Response, domain: str, document: dict[str, JsonValue], owner: Registrant | None) -> Hit:
    events = [
        (words(event.get("eventAction")), words(event.get("eventDate"))) for event in rows(document.get("events", []))
    ]
    lines = [f"Domain: {domain}", *(f"{action}: {when}" for action, when in events if action and when)]
    lines += [f"status: {status}" for status in _strings(document.get("status", []))]
    lines += owner.lines if owner else []
    registered = next((when for action, when in events if action == "registration"), None)
    return Hit(
        capture_id=response.capture_id,
        text=raw_text("\n".join(lines)),
        locator=raw_text(response.url),
        author=raw_text(""),
        posted_at=moment(registered),
        engagement=Engagement.ABOUT_SUBJECT,
        profile=Profile(
            handle=raw_text(domain),
            name=raw_text(owner.name if owner else ""),
            place=raw_text(owner.place if owner else ""),
            emails=tuple(map(raw_text, owner.emails)) if owner else (),
        ),
        platform="registration",
    )
