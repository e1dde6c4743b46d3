"""Folders of photographs as people have them, and what is wrong with some."""

from collections.abc import Iterable
from pathlib import Path

from fake_photographs import photograph
from PIL import Image


def write_photographs(folder: Path, seeds: Iterable[int], kind: str = "jpg") -> list[Path]:
    """Write photographs of which no two are alike, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for seed in seeds:
        paths.append(folder / f"IMG_{seed:04d}.{kind}")
        photograph(seed).save(paths[-1])
    return paths


def write_hostile(folder: Path, outside: Path) -> dict[str, str]:
    """Write what cannot be used, and return what is to be said of each file."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = write_photographs(outside, [900])[0].read_bytes()
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.png").write_text("a letter", encoding="utf-8")
    (folder / "cut\noff.jpg").write_bytes(whole[: len(whole) // 2])
    Image.new("RGB", (8, 8), "red").save(folder / "tiny.png")
    photograph(901).resize((4000, 100)).save(folder / "strip.jpg")
    return {
        "empty.jpg": "the file has zero bytes",
        "text.png": "not an image that Pillow can read",
        "cut\\noff.jpg": "cannot be decoded",
        "tiny.png": "8 x 8 pixels; a photograph needs 64 on the shorter side",
        "strip.jpg": "4000 x 100 pixels; a photograph needs 64 on the shorter side",
    }


def write_odd(folder: Path) -> list[Path]:
    """Write photographs of kinds that need care, and can all be used."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = [photograph(seed) for seed in (800, 801)]
    frames[0].save(folder / "animated.gif", save_all=True, append_images=frames[1:])
    photograph(802).convert("CMYK").save(folder / "cmyk.jpg")
    deep = photograph(803).convert("L").convert("I").point(lambda value: value * 257)
    deep.convert("I;16").save(folder / "deep.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    photograph(804).save(folder / "turned.jpg", exif=turned)
    photograph(805).convert("RGBA").save(folder / "alpha.webp")
    photograph(806).save(folder / " line\nbreak\r, 사진 'quoted\" .png")
    photograph(807).resize((900, 90)).save(folder / "PANORAMA.JPG")
    return sorted(folder.iterdir())
