"""The process in which a tool runs: it is asked about images, line by line, and answers.

Lines are JSON. The first that comes in is the tool, each further one a list of image paths; each
answer is an object with its ``number``, from 1 on, with ``answers``, or ``source`` and ``reason``
of why there are none, and with ``notes`` for the user. Arrays are as `dupeval.tool.wire` has them.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import sys
import warnings
from pathlib import Path
from typing import Any

from dupeval.errors import NoScoresError
from dupeval.timing import peak_memory_mb
from dupeval.tool import Tool, ToolNote
from dupeval.tool.wire import encoded

# No answer needs files as large as this; a program that prints without end is stopped.
MOST_FILE_BYTES = 2**30
# From linux/prctl.h.
PR_SET_DUMPABLE = 4


def main() -> None:
    """Answer until the input ends."""
    # What the tool prints must not get between the answers, nor may it read the questions.
    questions = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    if sys.platform == "linux":
        # A program that the tool starts must not open or trace this process.
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = MOST_FILE_BYTES if most == resource.RLIM_INFINITY else min(most, MOST_FILE_BYTES)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    tool = _tool(json.loads(questions.readline()))
    for number, line in enumerate(questions, 1):
        answer = {"number": number, **_answer(tool, json.loads(line))}
        print(json.dumps(answer), file=answers, flush=True)


def _tool(description: dict[str, Any]) -> Tool:
    module, _, name = description["tool"].rpartition(".")
    tool: Tool = getattr(importlib.import_module(module), name)(**description["parameters"])
    return tool


def _answer(tool: Tool, images: list[str]) -> dict[str, Any]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ToolNote)
        try:
            told = tool.answers([Path(image) for image in images])
            answer: dict[str, Any] = {"answers": [encoded(one) for one in told]}
        except NoScoresError as error:
            answer = {"source": error.source, "reason": str(error)}
    answer["notes"] = [str(w.message) for w in caught if issubclass(w.category, ToolNote)]
    parts = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return {
        **answer,
        "cpu_s": sum(part.ru_utime + part.ru_stime for part in parts),
        "peak_memory_mb": peak_memory_mb(with_children=True),
    }


if __name__ == "__main__":
    main()
