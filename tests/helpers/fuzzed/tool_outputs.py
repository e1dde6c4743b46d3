"""What programs print, what a tool's process answers, and what counts as an answer."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from fake_tools import FakeDistances, FakeGroups

from dupeval.clustering.hashes import HashPairs
from dupeval.method.partitions import labels_of
from dupeval.text import visible
from dupeval.tool import Tool, places
from dupeval.tool.command import Command
from dupeval.tool.hashes import Hashes
from dupeval.tool.process import ToolProcess, _answers
from fuzzed import Part, Target, read_or_told

IMAGES = [Path("/seen", f"{i:05d}.png") for i in range(3)]
TOOLS = (FakeDistances(""), FakeGroups(""))


def _printed(output: Any, separator: str = " ") -> Part:
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
        for answer in read_or_told(lambda p=process: _answers(p._parsed(content))) or ():
            answered(tool, answer)


def _answer(content: bytes) -> None:
    with suppress(ValueError, RecursionError):
        answer = json.loads(content)
        for tool in TOOLS:
            answered(tool, answer)


def answered(tool: Tool, answer: Any) -> None:
    """Make sure that what counts as an answer is one."""
    told = tool.problem(answer, len(IMAGES))
    assert told is None or (len(told) < 300 and visible(told) == told)
    if told is None and isinstance(answer, Hashes):
        HashPairs(answer.packed, answer.known).condensed()
    elif told is None and isinstance(tool, FakeDistances):
        assert np.asarray(answer, np.float64).shape == (3,)
    elif told is None:
        labels_of(answer, len(IMAGES))


TARGET = Target(
    {
        **{output: _printed(output) for output in ("lines", "blocks", "json", "csv")},
        "semicolons": _printed("lines", ";"),
        **{"process": _line, "answer": _answer},
    }
)
