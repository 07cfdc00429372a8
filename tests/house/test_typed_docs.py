"""The examples of the README and of the docs pages are typed as strictly as the library itself."""

import re
import subprocess
import sys
from pathlib import Path

from house.source import ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted([ROOT / "README.md", *(page for page in (ROOT / "docs").glob("*.md") if page.name != "architecture.md")])


def test_mypy_strict_accepts_every_example(tmp_path: Path) -> None:
    for page in PAGES:
        blocks = BLOCK.findall(page.read_text())
        if blocks:
            (tmp_path / f"page_{page.stem.replace('-', '_').lower()}.py").write_text("\n".join(blocks))
    settings = tmp_path / "settings.ini"  # engines of clusters are in an environment of their own
    settings.write_text("[mypy]\n[mypy-pyspark.*,ray.*]\nignore_missing_imports = True\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(settings)]
    command += ["--cache-dir", str(tmp_path / "cache"), "--no-incremental"]
    # an example may read what it has made before, and awaits at its top level
    command += ["--disable-error-code", "import-untyped"]  # boto3
    command += ["--disable-error-code", "top-level-await", "--follow-imports", "silent", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout.strip().splitlines() or [""])[-1].startswith("Success"), done.stdout + done.stderr
