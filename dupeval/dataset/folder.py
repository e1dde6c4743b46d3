"""Reading a dataset folder, with everything checked before anything runs.

ROOT/queries.csv            query,title
ROOT/labels.csv             query,image,photograph[,edit]
ROOT/images/QUERY/IMAGE     any format Pillow reads; any Unicode name
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

import PIL
from tqdm import tqdm

from dupeval.dataset import Dataset, LabelledImage, Query
from dupeval.dataset.images import ImageError, read_rgb
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
    with ThreadPoolExecutor() as pool:
        hashes = list(pool.map(lambda item: file_sha256(item[1]), located))
    images: dict[str, list[LabelledImage]] = {slug: [] for slug in titles}
    for (row, path), sha256 in zip(located, hashes, strict=True):
        images[row.query].append(LabelledImage(row.image, path, row.photograph, row.edit, sha256))
    dataset = Dataset(
        name or root.resolve().name,
        tuple(Query(slug, title, tuple(images[slug])) for slug, title in titles.items()),
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


def _read_table(
    path: Path, columns: Sequence[str], problems: list[str]
) -> list[tuple[str, dict[str, str]]]:
    """Return each row with its "file:line"; what cannot be read is reported and has none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.append(f"{path.name}: missing; it is a CSV file of {','.join(columns)}")
        return []
    except UnicodeDecodeError as error:
        problems.append(f"{path.name}: not UTF-8 (byte {error.start}); save it as UTF-8")
        return []
    except OSError as error:
        problems.append(f"{path.name}: cannot be read ({error.strerror})")
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, dict[str, str]]] = []
    line = 1
    try:
        header = next(reader, [])
        missing = [column for column in columns if column not in header]
        if missing:
            found = f"found {','.join(header)}" if header else "the file is empty"
            problems.append(f"{path.name}:1: missing column {', '.join(missing)}; {found}")
            return []
        line = reader.line_num + 1
        for values in reader:
            where = f"{path.name}:{line}"
            line = reader.line_num + 1
            if len(values) == len(header):
                rows.append((where, dict(zip(header, values, strict=True))))
            elif values:
                problems.append(f"{where}: {len(values)} values for {len(header)} columns")
    except csv.Error as error:
        problems.append(f"{path.name}:{line}: not CSV ({error})")
        return []
    if not rows:
        problems.append(f"{path.name}: no rows below the header")
    return rows


def _read_titles(root: Path, problems: list[str]) -> dict[str, str]:
    titles: dict[str, str] = {}
    for where, row in _read_table(root / "queries.csv", ("query", "title"), problems):
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
    for where, values in _read_table(root / "labels.csv", columns, problems):
        row = _Row(where, *(values.get(column, "") for column in (*columns, "edit")))
        fault = _fault_of_name(row.image)
        key = (row.query, unicodedata.normalize("NFC", row.image))
        if fault:
            problems.append(f"{where}: image {row.image!r} {fault}")
        elif row.query not in titles:
            problems.append(f"{where}: query {row.query!r} is not in queries.csv")
        elif not row.photograph:
            problems.append(f"{where}: image {row.image!r} has no photograph")
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
    parts = (PurePosixPath(name), PureWindowsPath(name))
    if name in (".", "..") or any(len(p.parts) != 1 or p.is_absolute() for p in parts):
        return "is a path; only a name inside its folder is possible"
    return None


def _locate_images(
    root: Path, titles: Iterable[str], rows: Sequence[_Row], problems: list[str]
) -> list[tuple[_Row, Path]]:
    located: list[tuple[_Row, Path]] = []
    base = root / "images"
    inside = root.resolve()
    _report_unknown_folders(base, set(titles), problems)
    for slug in titles:
        of_query = [row for row in rows if row.query == slug]
        if len(of_query) < 2:
            problems.append(f"labels.csv: query {slug!r} has {len(of_query)} images, needs 2")
        files = _files_by_name(base / slug)
        for row in of_query:
            path = files.pop(unicodedata.normalize("NFC", row.image), None)
            if path is None:
                problems.append(f"{row.where}: no file images/{slug}/{row.image}")
            elif not path.resolve().is_relative_to(inside):
                problems.append(f"{row.where}: images/{slug}/{row.image} leads out of {root}")
            elif not path.is_file():
                problems.append(f"{row.where}: images/{slug}/{row.image} is not a file")
            else:
                located.append((row, path))
        problems += [
            f"images/{slug}/{path.name}: not in labels.csv" for path in sorted(files.values())
        ]
    return located


def _files_by_name(folder: Path) -> dict[str, Path]:
    # Names are compared in NFC: macOS hands Korean file names out decomposed.
    if not folder.is_dir():
        return {}
    return {
        unicodedata.normalize("NFC", path.name): path
        for path in folder.iterdir()
        if not path.name.startswith(".") and path.name.lower() not in LITTER
    }


def _report_unknown_folders(base: Path, slugs: set[str], problems: list[str]) -> None:
    known = {unicodedata.normalize("NFC", slug) for slug in slugs}
    problems += [
        f"images/{path.name}: not a query of queries.csv"
        for name, path in sorted(_files_by_name(base).items())
        if name not in known
    ]


def _decoding_problems(located: Sequence[tuple[_Row, Path]], progress: bool) -> list[str]:
    def problem(item: tuple[_Row, Path]) -> str | None:
        row, path = item
        try:
            read_rgb(path)
        except ImageError as error:
            return f"{row.where}: images/{row.query}/{row.image}: {error}"
        return None

    with ThreadPoolExecutor() as pool:
        bar = tqdm(
            pool.map(problem, located),
            total=len(located),
            desc="checking images",
            unit="image",
            disable=not progress,
        )
        return [text for text in bar if text]
