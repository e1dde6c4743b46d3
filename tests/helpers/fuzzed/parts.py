"""Parts of what people and programs write, in any order, and bytes that nobody would."""

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from random import Random
from typing import Any

_WORDS = (
    *("query", "image", "photograph", "edit", "scene", "group", "setting", "title"),
    *("image_a", "image_b", "verdict", "same", "different", "unsure", "one", "두"),
    *("a.png", "b.png", "00000.png", "x/1.png", "jpg/100000.jpg", "original/200000.jpg"),
    *("parts", "outputs", "dataset", "fingerprint", "name", "protocols", "configuration"),
    *("methods", "blocks", "honest", "seed", "tensors", "about", "reply", "text", "answers"),
    *("notes", "wall_s", "cpu_s", "number", "shape", "hashes", "known", "distances", "reason"),
    *("new_images", "method", "cut", "at", "answer", "asked", "said", "falls", "keys", "undo"),
)
_SIGNS = (
    *(",", ";", "\t", "\n", "\r\n", "\r", '"', '""', "'", ":", "\0", " ", "/", "../", "C:\\"),
    *("{", "}", "[", "]", "[]", "{}", "null", "true", "NaN", "1e400", "-1", "0.5", "9" * 30),
    *("=1+1", "\x1b[31m", "\u202e", "\u2028", "e\u0301", "\ufeff", '"\\ud800"'),
    *("x" * 1500, "[" * 1200),
)
_BYTES = (b"\xff", b"\xed\xa0\x80", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\xbe\xc8")

PARTS = (*(text.encode() for text in (*_WORDS, *_SIGNS)), *_BYTES)

_VALUES: tuple[Any, ...] = (
    *(None, True, 0, 1, -1, 2, 7, 0.5, math.nan, math.inf, 2**53, 10**30),
    *("", "x", "one", "x" * 1500, "\ud800", "\x1b[31m", "0" * 64),
    *([], [1], ["x"], [[]], {}, {"x": 1}),
)


def with_other_value(content: bytes, rng: Random) -> bytes:
    """Return an input in which a value of a line of JSON is another, or is there no more."""
    lines = content.split(b"\n")
    place = rng.randrange(len(lines))
    try:
        value = json.loads(lines[place])
    except (ValueError, RecursionError):
        return content
    lines[place] = _dumped(_other(value, rng)).encode(errors="surrogatepass")
    return b"\n".join(lines)


def _other(value: Any, rng: Random) -> Any:
    places = list(_places(value))
    if not places:
        return rng.choice(_VALUES)
    holder, key = rng.choice(places)
    old = holder[key]
    if isinstance(old, str) and old[:1] in ("{", "[") and rng.random() < 0.8:
        with suppress(ValueError, RecursionError):
            holder[key] = _dumped(_other(json.loads(old), rng))
    elif rng.random() < 0.2:
        del holder[key]
    else:
        # Also one that stands elsewhere.
        others = [where[name] for where, name in places]
        holder[key] = deepcopy(rng.choice([*_VALUES, *others]))
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, held in list(inner):
        yield value, key
        yield from _places(held)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
