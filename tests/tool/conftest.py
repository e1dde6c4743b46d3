"""What the tests of external tools share."""

import os
from pathlib import Path

import pytest

HELPERS = Path(__file__).resolve().parents[1] / "helpers"


@pytest.fixture(autouse=True)
def _helpers_in_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes of tools import the fake tools."""
    monkeypatch.setenv("PYTHONPATH", str(HELPERS), prepend=os.pathsep)


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    """Give three files under neutral names in a folder of their own, as a tool sees them."""
    folder = tmp_path / "private" / "images"
    folder.mkdir(parents=True)
    paths = [folder / f"{i:05d}.png" for i in range(3)]
    for path, content in zip(paths, (b"same", b"other", b"same"), strict=True):
        path.write_bytes(content)
    return paths
