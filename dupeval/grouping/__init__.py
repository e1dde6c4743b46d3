"""Somebody's own images: found, grouped by a method, one of each group kept.

No labels are needed, and nothing of theirs is written, moved or deleted.
"""
