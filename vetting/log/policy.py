"""The trust policy: which logs are meant, who witnesses them, and how many of those must have seen a state.

Source: c2sp.org/tlog-policy. An auditor is given it once, from a source other than the log. Stricter than the
specification in three places: names must be printable, the log cannot be its own witness, and `quorum none` never
counts as witnessed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from vetting.log.checkpoint import Checkpoint
from vetting.log.cosignature import CosignerKey
from vetting.log.errors import NoteError, PolicyError
from vetting.log.note import Note, Signature, Verifier

NONE: Final = "none"
"""The quorum of a log that nobody witnesses."""
CLOCK_TOLERANCE: Final = timedelta(days=1)
"""So far may a witness's clock be ahead; a clock set in the wrong time zone is hours wrong, not days."""
MAX_POLICY_BYTES: Final = 1_000_000
_MOST: Final = 256  # logs, witnesses or groups; the specification asks for at least 32
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Those of whom at least `threshold` must have seen a state; each member is a witness or another group."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Which witnesses of the policy have truly cosigned one checkpoint, by their names in it and in its order.

    `time` (UTC) is the earliest moment by which the quorum was complete, by the witnesses' own clocks; None where it
    is not. `ahead` are those whose cosignature is dated in the future: they do not count, and a clock needs a look.
    """

    witnesses: tuple[str, ...]
    satisfied: bool
    time: datetime | None
    ahead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What must be true of a checkpoint before it is believed. Both maps are by the names the policy gives."""

    logs: tuple[Verifier, ...]
    witnesses: Mapping[str, CosignerKey]
    groups: Mapping[str, Group]
    quorum: str

    @classmethod
    def of(cls, verifier: Verifier) -> "Policy":
        """The policy of one log that nobody witnesses."""
        return cls(logs=(verifier,), witnesses={}, groups={}, quorum=NONE)

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """Read a policy file; raises `PolicyError`, which names the line, where any rule of the format is broken."""
        draft = _Draft()
        if len(text.encode("utf-8", "surrogatepass")) > MAX_POLICY_BYTES:
            raise PolicyError("The policy is too long.")
        if not text.endswith("\n"):
            raise PolicyError("The policy is cut off: its last line has no end.")
        for number, line in enumerate(text[:-1].split("\n"), start=1):
            try:
                draft.read(line)
            except (NoteError, PolicyError) as wrong:
                own = wrong.remedy if wrong.remedy != type(wrong).remedy else None
                raise PolicyError(f"Line {number} of the policy: {wrong}", remedy=own) from None
        if draft.quorum is None:
            raise PolicyError("The policy has no quorum line.")
        return cls(logs=tuple(draft.logs), witnesses=draft.witnesses, groups=draft.groups, quorum=draft.quorum)

    @property
    def rule(self) -> str:
        """The quorum in words, such as `2 of (clerk, auditor, inspector)`; `none` where nobody is asked."""
        return self._spelled(self.quorum)

    def open(self, note: str) -> Checkpoint:
        """The checkpoint inside a note, once a log of this policy is found to have signed it as its own.

        Raises `NoteError`.
        """
        parsed = Note.parse(note)
        signed = parsed.verify(self.logs)
        checkpoint = Checkpoint.parse(parsed.text)
        if all(log.name != checkpoint.origin for log in signed):
            raise NoteError("The checkpoint belongs to another log.")
        return checkpoint

    def seen(self, checkpoint: Checkpoint, signatures: Iterable[Signature], *, now: datetime | None = None) -> Seen:
        """Who of the witnesses has cosigned the checkpoint, and whether they are enough.

        Signatures of unknown keys are ignored. A cosignature without a time does not count, and with `now` (UTC) none
        dated more than a day later does. The empty log is never seen enough: whoever saw nothing vouches for nothing,
        and every history grows from it. Raises `NoteError` if one known witness's signature is false.
        """
        known = {(key.name, key.key_id): (name, key) for name, key in self.witnesses.items()}
        times: dict[str, datetime] = {}
        ahead: set[str] = set()
        for signature in signatures:
            name, key = known.get((signature.name, signature.key_id), (None, None))
            if name is None or key is None:
                continue
            time = key.check(checkpoint, signature)
            if time is not None and now is not None and time > now + CLOCK_TOLERANCE:
                ahead.add(name)
            elif time is not None:
                times[name] = min(time, times.get(name, time))
        nothing = self.quorum == NONE or checkpoint.size == 0
        complete = None if nothing else self._complete(self.quorum, times)
        return Seen(
            witnesses=tuple(name for name in self.witnesses if name in times),
            satisfied=complete is not None,
            time=complete,
            ahead=tuple(name for name in self.witnesses if name in ahead),
        )

    def _complete(self, name: str, times: Mapping[str, datetime]) -> datetime | None:
        """When the witness or group `name` had seen it."""
        group = self.groups.get(name)
        if group is None:
            return times.get(name)
        reached = sorted(time for member in group.members if (time := self._complete(member, times)) is not None)
        return reached[group.threshold - 1] if len(reached) >= group.threshold else None

    def _spelled(self, name: str) -> str:
        group = self.groups.get(name)
        if group is None:
            return name
        return f"{group.threshold} of ({', '.join(self._spelled(member) for member in group.members)})"


@dataclass(slots=True)
class _Draft:
    """A policy while its lines are read; every rule is checked at the line that breaks it."""

    logs: list[Verifier] = field(default_factory=list)
    witnesses: dict[str, CosignerKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str | None = None
    _members: set[str] = field(default_factory=set)

    def read(self, line: str) -> None:
        """Take one line in; raises `PolicyError` or `NoteError`, without the line's number."""
        if any((c < " " and c != "\t") or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in line):
            raise PolicyError("it holds a control character (a file from Windows has one at the end of each line).")
        items = [item for item in line.replace("\t", " ").split(" ") if item]
        if not items or items[0].startswith("#"):
            return
        match items:
            case ["log", vkey] | ["log", vkey, _]:
                self._log(vkey)
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._witness(self._new(name), vkey)
            case ["group", name, threshold, *members]:
                self._group(self._new(name), threshold, tuple(members))
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise PolicyError("it is no log, witness, group or quorum line.")
        if max(len(self.logs), len(self.witnesses), len(self.groups)) > _MOST:
            raise PolicyError(f"it is one more than the {_MOST} of its kind that are allowed.")

    def _log(self, vkey: str) -> None:
        log = Verifier.parse(vkey)
        if any(log.public == known.public for known in self.logs):
            raise PolicyError("the same log key stands on an earlier line.")
        if any(log.public == known.public for known in self.witnesses.values()):
            raise PolicyError("the key is a witness's, and no log is its own witness.")
        self.logs.append(log)

    def _witness(self, name: str, vkey: str) -> None:
        key = CosignerKey.parse(vkey)
        others = self.witnesses.values()
        if any(key.public == known.public for known in others):
            raise PolicyError("the same witness key stands on an earlier line, and nobody counts twice.")
        if any((key.name, key.key_id) == (known.name, known.key_id) for known in others):
            raise PolicyError("another witness key has this name and id, so the two cannot be told apart.")
        if any(key.public == log.public for log in self.logs):
            raise PolicyError("the key is a log's, and no log is its own witness.")
        self.witnesses[name] = key

    def _group(self, name: str, threshold: str, members: tuple[str, ...]) -> None:
        if not members:
            raise PolicyError("the group has no members.")
        for member in members:
            self._known(member)
            if member in self._members:
                raise PolicyError("one of its members is a member before, and nobody counts twice.")
            self._members.add(member)
        count = {"all": str(len(members)), "any": "1"}.get(threshold, threshold)
        if _NUMBER.fullmatch(count) is None or int(count) > len(members):
            raise PolicyError("the group asks for a number that its members cannot be.")
        self.groups[name] = Group(threshold=int(count), members=members)

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise PolicyError("there is a quorum line before it.")
        if name != NONE:
            self._known(name)
        self.quorum = name

    def _new(self, name: str) -> str:
        if not name.isprintable():
            raise PolicyError("a name holds a character that cannot be printed.")
        if name == NONE:
            raise PolicyError("the name none has a meaning of its own.")
        if name in self.witnesses or name in self.groups:
            raise PolicyError("its name stands on an earlier line.")
        return name

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise PolicyError("it names a witness or group that no earlier line defines.")
