"""Images as somebody's folder has them, and what is known of such files without their content."""

from pathlib import Path

from fake_photographs import photograph

from dupeval.grouping.reading import Content, ImageFile


def write_photograph(path: Path, seed: int | str) -> None:
    """Write a photograph that no other seed gives."""
    path.parent.mkdir(parents=True, exist_ok=True)
    photograph(int.from_bytes(str(seed).encode())).save(path)


def image_file(
    path: str,
    content: str = "",
    pixels: tuple[int, int] = (40, 30),
    n_bytes: int = 1000,
    modified_ns: int = 0,
    inode: int | None = None,
) -> ImageFile:
    """Return a file; different paths hold different contents unless they are given."""
    known = Content(content or path, *pixels, "JPEG", b"webp")
    number = abs(hash(path)) if inode is None else inode
    return ImageFile(path, known, n_bytes, modified_ns, (0, number))
