"""Images that try a reader, each beside good ones: read rightly, or refused in a sentence.

Whatever they are: no traceback, nothing started, nothing written, little memory, little time.
"""

import csv
import os
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from fake_photographs import write_copies
from hostile_images import ENTRIES, REFUSED
from image_bytes import clear_webp, flat_png
from odd_images import READ
from watched import Ended, everything, run_program, told_plainly, watched

from dupeval.dataset.folder import read_folder
from dupeval.dataset.images import read_rgb
from dupeval.errors import DatasetError
from dupeval.grouping.finding import find
from dupeval.grouping.reading import Read, read_files
from dupeval.text import from_csv_cell, visible

GOOD = {"a.png": "p", "b.png": "p", "c.png": "q"}
NAME = "hostile.jpg"
# Of one file: measured are 86 MB, for 90 megapixels in an icon, and 0.4 s.
MOST_MB, MOST_SECONDS = 160, 10.0
MakeDataset = Callable[..., Path]
# Pillow warns of what it repairs.
pytestmark = pytest.mark.filterwarnings("ignore:::PIL")


@pytest.fixture
def root(tmp_path: Path, make_dataset: MakeDataset) -> Path:
    """Give a dataset of three good images and one that is still to be made."""
    root = make_dataset(tmp_path / "data", {"one": {**GOOD, "last.png": "q"}})
    (root / "images" / "one" / "last.png").unlink()
    labels = root / "labels.csv"
    labels.write_text(labels.read_text().replace("last.png", NAME))
    return root


def grouped(folder: Path, cache: Path) -> Read:
    """Find and read the files of a folder as `dupeval group` does."""
    found = find([folder])
    read = read_files(found.paths, cache)
    return Read(read.files, (*found.unread, *read.unread), read.n_others)


def looked_at(root: Path, tmp_path: Path) -> tuple[list[str], Read]:
    """Read the dataset, and its folder of images; return what is wrong, and what was read."""
    problems: list[str] = []
    before = everything(root)
    with watched() as seen:
        try:
            read_folder(root)
        except DatasetError as error:
            problems = list(error.problems)
        read = grouped(root / "images", tmp_path / "cache")
    assert seen.events == []
    assert seen.megabytes < MOST_MB
    assert seen.seconds < MOST_SECONDS
    assert everything(root) == before
    return problems, read


@pytest.mark.parametrize("image", READ)
def test_an_odd_image_is_read_with_the_right_pixels(root: Path, tmp_path: Path, image: str) -> None:
    path = root / "images" / "one" / NAME
    path.write_bytes(READ[image].content())
    problems, read = looked_at(root, tmp_path)
    assert problems == []
    assert (len(read.files), read.unread, read.n_others) == (4, (), 0)
    pixels, expected = read_rgb(path), READ[image].pixels
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).max() <= READ[image].tolerance


@pytest.mark.parametrize("image", REFUSED)
def test_a_bad_image_is_named_in_a_sentence(root: Path, tmp_path: Path, image: str) -> None:
    (root / "images" / "one" / NAME).write_bytes(REFUSED[image].content())
    problems, read = looked_at(root, tmp_path)
    (problem,) = problems
    assert re.fullmatch(rf"labels\.csv:5: images/one/{NAME}: ({REFUSED[image].said})", problem)
    (unread,) = read.unread
    assert unread.path.endswith(f"/{NAME}")
    assert re.fullmatch(REFUSED[image].said, unread.reason)
    assert len(read.files) == 3


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_is_no_image_file_is_not_waited_for(
    root: Path, tmp_path: Path, entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if entry == "file that may not be read" and os.geteuid() == 0:
        pytest.skip("root may read everything; the whole programs below try it without its rights")
    kind, outside = ENTRIES[entry], tmp_path / "outside"
    outside.mkdir()
    monkeypatch.chdir(outside)
    kind.make(root / "images" / "one" / NAME, outside)
    problems, read = looked_at(root, tmp_path)
    (problem,) = problems
    assert re.fullmatch(rf"labels\.csv:5: images/one/{NAME}:? ({kind.said})", problem)
    said = [unread.reason for unread in read.unread]
    assert len(said) == (kind.said_by_group is not None)
    assert all(re.fullmatch(kind.said_by_group or "", reason) for reason in said)
    assert len(read.files) == 3


# Whole programs.

# Measured: 330 MB, most of it the packages.
MOST_MB_OF_A_PROGRAM = 600
HANDFUL = (
    *("zero bytes", "EPS", "PNG of its first half", "icon that holds 90 megapixels"),
    *("TIFF of 2^40 tags", "JPEG of 65,535 x 65,535", "GIF with a frame beyond its canvas"),
)


def table1(root: Path, folder: Path, before: Sequence[str] = ()) -> Ended:
    settings = [
        *(
            "method=[raw,raw_pca,imagehash_dhash,verified]",
            "methods.raw_pca.reduction.n_components=2",
        ),
        *("protocol=oracle", "dataset=folder", f"dataset.root={root}", "progress=false"),
        *(f"out_dir={folder / 'out'}", f"cache_dir={folder / 'cache'}"),
    ]
    return ended_well(run_program(["experiments/table1.py", *settings], folder, before))


def group(source: Path, folder: Path, before: Sequence[str] = ()) -> Ended:
    out = ["--out", str(folder / "out"), "--cache", str(folder / "cache"), "--quiet"]
    return ended_well(run_program(["-m", "dupeval", "group", str(source), *out], folder, before))


def ended_well(ended: Ended, most_mb: int = MOST_MB_OF_A_PROGRAM) -> Ended:
    assert told_plainly(ended.out), ended.out
    assert told_plainly(ended.err), ended.err
    assert ended.megabytes < most_mb
    return ended


def unread_by(out: Path) -> dict[str, str]:
    """Return what `dupeval group` says it could not read, by the name of the file."""
    with (out / "unread.csv").open(encoding="utf-8", newline="") as file:
        return {Path(from_csv_cell(r["path"])).name: r["reason"] for r in csv.DictReader(file)}


def groups_by(out: Path) -> dict[str, set[str]]:
    """Return the names of the images of each group."""
    found: dict[str, set[str]] = {}
    with (out / "groups.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["group"], set()).add(Path(from_csv_cell(row["path"])).name)
    return found


@pytest.mark.faults
@pytest.mark.parametrize("image", HANDFUL)
def test_table1_ends_with_a_sentence_that_names_the_image(
    root: Path, tmp_path: Path, image: str
) -> None:
    (root / "images" / "one" / NAME).write_bytes(REFUSED[image].content())
    before = everything(root)
    ended = table1(root, tmp_path)
    assert ended.code == 2
    errors = [line for line in ended.err.splitlines() if not line.startswith("warning: ")]
    assert len(errors) == 2, ended.err
    assert errors[0].endswith(f"the dataset {root} has 1 problem:")
    assert re.fullmatch(rf"  labels\.csv:5: images/one/{NAME}: ({REFUSED[image].said})", errors[1])
    assert not (tmp_path / "out").exists()
    assert everything(root) == before


@pytest.mark.faults
@pytest.mark.parametrize("image", HANDFUL)
def test_group_groups_the_others_and_names_the_image(tmp_path: Path, image: str) -> None:
    source = tmp_path / "photos"
    copies = set(write_copies(source, 1))
    (source / NAME).write_bytes(REFUSED[image].content())
    before = everything(source)
    ended = group(source, tmp_path)
    assert ended.code == 0, ended.err
    assert list(groups_by(tmp_path / "out").values()) == [copies]
    (reason,) = unread_by(tmp_path / "out").values()
    assert re.fullmatch(REFUSED[image].said, reason)
    assert f"{NAME}: {visible(reason)}" in ended.out
    assert everything(source) == before


@pytest.mark.faults
def test_all_odd_images_in_one_dataset(tmp_path: Path, make_dataset: MakeDataset) -> None:
    names = {f"{i}.jpg": image for i, image in enumerate(READ)}
    photographs = {name: f"p{i // 2}" for i, name in enumerate(names)}
    root = make_dataset(tmp_path / "data", {"one": photographs})
    for name, image in names.items():
        (root / "images" / "one" / name).write_bytes(READ[image].content())
    before = everything(root)
    ended = table1(root, tmp_path)
    assert ended.code == 0, ended.err
    assert (tmp_path / "out" / "run.json").exists()
    assert everything(root) == before


@pytest.mark.faults
def test_all_bad_images_in_one_dataset(tmp_path: Path, make_dataset: MakeDataset) -> None:
    names = {f"{i}.jpg": image for i, image in enumerate(REFUSED)}
    root = make_dataset(tmp_path / "data", {"one": dict.fromkeys(names, "p")})
    for name, image in names.items():
        (root / "images" / "one" / name).write_bytes(REFUSED[image].content())
    ended = table1(root, tmp_path)
    assert ended.code == 2
    assert f"has {len(names)} problems:" in ended.err
    assert f"\n  and {len(names) - 20} more" in ended.err
    told = [line for line in ended.err.splitlines() if ": images/one/" in line]
    for line, image in zip(told, REFUSED, strict=False):
        assert re.search(rf"\.jpg: ({REFUSED[image].said})$", line), line


@pytest.mark.faults
def test_everything_in_one_folder_is_grouped_or_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, outside = tmp_path / "photos", tmp_path / "outside"
    outside.mkdir()
    monkeypatch.chdir(outside)
    copies = set(write_copies(source, 1))
    odd = {f"odd {i}.jpg": image for i, image in enumerate(READ)}
    bad = {f"bad {i}.jpg": image for i, image in enumerate(REFUSED)}
    for name, image in odd.items():
        (source / name).write_bytes(READ[image].content())
    for name, image in bad.items():
        (source / name).write_bytes(REFUSED[image].content())
    entries = {f"entry {i}.jpg": entry for i, entry in enumerate(ENTRIES)}
    for name, entry in entries.items():
        # Of what root may read there is a test of its own.
        if entry != "file that may not be read":
            ENTRIES[entry].make(source / name, outside)
    before = everything(source)
    ended = group(source, tmp_path)
    assert ended.code == 0, ended.err
    assert everything(source) == before
    found = groups_by(tmp_path / "out")
    assert copies in found.values()
    assert set().union(*found.values()) == {*copies, *odd}
    said = unread_by(tmp_path / "out")
    sayings = {name: REFUSED[image].said for name, image in bad.items()}
    sayings |= {name: s for name, e in entries.items() if (s := ENTRIES[e].said_by_group)}
    sayings = {name: s for name, s in sayings.items() if "Permission" not in s}
    assert said.keys() == sayings.keys()
    assert [name for name, s in sayings.items() if not re.fullmatch(s, said[name])] == []


@pytest.mark.faults
def test_an_image_that_may_not_be_read(root: Path, tmp_path: Path) -> None:
    ENTRIES["file that may not be read"].make(root / "images" / "one" / NAME, tmp_path)
    before: list[str] = []
    if os.geteuid() == 0:
        # Root may read everything, unless it gives that up.
        if shutil.which("setpriv") is None:
            pytest.skip("needs setpriv, or a user without root's rights")
        bounds = "--bounding-set=-dac_override,-dac_read_search,-fowner"
        before = ["setpriv", bounds, "--inh-caps=-all", "--"]
    ended = table1(root, tmp_path, before)
    assert ended.code == 2
    assert f"images/one/{NAME}: cannot be read (Permission denied)\n" in ended.err
    ended = group(root / "images", tmp_path, before)
    assert ended.code == 0
    assert unread_by(tmp_path / "out") == {NAME: "cannot be read (Permission denied)"}


# Of images that are as large as may be, 88 megapixels; measured are 2,600 MB, and 7,200 where those
# that four threads decode do not wait for each other.
MOST_MB_OF_LARGE = 3500


@pytest.mark.faults
def test_large_images_in_small_files_do_not_fill_the_memory_together(tmp_path: Path) -> None:
    source = tmp_path / "photos"
    copies = set(write_copies(source, 1))
    large = {"png": flat_png(9400, 9400, 6), "webp": clear_webp(16383, 5400)}
    for ending, content in large.items():
        for i in range(3):
            # What follows the image makes them three.
            (source / f"{i}.{ending}").write_bytes(content + bytes(2 * i))
    command = ["group", str(source), "--method", "raw", "--out", str(tmp_path / "out")]
    own = ["--cache", str(tmp_path / "cache"), "--quiet"]
    ended = ended_well(run_program(["-m", "dupeval", *command, *own], tmp_path), MOST_MB_OF_LARGE)
    assert ended.code == 0
    found = groups_by(tmp_path / "out")
    assert copies in found.values()
    assert set().union(*found.values()) - copies == {f"{i}.{x}" for i in range(3) for x in large}
