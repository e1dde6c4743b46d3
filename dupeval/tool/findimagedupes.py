"""findimagedupes (https://www.jhnc.org/findimagedupes): a program for Unix."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic.dataclasses import dataclass

from dupeval.errors import NoScoresError
from dupeval.strict import STRICT
from dupeval.tool import Distances, DistanceTool, note_unread
from dupeval.tool.executable import find_program, output_of, printed_version
from dupeval.tool.hashes import Hashes

PROGRAM = "findimagedupes"
HINT = (
    "it is an optional program that groups similar images; to get it: apt install findimagedupes "
    "(Debian, Ubuntu), elsewhere https://www.jhnc.org/findimagedupes"
)
BITS = 256


@dataclass(frozen=True, config=STRICT)
class FindImageDupes(DistanceTool):
    """Fingerprints of 256 bits; the distance is the number of bits that differ.

    The program groups images whose fingerprints differ in no more bits than ``--threshold``
    allows, and groups that share an image: the connected components. Its default, 90 %, is
    25 bits.
    """

    def versions(self) -> Mapping[str, str]:
        """See `Tool.versions`."""
        program = find_program(PROGRAM, HINT)
        return {PROGRAM: printed_version([program, "--version"])}

    def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
        """See `Tool.answers`."""
        program = find_program(PROGRAM)
        arguments = [program, "--no-compare", "--verbosity=fingerprint", "--"]
        folder = images[0].parent.resolve()
        text = output_of([*arguments, *(str(path) for path in images)]).output
        prints: dict[str, bytes] = {}
        # Without the folder, whose name may hold anything, a line is a fingerprint and a name.
        for line in text.replace(f"{folder}/", "").splitlines():
            encoded, _, name = line.partition("  ")
            try:
                prints[name] = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                raise NoScoresError("failed", f"cannot read its output {line[:100]!r}") from None
        unknown = sorted(set(prints) - {path.name for path in images})
        if unknown:
            raise NoScoresError("failed", f"its output names {unknown[0]!r}, none of the images")
        # It passes over an image that it cannot load.
        unread = {path.name: "" for path in images if path.name not in prints}
        note_unread(unread, len(images))
        return [Hashes.of_bytes([prints.get(path.name) for path in images])]
