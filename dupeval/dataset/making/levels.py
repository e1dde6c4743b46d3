"""How a dataset is made: how hard the edits of the copies are, how many there are, which draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from dupeval.errors import SettingsError

# Where a strength may lie; of several spans all are equally likely.
Spans = Sequence[tuple[float, float]]
# The strengths of an edit, by what it calls them.
Strengths = Mapping[str, Spans]

SEED = "dupeval stand-in 1"

# As in the study.
IMAGES_A_QUERY = 20


@dataclass(frozen=True)
class Level:
    """How photographs are copied.

    Attributes
    ----------
    name : str
    edits : mapping of str to Strengths
        Families of edits, in the order of application: first the picture itself, then what is laid
        over it, then what it is set into, then its size; the last ones say how the file is saved.
    chain_lengths : tuple of int
        How many edits a copy may have; all are equally likely.
    largest_group : int
        The most images of one photograph.
    pairs : tuple of int
        The least and the most pairs of copies in a query of 20 images; others in proportion.
    least_singles : int
        How many photographs of a query of 20 images must have no copy; others in proportion.
    afterwards : mapping of str to Strengths
        Families that half of the copies, whichever, have besides and last.
    """

    name: str
    edits: Mapping[str, Strengths]
    chain_lengths: tuple[int, ...]
    largest_group: int
    pairs: tuple[int, int]
    least_singles: int
    afterwards: Mapping[str, Strengths] = field(default_factory=dict)

    def strengths(self, family: str) -> Strengths:
        """Return how strong a family's edits are."""
        return {**self.edits, **self.afterwards}[family]


# As news sites copy photographs.
NEWS = Level(
    name="news",
    edits={
        "rotate": {"degrees": ((-5.0, -1.0), (1.0, 5.0))},
        "crop": {"kept": ((0.60, 0.90),)},
        "aspect": {"kept": ((0.60, 0.90),)},
        "mirror": {},
        "colour": {
            "brightness": ((0.65, 0.85), (1.15, 1.40)),
            "contrast": ((0.60, 0.85), (1.15, 1.50)),
            "saturation": ((0.30, 0.75), (1.30, 1.80)),
            "balance": ((0.68, 0.87), (1.15, 1.48)),
        },
        "greyscale": {},
        "sharpness": {"blur": ((0.80, 2.20),), "sharpen": ((0.80, 2.00),)},
        "watermark": {"opacity": ((0.25, 0.55),)},
        "caption": {"share": ((0.10, 0.20),)},
        "border": {
            "frame": ((0.02, 0.08),),
            "letterbox": ((0.06, 0.16),),
            "pillarbox": ((0.06, 0.16),),
        },
        "inset": {"share": ((0.35, 0.60),)},
        "resize": {"scale": ((0.35, 0.90),)},
        "format": {"quality": ((30, 90),)},
        "jpeg": {"quality": ((25, 85),)},
    },
    chain_lengths=(1, 2, 3),
    largest_group=6,
    pairs=(8, 190),
    least_singles=5,
)


def study_level(cut_off: float) -> Level:
    """Return a level of one mild edit a copy, and about .07 of all pairs true, as in the study.

    Parameters
    ----------
    cut_off : float
        The most that a crop takes of the area, the only edit that calibration changes.
    """
    return Level(
        name="study",
        edits={
            "crop": {"kept": ((1 - cut_off, 1 - cut_off / 5),)},
            "colour": {"brightness": ((0.90, 0.97), (1.03, 1.10))},
            "resize": {"scale": ((0.30, 0.80),)},
            "jpeg": {"quality": ((30, 85),)},
        },
        chain_lengths=(1,),
        largest_group=5,
        pairs=(8, 16),
        least_singles=2,
    )


CUT_OFF = 0.17  # Found by benchmarks/calibration.py.
STUDY = study_level(CUT_OFF)

# As a copy looks when somebody meant to do something to it: one hard edit.
WILD = Level(
    name="wild",
    edits={
        "stretch": {"factor": ((1 / 1.40, 1 / 1.15), (1.15, 1.40))},
        "turn": {"degrees": ((90, 90), (180, 180), (270, 270))},
        "rotate": {
            "degrees": ((-170.0, -10.0), (10.0, 170.0)),
            "filled": ((-170.0, -10.0), (10.0, 170.0)),
        },
        "perspective": {"moved": ((0.10, 0.22),)},
        "crop": {"kept": ((0.15, 0.25),)},
        "filter": {},
        "posterise": {"levels": ((3, 5),)},
        "duotone": {},
        "invert": {},
        "text": {"share": ((0.52, 0.70),)},
        "halftone": {"cell": ((4, 8),)},
        "inset": {"share": ((0.08, 0.12),)},
        "collage": {"larger": ((0.60, 0.75),)},
        "thumbnail": {"side": ((64, 64),)},
    },
    chain_lengths=(1,),
    largest_group=6,
    pairs=(8, 190),
    least_singles=5,
    afterwards={"jpeg": {"quality": ((30, 85),)}},
)
LEVELS = {level.name: level for level in (NEWS, STUDY, WILD)}


@dataclass(frozen=True)
class Making:
    """One dataset among many of the same photographs.

    Attributes
    ----------
    level : Level
    draw : int
        Another number gives other groups, edits and places of the same photographs.
    photographs : str
        What the photographs are called.
    images_a_query : int
    photographs_a_query : int or None
        With fewer photographs a query has fewer images; None: always `images_a_query`.
    """

    level: Level = NEWS
    draw: int = 0
    photographs: str = "standin"
    images_a_query: int = IMAGES_A_QUERY
    photographs_a_query: int | None = None

    @property
    def name(self) -> str:
        """What the making is called, such as ``standin-study-0``."""
        return f"{self.photographs}-{self.level.name}-{self.draw}"

    def images_of(self, photographs: int) -> int:
        """Return how many images a query of so many photographs has."""
        if self.photographs_a_query is None:
            return self.images_a_query
        return max(photographs + 1, photographs * self.images_a_query // self.photographs_a_query)

    def random(self, *names: object) -> Random:
        """Return the random numbers of one decision: the same for the same names."""
        # The first of all was made before there were others.
        own = () if self.name == "standin-news-0" else (self.name,)
        return Random("/".join(map(str, (SEED, *own, *names))))


def making_of(level: str, draw: int, photographs: str) -> Making:
    """Return a making by what settings say of it.

    Raises
    ------
    SettingsError
        If there is no such level or draw.
    """
    if level not in LEVELS:
        raise SettingsError(
            f"dataset.level={level} is no level; possible: {', '.join(sorted(LEVELS))}"
        )
    if not isinstance(draw, int) or isinstance(draw, bool) or draw < 0:
        raise SettingsError(f"dataset.draw={draw} is no draw; possible: a whole number from 0")
    return Making(LEVELS[level], draw, photographs)
