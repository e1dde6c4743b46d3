"""Edits that lay something over a photograph or around it: watermark, caption bar, border."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from dupeval.dataset.making.edits import Edited, strength
from dupeval.dataset.making.levels import Spans
from dupeval.dataset.making.wording import AGENCIES, CAPTIONS, fitting_font, font, wrap

BARS = (("black", "white"), ("white", "black"), ("#8c1515", "white"), ("#14305c", "white"))
FRAMES = ("white", "black", "#d8d8d8", "#8c1515", "#14305c")


def watermark(image: Image.Image, rng: Random, opacity: Spans) -> Edited:
    """Lay an agency's name over the picture, once or in a pattern; the strength is its opacity."""
    share = strength(rng, opacity)
    text = rng.choice(AGENCIES)
    lay = rng.choice((_mark_once, _mark_corner, _mark_tiled))
    mask = lay(image.size, text, rng)
    shadow = Image.new("L", image.size, 0)
    step = max(1, max(image.size) // 400)
    shadow.paste(mask, (step, step))
    marked = image.copy()
    for ink, layer in ((0, shadow), (255, mask)):
        paper = Image.new("L", image.size, ink).convert(image.mode)
        marked.paste(paper, (0, 0), layer.point([round(v * share) for v in range(256)]))
    return marked, f"{share:.2f}"


def caption(image: Image.Image, rng: Random, share: Spans) -> Edited:
    """Cover the lowest part of the picture by an opaque bar with text."""
    covered = strength(rng, share)
    paper, ink = rng.choice(BARS)
    text = rng.choice(CAPTIONS)
    captioned = image.convert("RGB")
    height = max(10, round(image.height * covered))
    top = image.height - height
    pen = ImageDraw.Draw(captioned)
    pen.rectangle((0, top, image.width, image.height), fill=paper)
    margin = image.width * 0.03
    face, lines = _fill_bar(text, image.width - 2 * margin, height)
    for number, line in enumerate(lines):
        middle = top + height * (number + 1) / (len(lines) + 1)
        pen.text((margin, middle), line, font=face, fill=ink, anchor="lm")
    return captioned, f"{covered:.2f}"


def border(image: Image.Image, rng: Random, **shares: Spans) -> Edited:
    """Add a frame all round, or bars above and below or at both sides.

    The strength is the width of the frame as a share of the shorter side, or of one bar as a
    share of the side that it lengthens.
    """
    kind = rng.choice(list(shares))
    share = strength(rng, shares[kind])
    if kind == "frame":
        wide = high = max(2, round(min(image.size) * share))
        paper = rng.choice(FRAMES)
    else:
        wide = round(image.width * share) if kind == "pillarbox" else 0
        high = round(image.height * share) if kind == "letterbox" else 0
        paper = rng.choice(("black", "black", "white"))
    framed = Image.new("RGB", (image.width + 2 * wide, image.height + 2 * high), paper)
    framed.paste(image, (wide, high))
    return framed, f"{kind}={share:.2f}"


def _mark_once(size: tuple[int, int], text: str, rng: Random) -> Image.Image:
    width, height = size
    face = fitting_font(text, width * rng.uniform(0.55, 0.85), width * 0.14)
    mask = Image.new("L", size, 0)
    place = (width // 2, round(height * rng.uniform(0.35, 0.65)))
    ImageDraw.Draw(mask).text(place, text, font=face, fill=255, anchor="mm")
    if rng.random() < 0.5:
        mask = mask.rotate(rng.uniform(15, 35), Image.Resampling.BICUBIC)
    return mask


def _mark_corner(size: tuple[int, int], text: str, rng: Random) -> Image.Image:
    width = size[0]
    face = fitting_font(text, width * rng.uniform(0.25, 0.45), width * 0.06)
    margin = round(min(size) * 0.03)
    right = rng.random() < 0.5
    # An upper corner: a caption bar would hide a lower one.
    place = (width - margin if right else margin, margin)
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).text(place, text, font=face, fill=255, anchor="ra" if right else "la")
    return mask


def _mark_tiled(size: tuple[int, int], text: str, rng: Random) -> Image.Image:
    width, height = size
    diagonal = width + height
    face = font(max(width * rng.uniform(0.035, 0.06), 9))
    length, line = face.getlength(text), face.size * rng.uniform(3.0, 5.0)
    mask = Image.new("L", (diagonal, diagonal), 0)
    pen = ImageDraw.Draw(mask)
    for row in range(int(diagonal / line) + 1):
        shift = (row % 2) * length * 0.7
        for column in range(int(diagonal / (length * 1.4)) + 2):
            place = (round(column * length * 1.4 - shift), round(row * line))
            pen.text(place, text, font=face, fill=255)
    turned = mask.rotate(rng.choice((-30, 30)), Image.Resampling.BICUBIC)
    left, top = (diagonal - width) // 2, (diagonal - height) // 2
    return turned.crop((left, top, left + width, top + height))


def _fill_bar(text: str, width: float, height: int) -> tuple[FreeTypeFont, list[str]]:
    # Two lines where they can be set in larger letters than one.
    one = fitting_font(text, width, height * 0.5)
    two = font(height * 0.3)
    lines = wrap(text, two, width)
    if one.size >= two.size or len(lines) > 2:
        return one, [text]
    return two, lines
