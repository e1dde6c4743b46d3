"""What somebody said of images, one answer after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from dupeval.errors import SettingsError
from dupeval.labelling.images import Images
from dupeval.truth import Said

# A proposed group; two images; one image against others; two images that are together already, to
# see how often answers are wrong; what a table said before anybody was asked.
Asked = Literal["group", "pair", "look", "check", "import"]


class Fact(NamedTuple):
    """Two images that show one photograph, or different ones."""

    a: int
    b: int
    same: bool


class Undo(NamedTuple):
    """The last answer that stands is taken back, and with it what fell for it."""


@dataclass(frozen=True)
class Answer:
    """What somebody said.

    Attributes
    ----------
    id : int
        From 1 on, in the order of time.
    asked : str
    images : tuple of int
        Of a group, those that are in it; of two images both; of one against others, that one and
        those of its photograph.
    others : tuple of int, default ()
        Those that show another photograph than the first of `images`.
    said : {"same", "different", "scene", "unsure"}, default "same"
        Of `images`; the last three of two.
    falls : tuple of int, default ()
        Earlier answers that do not stand any more, since they contradict this one.
    keys : int, default 1
        How many keys were pressed for it; 0 of what was imported.
    method : str, default ""
        Which proposed it.
    distance : float, optional
        Of the two images, by that method.
    photograph, scene : str, default ""
        What a table calls them.
    """

    id: int
    asked: Asked
    images: tuple[int, ...]
    others: tuple[int, ...] = ()
    said: Said = "same"
    falls: tuple[int, ...] = ()
    keys: int = 1
    method: str = ""
    distance: float | None = None
    photograph: str = ""
    scene: str = ""

    @property
    def facts(self) -> Iterator[Fact]:
        """What it says of pairs of images; the rest follows."""
        first, *others = self.images
        if self.said != "unsure":
            yield from (Fact(first, other, self.said == "same") for other in others)
        yield from (Fact(first, other, same=False) for other in self.others)

    def as_json(self, images: Images) -> dict[str, Any]:
        """Return it as the journal has it: images by the hash of their bytes."""
        said: dict[str, Any] = {"answer": self.id, "asked": self.asked, "said": self.said}
        said["query"] = images.all[self.images[0]].query
        for name in ("images", "others"):
            said[name] = [images.all[number].sha256 for number in getattr(self, name)]
        more = {name: getattr(self, name) for name in ("method", "distance", "photograph", "scene")}
        return {**said, "keys": self.keys, "falls": list(self.falls)} | {
            name: value for name, value in more.items() if value not in ("", None)
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any], number_of: Mapping[tuple[str, str], int]) -> Answer:
        """Return what a line of the journal says.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it says no such thing.
        """
        numbers = {
            name: tuple(number_of[said["query"], sha256] for sha256 in said[name])
            for name in ("images", "others")
        }
        if said["asked"] not in get_args(Asked) or said["said"] not in get_args(Said):
            raise ValueError("an answer that is none")
        needed = 1 if said["said"] == "same" else 2
        if len(numbers["images"]) < needed:
            raise ValueError("an answer about no image")
        more = {x: said[x] for x in ("method", "distance", "photograph", "scene") if x in said}
        return cls(
            *(int(said["answer"]), said["asked"], numbers["images"], numbers["others"]),
            *(said["said"], tuple(map(int, said["falls"])), int(said["keys"])),
            **more,
        )


Event = Answer | Undo


def standing(events: Iterable[Event]) -> list[Answer]:
    """Return the answers that stand: not taken back, and not fallen for another that stands.

    Raises
    ------
    SettingsError
        If there is nothing to take back.
    """
    answers: list[Answer] = []
    for event in events:
        if isinstance(event, Answer):
            answers.append(event)
        elif not answers or answers[-1].asked == "import":
            raise SettingsError("there is no answer to take back")
        else:
            answers.pop()
    fallen = {fallen for answer in answers for fallen in answer.falls}
    return [answer for answer in answers if answer.id not in fallen]
