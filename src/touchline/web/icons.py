"""The icons of a home screen, drawn by ourselves: a touchline, the arc of a corner, a ball."""

from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw

GROUND, LINE, BALL = "#0b3526", "#ffffff", "#7ee2b0"
FINE = 4
"""Drawn so much larger, then reduced: edges come out smooth."""
UNITS = 24
"""The drawing is 24 units wide, as `static/icon.svg` is."""
SAFE = 0.66
"""Of a maskable icon, what no mask cuts off (W3C manifest: a circle of 80 %, here with air)."""


class Icon(NamedTuple):
    """One size of the icon; a maskable one has ground to its edges."""

    size: int
    maskable: bool


DRAWN = {
    "icon-192.png": Icon(192, maskable=False),
    "icon-512.png": Icon(512, maskable=False),
    "icon-maskable-512.png": Icon(512, maskable=True),
}


def drawn(name: str) -> bytes:
    """The PNG called `name`, one of DRAWN."""
    icon = DRAWN[name]
    edge = icon.size * FINE
    image = Image.new("RGBA", (edge, edge), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, edge - 1, edge - 1), radius=0 if icon.maskable else edge // 5, fill=GROUND)
    _draw(pen, edge, SAFE if icon.maskable else 0.82)
    kept = BytesIO()
    image.resize((icon.size, icon.size), Image.Resampling.LANCZOS).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _draw(pen: ImageDraw.ImageDraw, edge: int, share: float) -> None:
    """The mark in the middle, `share` of the edge wide."""
    unit, corner = edge * share / UNITS, edge * (1 - share) / 2

    def box(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
        x, y, radius = corner + (x + 1) * unit, corner + y * unit, radius * unit
        return (x - radius, y - radius, x + radius, y + radius)

    width = round(1.6 * unit)
    top, bottom = box(5, 2, 0.8), box(5, 22, 0.8)
    pen.rounded_rectangle((top[0], top[1], bottom[2], bottom[3]), radius=width // 2, fill=LINE)
    pen.arc(box(5, 12, 7.3), start=-90, end=90, fill=LINE, width=width)
    pen.ellipse(box(5, 12, 1.6), fill=LINE)
    pen.ellipse(box(18.5, 12, 2.6), fill=BALL)
