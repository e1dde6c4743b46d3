"""Whatever bytes a file or an answer holds, what reads it says what is wrong, or reads it.

``DUPEVAL_FUZZ=20000`` looks as long for each target as people have patience for.
"""

import json
import os
from random import Random

import pytest
from fuzzed import NAMES, corpora, target
from fuzzed.parts import PARTS, with_other_value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

N = int(os.environ.get("DUPEVAL_FUZZ", "100"))
fuzzed = settings(
    max_examples=N, deadline=None, suppress_health_check=list(HealthCheck), derandomize=N == 100
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
broken = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from(PARTS), max_size=40).map(b"".join),
    json_values.map(lambda value: json.dumps(value).encode()),
)


@st.composite
def changed(draw: st.DrawFn, name: str) -> bytes:
    """Return an input that is kept, of which a piece is another."""
    content = draw(st.sampled_from(corpora.read(name)))
    part, _, rest = content.partition(b"\n")
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(rest))] * 2)))
    return part + b"\n" + rest[:first] + draw(broken) + rest[last:]


@st.composite
def other_values(draw: st.DrawFn, name: str) -> bytes:
    """Return an input that is kept, of which a value or two of its JSON are others."""
    part, _, rest = draw(st.sampled_from(corpora.read(name))).partition(b"\n")
    rng = Random(draw(st.integers(0, 2**32)))
    return part + b"\n" + with_other_value(with_other_value(rest, rng), rng)


@st.composite
def anew(draw: st.DrawFn, name: str) -> bytes:
    """Return an input for any part."""
    return draw(st.sampled_from(sorted(target(name).parts))).encode() + b"\n" + draw(broken)


@pytest.mark.parametrize("name", NAMES)
@fuzzed
@given(data=st.data())
def test_what_nobody_would_write_is_read_or_it_is_said_what_is_wrong(
    name: str, data: st.DataObject
) -> None:
    target(name)(data.draw(st.one_of(changed(name), other_values(name), anew(name))))
