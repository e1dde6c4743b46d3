"""Pair scores on local features: key points, their matches, and what the pictures say of those."""
