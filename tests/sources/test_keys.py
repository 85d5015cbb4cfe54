"""An official key comes from a file of its own, and stands nowhere but in the request that needs it."""

from pathlib import Path

import pytest

from tests.sources.loopback import AGENT, Runner, Site
from vetting.errors import ExitCode, VettingError
from vetting.sources.brave import build
from vetting.sources.keys import LONGEST_KEY, read_key
from vetting.sources.registry import build_sources

SECRET = "BSA-not-a-real-key-0123456789"
IDENTITY = '[identity]\ndepartment = "A Department"\ncontact = "desk@riverton.example"\n'


def _file(folder: Path, content: str = SECRET + "\n", mode: int = 0o400) -> Path:
    path = folder / "service.key"
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return path


def test_the_key_is_read_without_the_line_end_an_editor_leaves(tmp_path: Path) -> None:
    key = read_key(_file(tmp_path), "X-Token")
    assert (key.header, key.value) == ("X-Token", SECRET)
    assert read_key(_file(tmp_path / "..", SECRET), "A", scheme="Token").value == f"Token {SECRET}"


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o602, 0o620])
def test_a_key_that_others_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(VettingError) as refusal:
        read_key(_file(tmp_path, mode=mode), "X-Token")
    assert (refusal.value.code, refusal.value.exit_code) == ("key_open_to_others", ExitCode.STORAGE)
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "key_empty"),
        (" \n\n", "key_empty"),
        ("x" * (LONGEST_KEY + 1), "file_too_large"),
        (f"{SECRET}\r\nCookie: a=b", "key_malformed"),
        (f"key {SECRET}", "key_malformed"),
        (f"{SECRET}\u00e9", "key_malformed"),
        (f"{SECRET}\0", "key_malformed"),
    ],
)
def test_what_is_no_key_is_refused_and_not_quoted(tmp_path: Path, content: str, code: str) -> None:
    with pytest.raises(VettingError) as refusal:
        read_key(_file(tmp_path, content), "X-Token")
    assert refusal.value.code == code
    assert SECRET not in str(refusal.value)
    assert refusal.value.sentence.endswith(".")
    assert refusal.value.remedy.endswith(".")


def test_a_missing_file_a_folder_and_a_relative_path_are_refused(tmp_path: Path) -> None:
    private = tmp_path / "folder"
    private.mkdir(mode=0o700)
    for path, code in (
        (tmp_path / "none", "file_missing"),
        (private, "not_a_file"),
        (Path("service.key"), "key_file_relative"),
    ):
        with pytest.raises(VettingError) as refusal:
            read_key(path, "X-Token")
        assert refusal.value.code == code


def test_a_key_typed_into_the_public_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    for line in (f'key_file = "{SECRET}"', f'key = "{SECRET}"\nkey_file = "{_file(tmp_path)}"'):
        config = tmp_path / "sources.toml"
        config.write_text(f"{IDENTITY}[brave]\n{line}\n", encoding="utf-8")
        with pytest.raises(VettingError) as refusal:
            build_sources(config)
        assert SECRET not in f"{refusal.value} {refusal.value.__context__!r}"


def test_the_key_goes_to_its_own_host_and_stands_in_no_capture_and_no_description(
    site: Site, run: Runner, tmp_path: Path
) -> None:
    source = build(AGENT, {"endpoint": "http://search.example/search", "key_file": str(_file(tmp_path))})
    site.answer("/search", status=302, headers={"Location": "http://other.example/elsewhere"})
    site.answer("/elsewhere", "{}", kind="application/json")
    done = run(source)
    assert [headers.get("x-subscription-token") for _, headers in site.asked] == [SECRET, None]
    assert len(done.captures) == 2
    assert b"X-Subscription-Token: [redacted]" in done.captures[0].warc
    assert b"x-subscription-token" not in done.captures[1].warc.lower()
    everything = b"".join(capture.warc for capture in done.captures) + repr((source, done)).encode()
    assert SECRET.encode() not in everything


def test_the_key_stands_in_no_record_of_a_failure(site: Site, run: Runner, tmp_path: Path) -> None:
    site.routes["/search"] = lambda handler: handler.connection.close()
    done = run(build(AGENT, {"endpoint": "http://search.example/search", "key_file": str(_file(tmp_path))}))
    assert done.result.outcome.value == "unavailable"
    assert len(done.captures) == 1
    assert SECRET.encode() not in done.captures[0].warc
