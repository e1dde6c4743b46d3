"""What text is printed for."""

from dataclasses import dataclass

# The narrowest and the widest text that is made.
WIDTHS = (80, 100)
# A line and a point on it.
DRAWN_WITH = "\u2500\u25cf"


@dataclass(frozen=True)
class Look:
    """What can show a text.

    Attributes
    ----------
    width : int, default 100
        In columns; between `WIDTHS`.
    unicode : bool, default True
        Whether there is more than ASCII to draw with.
    colour : bool, default False
        Whether control codes are understood.
    """

    width: int = WIDTHS[1]
    unicode: bool = True
    colour: bool = False
