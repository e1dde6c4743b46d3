"""What reads bytes of others: each function here raises on a finding alone.

An input is the name of what it is meant for, a line break, and what that holds. Of others nothing
is asked.
"""

import atexit
import hashlib
import json
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from fake_dataset import byte_copies, photograph_bytes
from fake_tools import FakeDistances, FakeGroups

from dupeval.clustering.hashes import HashPairs
from dupeval.dataset import Dataset
from dupeval.dataset.csv_table import read_table
from dupeval.dataset.folder import read_folder
from dupeval.dataset.importers.clusters import read_clusters
from dupeval.dataset.importers.copydays import read_copydays
from dupeval.dataset.importers.holidays import read_holidays
from dupeval.dataset.importers.imagededup import read_imagededup
from dupeval.dataset.importers.ukbench import read_ukbench
from dupeval.dataset.making.stamp import is_as_it_was_made, is_up_to_date, read_stamp
from dupeval.deployment import file as calibration_file
from dupeval.errors import DupevalError, SettingsError
from dupeval.figures.saving import read_figures
from dupeval.files import OURS, refuse_foreign
from dupeval.labelling.answers import standing
from dupeval.labelling.images import Images, Shown
from dupeval.labelling.journal import JOURNAL, Journal
from dupeval.method.imported import ImportedMethod
from dupeval.method.partitions import labels_of
from dupeval.results.schema import FILE_NAME, read_summary
from dupeval.store import Entry, Store
from dupeval.stored import COLUMNS, read_results
from dupeval.stored_run import StoredRun, open_run, read_run
from dupeval.text import visible
from dupeval.timing import Stopwatch
from dupeval.tool import Tool, places
from dupeval.tool.cache import ReplyCache
from dupeval.tool.command import Command
from dupeval.tool.hashes import Hashes
from dupeval.tool.process import Reply, ToolProcess, _answers

QUERIES = {"one": {"a.png": "p", "b.png": "p", "c.png": "q"}, "두": {"a.png": "p", "b.png": "q"}}
LABELS = b"query,image,photograph\n"
# A person reads what is wrong.
MOST_TOLD, MOST_A_LINE = 20_000, 1_100
# Of an importer's folder.
MOST_FILES = 8

Target = Callable[[bytes], None]
_Parts = Mapping[str, Callable[[bytes], None]]


def target(parts: _Parts) -> Target:
    """Return what hands each input to the part that it names."""

    def given(content: bytes) -> None:
        name, _, rest = content.partition(b"\n")
        part = parts.get(name.decode("latin-1"))
        if part is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                part(rest)

    return given


@cache
def scratch(name: str) -> Path:
    """Return a folder that is there until Python ends."""
    folder = Path(tempfile.mkdtemp(prefix="dupeval-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / name


@cache
def dataset() -> Dataset:
    """Return a dataset that nothing changes."""
    return byte_copies(scratch("whole"), QUERIES)


def check(error: DupevalError) -> None:
    """Make sure that a person can read an error."""
    lines = str(error).split("\n")
    assert all(visible(line) == line for line in lines), str(error)
    assert 0 < len(str(error)) <= MOST_TOLD, f"{len(str(error))} characters"
    assert max(map(len, lines)) <= MOST_A_LINE, f"{max(map(len, lines))} characters a line"


def read_or_told(read: Callable[[], Any]) -> Any:
    """Return what is read, or None if it is said what is wrong."""
    try:
        return read()
    except DupevalError as error:
        check(error)
        return None


# labels.csv, queries.csv, pairs.csv


def _table(content: bytes) -> None:
    root = scratch("table")
    root.mkdir(exist_ok=True)
    (root / "labels.csv").write_bytes(content)
    problems: list[str] = []
    rows = read_table(root, "labels.csv", ("query", "image", "photograph"), problems)
    assert rows or problems
    assert all(problem.startswith("labels.csv") for problem in problems)


@cache
def _changing() -> tuple[Path, Mapping[str, bytes]]:
    root = scratch("changing")
    byte_copies(root, QUERIES)
    return root, {name: (root / name).read_bytes() for name in ("labels.csv", "queries.csv")}


def _of_folder(name: str) -> Callable[[bytes], None]:
    def read(content: bytes) -> None:
        root, whole = _changing()
        for other, table in whole.items():
            (root / other).write_bytes(table)
        (root / "pairs.csv").unlink(missing_ok=True)
        if name == "pairs.csv":
            unlabelled = (
                b"one,a.png,p\none,b.png,\none,c.png,q\n" + "두,a.png,\n두,b.png,\n".encode()
            )
            (root / "labels.csv").write_bytes(LABELS + unlabelled)
        (root / name).write_bytes(content)
        found = read_or_told(lambda: read_folder(root, scratch("checked")))
        assert found is None or any(query.is_scored for query in found.queries)

    return read


labels = target(
    {"table": _table, **{x: _of_folder(x) for x in ("labels.csv", "queries.csv", "pairs.csv")}}
)

# What tools tell

IMAGES = [Path("/seen", f"{i:05d}.png") for i in range(3)]
TOOLS = (FakeDistances(""), FakeGroups(""))


def _printed(output: Any, separator: str = " ") -> Callable[[bytes], None]:
    command = Command(("true",), output=output, separator=separator)

    def read(content: bytes) -> None:
        text = content.decode(errors="surrogateescape")
        found = read_or_told(lambda: places(command._parse(text), IMAGES))
        assert found is None or command.problem(found, len(IMAGES)) is None
        if found is not None:
            labels_of(found, len(IMAGES))

    return read


def _line(content: bytes) -> None:
    for tool in TOOLS:
        process = ToolProcess(tool, 1.0)
        for answer in read_or_told(lambda p=process: _answers(p._parsed(content))) or ():  # type: ignore[misc]
            _answered(tool, answer)


def _answer(content: bytes) -> None:
    with suppress(ValueError, RecursionError):
        answer = json.loads(content)
        for tool in TOOLS:
            _answered(tool, answer)


def _answered(tool: Tool, answer: Any) -> None:
    """Make sure that what counts as an answer is one."""
    told = tool.problem(answer, len(IMAGES))
    assert told is None or (len(told) < 300 and visible(told) == told)
    if told is None and isinstance(answer, Hashes):
        HashPairs(answer.packed, answer.known).condensed()
    elif told is None and isinstance(tool, FakeDistances):
        assert np.asarray(answer, np.float64).shape == (3,)
    elif told is None:
        labels_of(answer, len(IMAGES))


tool_outputs = target(
    {
        **{output: _printed(output) for output in ("lines", "blocks", "json", "csv")},
        "semicolons": _printed("lines", ";"),
        **{"process": _line, "answer": _answer},
    }
)

# What other programs and authors leave behind


def _import(format_: Any) -> Callable[[bytes], None]:
    def read(content: bytes) -> None:
        file = scratch("import") / "groups"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        queries: Any = dataset().queries
        method = ImportedMethod(file, format=format_)
        made = read_or_told(lambda: method.prepared(queries, [{}], Stopwatch("imported")))
        for query in queries if made else ():
            for _, found in made.answers(None, query, made.cut_candidates):
                assert len(found) == len(query.images)

    return read


def _truth(content: bytes) -> None:
    truth = scratch("truth.json")
    truth.write_bytes(content)
    read_or_told(
        lambda: read_imagededup(scratch("whole") / "images" / "one", str(truth)) if dataset() else 0
    )


def _names(read: Callable[..., Dataset]) -> Callable[[bytes], None]:
    """Read a folder whose files are called as the lines of an input."""

    def given(content: bytes) -> None:
        root = scratch(read.__name__) / "root"
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        for i, name in enumerate(islice(content.split(b"\n"), MOST_FILES)):
            parts = [part for part in name.split(b"/") if part not in (b"", b".", b"..")]
            if parts and b"\0" not in name:
                path = root.joinpath(*(part.decode(errors="surrogateescape") for part in parts))
                with suppress(OSError):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(photograph_bytes(str(i // 2)))
        found = read_or_told(lambda: read(root, checked_dir=scratch("checked")))
        assert found is None or len(found.images) > 1

    return given


importers = target(
    {
        **{name: _import(name) for name in ("csv", "blocks")},
        "any": _import(None),
        "imagededup": _truth,
        **{
            read.__name__.removeprefix("read_"): _names(read)
            for read in (read_clusters, read_copydays, read_holidays, read_ukbench)
        },
    }
)

# What programs of ours have written


def _tables() -> Mapping[str, bytes]:
    """Return what a run leaves behind of one method and protocol."""
    heads = {name: ",".join(columns) for name, columns in COLUMNS.items()}
    cells = {name: [""] * len(columns) for name, columns in COLUMNS.items()}
    known = {
        "dataset": "whole",
        "method": "raw",
        "protocol": "loqo",
        "params": "{}",
        "hidden": "[]",
    }
    for name, columns in COLUMNS.items():
        for column, value in known.items():
            if column in columns:
                cells[name][columns.index(column)] = value
    tables = {name: [heads[name]] for name in COLUMNS}
    tables["table1.csv"].append(",".join(cells["table1.csv"]))
    for query in dataset().queries:
        cells["per_query.csv"][COLUMNS["per_query.csv"].index("query")] = query.slug
        tables["per_query.csv"].append(",".join(cells["per_query.csv"]))
        for image in query.images:
            tables["groups.csv"].append(f"whole,raw,loqo,{query.slug},{image.name},0")
    return {name: "\n".join(rows).encode() + b"\n" for name, rows in tables.items()}


@cache
def run_json() -> Mapping[str, Any]:
    """Return what a run says of the tables that it leaves behind."""
    about = dataset()
    part = {
        "dataset": {"name": about.name, "fingerprint": about.fingerprint},
        "protocols": {"loqo": {"honest": True}},
        "configuration": {"methods": {"raw": {"side": 1}}},
    }
    outputs = {name: hashlib.sha256(table).hexdigest() for name, table in _tables().items()}
    return {"dupeval": "0", "seed": 0, "parts": [part], "outputs": outputs}


@cache
def _results() -> Path:
    folder = scratch("results")
    folder.mkdir()
    return folder


def _read_results(changed: Mapping[str, bytes]) -> None:
    """Read a run's folder of which some files are others."""
    folder = _results()
    for name, content in {**_tables(), **changed}.items():
        (folder / name).write_bytes(content)

    def read() -> None:
        found = read_results(folder, dataset(), {"raw": {"side": 1}})
        for protocol, method, query in found.partitions:
            assert found.decision(method, protocol, query)
            assert len(found.labels((protocol, method, query)))
            found.said_of(protocol)

    read_or_told(read)


def _run_json(content: bytes) -> None:
    _read_results({"run.json": content})
    folder = _results()
    read_or_told(lambda: open_run(folder, "table1", ["table1.csv"]).table("table1.csv", ["query"]))
    read_or_told(lambda: read_run(folder, "sweep", ["table1.csv"], dataset()))


def _vouched(name: str) -> Callable[[bytes], None]:
    """Read a table that ``run.json`` vouches for, whatever is in it."""

    def given(content: bytes) -> None:
        outputs = {**run_json()["outputs"], name: hashlib.sha256(content).hexdigest()}
        about = json.dumps({**run_json(), "outputs": outputs}).encode()
        _read_results({name: content, "run.json": about})

    return given


def _summary(content: bytes) -> None:
    (_results() / FILE_NAME).write_bytes(content)
    about = {"outputs": {FILE_NAME: hashlib.sha256(content).hexdigest()}, "parts": []}
    read_or_told(lambda: read_summary(StoredRun(_results(), "table1", about)))


def _figures(content: bytes) -> None:
    folder = _results()
    (folder / "figures.json").write_bytes(content)
    (folder / "a.png").write_bytes(b"")
    read_figures(folder, "0", "0")


class Stamped:
    """What reading a stamp needs of a recipe."""

    what = "data"
    stamp_file = "stamp.json"

    def made_from(self) -> Mapping[str, Any]:
        """Return what a finished folder must have been made from."""
        return {"level": "study"}


def _stamp(content: bytes) -> None:
    root, recipe = scratch("whole"), Stamped()
    made = dataset()
    (root / recipe.stamp_file).write_bytes(content)
    if is_up_to_date(root, recipe):  # type: ignore[arg-type]
        is_as_it_was_made(root, made, read_stamp(root, recipe))  # type: ignore[arg-type]


def _entry(content: bytes) -> None:
    store = Store(scratch("store"))
    path = store._path("{}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    assert store.get({}) is None


def entry_of(content: bytes) -> Entry:
    """Return an entry as an input describes it: what is said about it, and its tensors' values.

    Raises
    ------
    ValueError, ...
        If it describes none.
    """
    said = json.loads(content)
    tensors = {
        str(name): np.frombuffer(values.encode(), np.uint8)
        if kind == "text"
        else np.array(values, kind)
        for name, (kind, values) in said["tensors"].items()
    }
    return Entry(tensors, dict(said["about"]))


def _kept(read: Callable[[Store], Any]) -> Callable[[bytes], None]:
    """Read an entry that is whole, whatever is in it."""

    def given(content: bytes) -> None:
        store = Store(scratch("store"))
        try:
            store.put({"tool": {}, "images": ["0", "1", "2"]}, entry_of(content))
        except Exception:
            # What cannot be written is not read.
            return
        read(store)

    return given


def _reply(store: Store) -> None:
    def problem(tool: Tool, reply: Reply) -> str | None:
        told = (tool.problem(answer, len(IMAGES)) for answer in reply.answers)
        return next((text for text in told if text), None)

    for tool in TOOLS:
        cache_ = ReplyCache(store.folder)
        reply = cache_.load({}, ["0", "1", "2"], lambda reply, tool=tool: problem(tool, reply))  # type: ignore[misc]
        for answer in reply.answers if reply else ():
            _answered(tool, answer)


def _calibration(content: bytes) -> None:
    file = scratch("calibration.json")
    file.write_bytes(content)
    read_or_told(lambda: calibration_file.read(file))


def _fit(content: bytes) -> None:
    file = scratch("fit.json")
    file.with_suffix(calibration_file.TENSORS).write_bytes(content)
    said: Any = type("Said", (), {"fit_sha256": hashlib.sha256(content).hexdigest()})
    read_or_told(lambda: calibration_file.read_fit(file, said))


def _journal(content: bytes) -> None:
    folder = scratch("labels")
    folder.mkdir(exist_ok=True)
    (folder / JOURNAL).write_bytes(content)

    def read() -> None:
        with Journal(folder) as journal:
            assert isinstance(journal.seed, str)
            assert journal.method is None or isinstance(journal.method, str)
            found = [Shown("one", "0" * 64, ("a.png",)), Shown("one", "1" * 64, ("b.png",))]
            images = Images.of(journal.keys, found, {"one": "One"})
            for answer in standing(journal.events(images)):
                assert list(answer.facts) is not None

    read_or_told(read)


def _ours(content: bytes) -> None:
    folder = scratch("ours")
    folder.mkdir(exist_ok=True)
    (folder / OURS).write_bytes(content)
    (folder / "table1.csv").write_bytes(b"")
    with suppress(SettingsError):
        refuse_foreign(folder, ["table1.csv"])


manifests = target(
    {
        "run.json": _run_json,
        **{name: _vouched(name) for name in COLUMNS},
        "results.json": _summary,
        "figures.json": _figures,
        "stamp": _stamp,
        "entry": _entry,
        "reply": _kept(_reply),
        "calibration": _calibration,
        "fit": _fit,
        "journal": _journal,
        "ours": _ours,
    }
)

TARGETS: Mapping[str, Target] = {
    "labels": labels,
    "tool_outputs": tool_outputs,
    "importers": importers,
    "manifests": manifests,
}
