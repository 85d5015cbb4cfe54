"""From a report to the bytes of its PDF: tagged, with our own fonts, in a process of its own without network.

The renderer reads a page model (JSON) and writes a file; it never sees a report's store, a key or a candidate. Equal
facts give byte-identical files: the identifier and the dates come from the report, the fonts from this folder.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NoReturn

from reports import compose, wording
from reports.finishing import padded, untag_margins
from vetting.errors import ExitCode, VettingError
from vetting.release import Report

SECONDS: Final = 60
MEMORY: Final = 2 * 1024**3
"""Bytes of address space, of which a report uses about a tenth."""

_PACKAGE: Final = Path(__file__).resolve().parent
_FONTS: Final = _PACKAGE / "static" / "fonts"
_START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from reports.pdf import _main; _main()"
_NO_LIBRARIES: Final = 3


def render(report: Report) -> bytes:
    """The finished PDF/UA-1 file of a report, its size a multiple of 64 kB.

    Raises what `compose.page` refuses, and VettingError `report_not_rendered`, `report_too_slow` or
    `pdf_libraries_missing` with nothing of the report in it: what the renderer says on its error output is dropped.
    """
    model = json.dumps(asdict(compose.page(report)), ensure_ascii=True).encode()
    command = [sys.executable, "-I", "-c", _START, str(_PACKAGE.parent)]
    environment = {"FONTCONFIG_FILE": str(_FONTS / "fonts.conf"), "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and our own module; the words go in on stdin
            command,
            input=model,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_FONTS,
            env=environment,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed("report_too_slow", f"A report was not rendered within {SECONDS} seconds.") from None
    if done.returncode == _NO_LIBRARIES:
        raise VettingError(
            "pdf_libraries_missing",
            "The text layout libraries that make the PDF are not installed.",
            "Run: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
            ExitCode.NOT_READY,
        )
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        raise _failed("report_not_rendered", "The report could not be rendered, and no file was made.")
    return done.stdout


def _failed(code: str, sentence: str) -> VettingError:
    remedy = f"Nothing was released. Try again; if it happens again, report it with the code {code}."
    return VettingError(code, sentence, remedy, ExitCode.UNEXPECTED)


# ------------------------------------------------------------------------------------ in the renderer's process


def _main() -> None:
    """Reads a page model on stdin, writes the PDF on stdout. Exit status 3: a library of the system is missing."""
    model = json.loads(sys.stdin.buffer.read())
    try:
        import jinja2  # noqa: F401  # before the confinement, which lets no bytecode be written
        import weasyprint  # noqa: F401
    except OSError:
        sys.exit(_NO_LIBRARIES)
    _confine()
    sys.stdout.buffer.write(padded(_write(_html(model), str(model["number"]))))


def _confine() -> None:
    """Takes from this process, for good, the network, other programs, files to write, and more memory and time."""
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))
    refused = re.compile(r"socket\..*|subprocess\..*|os\.(system|exec|fork|forkpty|posix_spawn|startfile)|urllib\..*")

    def refuse(event: str, _arguments: tuple[object, ...]) -> None:
        if refused.fullmatch(event):
            raise PermissionError(event)

    sys.addaudithook(refuse)


def _html(model: dict[str, Any]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_PACKAGE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=only_words,
    )
    footer = {"number": f"Report {model['number']}", "log": f"Log {model['log_position']}"}
    return environment.get_template("report.html").render(page=model, wording=vars(wording), footer=footer)


def only_words(value: object) -> object:
    """Lets plain text and whole numbers into a page and refuses everything else, ready-made markup included."""
    if type(value) not in {str, int}:
        raise TypeError(type(value).__name__)
    return value


def _write(html: str, number: str) -> bytes:
    """The PDF with compressed streams and a plain cross-reference table, which `padded` needs."""
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class PackagedFiles(URLFetcher):  # type: ignore[misc]  # its base has no types
        """Gives the two stylesheets of this package and ends the rendering at any other address."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            del headers
            scheme, _, name = url.partition(":")
            if scheme != "packaged" or name not in {"tokens.css", "report.css"}:
                raise FatalURLFetchingError
            return URLFetcherResponse(url, (_PACKAGE / "static" / name).read_bytes(), {"Content-Type": "text/css"})

    output = BytesIO()
    identifier = compose.file_identifier(number).encode()

    def finish(_document: object, pdf: Any) -> NoReturn:  # noqa: ANN401
        untag_margins(pdf)
        pdf.write(output, version=b"1.7", identifier=identifier, compress=False)
        raise _Finished

    try:
        HTML(string=html, base_url="packaged:", url_fetcher=PackagedFiles()).write_pdf(
            finisher=finish, pdf_variant="pdf/ua-1", full_fonts=True
        )
    except _Finished:
        return output.getvalue()
    raise RuntimeError


class _Finished(Exception):  # not an error: WeasyPrint would write the file a second time
    """The file is written."""
