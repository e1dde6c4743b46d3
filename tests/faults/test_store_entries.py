"""Entries of the cache damaged in every way: made again, or a sentence; never a wrong figure."""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from whole_programs import Place, Whole, said_plainly

pytestmark = pytest.mark.faults
Undisturbed = Callable[[str], tuple[Place, Whole]]


def flip(path: Path, entries: list[Path]) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def truncate(path: Path, entries: list[Path]) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def swap(path: Path, entries: list[Path]) -> None:
    path.write_bytes(entries[entries.index(path) - 1].read_bytes())


def replace_by_a_link(path: Path, entries: list[Path]) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


def replace_by_a_dangling_link(path: Path, entries: list[Path]) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def replace_by_a_pipe(path: Path, entries: list[Path]) -> None:
    path.unlink()
    os.mkfifo(path)


def replace_by_a_folder(path: Path, entries: list[Path]) -> None:
    path.unlink()
    path.mkdir()


def be_of_tomorrow(path: Path, entries: list[Path]) -> None:
    # As after the clock was set back.
    os.utime(path, (2**32, 2**32))


WAYS = (
    *(flip, truncate, swap, replace_by_a_link, replace_by_a_dangling_link),
    *(replace_by_a_pipe, replace_by_a_folder, be_of_tomorrow),
)


@pytest.mark.parametrize("damage", WAYS)
@pytest.mark.parametrize("program", ["table1", "sweep", "group"])
def test_every_entry(
    program: str,
    damage: Callable[[Path, list[Path]], None],
    undisturbed: Undisturbed,
    tmp_path: Path,
) -> None:
    made, whole = undisturbed(program)
    shutil.copytree(made.folder / "cache", tmp_path / "cache", symlinks=True)
    place = Place(program, made.data, tmp_path)
    entries = sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    before = {path: path.read_bytes() for path in entries}
    for path in random.Random(program).sample(entries, len(entries)):
        if damage is swap:
            path.write_bytes(before[entries[entries.index(path) - 1]])
        else:
            damage(path, entries)
    process = place.start()
    _, errors = process.communicate(timeout=300)
    if process.returncode:
        assert damage is replace_by_a_folder
        assert said_plainly(errors.decode()), errors.decode()
        assert place.files() == {}
    else:
        assert place.files() == whole.files
