"""Rows of a suite's scores, as tests write them down."""

import pandas as pd

from dupeval.suite import Place, with_place


def rows(place: Place, f1: dict[str, list[float]], protocol: str = "nested") -> pd.DataFrame:
    """Return a row a method and query, q0, q1 ..., with the F1 given."""
    table = pd.DataFrame(
        [
            {"method": method, "protocol": protocol, "query": f"q{i}", "f1": value}
            for method, values in f1.items()
            for i, value in enumerate(values)
        ]
    )
    return with_place(table, place)


def draw(number: int) -> Place:
    """Return the place of a draw of one level."""
    return Place(f"own-news-{number}", "own", "news", str(number))
