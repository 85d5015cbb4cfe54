"""A protocol is frozen only if it can be brought to an end: afterwards nobody may mend it."""

import re
import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vetting.casework.freezing import load_workable
from vetting.casework.intake import open_position
from vetting.casework.opening import create_home, open_desk
from vetting.casework.protocol_file import refuse_changed_config
from vetting.errors import ExitCode, VettingError
from vetting.protocol import from_document
from vetting.roles import Person, Role, SensitivePosition
from vetting.settings import REPOSITORY, Settings, load_settings

CHIEF = Person(id="chief", name="Chief", roles=frozenset({Role.DECISION_MAKER}))
PROTOCOL = "protocols/patrol_officer.toml"
CRITERIA = "criteria/police.toml"
TODAY = datetime.now(UTC).date()

Change = Callable[..., Settings]


@pytest.fixture
def changed(tmp_path: Path) -> Change:
    """Return the settings of a copy of the configuration in which one pattern of one file reads otherwise."""

    def change(file: str, pattern: str, replacement: str) -> Settings:
        config = shutil.copytree(REPOSITORY / "config", tmp_path / "config")
        text = (config / file).read_text(encoding="utf-8")
        text, changes = re.subn(pattern, lambda _: replacement, text, count=1, flags=re.MULTILINE)
        assert changes == 1
        (config / file).write_text(text, encoding="utf-8")
        return load_settings(tmp_path / "home", config)

    return change


UNWORKABLE = {
    "a source that is not set up": (PROTOCOL, '^source = "forum"', 'source = "forum"', "source_not_set_up"),
    "a name for a source of accounts": (PROTOCOL, 'anchor = "wiki_account"', 'anchor = "full_name"', "anchor_unfit"),
    "words for a source of accounts": (
        PROTOCOL,
        r'^anchor = "atproto_handle"\nquery = "\{anchor\}"',
        'anchor = "atproto_handle"\nquery = "from:{anchor}"',
        "query_unfit",
    ),
    "pictures of data": (
        PROTOCOL,
        r'^anchor = "atproto_handle"\n',
        'anchor = "atproto_handle"\nrender = true\n',
        "render_unfit",
    ),
    "no federal classes": (PROTOCOL, '"federal", "massachusetts"', '"massachusetts"', "class_pack_left_out"),
    "not the classes of its state": (PROTOCOL, '"federal", "massachusetts"', '"federal"', "class_pack_left_out"),
    "a title in another script": (PROTOCOL, '^title = "Patrol Officer"', 'title = "巡警"', "words_unprintable"),
    "a step's title that no report prints": (
        PROTOCOL,
        '^title = "Full name, web',
        'title = "☃ web',
        "words_unprintable",
    ),
    "a criterion that no report prints": (CRITERIA, '^title = "Violence', 'title = "☠ Violence', "words_unprintable"),
    "a statement that tells a class": (
        CRITERIA,
        '^statement = "Made a threat',
        'statement = "As a Muslim woman made a threat',
        "statement_tells",
    ),
    "a nexus that tells a class": (
        CRITERIA,
        '^nexus = "[^"]*"',
        'nexus = "Pregnant officers and Jews need watching."',
        "statement_tells",
    ),
    "a criterion's title that tells a class": (CRITERIA, '^title = "Violence', 'title = "Jewish', "statement_tells"),
    "a clause that tells a class": (CRITERIA, '^clause = "', 'clause = "Muslims; ', "statement_tells"),
    "a step's title that tells a class": (
        PROTOCOL,
        '^title = "Full name, web search"',
        'title = "Full name, Muslim websites"',
        "statement_tells",
    ),
    "a protocol's title that tells a class": (
        PROTOCOL,
        '^title = "Patrol Officer"',
        'title = "Pregnant Officer"',
        "statement_tells",
    ),
    "a step's title with a host": (
        PROTOCOL,
        '^title = "Disclosed social account, public posts"',
        'title = "Disclosed social account, posts on bsky.app"',
        "words_leak",
    ),
    "a department with an account": (
        "department.toml",
        '^name = "[^"]*"',
        'name = "Riverton Police Dept, @chief #1"',
        "words_leak",
    ),
    "a clause with a day": (CRITERIA, '^clause = "', 'clause = "Order of May 3; ', "words_leak"),
}


@pytest.mark.parametrize("what", UNWORKABLE)
def test_a_protocol_that_would_never_give_a_report_is_not_frozen(changed: Change, what: str) -> None:
    file, pattern, replacement, code = UNWORKABLE[what]
    settings = changed(file, pattern, replacement)
    if code == "source_not_set_up":
        path = settings.config / "sources.toml"
        path.write_text(path.read_text(encoding="utf-8").partition("[forum]")[0], encoding="utf-8")
    with pytest.raises(VettingError) as refusal:
        load_workable(settings, "patrol_officer", TODAY)
    assert (refusal.value.code, refusal.value.exit_code) == (code, ExitCode.BAD_INPUT)


STEP = """
[[steps]]
id = "more"
title = "{title}"
source = "{source}"
technique = "{technique}"
anchor = "{anchor}"
query = "{query}"
max_pages = 1
max_items = 10
attempts = 2
"""


def _step(**fields: str) -> str:
    step = STEP
    for name, value in {"title": "Disclosed handle, profile on a code site", **fields}.items():
        step = step.replace(f"{{{name}}}", value)
    return step


@pytest.mark.parametrize("source", ["brave", "courtlistener"])
def test_a_step_for_a_source_that_needs_a_key_is_refused_where_the_source_has_no_table(
    changed: Change, source: str
) -> None:
    step = _step(source=source, technique="official_api_with_key", anchor="full_name", query="{anchor}")
    settings = changed(PROTOCOL, r"\Z", step)
    with pytest.raises(VettingError) as refusal:
        load_workable(settings, "patrol_officer", TODAY)
    assert refusal.value.code == "source_not_set_up"
    assert refusal.value.sentence.endswith(f"step more: source {source} has no table in config/sources.toml.")
    assert refusal.value.remedy == "Add its table (docs/sources.md), or leave the step out."


def _of_github() -> str:
    return _step(source="site_profile", technique="public_page", anchor="handle", query="github:{anchor}")


def _review(settings: Settings, site: str) -> None:
    """The department has read the site's pages and terms."""
    path = settings.config / "sites.toml"
    text, changes = re.subn(
        f'^id = "{site}"\n', f'id = "{site}"\nreviewed_on = 2026-11-20\n', path.read_text(), flags=re.MULTILINE
    )
    assert changes == 1
    path.write_text(text, encoding="utf-8")


def test_a_step_that_looks_at_a_site_that_nobody_reviewed_is_refused(changed: Change) -> None:
    step = _step(source="site_profile", technique="public_page", anchor="handle", query="codeberg:{anchor}")
    settings = changed(PROTOCOL, r"\Z", step)
    _review(settings, "github")
    with pytest.raises(VettingError) as refusal:
        load_workable(settings, "patrol_officer", TODAY)
    assert (refusal.value.code, refusal.value.exit_code) == ("site_unreviewed", ExitCode.REFUSED)
    assert refusal.value.sentence.endswith("step more: nobody has reviewed the site codeberg of config/sites.toml.")
    assert "enter reviewed_on under codeberg" in refusal.value.remedy
    _review(settings, "codeberg")
    assert load_workable(settings, "patrol_officer", TODAY).steps[-1].source == "site_profile"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("github:{anchor}", ""),
        ("{anchor}", "query_unfit"),
        ("github: {anchor}", "query_unfit"),
        ("github:{anchor} resume", "query_unfit"),
        ("nowhere:{anchor}", "site_unknown"),
    ],
)
def test_a_step_that_looks_for_a_handle_names_one_site_of_the_list(changed: Change, query: str, code: str) -> None:
    step = _step(source="site_profile", technique="public_page", anchor="handle", query=query)
    settings = changed(PROTOCOL, r"\Z", step)
    _review(settings, "github")
    if not code:
        assert load_workable(settings, "patrol_officer", TODAY).steps[-1].query == query
        return
    with pytest.raises(VettingError) as refusal:
        load_workable(settings, "patrol_officer", TODAY)
    assert refusal.value.code == code


def test_a_registration_is_looked_up_for_a_disclosed_domain(changed: Change) -> None:
    title = "Disclosed domain, registration"
    step = _step(title=title, source="rdap", technique="public_api", anchor="domain", query="{anchor}")
    assert load_workable(changed(PROTOCOL, r"\Z", step), "patrol_officer", TODAY).steps[-1].source == "rdap"


def test_the_list_of_sites_may_not_change_under_a_frozen_protocol(changed: Change) -> None:
    settings = changed(PROTOCOL, r"\Z", _of_github())
    _review(settings, "github")
    protocol = load_workable(settings, "patrol_officer", TODAY)
    assert "sites" in protocol.digests
    refuse_changed_config(settings.config, protocol)
    _review(settings, "codeberg")
    with pytest.raises(VettingError, match="sites") as refusal:
        refuse_changed_config(settings.config, protocol)
    assert refusal.value.code == "config_changed"


def test_the_list_of_sites_may_change_under_a_protocol_that_looks_at_no_site(changed: Change) -> None:
    settings = changed(PROTOCOL, r"\Z", "")
    protocol = load_workable(settings, "patrol_officer", TODAY)
    assert "sites" not in protocol.digests
    _review(settings, "github")
    refuse_changed_config(settings.config, protocol)


def test_a_protocol_frozen_when_every_protocol_stood_on_the_list_of_sites_goes_on(changed: Change) -> None:
    settings = changed(PROTOCOL, r"\Z", "")
    protocol = load_workable(settings, "patrol_officer", TODAY)
    old = replace(protocol, digests={**protocol.digests, "sites": "0" * 64})
    assert from_document(old.document()).digests == old.digests
    refuse_changed_config(settings.config, old)


@pytest.mark.parametrize("title", ["School Resource Officer", "Boston Marine Unit Officer", "Dispatcher"])
def test_the_title_of_an_office_tells_no_class(changed: Change, title: str) -> None:
    settings = changed(PROTOCOL, '^title = "Patrol Officer"', f'title = "{title}"')
    assert load_workable(settings, "patrol_officer", TODAY).title == title


def test_a_protocol_of_more_than_a_hundred_steps_is_refused_before_the_log_refuses_it(changed: Change) -> None:
    step = '\n[[steps]]\nid = "s{n}"\ntitle = "More"\nsource = "metasearch"\ntechnique = "public_api"\n'
    step += 'anchor = "full_name"\nquery = "{anchor}"\nmax_pages = 1\nmax_items = 1\nattempts = 1\n'
    settings = changed(PROTOCOL, r"\Z", "".join(step.replace("{n}", str(n)) for n in range(100)))
    with pytest.raises(VettingError, match="steps"):
        load_workable(settings, "patrol_officer", TODAY)


def test_a_title_in_another_form_of_unicode_is_frozen_in_the_one_that_the_log_takes(changed: Change) -> None:
    settings = changed(PROTOCOL, '^title = "Patrol Officer"', 'title = "Cafe\u0301 Officer"')
    create_home(settings, lambda: datetime.now(UTC))
    cleared = SensitivePosition(
        vetted_on=TODAY, training_expires_on=TODAY.replace(year=TODAY.year + 9), confidentiality_signed_on=TODAY
    )
    one = Person(id="i.one", name="One", roles=frozenset({Role.INVESTIGATOR}), sensitive_position=cleared)
    desk = open_desk(settings, one, lambda: datetime.now(UTC), lambda: secrets.token_hex(8))
    frozen = load_workable(settings, "patrol_officer", TODAY)
    assert open_position(desk, "patrol", frozen, [CHIEF], practice=True).title == "Caf\u00e9 Officer"
    assert desk.reader.holds("protocol.frozen:patrol")


def test_a_step_that_asks_for_pictures_is_frozen_so_and_no_other_digest_changes(changed: Change) -> None:
    plain = load_workable(load_settings(Path(), REPOSITORY / "config"), "patrol_officer", TODAY)
    assert "render" not in str(plain.document())
    settings = changed(PROTOCOL, "^attempts = 2", "attempts = 2\nrender = true")
    pictured = load_workable(settings, "patrol_officer", TODAY)
    assert [step.render for step in pictured.steps].count(True) == 1
    assert from_document(pictured.document()) == pictured
    assert pictured.digest() != plain.digest()
