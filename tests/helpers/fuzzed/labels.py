"""The tables of a dataset's folder, as people and spreadsheets save them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fake_dataset import byte_copies

from dupeval.dataset.csv_table import read_table
from dupeval.dataset.folder import read_folder
from fuzzed import QUERIES, Part, Target, read_or_told, scratch

LABELS = b"query,image,photograph\n"


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


def _of_folder(name: str) -> Part:
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


TARGET = Target(
    {"table": _table, **{x: _of_folder(x) for x in ("labels.csv", "queries.csv", "pairs.csv")}}
)
