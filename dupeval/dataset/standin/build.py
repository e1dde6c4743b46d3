"""Building the stand-in dataset: into a folder beside its place, moved there when it is whole."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

from filelock import FileLock
from PIL import Image
from tqdm import tqdm

from dupeval.dataset.images import pixel_sha256, read_rgb
from dupeval.dataset.standin.chain import apply_chain
from dupeval.dataset.standin.levels import Making
from dupeval.dataset.standin.manifest import (
    Record,
    difference_message,
    differing,
    is_up_to_date,
    read_manifest,
    read_stamp,
    write_stamp,
)
from dupeval.dataset.standin.plan import PlannedImage, plan_images
from dupeval.dataset.standin.sources import (
    Source,
    fetch_sources,
    load_photograph,
    locate_sources,
    read_sources,
)
from dupeval.dataset.standin.tables import write_tables
from dupeval.errors import DupevalError

WORKERS = 4
DEFAULT = Making()


def ensure_standin(root: Path, making: Making = DEFAULT, *, progress: bool = True) -> Path:
    """Build the stand-in dataset unless it is there already.

    Parameters
    ----------
    root : Path
        The dataset's folder. What is there is replaced only when it is an older stand-in of the
        same making.
    making : Making
    progress : bool
        Whether to show a progress bar while building.

    Returns
    -------
    Path
        `root`, now a dataset folder.

    Raises
    ------
    DupevalError
        If the packages with the photographs are not installed as pinned, or if `root` is
        something else than this stand-in.

    Warns
    -----
    UserWarning
        If the images just built differ from the published ones.
    """
    if is_up_to_date(root, making):
        return root
    _refuse_foreign(root, making)
    root.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(_beside(root, "lock")):
        if not is_up_to_date(root, making):  # Another process may have built it meanwhile.
            _build_and_move(root, making, progress)
    return root


def build_into(folder: Path, making: Making, *, progress: bool = True) -> list[Record]:
    """Write queries.csv, labels.csv and all images into a folder.

    Parameters
    ----------
    folder : Path
        Made when missing.
    making : Making
    progress : bool

    Returns
    -------
    list of Record
        Of all images, in the order of labels.csv.
    """
    sources = read_sources(making.photographs)
    planned = plan_images(sources, making)
    for query in dict.fromkeys(source.query for source in sources):
        (folder / "images" / query).mkdir(parents=True)
    with tempfile.TemporaryDirectory() as fetched:
        if making.photographs == DEFAULT.photographs:
            files = locate_sources(sources)
        else:
            files = fetch_sources(sources, Path(fetched))
        tasks = [
            partial(_make_images, files, wanted, making, folder) for wanted in _by_file(planned)
        ]
        made = dict(_run_all(tasks, len(planned), progress))
    records = [made[image] for image in planned]
    write_tables(folder, list(zip(planned, records, strict=True)))
    return records


def _build_and_move(root: Path, making: Making, progress: bool) -> None:
    with _unfinished(root) as folder:
        records = build_into(folder, making, progress=progress)
        published = read_manifest(making)
        names = differing(records, published) if published else []
        write_stamp(folder, making, names)
        _refuse_foreign(root, making)
        _move(folder, root)
    if names:
        warnings.warn(difference_message(root, names), stacklevel=3)


def _refuse_foreign(root: Path, making: Making) -> None:
    stamp = read_stamp(root)
    there = stamp.get("dataset", making.name)
    if there != making.name:
        raise DupevalError(
            f"{root} holds {there}, not {making.name}; give each a folder of its own, as "
            f"dataset.root=data/{making.name}"
        )
    if not root.exists() or stamp or (root.is_dir() and not any(root.iterdir())):
        return
    raise DupevalError(
        f"{root} exists and is not a stand-in dataset built by dupeval; it is left as it is. "
        f"Move it away, or have the stand-in built in another folder."
    )


@contextmanager
def _unfinished(root: Path) -> Iterator[Path]:
    # The name is ours alone and we hold the lock: a folder there is left from a broken-off build.
    folder = _beside(root, "unfinished")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(folder: Path, root: Path) -> None:
    old = _beside(root, "old")
    shutil.rmtree(old, ignore_errors=True)
    if root.exists():
        root.replace(old)
    folder.replace(root)
    shutil.rmtree(old, ignore_errors=True)


def _beside(root: Path, what: str) -> Path:
    whole = root.absolute()
    return whole.with_name(f".{whole.name}.{what}")


def _by_file(planned: Sequence[PlannedImage]) -> Iterable[list[PlannedImage]]:
    by_file: dict[str, list[PlannedImage]] = {}
    for image in planned:
        by_file.setdefault(image.source.sha256, []).append(image)
    return by_file.values()


Made = tuple[PlannedImage, Record]


def _run_all(
    tasks: Sequence[Callable[[], list[Made]]], images: int, progress: bool
) -> Iterator[Made]:
    bar = tqdm(total=images, desc="building the stand-in", unit="image", disable=not progress)
    with bar, ThreadPoolExecutor(WORKERS) as pool:
        futures = [pool.submit(task) for task in tasks]
        try:
            for future in as_completed(futures):
                done = future.result()
                bar.update(len(done))
                yield from done
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _make_images(
    files: Mapping[str, Path], wanted: Sequence[PlannedImage], making: Making, folder: Path
) -> list[Made]:
    # Everything that is made from one file, so that it is decoded once.
    with Image.open(files[wanted[0].source.sha256]) as whole:
        whole.load()
        photographs: dict[Source, Image.Image] = {}
        made = []
        for image in wanted:
            if image.source not in photographs:
                photographs[image.source] = load_photograph(image.source, whole)
            beside = _load(image.beside, files) if image.beside else None
            record = _make_image(image, photographs[image.source], beside, making, folder)
            made.append((image, record))
    return made


def _load(source: Source, files: Mapping[str, Path]) -> Image.Image:
    with Image.open(files[source.sha256]) as whole:
        return load_photograph(source, whole)


def _make_image(
    planned: PlannedImage,
    photograph: Image.Image,
    beside: Image.Image | None,
    making: Making,
    folder: Path,
) -> Record:
    source = planned.source

    def draws(family: str) -> Random:
        return making.random(source.query, source.photograph, planned.number, family)

    edits = {family: making.level.strengths(family) for family in planned.families}
    image, encoding, edit = apply_chain(photograph, edits, draws, beside)
    name = f"img_{planned.place:02d}.{encoding.extension}"
    path = folder / "images" / source.query / name
    encoding.save(image, path)
    pixels = pixel_sha256(read_rgb(path))
    return Record(source.query, name, source.photograph, edit, pixels)
