"""What may be said in the log, and that it has one spelling only."""

import json
import random
import string
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from vetting.log import event as event_module
from vetting.log.canonical import canonical
from vetting.log.errors import EntryError, EventError
from vetting.log.event import Entry, Event, EventType, identify, parse
from vetting.log.profile import MAX_INTEGER, Json, checked, decode, encode

NOON = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)

_token = st.text(string.ascii_letters + string.digits + "._:+/=-", max_size=100).map(lambda rest: "x" + rest)
tokens = _token.filter(lambda token: "://" not in token)
keys = st.text(string.ascii_lowercase + string.digits + "_", max_size=20).map(lambda rest: "k" + rest)
prose = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(lambda t: unicodedata.normalize("NFC", t))
numbers = st.integers(-MAX_INTEGER, MAX_INTEGER)
times = st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def values(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Json]:
    leaves: st.SearchStrategy[Json] = st.booleans() | numbers | texts
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4))


def bodies(texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Json]]:
    return st.dictionaries(keys, values(texts), max_size=5)


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(EventType))
    texts = prose if kind is EventType.PROTOCOL_FROZEN else tokens
    return Event(
        type=kind,
        id=draw(tokens),
        at=draw(times),
        actor=draw(tokens),
        position=draw(st.none() | tokens),
        case=draw(st.none() | tokens),
        body=draw(bodies(texts)),
    )


@given(events(), st.integers(0, MAX_INTEGER), times)
def test_an_entry_read_back_is_the_entry_that_was_written(event: Event, sequence: int, logged: datetime) -> None:
    body = canonical(event, sequence=sequence, logged=logged)
    entry = parse(body)
    assert entry == Entry(sequence=sequence, logged=logged, event=event)
    assert canonical(entry.event, sequence=entry.sequence, logged=entry.logged) == body


@given(values(prose))
def test_inside_the_profile_the_standard_library_spells_as_rfc_8785_does(value: Json) -> None:
    assert encode(value) == rfc8785.dumps(value)


def test_the_jcs_vectors_come_out_byte_for_byte(shared_folder: Path) -> None:
    folder = shared_folder / "vectors/cyberphone-jcs/testdata"
    cases = sorted((folder / "input").glob("*.json"))
    assert len(cases) == 6
    for case in cases:
        value, expected = json.loads(case.read_bytes()), (folder / "output" / case.name).read_bytes()
        assert rfc8785.dumps(value) == expected, case.name
        if case.stem in {"arrays", "french", "unicode"}:  # the others hold floats or UTF-16 key order
            assert encode(value) == expected, case.name
        with pytest.raises(EventError):
            checked(value, "body")


def test_no_json_whatever_breaks_the_reader_of_entries(shared_folder: Path) -> None:
    cases = sorted((shared_folder / "vectors/JSONTestSuite").rglob("*.json"))
    assert len(cases) == 340
    for case in cases:
        raw = case.read_bytes()
        with pytest.raises(EntryError):
            parse(raw)
        try:
            value = decode(raw)
        except EntryError:
            continue
        assert encode(value) == raw


@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_the_reader_of_entries(raw: bytes) -> None:
    with pytest.raises(EntryError):
        parse(raw)


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        1.0,
        float("nan"),
        None,
        2**53,
        -(2**53),
        b"bytes",
        {"Upper": 1},
        {"dash-ed": 1},
        {"": 1},
        {"é": 1},
        {1: 1},
        {"x" * 65: 1},
        object(),
        {"set"},
        "lone \ud800",
        "e\u0301",
    ],
)
def test_a_value_outside_the_profile_is_refused_even_in_a_document(value: object) -> None:
    with pytest.raises(EventError):
        Event(type=EventType.PROTOCOL_FROZEN, id="e", at=NOON, actor="p", body={"value": value})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "text",
    [
        "He said he would come on Friday",
        "two words",
        "https://example.com/profile",
        "@handle",
        "name@example.com",
        "Müller",
        "שלום",
        "😀",
        "",
        "line\nbreak",
        " x",
        "x" * 129,
        "zero\u200bwidth",
    ],
)
def test_captured_text_cannot_be_put_into_an_event(text: str, make_event: Callable[..., Event]) -> None:
    for change in (
        {"body": {"note": text}},
        {"body": {"list": [{"deep": text}]}},
        {"case": text},
        {"id": text},
    ):
        with pytest.raises(EventError) as refused:
            make_event(1, **change)
        assert text == "" or text not in str(refused.value)


def test_only_the_frozen_protocol_may_hold_sentences(make_event: Callable[..., Event]) -> None:
    for kind in EventType:
        if kind is EventType.PROTOCOL_FROZEN:
            make_event(1, type=kind, body={"purpose": "Searches that every candidate undergoes."})
        else:
            with pytest.raises(EventError):
                make_event(1, type=kind, body={"purpose": "Searches that every candidate undergoes."})


def test_a_nest_without_end_is_refused_before_it_exhausts_the_machine() -> None:
    nest: list[object] = []
    for _ in range(100_000):
        nest = [nest]
    with pytest.raises(EventError, match="nested"):
        checked(nest, "body")  # type: ignore[arg-type]
    with pytest.raises(EntryError):
        parse(b'{"a":' * 10_000 + b"1" + b"}" * 10_000)


def test_an_event_longer_than_sixty_four_kilobytes_is_refused(make_event: Callable[..., Event]) -> None:
    document = make_event(1, type=EventType.PROTOCOL_FROZEN, body={"text": "x" * 65_000})
    assert parse(canonical(document, sequence=0, logged=NOON)).event == document
    document = make_event(1, type=EventType.PROTOCOL_FROZEN, body={"text": "x" * 65_400})
    with pytest.raises(EventError, match="65,535"):
        canonical(document, sequence=0, logged=NOON)


@pytest.mark.parametrize("at", [datetime(2026, 3, 2), NOON.astimezone(timezone(timedelta(hours=-5)))])  # noqa: DTZ001
def test_only_utc_times_are_taken(at: datetime, make_event: Callable[..., Event]) -> None:
    with pytest.raises(EventError, match="UTC"):
        make_event(1, at=at)
    with pytest.raises(EventError, match="UTC"):
        canonical(make_event(1), sequence=0, logged=at)


def test_what_a_caller_does_to_its_own_map_afterwards_does_not_reach_the_event(
    make_event: Callable[..., Event],
) -> None:
    body: dict[str, object] = {"steps": [1, 2]}
    event = make_event(1, body=body)
    body["steps"] = "changed"
    assert event.body == {"steps": [1, 2]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"actor"', b'"actor":"x","actor"'),
        (b'"step":3', b'"step":3.0'),
        (b'"step":3', b'"step":3e0'),
        (b'"step":3', b'"step":-0'),
        (b'"step":3', b'"step":null'),
        (b'"step":3', b'"step":NaN'),
        (b'"step":3', b'"step": 3'),
        (b'"step":3', b'"step":9007199254740992'),
        (b'"step":3', b'"step":' + b"9" * 5000),
        (b'"step":3', b'"step":"a sentence of text"'),
        (b'"step":3', b'"step":"\\u0041"'),
        (b'"step"', b'"Step"'),
        (b'"schema":"vetting.event/1"', b'"schema":"vetting.event/2"'),
        (b'"sequence":5', b'"sequence":true'),
        (b'"sequence":5', b'"sequence":"5"'),
        (b'"type":"search.executed"', b'"type":"search.hidden"'),
        (b'"type":"search.executed"', b'"type":"search.executed","unknown":1'),
        (b"2026-03-02T09:00:00.000000Z", b"2026-03-02T09:00:00Z"),
        (b"2026-03-02T09:00:00.000000Z", b"2026-02-30T09:00:00.000000Z"),
        (b'"case":"case-3",', b'"case":7,'),
        (b'"id":"event-3",', b""),
        (b'{"actor"', b'\xef\xbb\xbf{"actor"'),
        (b"person-07", b"person-\xff7"),
        (b'"body":{', b'"body":[{'),
    ],
)
def test_an_entry_in_any_other_form_is_refused(old: bytes, new: bytes, make_event: Callable[..., Event]) -> None:
    body = canonical(make_event(3), sequence=5, logged=NOON)
    assert parse(body).sequence == 5
    assert old in body
    with pytest.raises(EntryError):
        parse(body.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b'"step":3', b'"step":3,"step":3', "the same key twice"),
        (b'"step":3', b'"step":3.0', "not whole"),
        (b'"step":3', b'"step":Infinity', "not whole"),
        (b'"step":3', b'"step" :3', "canonical"),
        (b"event/1", b"event/2", "schema version"),
        (b'"step":3', b'"step":"' + b"x" * 66_000 + b'"', "too long"),
        (b'"step":3', b'"step":', "not readable JSON"),
    ],
)
def test_the_reason_for_refusing_an_entry_is_a_plain_sentence(
    old: bytes, new: bytes, sentence: str, make_event: Callable[..., Event]
) -> None:
    body = canonical(make_event(3), sequence=5, logged=NOON)
    with pytest.raises(EntryError, match=sentence):
        parse(body.replace(old, new))


def test_the_shape_of_an_entry_on_disk_stays_what_it_is(make_event: Callable[..., Event]) -> None:
    event = make_event(3, body={"count": 2}, case=None)
    assert canonical(event, sequence=5, logged=NOON) == (
        b'{"actor":"person-07","at":"2026-03-02T09:00:00.000000Z","body":{"count":2},"id":"event-3",'
        b'"logged":"2026-03-02T12:00:00.250000Z","position":"patrol-officer-2026","schema":"vetting.event/1",'
        b'"sequence":5,"type":"search.executed"}'
    )


# ---------------------------------------------------------------- read for a verdict, without making an event of it

_PIECES = (
    b'"', b"{", b"}", b"[", b"]", b",", b":", b" ", b"\n", b"\\", b"\\u0041", b"-0", b"0", b"01", b"1.0", b"1e5",
    b"9007199254740992", b"-9007199254740992", b"null", b"true", b"NaN", b"a", b"A", b"_", b"://", b"@", b"\xc3\xbc",
    b"e\xcc\x81", b"\xff", b"\x00", b'"a":1,', b'"zz":"x",', b'"case":"c",', b"[]", b"{}", b'""',
    b"protocol.frozen", b"search.executed", b"x" * 130, b"[" * 20, b"]" * 20,
)  # fmt: skip


def outcome(read: Callable[[bytes], tuple[int, str]], body: bytes) -> object:
    try:
        return read(body)
    except EntryError as refused:
        return str(refused)


def by_parsing(body: bytes) -> tuple[int, str]:
    """Read it the long way: nothing is taken at a glance."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(event_module, "at_a_glance", lambda _raw: None)
        entry = parse(body)
    return entry.sequence, entry.event.id


@given(events(), st.integers(0, 2**32))
def test_reading_for_a_verdict_says_exactly_what_parsing_says_of_every_altered_entry(event: Event, seed: int) -> None:
    body, dice = canonical(event, sequence=5, logged=NOON), random.Random(seed)  # noqa: S311
    assert identify(body) == by_parsing(body)
    for _ in range(10):
        at, piece = dice.randrange(len(body)), dice.choice(_PIECES)
        altered = body[:at] + piece + body[at + dice.choice((0, 1, len(piece))) :]
        assert outcome(identify, altered) == outcome(by_parsing, altered), altered


@given(pairs=st.lists(st.tuples(keys, values(tokens | prose)), max_size=6), nested=st.booleans())
def test_reading_for_a_verdict_knows_order_and_doubles_in_every_map(
    *, pairs: list[tuple[str, Json]], nested: bool
) -> None:
    inner = ",".join(f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}" for key, value in pairs)
    said = f'{{"k":{{{inner}}}}}' if nested else f"{{{inner}}}"
    body = (
        f'{{"actor":"a","at":"2026-03-02T09:00:00.000000Z","body":{said},"id":"i",'
        '"logged":"2026-03-02T09:00:00.000000Z","schema":"vetting.event/1","sequence":5,"type":"key.created"}'
    ).encode()
    assert outcome(identify, body) == outcome(by_parsing, body), body
