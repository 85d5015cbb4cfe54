"""Class packs: which classes a jurisdiction protects, by which statute, and which recognizers serve each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from filters.protected_classes import ProtectedClass
from vetting.errors import bad_input, not_found
from vetting.settings import first_problem, read_toml

_Line = Annotated[str, StringConstraints(min_length=3, max_length=300, strip_whitespace=True)]


class ClassEntry(BaseModel):
    """One protected class of one jurisdiction."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: ProtectedClass = Field(alias="class")
    statute: _Line
    recognizers: tuple[str, ...] = Field(min_length=1)


class _PackFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    title: _Line
    jurisdiction: _Line
    classes: tuple[ClassEntry, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPack:
    """A jurisdiction's classes, as read from config/class_packs/."""

    name: str
    title: str
    entries: tuple[ClassEntry, ...]
    digest: str
    """SHA-256 of the file, 64 hex digits: part of the protocol digest."""

    @property
    def classes(self) -> frozenset[ProtectedClass]:
        """The classes it protects."""
        return frozenset(entry.id for entry in self.entries)


def load_pack(folder: Path, name: str) -> ClassPack:
    """The pack `<folder>/<name>.toml`. Refuses an unknown pack, class or recognizer, and a class named twice."""
    path = folder / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.toml"))) or "none"
        raise not_found("class_pack_unknown", f"There is no class pack {name}.", f"Known packs: {known}.")
    try:
        file = _PackFile.model_validate(read_toml(path))
    except ValidationError as error:
        raise bad_input("class_pack_invalid", f"{path}: {first_problem(error)}.", "Correct that entry.") from None
    if len({entry.id for entry in file.classes}) != len(file.classes):
        raise bad_input("class_twice", f"{path}: a class is named twice.", "Name each class once.")
    _check_recognizers(path, file.classes)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return ClassPack(name=name, title=file.title, entries=file.classes, digest=digest)


def load_packs(folder: Path, names: Sequence[str]) -> tuple[ClassPack, ...]:
    """The packs of a protocol. Refuses an empty list: no jurisdiction protects nobody."""
    if not names:
        raise bad_input("class_packs_missing", "No class pack is named.", "Name at least federal in class_packs.")
    return tuple(load_pack(folder, name) for name in names)


def _check_recognizers(path: Path, entries: Sequence[ClassEntry]) -> None:
    """Refuses a recognizer that does not exist or serves another class: a class nobody looks for is a hole."""
    from filters.recognizers.registry import serving  # the recognizers import spaCy

    served = serving()
    for entry in entries:
        for name in entry.recognizers:
            if entry.id not in served.get(name, frozenset()):
                raise bad_input(
                    "recognizer_unknown",
                    f"{path}: class {entry.id.value} names recognizer {name}, which does not serve it.",
                    f"Use one of: {', '.join(sorted(n for n, c in served.items() if entry.id in c)) or 'none'}.",
                )
