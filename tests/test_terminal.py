"""What a person sees of a program."""

import subprocess
import sys

PROGRAM = """
import warnings
from dupeval.terminal import show_warnings_as_sentences, show_what_can_be_shown
show_what_can_be_shown()
show_warnings_as_sentences()
warnings.warn("one\\x1b[31m\\nline")
warnings.warn_explicit("Corrupt EXIF data", UserWarning, "PIL/Image.py", 1, module="PIL.Image")
print("한국")
"""


def test_warnings_are_a_line_each_and_what_cannot_be_shown_is_an_escape() -> None:
    environment = {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, check=True
    )
    assert done.stderr.decode() == "warning: one\\x1b[31m\\nline\n"
    assert done.stdout.decode() == "\\ud55c\\uad6d\n"
