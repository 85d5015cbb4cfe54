"""A department's data folder with one frozen position, and people outside it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.casework.room import CHIEF, CLEARED, new_id, now
from vetting.casework.freezing import load_workable
from vetting.casework.intake import open_position
from vetting.casework.opening import create_home, open_desk
from vetting.log.cosignature import CosignatureKind
from vetting.log.keys import load_vkey
from vetting.log.witness import Witness
from vetting.roles import Person, Role
from vetting.settings import REPOSITORY, Settings, load_settings

POSITION = "patrol-officer-2026"
SEARCHER = Person(id="i.one", name="I. One", roles=frozenset({Role.INVESTIGATOR}), sensitive_position=CLEARED)
AUDITOR = Person(id="a.three", name="A. Three", roles=frozenset({Role.AUDITOR}))


@dataclass(frozen=True, kw_only=True)
class Town:
    """The department, and its witnesses by their names in the policy."""

    settings: Settings
    witnesses: dict[str, Witness]
    folder: Path

    def ask_for(self, rule: str) -> Path:
        """Write the department's policy: `all`, `any`, a number, or `none`; where it lies."""
        lines = [f"log {load_vkey(self.settings.log_verifier_key).vkey}"]
        lines += [f"witness {name} {one.vkey}" for name, one in self.witnesses.items()]
        some = [f"group outside {rule} {' '.join(self.witnesses)}", "quorum outside"]
        lines += ["quorum none"] if rule == "none" else some
        self.settings.log_policy.write_text("".join(f"{line}\n" for line in lines))
        return self.settings.log_policy


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder to copy: a frozen protocol takes seconds to check."""
    folder = tmp_path_factory.mktemp("town")
    settings = load_settings(folder / "home", shutil.copytree(REPOSITORY / "config", folder / "config"))
    create_home(settings, now)
    desk = open_desk(settings, SEARCHER, now, new_id)
    open_position(desk, POSITION, load_workable(settings, "patrol_officer", now().date()), [CHIEF], practice=True)
    vkey = load_vkey(settings.log_verifier_key).vkey
    for name, kind in (("clerk", CosignatureKind.ML_DSA_44), ("council", CosignatureKind.ED25519)):
        Witness.create(folder / name, f"{name}.town.example", kind).trust(vkey)
    return folder


@pytest.fixture
def town(founded: Path, tmp_path: Path) -> Town:
    folder = shutil.copytree(founded, tmp_path / "town")
    settings = load_settings(folder / "home", folder / "config")
    witnesses = {name: Witness.open(folder / name) for name in ("clerk", "council")}
    return Town(settings=settings, witnesses=witnesses, folder=folder)
