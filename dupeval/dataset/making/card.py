"""The hardest edit: the photograph inset in a page-like card with headline, text and margins."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

from dupeval.dataset.making.edits import Edited, strength
from dupeval.dataset.making.levels import Spans
from dupeval.dataset.making.photographs import LONGER_SIDE, fit
from dupeval.dataset.making.wording import (
    CAPTIONS,
    HEADLINES,
    MASTHEADS,
    SECTIONS,
    body_text,
    fitting_font,
    font,
    wrap,
)

PAPERS = (("white", "#1a1a1a"), ("#f6f1e7", "#222222"), ("#eef1f4", "#14213d"), ("#1e1e22", "#eee"))
ACCENTS = ("#8c1515", "#14305c", "#1d6b45", "#b3541e")


# A photograph that takes less of a page has text all about it.
LEAST_OF_THE_PAGE = 0.25


@dataclass(frozen=True)
class _Box:
    left: int
    top: int
    width: int
    bottom: int


def inset(image: Image.Image, rng: Random, share: Spans) -> Edited:
    """Set the photograph into a card; the strength is its share of the card's area."""
    covered = strength(rng, share)
    if covered < LEAST_OF_THE_PAGE:
        return fit(_whole_page(image, covered, rng), LONGER_SIDE), f"{covered:.2f}"
    margin = round(image.width * rng.uniform(0.04, 0.08))
    room = image.width * image.height / covered
    if covered < 0.50 and image.width < 2 * image.height and rng.random() < 0.4:
        height = round(image.height * rng.uniform(1.30, 1.45))
        width = round(room / height)
        beside = True
    else:
        width = image.width + 2 * margin
        height = round(room / width)
        beside = False
    paper, ink = rng.choice(PAPERS)
    card = Image.new("RGB", (width, height), paper)
    _set_page(card, image, margin, beside, ink, rng)
    return fit(card, LONGER_SIDE), f"{covered:.2f}"


def _whole_page(image: Image.Image, covered: float, rng: Random) -> Image.Image:
    room = image.width * image.height / covered
    # As wide as high, or less or more, but wide and high enough for the photograph.
    width = max((room * rng.uniform(0.65, 1.40)) ** 0.5, image.width * 1.3)
    width = round(min(width, room / (image.height * 1.6)))
    paper, ink = rng.choice(PAPERS)
    card = Image.new("RGB", (width, round(room / width)), paper)
    pen = ImageDraw.Draw(card)
    size, margin = max(8.0, width * 0.016), round(width * 0.05)
    head = round(card.height * rng.uniform(0.16, 0.22))
    _set_head(pen, _Box(margin, 0, width - 2 * margin, head), ink, rng)
    on_the_left = rng.random() < 0.5
    left = margin if on_the_left else width - margin - image.width
    card.paste(image, (left, head))
    below = round(head + image.height + size * 2.5)
    words = rng.choice(CAPTIONS)
    face = fitting_font(words, image.width, size * 0.8)
    pen.text((left, head + image.height + size * 0.3), words, font=face, fill="#888")
    column = width - 3 * margin - image.width
    beside = _Box(2 * margin + image.width if on_the_left else margin, head, column, below)
    _set_body(pen, beside, size, ink, rng)
    _set_body(pen, _Box(margin, below, width - 2 * margin, card.height - margin), size, ink, rng)
    return card


def _set_page(
    card: Image.Image, image: Image.Image, margin: int, beside: bool, ink: str, rng: Random
) -> None:
    pen = ImageDraw.Draw(card)
    room = card.height - image.height  # For all that lies above and below the photograph.
    head = round(room * (0.75 if beside else rng.uniform(0.42, 0.60)))
    _set_head(pen, _Box(margin, 0, card.width - 2 * margin, head), ink, rng)
    card.paste(image, (margin, head))
    below = head + image.height
    size = max(8.0, card.width * 0.020)
    pen.text((margin, below + size * 0.3), rng.choice(CAPTIONS), font=font(size * 0.8), fill="#888")
    if beside:
        left = 2 * margin + image.width
        column = _Box(left, head, card.width - left - margin, card.height - margin)
    else:
        column = _Box(margin, round(below + size * 2.0), card.width - 2 * margin, card.height)
    _set_body(pen, column, size, ink, rng)


def _set_head(pen: ImageDraw.ImageDraw, box: _Box, ink: str, rng: Random) -> None:
    accent = rng.choice(ACCENTS)
    bar = round(box.bottom * 0.28)
    pen.rectangle((0, 0, box.left * 2 + box.width, bar), fill=accent)
    name = rng.choice(MASTHEADS)
    masthead = fitting_font(name, box.width * 0.6, bar * 0.6)
    pen.text((box.left, bar / 2), name, font=masthead, fill="white", anchor="lm")
    section = font(bar * 0.32)
    right = box.left + box.width
    pen.text((right, bar / 2), rng.choice(SECTIONS), font=section, fill="white", anchor="rm")
    _set_headline(pen, box, bar, ink, rng)


def _set_headline(pen: ImageDraw.ImageDraw, box: _Box, bar: int, ink: str, rng: Random) -> None:
    text = rng.choice(HEADLINES)
    room = box.bottom - bar
    size = min(room * 0.36, box.width * 0.075)
    lines = wrap(text, font(size), box.width)
    while len(lines) * size * 1.2 > room * 0.85 and size > 8:
        size *= 0.9
        lines = wrap(text, font(size), box.width)
    top = bar + (room - len(lines) * size * 1.2) / 2
    for number, line in enumerate(lines):
        pen.text((box.left, top + number * size * 1.2), line, font=font(size), fill=ink)


def _set_body(pen: ImageDraw.ImageDraw, box: _Box, size: float, ink: str, rng: Random) -> None:
    face = font(size)
    top = float(box.top)
    for paragraph in body_text(rng):
        for line in wrap(paragraph, face, box.width):
            if top + size * 1.3 > box.bottom:
                return
            pen.text((box.left, top), line, font=face, fill=ink)
            top += size * 1.4
        top += size * 0.7
