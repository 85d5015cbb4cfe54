"""Every protocol of config/protocols/ may be frozen as it is; together they use every source with a table but one.

Profile pages are set up and used by none: no site of config/sites.toml is reviewed, which is for a department to do.
"""

from datetime import date

import pytest

from vetting.casework.freezing import load_workable
from vetting.protocol import SearchProtocol
from vetting.settings import REPOSITORY, Settings, load_settings
from vetting.sources.registry import build_sources
from vetting.sources.site_profiles import SiteProfiles

NAMES = sorted(path.stem for path in (REPOSITORY / "config" / "protocols").glob("*.toml"))
TODAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def protocols(shipped: Settings) -> dict[str, SearchProtocol]:
    return {name: load_workable(shipped, name, TODAY) for name in NAMES}


def test_each_can_be_frozen_under_its_own_name(protocols: dict[str, SearchProtocol]) -> None:
    assert {name: protocol.id for name, protocol in protocols.items()} == {name: name for name in NAMES}
    assert {"patrol_officer", "detective"} <= set(protocols)


def test_no_source_is_set_up_for_nothing(shipped: Settings, protocols: dict[str, SearchProtocol]) -> None:
    used = {step.source for protocol in protocols.values() for step in protocol.steps}
    assert set(build_sources(shipped.config / "sources.toml")) - used == {"site_profile"}
    assert used <= set(build_sources(shipped.config / "sources.toml"))


def test_no_site_is_said_to_be_reviewed_where_nobody_has_read_its_pages(shipped: Settings) -> None:
    source = build_sources(shipped.config / "sources.toml")["site_profile"]
    assert isinstance(source, SiteProfiles)
    assert {site.id for site in source.sites.values() if site.reviewed_on is not None} == set()
