"""How the hard edits of the stand-in are written in labels.csv."""

from dupeval.dataset.making.hard_edits import FILTERS

NUMBER = r"-?\d+(?:\.\d+)?"
KINDS = "|".join(FILTERS)
WRITTEN = {
    "stretch": r"stretch:(?:0\.[78]\d|1\.[1-4]\d)",
    "turn": r"turn:(?:90|180|270)",
    "rotate": rf"rotate:{NUMBER}",
    "perspective": r"perspective:0\.[12]\d",
    "crop": r"crop:0\.[12]\d",
    "filter": rf"filter:(?:{KINDS})",
    "posterise": r"posterise:[345]",
    "duotone": "duotone",
    "invert": "invert",
    "text": r"text:0\.[567]\d",
    "halftone": r"halftone:[45678]",
    "inset": r"inset:0\.(?:08|09|10|11|12)",
    "collage": r"collage:0\.[67]\d",
    "thumbnail": "thumbnail:64",
}
