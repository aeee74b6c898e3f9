"""The web app manifest: name, colours and icons for a home screen (W3C Web Application Manifest)."""

from collections.abc import Callable

import msgspec

from touchline.web.icons import DRAWN

TOP, PAPER = "#0b3526", "#f4f5f1"
"""Colours of the style sheet: the bar at the top, and the ground."""


def manifest(address: Callable[[str], str]) -> bytes:
    """The manifest; `address` says where a file lies."""
    icons = [
        {
            "src": address(name),
            "sizes": f"{icon.size}x{icon.size}",
            "type": "image/png",
            "purpose": "maskable" if icon.maskable else "any",
        }
        for name, icon in DRAWN.items()
    ]
    svg = {"src": address("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    return msgspec.json.encode(
        {
            "id": "/",
            "name": "Touchline",
            "short_name": "Touchline",
            "description": "Live football: scores, minutes and what happened, as it happens.",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "theme_color": TOP,
            "background_color": PAPER,
            "icons": [svg, *icons],
        }
    )
