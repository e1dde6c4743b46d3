"""The adapter of imagededup, with the package itself as a witness."""

import json
from collections.abc import Sequence
from pathlib import Path

from fake_tools import told
from pydantic.dataclasses import dataclass

from dupeval.strict import STRICT
from dupeval.tool import Distances
from dupeval.tool.imagededup import ImageDedup

THRESHOLDS = (0, 1, 5, 10, 16, 24, 32, 48, 64)


@dataclass(frozen=True, config=STRICT)
class WitnessedImageDedup(ImageDedup):
    """Answers as the adapter does, and writes what the package says at some thresholds.

    Into ``file``, a line for each question: its images, their distances, and at each threshold
    the neighbours of each image.
    """

    file: str = ""

    def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
        from imagededup import methods

        answers = super().answers(images)
        finder = getattr(methods, self.hash)(verbose=False)
        neighbours = [
            finder.find_duplicates(
                image_dir=images[0].parent,
                max_distance_threshold=threshold,
                num_enc_workers=0,
                num_dist_workers=0,
            )
            for threshold in THRESHOLDS
        ]
        with Path(self.file).open("a") as file:
            print(
                json.dumps([[path.name for path in images], told(answers[0]), neighbours]),
                file=file,
            )
        return answers
