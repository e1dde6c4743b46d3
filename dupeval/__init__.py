"""An evaluation harness: which method best groups re-published copies of one photograph."""

__version__ = "0.1.0"
