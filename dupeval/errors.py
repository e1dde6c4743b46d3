"""The errors a person is meant to read: what is wrong, where, and what is possible instead."""

from __future__ import annotations

from collections.abc import Iterable

from dupeval.text import shortened, visible

# More of them are not read, and hide what was printed before.
MOST_SHOWN = 20


class DupevalError(Exception):
    """Something the user can put right; programs print it without a traceback and exit with 2.

    Parameters
    ----------
    *lines : str
        A sentence, and maybe more below it. What names in it hold that cannot be seen, line breaks
        too, is written as escapes; see `dupeval.text.visible`.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__("\n  ".join(map(visible, lines)))


class SettingsError(DupevalError):
    """A setting, or a combination of settings, that cannot be run."""


class RowError(SettingsError):
    """A row that cannot be had on this dataset or in this run; other rows are not disturbed."""


class InputError(DupevalError):
    """Input that cannot be used, with all its problems at once; the message shows the first 20.

    Of each of them it shows the first 1,000 characters.

    Parameters
    ----------
    what : str
        What it is, with the name that the user gave it.
    problems : iterable of str
        One sentence each, beginning with the file and, where there is one, the line.
    """

    def __init__(self, what: str, problems: Iterable[str]) -> None:
        self.problems = tuple(map(visible, problems))
        count = f"{len(self.problems):,} problem{'s' if len(self.problems) != 1 else ''}"
        more = len(self.problems) - MOST_SHOWN
        shown = [shortened(problem) for problem in self.problems[:MOST_SHOWN]]
        shown += [f"and {more:,} more"] if more > 0 else []
        super().__init__(f"{what} has {count}:", *shown)


class DatasetError(InputError):
    """A dataset that cannot be used, with all its problems at once; see `InputError`.

    Parameters
    ----------
    root : str
        The dataset's folder, as the user named it.
    problems : iterable of str
    """

    def __init__(self, root: str, problems: Iterable[str]) -> None:
        super().__init__(f"the dataset {root}", problems)


class WeightsError(DupevalError):
    """Network weights that cannot be had, or are not what they should be."""


class StoreError(DupevalError):
    """A file of what is kept that cannot be read or written."""


class NoScoresError(DupevalError):
    """A method that gives no scores; the other methods of a run are not disturbed.

    Parameters
    ----------
    source : {"missing", "failed", "published"}
        What tables say in place of ``measured``.
    reason : str
        Maybe in a tool's own words.
    """

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        super().__init__(reason)
