"""Images as somebody's folder has them: files with a content, a size and an age; no decoding."""

from dupeval.grouping.reading import Content, ImageFile


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
