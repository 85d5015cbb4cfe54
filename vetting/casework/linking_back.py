"""What the pages that a candidate disclosed say of an account: read from the case's captures, when somebody reviews.

Only then are all searches done: when the account was found, the site that links back may not have been read yet.
"""

from __future__ import annotations

from vetting.candidate import IdentifierKind
from vetting.casework.identifying import address, bare_handle, names_one_account
from vetting.evidence import RawText
from vetting.finding import Finding
from vetting.records.case_files import CaseFileUnit
from vetting.search import plan
from vetting.signals import Signal
from vetting.sources.captured_pages import CapturedPage, pages_in

_SITES = frozenset({IdentifierKind.WEBSITE, IdentifierKind.DOMAIN})


def account_address(finding: Finding) -> RawText:
    """Host and path of the account a finding stands under: of its locator, up to the user name. Empty in doubt."""
    host, path = address(finding.locator.reveal())
    handle, steps = bare_handle(finding.author.reveal()), path.split("/")
    at = next((n for n, step in enumerate(steps) if handle and bare_handle(step) == handle), 0)
    return RawText(f"{host}{'/'.join(steps[: at + 1])}" if at else "")


def signals_elsewhere(unit: CaseFileUnit, finding: Finding) -> tuple[Signal, ...]:
    """The evidence on pages of the candidate's own, inside the caller's transaction. Needs the vault key.

    A site and an account that name each other as their owner's are one person's (rel=me both ways); a page that names
    the account and is not answered is one weak fact, whoever wrote there.
    """
    account = account_address(finding)
    if not account:
        return ()
    case = unit.case(finding.case_number)
    protocol, candidate = unit.position(case.position).protocol, unit.candidate(case.number)
    own = {search.key: search for search in plan(protocol, candidate) if names_one_account(search)}
    found = set[Signal]()
    for capture in unit.captures(case.number):
        if capture.key not in own or capture.key == finding.search_key:
            continue
        for page in pages_in(unit.open_capture(capture.id)):
            if page.names(account):
                found.add(Signal.NAMED_BY_DISCLOSED)
            site = own[capture.key].step.anchor in _SITES
            if site and Signal.LINKS_TO_DISCLOSED in finding.signals and _claims(page, account):
                found.add(Signal.RECIPROCAL_LINK)
    return tuple(signal for signal in Signal if signal in found)


def _claims(page: CapturedPage, account: RawText) -> bool:
    """Whether the page calls the account its owner's."""
    return account.reveal().casefold() in {"".join(address(link.reveal())).casefold() for link in page.own_links()}
