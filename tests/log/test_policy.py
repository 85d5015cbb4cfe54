"""The trust policy: the example of the specification, every rule broken once, and quorums against a slow definition."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.log.small_log import SmallLog
from vetting.log.checkpoint import Checkpoint
from vetting.log.cosignature import CosignatureKind, Cosigner
from vetting.log.errors import KeyFileError, NoteError, PolicyError
from vetting.log.note import Note, Signature, Signer
from vetting.log.policy import CLOCK_TOLERANCE, Policy

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LOG = SmallLog()
CHECKPOINT = LOG.checkpoint(7)
KINDS = (CosignatureKind.ED25519, CosignatureKind.ML_DSA_44)
NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
COSIGNERS = {name: Cosigner(f"{name}.example", KINDS[at % 2], bytes([at] * 32)) for at, name in enumerate(NAMES)}
VKEYS = {name: cosigner.key.vkey for name, cosigner in COSIGNERS.items()}
WITNESSES = "".join(f"witness {name} {vkey}\n" for name, vkey in VKEYS.items())
LOG_LINE = f"log {LOG.signer.verifier.vkey}\n"
EXAMPLE = f"""# two organizations
{LOG_LINE}
{WITNESSES}
\t group X-witnesses 2 X1 X2 X3
group Y-witnesses any Y1 Y2 Y3

  # both
group X-and-Y \t all X-witnesses Y-witnesses\x20\x20
quorum X-and-Y
"""


def cosigned(*names: str, at: datetime = NOON) -> list[Signature]:
    return [COSIGNERS[name].cosign(CHECKPOINT, at) for name in names]


# ---------------------------------------------------------------------------------------------------------- quorums


@pytest.mark.parametrize(
    ("names", "enough"),
    [
        ("", False),
        ("X1 X2", False),
        ("X1 Y1", False),
        ("Y1 Y2 Y3", False),
        ("X1 X2 Y3", True),
        ("X1 X2 X3 Y1 Y2 Y3", True),
    ],
)
def test_the_example_of_the_specification_asks_two_of_one_kind_and_one_of_the_other(names: str, enough: bool) -> None:
    policy = Policy.parse(EXAMPLE)
    seen = policy.seen(CHECKPOINT, cosigned(*names.split()))
    assert (seen.satisfied, seen.witnesses) == (enough, tuple(names.split()))
    assert seen.time == (NOON if enough else None)
    assert policy.rule == "2 of (2 of (X1, X2, X3), 1 of (Y1, Y2, Y3))"


def test_the_quorum_was_complete_when_the_last_one_needed_had_signed() -> None:
    days = {name: NOON + timedelta(days=at) for at, name in enumerate(NAMES)}
    policy = Policy.parse(EXAMPLE)
    lines = [line for name, day in days.items() for line in cosigned(name, at=day)]
    assert policy.seen(CHECKPOINT, lines).time == days["Y1"]
    assert policy.seen(CHECKPOINT, reversed(lines)).time == days["Y1"]
    again = [*lines, *cosigned("Y1", at=days["X2"]), *cosigned("Y1", at=days["Y3"])]
    assert policy.seen(CHECKPOINT, again).time == days["X2"]


Rule = tuple[int, list["Rule"]] | str


def _rules(names: list[str]) -> st.SearchStrategy[Rule]:
    """Every way to nest some of the names in groups, each name once."""
    if len(names) == 1:
        return st.just(names[0])

    @st.composite
    def draw_group(draw: st.DrawFn) -> Rule:
        cuts = sorted(draw(st.sets(st.integers(1, len(names) - 1), min_size=1)))
        parts = [names[a:b] for a, b in zip([0, *cuts], [*cuts, len(names)], strict=True)]
        members = [draw(_rules(part)) for part in parts]
        return draw(st.integers(1, len(members))), members

    return draw_group()


def _written(rule: Rule, lines: list[str]) -> str:
    """The name of the rule, once the lines that define it are written."""
    if isinstance(rule, str):
        return rule
    members = [_written(member, lines) for member in rule[1]]
    lines.append(f"group g{len(lines)} {rule[0]} {' '.join(members)}")
    return f"g{len(lines) - 1}"


def _holds(rule: Rule, names: set[str]) -> bool:
    if isinstance(rule, str):
        return rule in names
    return sum(_holds(member, names) for member in rule[1]) >= rule[0]


_LINES = {name: cosigned(name, at=NOON + timedelta(hours=at * 7 % 6))[0] for at, name in enumerate(NAMES)}
_HOURS = {name: NOON + timedelta(hours=at * 7 % 6) for at, name in enumerate(NAMES)}


@settings(deadline=None)
@given(st.permutations(NAMES).flatmap(_rules), st.sets(st.sampled_from(NAMES)))
def test_any_nest_of_groups_is_judged_as_its_definition_says(rule: Rule, names: set[str]) -> None:
    lines: list[str] = []
    quorum = _written(rule, lines)
    policy = Policy.parse("\n".join([LOG_LINE + WITNESSES, *lines, f"quorum {quorum}\n"]))
    seen = policy.seen(CHECKPOINT, [_LINES[name] for name in names])
    assert seen.satisfied == _holds(rule, names)
    moments = [at for at in sorted(_HOURS.values()) if _holds(rule, {name for name in names if _HOURS[name] <= at})]
    assert seen.time == (moments[0] if moments else None)


def test_a_log_that_nobody_is_asked_to_witness_never_counts_as_witnessed() -> None:
    policy = Policy.parse(LOG_LINE + WITNESSES + "quorum none\n")
    seen = policy.seen(CHECKPOINT, cosigned(*NAMES))
    assert seen.witnesses == NAMES
    assert (seen.satisfied, seen.time, policy.rule) == (False, None, "none")
    alone = Policy.of(LOG.signer.verifier)
    assert alone == Policy.parse(LOG_LINE + "quorum none\n")
    assert alone.open(LOG.note(7)) == CHECKPOINT
    assert not alone.seen(CHECKPOINT, cosigned(*NAMES)).witnesses


def test_one_witness_who_signs_often_counts_once() -> None:
    policy = Policy.parse(LOG_LINE + WITNESSES + "group two 2 X1 X2 X3\nquorum two\n")
    assert not policy.seen(CHECKPOINT, cosigned("X1", "X1", "X1")).satisfied
    assert policy.seen(CHECKPOINT, cosigned("X1", "X1", "X2")).satisfied


def test_two_witnesses_whose_keys_have_the_same_name_are_two() -> None:
    twins = [Cosigner("w.example", kind, bytes([at] * 32)) for at, kind in enumerate((*KINDS, *KINDS), start=50)]
    lines = "".join(f"witness w{at} {twin.key.vkey}\n" for at, twin in enumerate(twins))
    policy = Policy.parse(LOG_LINE + lines + "group g all w0 w1 w2 w3\nquorum g\n")
    signatures = [twin.cosign(CHECKPOINT, NOON) for twin in twins]
    assert policy.seen(CHECKPOINT, signatures).satisfied
    assert policy.seen(CHECKPOINT, signatures[:3]).witnesses == ("w0", "w1", "w2")
    assert not policy.seen(CHECKPOINT, signatures[:3]).satisfied


# --------------------------------------------------------------------------------------- signatures that do not count


def test_signatures_of_strangers_are_ignored_and_a_false_one_of_a_witness_is_not() -> None:
    policy = Policy.parse(LOG_LINE + WITNESSES + "quorum X1\n")
    stranger = Cosigner.generate("X1.example").cosign(CHECKPOINT, NOON)
    assert not policy.seen(CHECKPOINT, [stranger, LOG.signer.sign(CHECKPOINT.text)]).satisfied
    assert policy.seen(CHECKPOINT, [stranger, *cosigned("X1")]).satisfied
    (true,) = cosigned("X2")
    false = Signature(name=true.name, key_id=true.key_id, raw=true.raw[:-1] + bytes([true.raw[-1] ^ 1]))
    with pytest.raises(NoteError):
        policy.seen(CHECKPOINT, [*cosigned("X1"), false])
    with pytest.raises(NoteError):
        policy.seen(LOG.checkpoint(6), cosigned("X1"))


@pytest.mark.parametrize("name", ["X1", "X2"])
def test_a_cosignature_dated_in_the_future_does_not_count_and_is_named(name: str) -> None:
    policy = Policy.parse(LOG_LINE + WITNESSES + f"quorum {name}\n")
    late = cosigned(name, at=NOON + CLOCK_TOLERANCE + timedelta(seconds=1))
    seen = policy.seen(CHECKPOINT, late, now=NOON)
    assert (seen.satisfied, seen.witnesses, seen.ahead) == (False, (), (name,))
    assert policy.seen(CHECKPOINT, cosigned(name, at=NOON + CLOCK_TOLERANCE), now=NOON).satisfied
    assert policy.seen(CHECKPOINT, late).satisfied, "who has no clock of their own cannot tell"


def test_a_cosignature_without_a_time_does_not_count() -> None:
    from vetting.log import cosignature

    policy = Policy.parse(LOG_LINE + WITNESSES + "quorum X2\n")
    cosigner = COSIGNERS["X2"]
    raw = bytes(8) + cosigner._private.sign(cosignature._message(cosigner.key, CHECKPOINT, 0))
    line = Signature(name=cosigner.key.name, key_id=cosigner.key.key_id, raw=raw)
    assert policy.seen(CHECKPOINT, [line]).witnesses == ()
    assert policy.seen(CHECKPOINT, [line, *cosigned("X2")]).satisfied


# --------------------------------------------------------------------------------------------------------- which log


def test_only_a_log_of_the_policy_is_opened_and_only_under_its_own_name() -> None:
    other = SmallLog(Signer.generate("vetting.example/log-2"))
    policy = Policy.parse(LOG_LINE + f"log {other.signer.verifier.vkey} https://log.example/\nquorum none\n")
    assert policy.open(LOG.note(7)).origin == "vetting.example/log-1"
    assert policy.open(other.note(3)).origin == "vetting.example/log-2"
    with pytest.raises(NoteError):
        policy.open(SmallLog().note(7))
    borrowed = Note(text=CHECKPOINT.text, signatures=(other.signer.sign(CHECKPOINT.text),))
    with pytest.raises(NoteError, match="another log"):
        policy.open(str(borrowed))


def test_a_policy_without_logs_opens_nothing() -> None:
    with pytest.raises(NoteError):
        Policy.parse("quorum none\n").open(LOG.note(7))


# ------------------------------------------------------------------------------------------------- what is refused

OTHER_NAME = Cosigner("other.example", CosignatureKind.ED25519, bytes([0] * 32)).key.vkey  # the key of X1
UNUSED = Cosigner("unused.example", CosignatureKind.ED25519, bytes([99] * 32)).key.vkey
LOG_AS_WITNESS = LOG.signer.verifier.vkey
WITNESS_AS_LOG = Signer("log.example", COSIGNERS["X1"]._private).verifier.vkey  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("witness", "no log, witness"),
        ("witness Z1", "no log, witness"),
        (f"witness Z1 {OTHER_NAME} https://w.example/ more", "no log, witness"),
        ("log", "no log, witness"),
        ("Quorum X1", "no log, witness"),
        ("quorum", "no log, witness"),
        ("quorum X1 X2", "no log, witness"),
        ("threshold 2", "no log, witness"),
        ("witness Z1 nonsense", "name\\+id"),
        (f"witness Z1 {OTHER_NAME[:-2]}A=", "base64|id"),
        (f"witness Z1 {OTHER_NAME}", "counts twice"),
        (f"witness X1 {UNUSED}", "earlier line"),
        (f"witness none {UNUSED}", "meaning of its own"),
        (f"witness Z1 {VKEYS['X2']}", "counts twice"),
        (f"witness Z1 {LOG_AS_WITNESS}", "own witness"),
        (f"log {WITNESS_AS_LOG}", "own witness"),
        (f"log {LOG_AS_WITNESS}", "same log key"),
        (f"log {VKEYS['X1']}", "not an Ed25519 key"),
        (f"log {VKEYS['X2']}", "not an Ed25519 key"),
        ("group X1 any Y1", "earlier line"),
        ("group none any Y1", "meaning of its own"),
        ("group g any g", "no earlier line"),
        ("group g any none", "no earlier line"),
        ("group g any", "no members"),
        ("group g 1", "no members"),
        ("group g", "no log, witness"),
        ("group g 0 X1 X2", "number"),
        ("group g 3 X1 X2", "number"),
        ("group g -1 X1 X2", "number"),
        ("group g +1 X1 X2", "number"),
        ("group g 01 X1 X2", "number"),
        ("group g 1.0 X1 X2", "number"),
        ("group g two X1 X2", "number"),
        ("group g ANY X1 X2", "number"),
        ("group g ٢ X1 X2", "number"),
        (f"group g {'9' * 5000} X1 X2", "number"),
        ("group g 2 X1 X1", "counts twice"),
        ("group g any X1 X2\ngroup h any X1 X3", "counts twice"),
        ("group g any X1\ngroup h all g g", "counts twice"),
        ("quorum none\nquorum none", "quorum line before"),
        ("quorum nobody", "no earlier line"),
        ("group g\u00a0h any X1", "printed"),
        ("group g\u202eh any X1", "printed"),
        ("group g any X1\r", "control"),
        ("group g any\vX1", "control"),
        ("group g any X1\x7f", "control"),
        ("# nul \x00", "control"),
        ("# surrogate \ud800", "control"),
    ],
    ids=ascii,
)
def test_a_line_that_breaks_a_rule_is_named_by_its_number(line: str, why: str) -> None:
    text = LOG_LINE + WITNESSES + line + "\n"
    number = (LOG_LINE + WITNESSES + line).count("\n") + 1
    with pytest.raises(PolicyError, match=why) as refused:
        Policy.parse(text + "quorum none\n")
    assert str(refused.value).startswith(f"Line {number} of the policy: ")
    assert refused.value.code == "LOG-204"


@pytest.mark.parametrize(
    "lines", ["group g any later\ngroup later any Y1\nquorum none\n", "quorum g\ngroup g any X1\n"]
)
def test_what_is_defined_further_down_is_not_defined_yet(lines: str) -> None:
    with pytest.raises(PolicyError, match=r"^Line 8 .* no earlier line"):
        Policy.parse(LOG_LINE + WITNESSES + lines)


@pytest.mark.parametrize(
    "text",
    ["", "\n", "# nothing\n", LOG_LINE, LOG_LINE + WITNESSES, "quorum none", "\ufeff"],
    ids=("empty", "a blank line", "a comment", "a log", "a log and witnesses", "no log", "a mark of byte order"),
)
def test_a_policy_without_a_quorum_or_cut_off_is_refused(text: str) -> None:
    with pytest.raises(PolicyError, match=r"quorum|cut off"):
        Policy.parse(text)


def test_a_policy_that_is_much_too_long_is_refused() -> None:
    with pytest.raises(PolicyError, match="too long"):
        Policy.parse("#" * 1_000_000 + "\nquorum none\n")
    groups = ["group g0 any X1", *(f"group g{n} any g{n - 1}" for n in range(1, 256))]
    deep = "\n".join([LOG_LINE + WITNESSES, *groups, "quorum g255\n"])
    assert Policy.parse(deep).seen(CHECKPOINT, cosigned("X1")).satisfied
    assert Policy.parse(deep).rule.count("(") == 256
    with pytest.raises(PolicyError, match="one more"):
        Policy.parse("\n".join([LOG_LINE + WITNESSES, *groups, "group g256 any g255", "quorum g256\n"]))


def test_two_witnesses_whose_lines_nobody_could_tell_apart_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second key with the name and the four-byte id of the first takes about 2^32 tries to find; here it is given."""
    from vetting.log import cosignature

    monkeypatch.setattr(cosignature, "_key_id", lambda *_: b"same")
    keys = [Cosigner("w.example", CosignatureKind.ED25519, bytes([n] * 32)).key.vkey for n in (1, 2)]
    with pytest.raises(PolicyError, match="told apart"):
        Policy.parse(f"witness a {keys[0]}\nwitness b {keys[1]}\nquorum none\n")


def test_a_library_too_old_for_a_witness_is_said_before_anything_looks_false(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.mldsa", None)
    with pytest.raises(PolicyError, match=r"Line 3 .* does not know ML-DSA-44") as refused:
        Policy.parse(LOG_LINE + WITNESSES + "quorum X1\n")
    assert "48 or later" in refused.value.remedy
    only_ed25519 = f"witness X1 {VKEYS['X1']}\n"
    assert Policy.parse(LOG_LINE + only_ed25519 + "quorum X1\n").seen(CHECKPOINT, cosigned("X1")).satisfied
    with pytest.raises(KeyFileError, match="does not know ML-DSA-44"):
        Cosigner.generate("w.example")


def test_a_secret_pasted_into_a_policy_is_not_shown() -> None:
    secret = COSIGNERS["X1"].secret()
    for line in (f"witness Z1 {secret}", f"log {secret}", f"quorum {secret}", secret, f"group {secret} 9 X1"):
        with pytest.raises(PolicyError) as refused:
            Policy.parse(WITNESSES + line + "\n")
        assert "PRIVATE" not in str(refused.value) + refused.value.remedy


@given(st.text(max_size=200), st.integers(0, 400))
def test_no_text_whatever_breaks_the_reader_of_policies(text: str, at: int) -> None:
    for whole in (text + "\n", EXAMPLE[:at] + text + EXAMPLE[at:]):
        with suppress(PolicyError):
            assert Policy.parse(whole).quorum


def test_a_policy_may_name_its_witnesses_in_any_script() -> None:
    policy = Policy.parse(LOG_LINE + f"witness Prüferin {VKEYS['X1']} https://w.example/\nquorum Prüferin\n")
    assert policy.seen(CHECKPOINT, cosigned("X1")).witnesses == ("Prüferin",)


def test_a_checkpoint_is_not_seen_because_another_one_was() -> None:
    policy = Policy.parse(LOG_LINE + WITNESSES + "quorum X2\n")
    forged = Checkpoint(origin=CHECKPOINT.origin, size=CHECKPOINT.size, root=bytes(32))
    with pytest.raises(NoteError):
        policy.seen(forged, cosigned("X2"))
