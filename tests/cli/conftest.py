"""A folder with copies, and the console program run on it."""

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_photographs import write_copies
from own_images import write_photograph
from typer.testing import CliRunner, Result

from dupeval.cli.app import app

ROOT = Path(__file__).resolve().parent.parent.parent

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder: two photographs with three copies each, one of them in a folder below."""
    folder = tmp_path_factory.mktemp("own") / "photos"
    write_copies(folder, 1)
    write_copies(folder / "more", 2)
    write_photograph(folder / "alone.png", 3)
    (folder / "notes.txt").write_text("hello")
    (folder / "broken.jpg").write_bytes(b"")
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def dupeval(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs the program here, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUPEVAL_CACHE", str(cache))
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)

    def run(*arguments: str, given: str = "") -> Result:
        return CliRunner().invoke(app, arguments, input=given, catch_exceptions=False)

    return run


@pytest.fixture
def process(tmp_path: Path, cache: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give a function that runs Python in a process of its own, in an empty folder."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "DUPEVAL_CACHE": str(cache)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
