"""Groups as blocks: a name a line, an empty line after each group, as fdupes and jdupes print."""

from __future__ import annotations

from collections.abc import Iterator


def blocks_of(text: str) -> Iterator[list[tuple[int, str]]]:
    """Return the lines of each block, each with its number from 1 on.

    Several empty lines are one, lines may end as they do on Windows, and nothing else parts
    names: they keep their spaces.
    """
    block: list[tuple[int, str]] = []
    # Not splitlines, which parts at characters that a name may hold.
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            block.append((number, line.removesuffix("\r")))
        elif block:
            yield block
            block = []


def looks_like_blocks(text: str) -> bool:
    """Say whether a text has a block of several lines that an empty line ends."""
    *lines, _ = map(str.strip, text.split("\n"))
    return any(a and b and not c for a, b, c in zip(lines, lines[1:], lines[2:], strict=False))
