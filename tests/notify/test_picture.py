"""The picture in the README is drawn by the program itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import lxml.etree

ROOT = Path(__file__).parents[2]


def test_the_picture_can_be_drawn_and_loads_nothing(tmp_path: Path) -> None:
    drawn = tmp_path / "alert.svg"
    subprocess.run([sys.executable, "docs/picture.py", str(drawn)], cwd=ROOT, check=True)
    for picture in (drawn, ROOT / "docs" / "alert.svg"):
        tree = lxml.etree.parse(picture)
        said = " ".join("".join(tree.getroot().itertext()).split())
        assert "HIGH" in said
        assert "CSTO" in said
        assert "url(http" not in picture.read_text("utf-8")
