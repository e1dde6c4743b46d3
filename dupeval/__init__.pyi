from dupeval.grouping.library import group as group

__version__: str
__all__ = ["__version__", "group"]
