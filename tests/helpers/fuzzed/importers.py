"""What other programs and authors leave behind: groups, ground truth, folders of images."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any

from fake_dataset import photograph_bytes

from dupeval.dataset import Dataset
from dupeval.dataset.importers.clusters import read_clusters
from dupeval.dataset.importers.copydays import read_copydays
from dupeval.dataset.importers.holidays import read_holidays
from dupeval.dataset.importers.imagededup import read_imagededup
from dupeval.dataset.importers.ukbench import read_ukbench
from dupeval.method.imported import ImportedMethod
from dupeval.timing import Stopwatch
from fuzzed import Part, Target, dataset, read_or_told, scratch

# Of an importer's folder.
MOST_FILES = 8


def _import(format_: Any) -> Part:
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


def _names(read: Callable[..., Dataset]) -> Part:
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


TARGET = Target(
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
