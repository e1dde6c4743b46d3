"""Importers of other people's datasets: one file each; see docs/datasets.md."""
