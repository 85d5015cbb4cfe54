"""Debian's Chromium: there, and able to run a page of this machine without looking anywhere else."""

import os
import subprocess
from pathlib import Path

ALONE = (
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def test_a_page_is_rendered_as_its_script_leaves_it(browser: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p id=a>before</p><script>document.getElementById('a').textContent = 'after'</script>")
    own = [f"--user-data-dir={tmp_path / 'profile'}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    command = [browser, *ALONE, *own, "--dump-dom", page.as_uri()]
    rendered = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert '<p id="a">after</p>' in rendered.stdout, rendered.stderr
