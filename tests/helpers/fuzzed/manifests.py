"""What dupeval has written, and reads back."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from dupeval.dataset.making.stamp import is_as_it_was_made, is_up_to_date, read_stamp
from dupeval.deployment import file as calibration_file
from dupeval.engine.rows import unpacked
from dupeval.errors import SettingsError
from dupeval.figures.saving import read_figures
from dupeval.files import OURS, refuse_foreign
from dupeval.labelling.answers import standing
from dupeval.labelling.images import Images, Shown
from dupeval.labelling.journal import JOURNAL, Journal
from dupeval.report.pictures import picture_of
from dupeval.results.schema import FILE_NAME, read_summary
from dupeval.store import Entry, Store
from dupeval.stored import COLUMNS, read_results
from dupeval.stored_run import StoredRun, open_run, read_run
from dupeval.suite.carriers import Carrier
from dupeval.suite.findings import findings_of
from dupeval.sweep.outcome import Outcome
from dupeval.tool import Tool
from dupeval.tool.cache import ReplyCache
from dupeval.tool.process import Reply
from fuzzed import Part, Target, dataset, read_or_told, scratch
from fuzzed.tool_outputs import IMAGES, TOOLS, answered


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


def _vouched(name: str) -> Part:
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
    if is_up_to_date(root, recipe):
        is_as_it_was_made(root, made, read_stamp(root, recipe))


def _entry(content: bytes) -> None:
    store = Store(scratch("store"))
    path = store._path("{}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    assert store.get({}) is None


# Of a reply of no tool on three images.
KEY = {"tool": {}, "images": ["0", "1", "2"]}


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


def _kept(read: Callable[[Store], Any]) -> Part:
    """Read an entry that is whole, whatever is in it."""

    def given(content: bytes) -> None:
        store = Store(scratch("store"))
        try:
            store.put(KEY, entry_of(content))
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
        reply = cache_.load({}, ["0", "1", "2"], lambda reply, tool=tool: problem(tool, reply))
        for answer in reply.answers if reply else ():
            answered(tool, answer)


def _outcome(store: Store) -> None:
    outcome = store.read(KEY, Outcome.of)
    for curve in outcome.curves if outcome else ():
        assert len(curve.f1) == len(curve)


def _row(store: Store) -> None:
    kept = store.read(KEY, partial(unpacked, [2, 3]))
    assert kept is None or [len(each.labels) for each in kept[0].predictions] == [2, 3]


def _carrier(store: Store) -> None:
    carrier = store.read(KEY, Carrier.kept)
    assert carrier is None or all(
        len(x) == len(carrier.candidates) for x in carrier.curves.values()
    )


def _picture(store: Store) -> None:
    picture = store.read(KEY, picture_of)
    assert picture is None or re.fullmatch(r"data:image/webp;base64,[\w+/=]*", picture.uri)


def _suite(content: bytes) -> None:
    folder = _results() / "suite"
    folder.mkdir(exist_ok=True)
    (folder / "suite.csv").write_bytes(content)
    outputs = {"suite.csv": hashlib.sha256(content).hexdigest()}
    (folder / "run.json").write_text(json.dumps({**run_json(), "outputs": outputs}))
    read_or_told(lambda: findings_of(folder))


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


TARGET = Target(
    {
        "run.json": _run_json,
        **{name: _vouched(name) for name in COLUMNS},
        "results.json": _summary,
        "figures.json": _figures,
        "stamp": _stamp,
        "entry": _entry,
        **{"reply": _kept(_reply), "outcome": _kept(_outcome)},
        **{"row": _kept(_row), "carrier": _kept(_carrier)},
        "picture": _kept(_picture),
        "suite.csv": _suite,
        "calibration": _calibration,
        "fit": _fit,
        "journal": _journal,
        "ours": _ours,
    }
)
