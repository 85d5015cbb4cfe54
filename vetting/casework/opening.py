"""Setting up a data folder with its keys and stores, and opening the investigator's desk on it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from vetting.casework.desk import Desk
from vetting.errors import VettingError, refused, storage
from vetting.files import disk_errors, read_text, write_file
from vetting.journal import CASEWORK, RELEASES, Actor, Journal, log_errors, open_journal
from vetting.log import migrations as log_migrations
from vetting.log.event import Event, EventType
from vetting.log.keys import LogKey, load_vkey
from vetting.log.reader import LogReader
from vetting.log.store import LogStore
from vetting.log.writer import LogWriter
from vetting.records.accounts import Accounts
from vetting.records.case_files import CaseFiles
from vetting.records.released_reports import ReleasedReports
from vetting.records.seal import VaultKey, VaultPublicKey
from vetting.roles import Permission, Person, authorize
from vetting.settings import DEMO_MARKER, ROOMS, Settings, is_data_folder

PASSPHRASE_BYTES = 10_000
POLICY = """\
# Who must have seen this log before it is believed: c2sp.org/tlog-policy, docs/verification.md.
# With witnesses, for instance:
#   witness clerk KEY-OF-THE-CLERK
#   witness council KEY-OF-THE-COUNCIL
#   group outside any clerk council
#   quorum outside
log {vkey}
quorum none
"""
"""Nobody is asked until the department has found witnesses."""
_EXPECTED = frozenset({*ROOMS, "session", DEMO_MARKER, "lost+found"})
"""What may lie in a folder that is being set up: what an interrupted set-up left, and what an empty disk holds."""


def make_home(settings: Settings) -> None:
    """Makes the data folder and its rooms, mode 0700.

    Refuses a folder that holds other things and was never set up, and a place where no folder can be made.
    """
    home = settings.home
    with disk_errors(f"The data folder {home}", "Name another folder in VETTING_HOME."):
        found = {path.name for path in home.iterdir()} if home.exists() else set()
        if found - _EXPECTED and not is_data_folder(home):
            raise refused(
                "home_in_use",
                f"{home} holds other things and was never set up.",
                "Name a new or an empty folder in VETTING_HOME.",
            )
        for room in ("", *ROOMS):
            (home / room).mkdir(mode=0o700, parents=True, exist_ok=True)
        if not found:
            home.chmod(0o700)  # an empty folder that was there before


def create_home(settings: Settings, clock: Callable[[], datetime]) -> None:
    """Makes the data folder, its keys and its stores. Doing it again changes nothing.

    Refuses a folder whose vault key or log key is gone while something is sealed or signed with it: a new key in its
    place would look like the old one and open nothing.

    The vault key is wrapped by a random passphrase in a file of mode 0400 beside it unless
    `VETTING_VAULT_PASSPHRASE_FILE` names another place: good enough to try the product, not for production. Refuses
    what `make_home` refuses.
    """
    make_home(settings)
    if not settings.vault_key.exists():
        _create_vault_key(settings)
    if not settings.vault_public_key.exists():
        VaultKey.load(settings.vault_key, _passphrase(settings)).public.save(settings.vault_public_key)
    with log_errors():
        log_migrations.migrate(settings.store_url("transparency_log"))
        _create_log(settings, clock)
    CaseFiles(settings.store_url("case_files"), VaultPublicKey.load(settings.vault_public_key), None).migrate()
    ReleasedReports(settings.store_url("released_reports")).migrate()
    Accounts(settings.store_url("accounts")).migrate()


def _create_vault_key(settings: Settings) -> None:
    key = VaultKey.generate()
    if settings.vault_public_key.exists() or _holds_cases(settings, key.public):
        raise storage(
            "vault_key_lost",
            f"The vault key is not at its place ({settings.vault_key}); what was sealed to it opens with no other.",
            "Restore vault.key from its backup. A new one would look like it and open nothing.",
        )
    _make_passphrase(settings.vault_passphrase)
    key.save(settings.vault_key, _passphrase(settings))


def _holds_cases(settings: Settings, any_key: VaultPublicKey) -> bool:
    try:
        with CaseFiles(settings.store_url("case_files"), any_key, None).reading() as unit:
            return bool(unit.positions())
    except VettingError as error:
        if error.code in {"store_missing", "store_not_migrated"}:  # set-up comes this far before there is a store
            return False
        raise


def open_desk(settings: Settings, person: Person, clock: Callable[[], datetime], new_id: Callable[[], str]) -> Desk:
    """The desk of a signed-in person, after settling what an earlier crash may have left in an outbox.

    Refuses, and logs the refusal, whoever is no investigator or reviewer: for anybody else neither the case files nor
    the vault key are opened. Refuses with STORAGE where the data folder, a key or a store is missing, and with
    LOG_BROKEN where the log is older than the stores or a store older than the log.
    """
    if not settings.vault_key.exists():
        raise storage("home_missing", f"There is no data folder at {settings.home}.", "Create it with: vetting init.")
    journal = open_journal(settings, clock)
    _permit(journal, Actor(id=person.id, clock=clock, new_id=new_id), person)
    key = VaultKey.load(settings.vault_key, _passphrase(settings))
    desk = Desk(
        settings=settings,
        person=person,
        case_files=CaseFiles(settings.store_url("case_files"), key.public, key),
        released=ReleasedReports(settings.store_url("released_reports")),
        journal=journal,
        clock=clock,
        new_id=new_id,
    )
    journal.compare((desk.case_files, CASEWORK), (desk.released, RELEASES))
    desk.settle()
    return desk


def _permit(journal: Journal, actor: Actor, person: Person) -> None:
    try:
        authorize(person, Permission.OPEN_CASE_FILES)
    except VettingError as error:
        journal.refusal(actor, error, Permission.OPEN_CASE_FILES.value)
        raise


def _create_log(settings: Settings, clock: Callable[[], datetime]) -> None:
    """The log's key and its first entry, each only if it is missing: an interrupted set-up is finished by the next."""
    store = LogStore(settings.store_url("transparency_log"))
    if not settings.log_key.exists():
        if next(LogReader(store).entries(), None) is not None:
            raise storage(
                "log_key_lost",
                f"The log's key is not at its place ({settings.log_key}), and the log holds entries signed with it.",
                "Restore log.key from its backup: the log goes on with no other.",
            )
        LogKey.generate(settings.log_origin).save(settings.log_key, settings.log_verifier_key)
    writer = LogWriter(store, LogKey.load(settings.log_key), clock=clock)
    if next(LogReader(store).entries(), None) is None:
        writer.append(
            Event(type=EventType.KEY_CREATED, id="key.created:1", at=clock(), actor="system", body={"key": "log"})
        )
    store.close()
    if not settings.log_policy.exists():
        with disk_errors(f"{settings.log_policy}", "Check the data folder's permissions."):
            write_file(settings.log_policy, POLICY.format(vkey=load_vkey(settings.log_verifier_key).vkey).encode())


def _passphrase(settings: Settings) -> str:
    try:
        return read_text(settings.vault_passphrase, PASSPHRASE_BYTES).strip()
    except VettingError as error:
        remedy = "It should hold the vault's passphrase: name its file in VETTING_VAULT_PASSPHRASE_FILE."
        raise storage("passphrase_missing", error.sentence, remedy) from None


def _make_passphrase(path: Path) -> None:
    """A random passphrase where there is none. A link that leads nowhere is no place for one: it is left to be read."""
    if path.exists() or path.is_symlink():
        return
    with disk_errors(f"{path}", "Name another file in VETTING_VAULT_PASSPHRASE_FILE."):
        write_file(path, secrets.token_urlsafe(32).encode() + b"\n", 0o400)
