"""What a page of ours allows a browser: its own style and script, pictures, and nothing else."""

from __future__ import annotations

import base64
import hashlib


def content_security_policy(style: str, script: str, images: str = "data:") -> str:
    """Return the policy that allows this style and this script, `images`, and nothing else."""
    of_style, of_script = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    )
    return (
        f"default-src 'none'; img-src {images}; style-src 'sha256-{of_style}'; "
        f"script-src 'sha256-{of_script}'; base-uri 'none'; form-action 'none'"
    )
