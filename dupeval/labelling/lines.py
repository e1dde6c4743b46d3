"""The lines of a journal, as they are read back: each of a kind, and nothing else in it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dupeval.labelling.answers import Asked
from dupeval.truth import Said

# An answer about every image of a query names each of them.
MOST_NAMED = 1_000_000

_Text = Annotated[str, Field(max_length=10_000)]
_Count = Annotated[int, Field(ge=0, lt=2**53)]
_Digests = Annotated[list[_Text], Field(max_length=MOST_NAMED)]
_Found = tuple[_Text, _Text, list[_Text]]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    at: _Text = ""


class _First(BaseModel):
    journal: _Text
    version: int
    seed: _Text = ""


class _Images(_Line):
    new_images: Annotated[list[_Found], Field(max_length=MOST_NAMED)]


class _Method(_Line):
    method: _Text
    cut: float | None


class _Undo(_Line):
    undo: Literal[True]


class _Answer(_Line):
    answer: _Count
    asked: Asked
    said: Said
    query: _Text
    images: _Digests
    others: _Digests
    keys: _Count
    falls: Annotated[list[_Count], Field(max_length=MOST_NAMED)]
    method: _Text = ""
    distance: float | None = None
    photograph: _Text = ""
    scene: _Text = ""


# By what each of them has, which is looked for in this order: an answer may have a method, too.
_KINDS: dict[str, type[BaseModel]] = {
    "journal": _First,
    "answer": _Answer,
    "new_images": _Images,
    "undo": _Undo,
    "method": _Method,
}


def line_of(text: bytes) -> dict[str, Any]:
    """Return what a line says.

    Raises
    ------
    ValueError
        If it is no JSON object, or none of the kinds; the message says why.
    """
    try:
        line = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(line, dict):
        raise ValueError("no JSON object")
    kind = next((model for name, model in _KINDS.items() if name in line), None)
    if kind is None:
        raise ValueError("none of the lines that dupeval label writes")
    try:
        # JSON has no tuples.
        kind.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None
    return line
