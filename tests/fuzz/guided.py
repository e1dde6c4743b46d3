"""Looks for findings where code is reached that no input has reached before, with atheris.

    python tests/fuzz/guided.py NAME SECONDS FOLDER

NAME is one of `fuzzed.NAMES`. In FOLDER are then ``found``, an input and a traceback for each place
that raised, and ``inputs``, all that reached something new; `keeping` makes a corpus of them.
"""

import hashlib
import random
import sys
import traceback
from pathlib import Path

import atheris

# What is imported here is not looked into, which takes long and guides nobody.
import numpy  # noqa: F401
import pandas  # noqa: F401
import pydantic  # noqa: F401
import scipy.cluster.hierarchy  # noqa: F401

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers")]

with atheris.instrument_imports(include=["dupeval"]):
    import fuzzed
    from fuzzed import corpora
    from fuzzed.parts import PARTS, with_other_value

    target = fuzzed.target(sys.argv[1])

SECONDS, OUT = int(sys.argv[2]), Path(sys.argv[3])
NAMES = [name.encode() for name in target.parts]
MOST_BYTES = 4096
n_tried = 0
found: dict[str, int] = {}


def tried(content: bytes) -> None:
    """Try an input; of those that raise at one place the shortest is kept."""
    global n_tried  # noqa: PLW0603
    n_tried += 1
    try:
        target(content)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "dupeval/" in frame.filename]
        last = (ours or frames)[-1]
        part = content.partition(b"\n")[0].decode("latin-1")
        place = f"{part}: {type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
        if len(content) < found.get(place, MOST_BYTES + 1):
            if place not in found:
                print(f"finding {len(found) + 1} after {n_tried:,}: {place}", flush=True)
            found[place] = len(content)
            name = hashlib.sha256(place.encode()).hexdigest()[:8]
            told = f"{place}\n{content!r}\n{traceback.format_exc()}"
            (OUT / "found" / f"{name}.bin").write_bytes(content)
            (OUT / "found" / f"{name}.txt").write_text(told, errors="backslashreplace")


def mutated(content: bytes, most: int, seed: int) -> bytes:
    """Change what a part reads, and seldom the part."""
    rng = random.Random(seed)
    name, _, rest = content.partition(b"\n")
    if name not in NAMES or rng.random() < 0.02:
        name = rng.choice(NAMES)
    how = rng.random()
    if how < 0.4:
        rest = with_other_value(rest, rng)
    elif how < 0.5:
        place = rng.randrange(len(rest) + 1)
        rest = rest[:place] + rng.choice(PARTS) + rest[place:]
    else:
        rest = atheris.Mutate(rest, max(1, most - len(name) - 1))
    return (name + b"\n" + rest)[:most]


def main() -> None:
    """Fuzz for some seconds."""
    for name in ("found", "inputs"):
        (OUT / name).mkdir(parents=True, exist_ok=True)
    for content in corpora.read(sys.argv[1]):
        name = hashlib.sha256(content).hexdigest()[:16]
        (OUT / "inputs" / name).write_bytes(content)
    options = [f"-max_total_time={SECONDS}", f"-max_len={MOST_BYTES}", "-timeout=60"]
    options += ["-print_final_stats=1", f"-artifact_prefix={OUT}/", str(OUT / "inputs")]
    atheris.Setup([sys.argv[0], *options], tried, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
