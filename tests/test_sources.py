"""A digest that changes with the code that makes a value, and with no other."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from dupeval.representation.raw import RawPixels
from dupeval.sources import source_sha256

FILES = {
    "mine.py": """
        '''What it does.'''
        from dataclasses import dataclass
        import PIL
        from package.inner import value
        import package.other

        @dataclass
        class Mine:
            part: object = None

            def vector(self):
                '''Say something.'''
                import later
                return value + 1  # one more
    """,
    "later.py": "x = 1",
    "part.py": "class Part: pass",
    "unused.py": "x = 1",
    "package/__init__.py": "y = 1",
    "package/inner.py": "from .deep import value",
    "package/other.py": "from . import beside",
    "package/beside.py": "z = 1",
    "package/deep.py": "value = 3",
    "package/unused.py": "z = 1",
}
PRINT = """
import sys
from dupeval.sources import source_sha256
from mine import Mine
from part import Part
before = set(sys.modules)
print(source_sha256(Mine(*[Part()] * (len(sys.argv) - 1))))
assert set(sys.modules) == before, set(sys.modules) - before
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(content))
    return tmp_path


def digest(folder: Path, *arguments: str) -> str:
    """Return the digest that a new process finds; what it finds it imports nothing for."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", "-c", PRINT, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("mine.py", "value + 1", "value + 2"),
        ("later.py", "1", "2"),
        ("package/__init__.py", "1", "2"),
        ("package/inner.py", "value", "value as value"),
        ("package/deep.py", "3", "4"),
        ("package/beside.py", "1", "2"),
    ],
)
def test_other_code_anywhere_it_leads_to_is_another_digest(
    folder: Path, name: str, old: str, new: str
) -> None:
    before = digest(folder)
    assert digest(folder) == before
    path = folder / name
    path.write_text(path.read_text().replace(old, new))
    assert digest(folder) != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("unused.py", "1", "2"),
        ("part.py", "pass", "x = 1"),
        ("package/unused.py", "1", "2"),
        ("mine.py", "What it does", "What it really does"),
        ("mine.py", "'''Say something.'''", ""),
        ("mine.py", "# one more", "# and so on"),
        ("mine.py", "import PIL\n", "import PIL\n\n"),
    ],
)
def test_what_makes_no_difference_makes_none(folder: Path, name: str, old: str, new: str) -> None:
    before = digest(folder)
    path = folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert digest(folder) == before


def test_the_class_of_a_part_counts_where_there_is_one(folder: Path) -> None:
    before = digest(folder, "with a part")
    (folder / "part.py").write_text("class Part: x = 1")
    assert digest(folder, "with a part") != before


def test_modules_may_be_named(tmp_path: Path) -> None:
    alone = source_sha256(RawPixels())
    assert source_sha256(RawPixels(size=3)) == alone
    assert len({alone, source_sha256(RawPixels(), modules=["dupeval.metrics"])}) == 2


def test_what_was_typed_in_is_of_its_own_process(folder: Path) -> None:
    code = "from dupeval.sources import source_sha256\nclass A: pass\nprint(source_sha256(A()))"
    found = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        for _ in range(2)
    ]
    assert found[0] != found[1]


def test_a_file_that_is_changed_while_it_runs_is_told_and_of_its_own_process(folder: Path) -> None:
    later = time.time() + 30
    os.utime(folder / "mine.py", (later, later))
    with pytest.raises(AssertionError, match=r"mine\.py was changed after this run began"):
        digest(folder)


def test_a_file_from_before_the_clock_went_back_was_not_changed(folder: Path) -> None:
    before = digest(folder)
    later = time.time() + 3600
    os.utime(folder / "mine.py", (later, later))
    assert digest(folder) == before
