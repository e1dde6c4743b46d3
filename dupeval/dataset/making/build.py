"""Making a dataset: into a folder beside its place, moved there when it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from random import Random

from filelock import FileLock
from PIL import Image
from tqdm import tqdm

from dupeval.dataset.images import pixel_sha256, read_rgb
from dupeval.dataset.making.chain import apply_chain
from dupeval.dataset.making.levels import Making
from dupeval.dataset.making.plan import PlannedImage, plan_images
from dupeval.dataset.making.recipe import Load, Recipe
from dupeval.dataset.making.records import Record
from dupeval.dataset.making.stamp import is_up_to_date, read_stamp, write_stamp
from dupeval.dataset.making.tables import write_tables
from dupeval.errors import DupevalError
from dupeval.files import beside, whole_folder

WORKERS = 4


def ensure(root: Path, recipe: Recipe, *, progress: bool = True) -> bool:
    """Make a dataset unless it is there already.

    Parameters
    ----------
    root : Path
        The dataset's folder. What is there is replaced only when it is an older one of the same
        name.
    recipe : Recipe
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    bool
        Whether it was made just now.

    Raises
    ------
    DupevalError
        If the photographs are not to be had, or if `root` is something else than this dataset.
    """
    if is_up_to_date(root, recipe):
        return False
    _refuse_foreign(root, recipe)
    root.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(beside(root, "lock")):
        if is_up_to_date(root, recipe):  # Another process may have built it meanwhile.
            return False
        with whole_folder(root) as folder:
            write_stamp(folder, recipe, build_into(folder, recipe, progress=progress))
            _refuse_foreign(root, recipe)
    return True


def build_into(folder: Path, recipe: Recipe, *, progress: bool = True) -> list[Record]:
    """Write the tables and all images into a folder.

    Parameters
    ----------
    folder : Path
        Made when missing.
    recipe : Recipe
    progress : bool

    Returns
    -------
    list of Record
        Of all images, in the order of labels.csv.
    """
    planned = plan_images(recipe.photographs(), recipe.making)
    for query in dict.fromkeys(image.source.query for image in planned):
        (folder / "images" / query).mkdir(parents=True)
    with recipe.opened() as load:
        tasks = [
            partial(_make_images, load, wanted, recipe.making, folder)
            for wanted in _by_file(planned)
        ]
        name = f"building the {recipe.called}"
        made = dict(_run_all(tasks, len(planned), name, progress))
    records = [made[image] for image in planned]
    write_tables(folder, list(zip(planned, records, strict=True)))
    return records


def _refuse_foreign(root: Path, recipe: Recipe) -> None:
    stamp = read_stamp(root, recipe)
    there = stamp.get("dataset", recipe.name)
    if there != recipe.name:
        raise DupevalError(
            f"{root} holds {there}, not {recipe.name}; give each a folder of its own, as "
            f"dataset.root=data/{recipe.name}"
        )
    if not root.exists() or stamp or (root.is_dir() and not any(root.iterdir())):
        return
    raise DupevalError(
        f"{root} exists and is not a {recipe.called} built by dupeval; it is left as it is. "
        f"Move it away, or have the {recipe.called} built in another folder."
    )


def _by_file(planned: Sequence[PlannedImage]) -> Iterable[list[PlannedImage]]:
    by_file: dict[str, list[PlannedImage]] = {}
    for image in planned:
        by_file.setdefault(image.source.sha256, []).append(image)
    return by_file.values()


Made = tuple[PlannedImage, Record]


def _run_all(
    tasks: Sequence[Callable[[], list[Made]]], images: int, name: str, progress: bool
) -> Iterator[Made]:
    bar = tqdm(total=images, desc=name, unit="image", disable=not progress)
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
    load: Load, wanted: Sequence[PlannedImage], making: Making, folder: Path
) -> list[Made]:
    # Everything that is made from one file, so that it is decoded once.
    sources = list(dict.fromkeys(image.source for image in wanted))
    pictures = dict(zip(sources, load(sources), strict=True))
    made = []
    for image in wanted:
        beside = load([image.beside])[0] if image.beside else None
        made.append((image, _make_image(image, pictures[image.source], beside, making, folder)))
    return made


def _make_image(
    planned: PlannedImage,
    picture: Image.Image,
    beside: Image.Image | None,
    making: Making,
    folder: Path,
) -> Record:
    source = planned.source

    def draws(family: str) -> Random:
        return making.random(source.query, source.photograph, planned.number, family)

    edits = {family: making.level.strengths(family) for family in planned.families}
    image, encoding, edit = apply_chain(picture, edits, draws, beside)
    name = f"{planned.stem}.{encoding.extension}"
    path = folder / "images" / source.query / name
    encoding.save(image, path)
    pixels = pixel_sha256(read_rgb(path))
    return Record(source.query, name, source.photograph, edit, pixels)
