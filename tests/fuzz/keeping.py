"""Makes a small corpus of what `guided` has left behind, and of the present corpus.

    python tests/fuzz/keeping.py NAME FOLDER "how the inputs came about"

An input is kept if it reaches a line from another line, or is told something, as no shorter one
does; and it is shortened as far as that stays.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers")]

import fuzzed  # noqa: E402
from fuzzed import corpora  # noqa: E402

SOURCE = str(ROOT / "dupeval") + "/"
MOST_INPUTS, MOST_BYTES, MOST_TRIES = 150, 299, 150
# What of a sentence is another with each input.
NAMED = r"'[^']*'|\"[^\"]*\"|\S*/\S*|\d+|found .*|\(.*\)|;.*"
HOW = "Each input is read by test_corpora.py. To add to them: CONTRIBUTING.md, Fuzzing."
Reached = frozenset[tuple[Any, ...]]


def reached_by(target: fuzzed.Target, content: bytes) -> Reached:
    """Return each step from line to line of the source, and what was told without what varies."""
    reached: set[tuple[Any, ...]] = set()
    part = content.partition(b"\n")[0]

    def trace(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        name = frame.f_code.co_filename
        if not name.startswith(SOURCE):
            return None
        before = 0

        def step(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal before
            if event == "line":
                reached.add((part, name, before, frame.f_lineno))
                before = frame.f_lineno
            return step

        return step

    def told(error: Exception) -> None:
        for line in str(error).split("\n")[1:] or [str(error)]:
            reached.add((part, re.sub(NAMED, "", line.rpartition(": ")[2])))

    check, fuzzed.check = fuzzed.check, told
    sys.settrace(trace)
    try:
        target(content)
    finally:
        sys.settrace(None)
        fuzzed.check = check
    return frozenset(reached)


def shortened(target: fuzzed.Target, content: bytes, needed: Reached) -> bytes:
    """Return an input without the pieces that nothing needed comes of."""
    size, n_tries = len(content) // 2, 0
    while size and n_tries < MOST_TRIES:
        start = content.index(b"\n") + 1
        while start < len(content) and n_tries < MOST_TRIES:
            without = content[:start] + content[start + size :]
            n_tries += 1
            if needed <= reached_by(target, without):
                content = without
            else:
                start += size
        size //= 2
    return content


def main() -> None:
    """Write the corpus."""
    name, folder, how = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    target = fuzzed.target(name)
    kept: list[bytes] = []
    known: set[tuple[Any, ...]] = set()

    def keep(content: bytes) -> None:
        kept.append(content)
        known.update(reached_by(target, content))

    for content in corpora.read(name):
        keep(content)
    paths = [*folder.glob("found/*.bin"), *folder.glob("inputs/*")]
    others = sorted({path.read_bytes() for path in paths}, key=lambda x: (len(x), x))
    for content in others:
        is_own = content.partition(b"\n")[0].decode("latin-1") in target.parts
        if len(kept) == MOST_INPUTS or not is_own or len(content) > 10 * MOST_BYTES:
            continue
        new = reached_by(target, content) - known
        short = shortened(target, content, new) if new else content
        if new and len(short) <= MOST_BYTES:
            keep(short)
    text = corpora.written([how, HOW], kept)
    (corpora.FOLDER / f"{name}.txt").write_text(text, encoding="ascii")
    print(f"{name}: {len(kept)} of {len(others)} inputs kept")


if __name__ == "__main__":
    main()
