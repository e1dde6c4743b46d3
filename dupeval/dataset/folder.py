"""Reading a dataset folder, with everything checked before anything runs.

ROOT/queries.csv            query,title
ROOT/labels.csv             query,image,photograph[,edit]
ROOT/images/QUERY/IMAGE     any format Pillow reads; any Unicode name
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

import PIL
from tqdm import tqdm

from dupeval.dataset import Dataset, ImageHandle, Label, Query
from dupeval.dataset.csv_table import read_table
from dupeval.dataset.images import MOST_DECODERS, ImageError, read_rgb
from dupeval.errors import DatasetError
from dupeval.files import file_sha256, whole_file

# What file managers leave behind; never an image somebody forgot to label.
LITTER = frozenset({"thumbs.db", "desktop.ini"})


def read_folder(
    root: Path,
    checked_dir: Path | None = None,
    name: str | None = None,
    progress: bool = False,
) -> Dataset:
    """Read and check a dataset folder.

    Parameters
    ----------
    root : Path
        The folder that holds ``queries.csv``, ``labels.csv`` and ``images/``.
    checked_dir : Path, optional
        Where to remember, by fingerprint, that every image of a dataset could be decoded.
        Without it every image is decoded at every call.
    name : str, optional
        What tables call the dataset; the folder's name when not given.
    progress : bool, default False
        Show a bar while images are decoded.

    Returns
    -------
    Dataset
        Queries in the order of ``queries.csv``, images in the order of ``labels.csv``.

    Raises
    ------
    DatasetError
        With every problem found, each with its file and line.
    """
    problems: list[str] = []
    titles = _read_titles(root, problems)
    rows = _read_labels(root, titles, problems)
    located = _locate_images(root, titles, rows, problems) if titles and rows else []
    if problems:
        raise DatasetError(str(root), problems + _decoding_problems(located, progress))
    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        hashes = list(pool.map(_hash, located))
    problems = [text for text in hashes if text.startswith("labels.csv:")]
    if problems:
        raise DatasetError(str(root), problems)
    images: dict[str, list[ImageHandle]] = {slug: [] for slug in titles}
    labels: dict[str, list[Label]] = {slug: [] for slug in titles}
    for (row, path), sha256 in zip(located, hashes, strict=True):
        images[row.query].append(ImageHandle(row.image, path, sha256))
        labels[row.query].append(Label(row.photograph, row.edit))
    dataset = Dataset(
        name or root.resolve().name,
        tuple(
            Query(slug, title, tuple(images[slug]), tuple(labels[slug]))
            for slug, title in titles.items()
        ),
    )
    mark = checked_dir / f"{dataset.fingerprint}-pillow{PIL.__version__}" if checked_dir else None
    if mark is None or not mark.exists():
        problems = _decoding_problems(located, progress)
        if problems:
            raise DatasetError(str(root), problems)
        if mark is not None:
            with whole_file(mark):
                pass
    return dataset


@dataclass(frozen=True)
class _Row:
    where: str
    query: str
    image: str
    photograph: str
    edit: str


def _read_titles(root: Path, problems: list[str]) -> dict[str, str]:
    titles: dict[str, str] = {}
    for where, row in read_table(root, "queries.csv", ("query", "title"), problems):
        slug = row["query"]
        fault = _fault_of_name(slug)
        if fault:
            problems.append(f"{where}: query {slug!r} {fault}")
        elif slug in titles:
            problems.append(f"{where}: duplicate query {slug!r}")
        else:
            titles[slug] = row["title"]
    return titles


def _read_labels(root: Path, titles: dict[str, str], problems: list[str]) -> list[_Row]:
    rows: list[_Row] = []
    first: dict[tuple[str, str], str] = {}
    columns = ("query", "image", "photograph")
    for where, values in read_table(root, "labels.csv", columns, problems):
        row = _Row(where, *(values.get(column, "") for column in (*columns, "edit")))
        fault = _fault_of_name(row.image)
        key = (row.query, unicodedata.normalize("NFC", row.image))
        if fault:
            problems.append(f"{where}: image {row.image!r} {fault}")
        elif row.query not in titles:
            problems.append(f"{where}: query {row.query!r} is not in queries.csv")
        elif not row.photograph or "\0" in row.photograph:
            problems.append(
                f"{where}: photograph {row.photograph!r} of image {row.image!r} is empty or holds "
                "a NUL character"
            )
        elif key in first:
            problems.append(f"{where}: image {row.image!r} is already in {first[key]}")
        else:
            first[key] = where
            rows.append(row)
    return rows


def _fault_of_name(name: str) -> str | None:
    """Say what keeps a string from being the name of something directly inside a folder."""
    if not name or name != name.strip():
        return "is empty, or begins or ends with a space"
    if "\0" in name:
        return "holds a NUL character"
    if name in (".", "..") or "/" in name or "\\" in name or PureWindowsPath(name).drive:
        return "is a path; only a name inside its folder is possible"
    return None


def _locate_images(
    root: Path, titles: Iterable[str], rows: Sequence[_Row], problems: list[str]
) -> list[tuple[_Row, Path]]:
    located: list[tuple[_Row, Path]] = []
    base = root / "images"
    inside = root.resolve()
    folders = _by_name(base, "images", problems)
    known = {unicodedata.normalize("NFC", slug) for slug in titles}
    problems += [
        f"images/{path.name}: not a query of queries.csv"
        for name, path in folders.items()
        if name not in known
    ]
    for slug in titles:
        of_query = [row for row in rows if row.query == slug]
        if len(of_query) < 2:
            problems.append(f"labels.csv: query {slug!r} needs 2 images, it has {len(of_query)}")
        folder = folders.get(unicodedata.normalize("NFC", slug))
        files = _by_name(folder, f"images/{slug}", problems) if folder else {}
        for row in of_query:
            path = files.pop(unicodedata.normalize("NFC", row.image), None)
            if path is None:
                problems.append(f"{row.where}: no file images/{slug}/{row.image}")
            elif path.exists() and not path.resolve().is_relative_to(inside):
                problems.append(f"{row.where}: images/{slug}/{row.image} leads out of {root}")
            elif not path.is_file():
                problems.append(f"{row.where}: images/{slug}/{row.image} is not a file")
            else:
                located.append((row, path))
        problems += [
            f"images/{slug}/{path.name}: not in labels.csv" for path in sorted(files.values())
        ]
    return located


def _by_name(folder: Path, name: str, problems: list[str]) -> dict[str, Path]:
    # Names are compared in NFC: macOS hands Korean file names out decomposed.
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith(".") or path.name.lower() in LITTER:
            continue
        key = unicodedata.normalize("NFC", path.name)
        if key in found:
            problems.append(f"{name}/{path.name}: the name occurs twice, in two Unicode forms")
        found[key] = path
    return found


def _hash(item: tuple[_Row, Path]) -> str:
    """Return a file's SHA-256, or the problem that keeps it from being read."""
    row, path = item
    try:
        return file_sha256(path)
    except OSError as error:
        return f"{row.where}: images/{row.query}/{row.image}: cannot be read ({error.strerror})"


def _decoding_problems(located: Sequence[tuple[_Row, Path]], progress: bool) -> list[str]:
    def problem(item: tuple[_Row, Path]) -> str | None:
        row, path = item
        try:
            read_rgb(path)
        except ImageError as error:
            return f"{row.where}: images/{row.query}/{row.image}: {error}"
        return None

    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        bar = tqdm(
            pool.map(problem, located),
            total=len(located),
            desc="checking images",
            unit="image",
            disable=not progress,
        )
        return [text for text in bar if text]
