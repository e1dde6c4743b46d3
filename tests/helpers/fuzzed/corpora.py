"""Inputs worth keeping: each a line of ``tests/fuzz/corpora/NAME.txt``, as Python writes bytes."""

import ast
from collections.abc import Iterable, Sequence
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "fuzz" / "corpora"
HEAD = "#"


def read(name: str) -> list[bytes]:
    """Return the corpus of a target."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="ascii").splitlines()
    return [ast.literal_eval(line) for line in lines if line and not line.startswith(HEAD)]


def written(head: Sequence[str], inputs: Iterable[bytes]) -> str:
    """Return the text of a corpus."""
    lines = [f"{HEAD} {line}" for line in head] + [repr(content) for content in sorted(set(inputs))]
    return "\n".join(lines) + "\n"
