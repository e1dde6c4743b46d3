"""The invented words on watermarks, caption bars and page cards, and how they are fitted."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

from dupeval.errors import DupevalError

LEAST_SIZE = 8

AGENCIES = ("NORDPRESS", "MERIDIAN", "HALCYON PHOTO", "Foto: Agentur Meridian", "LUMEN PICTURES")
MASTHEADS = ("The Harbour Gazette", "NORDPRESS", "Morning Ledger", "Tagesbote", "CITY COURIER")
SECTIONS = ("WORLD", "CULTURE", "SCIENCE", "TRAVEL", "LOCAL", "WEEKEND")
HEADLINES = (
    "What the picture of the week tells us",
    "A quiet morning that surprised the visitors",
    "Council to vote on new plans this autumn",
    "Readers ask: where was this photograph taken?",
    "Behind the scenes of a long awaited opening",
    "Experts welcome the findings, others hesitate",
    "After years of waiting, the work is done",
    "Five things to know before the season starts",
)
CAPTIONS = (
    "The scene early on Tuesday. Foto: Agentur Meridian",
    "A view that many visitors know well (archive picture)",
    "As seen last week. Picture: Halcyon Photo",
    "The site will stay open to the public, officials said",
    "File photograph: NORDPRESS",
    "Seen by our reporter shortly after noon",
    "One of the pictures that went round this week",
    "Before the work began. Photo: Lumen Pictures",
    "The place has changed little since, say neighbours",
    "The original is kept in the archive",
    "Taken in fair weather by a member of staff",
    "Now the subject of a small exhibition",
)
SENTENCES = (
    "The announcement came late on Monday, after a meeting that lasted most of the day.",
    "Nobody had expected so many people to come, said one of the organisers.",
    "The costs are put at little more than those of the year before.",
    "Similar plans had been dropped twice, most recently in spring.",
    "Several readers have written to us about it since.",
    "A first report is to be published by the end of the month.",
    "Whether it will stay that way is for others to decide.",
    "In the town hall one is content with how things have gone so far.",
    "The photograph was taken from the usual place, a little after sunrise.",
    "More on this in our weekend edition, with a map and a short history.",
)


def font(size: float) -> FreeTypeFont:
    """Return the font inside Pillow, the same on every machine.

    Parameters
    ----------
    size : float
        In pixels; drawn no smaller than 8.
    """
    loaded = ImageFont.load_default(max(LEAST_SIZE, round(size)))
    if not isinstance(loaded, FreeTypeFont):
        raise DupevalError("the stand-in dataset needs a Pillow that was built with FreeType")
    return loaded


def fitting_font(text: str, width: float, size: float) -> FreeTypeFont:
    """Return the font in `size` or as much smaller as the text must be to be `width` long."""
    face = font(size)
    while face.getlength(text) > width and face.size > LEAST_SIZE:
        face = font(face.size - 1)
    return face


def wrap(text: str, face: FreeTypeFont, width: float) -> list[str]:
    """Break a text into lines of at most `width` pixels; a longer word has its own line."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def body_text(rng: Random) -> Iterator[str]:
    """Give paragraphs without end."""
    while True:
        yield " ".join(rng.sample(SENTENCES, rng.randint(2, 4)))
