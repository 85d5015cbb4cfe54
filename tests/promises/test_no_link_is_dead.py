"""Every relative link in the documents leads to a file, and every anchor to a heading."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def documents() -> list[Path]:
    listing = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [path for name in names if (path := ROOT / name).is_file()]


def without_code(text: str) -> str:
    """Return the text without fenced blocks and inline code, where a bracket is not a link."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL))


def links(text: str) -> list[str]:
    """Return the targets of links and pictures, in Markdown and in HTML."""
    prose = without_code(text)
    inline = re.findall(r"\]\(\s*<?([^)\s>]+)", prose)
    referenced = re.findall(r"^\s*\[[^\]]+\]:\s*<?(\S+?)>?\s*$", prose, re.MULTILINE)
    return inline + referenced + re.findall(r"(?:href|src)=\"([^\"]+)\"", prose)


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub makes from headings, and those written by hand."""
    fenced_out = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    found: set[str] = set(re.findall(r"(?:id|name)=\"([^\"]+)\"", fenced_out))
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", fenced_out, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        repeats = sum(1 for known in found if re.fullmatch(re.escape(slug) + r"(-\d+)?", known))
        found.add(f"{slug}-{repeats}" if slug in found else slug)
    return found


def dead_links(document: Path) -> list[str]:
    """Return the links of one document that lead nowhere. Addresses on the web are not visited."""
    dead = []
    for link in links(document.read_text()):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        exists = target.exists()
        if not exists or (anchor and target.suffix == ".md" and anchor not in anchors(target.read_text())):
            dead.append(link)
    return dead


def test_every_link_in_the_documents_leads_somewhere() -> None:
    assert documents()
    dead = {str(document.relative_to(ROOT)): found for document in documents() if (found := dead_links(document))}
    assert dead == {}


@pytest.mark.parametrize(
    ("line", "dead"),
    [
        ("[a](there.md)", []),
        ("[a](there.md#two-words)", []),
        ("[a](there.md#two-words-1)", []),
        ("[a](there.md#three-words)", ["there.md#three-words"]),
        ("[a](gone.md)", ["gone.md"]),
        ("![picture](gone.png)", ["gone.png"]),
        ('<img src="gone.png">', ["gone.png"]),
        ("[ref]: gone.md", ["gone.md"]),
        ("`[a](gone.md)`", []),
        ("[a](#here)", ["#here"]),
        ("[a](https://example.org/gone)", []),
    ],
)
def test_a_dead_link_is_found(line: str, dead: list[str], tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# One\n\n## Two words\n\ntext\n\n## Two words\n")
    document = tmp_path / "document.md"
    document.write_text(f"# Title\n\n{line}\n")
    assert dead_links(document) == dead
