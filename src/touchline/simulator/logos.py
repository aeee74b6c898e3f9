"""Invented logos: a shield for a club, a roundel for a competition, the same for an id every time.

A few have none, as at any provider.
"""

import zlib
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from touchline.simulator.outlet import Reply
from touchline.simulator.wire import Json, Record

ROOT = "/logos/"
KINDS = ("team", "competition")
WITHOUT_ONE_IN = 12
SIZE = 256
DRAWN = 3 * SIZE
"""Drawn larger and made smaller, for soft edges."""

INKS = ("#b3122b", "#0b4da2", "#0a7a43", "#f2b705", "#5b2a86", "#e2611c", "#0e8c9b", "#7a1e3a", "#3b6fd4")
PAPERS = ("#ffffff", "#f4efe1", "#101820", "#dfe7ef")
RIGHT_HALF = ((0.5, 0.06), (0.88, 0.06), (0.88, 0.52), (0.8, 0.7), (0.66, 0.84), (0.5, 0.95))
SHIELD = (*RIGHT_HALF, *((1 - x, y) for x, y in reversed(RIGHT_HALF)))
"""Corners of a shield, in shares of the edge."""
Mask = Image.Image


def path(kind: str, record_id: str) -> str:
    """Where the logo of a team or competition is, below this provider's address; empty where it has none."""
    return "" if _number(kind, record_id) % WITHOUT_ONE_IN == 0 else f"{ROOT}{kind}/{record_id}.png"


def reply(asked: str, if_none_match: str) -> Reply:
    """The answer to the path `asked`: the picture, 304 for who holds it, or 404."""
    kind, _, name = asked.removeprefix(ROOT).partition("/")
    record_id = name.removesuffix(".png")
    if kind not in KINDS or not record_id or path(kind, record_id) != asked:
        return Reply(404, b"", "text/plain")
    etag = f'"{_number(kind, record_id):08x}"'
    if if_none_match == etag:
        return Reply(304, b"", "image/png", (("etag", etag),))
    return Reply(200, picture(kind, record_id), "image/png", (("etag", etag),))


def absolute(body: Record, origin: str) -> Record:
    """`body` with every logo of ours as a whole address below `origin`, as the provider has them."""
    return {name: _absolute(part, origin) for name, part in body.items()}


def picture(kind: str, record_id: str) -> bytes:
    """The logo as PNG."""
    rng = Random(_number(kind, record_id))  # noqa: S311 - a drawing, not a secret
    ink, second = rng.sample(INKS, 2)
    paper = rng.choice(PAPERS)
    outline = _shield if kind == "team" else _roundel
    canvas = Image.new("RGBA", (DRAWN, DRAWN))
    canvas.paste(ink, mask=outline(1.0))
    canvas.paste(paper, mask=outline(0.9))
    field = Image.new("RGBA", (DRAWN, DRAWN), paper)
    rng.choice(CHARGES)(ImageDraw.Draw(field), ink, second)
    canvas.paste(field, mask=outline(0.84))
    out = BytesIO()
    canvas.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def _number(kind: str, record_id: str) -> int:
    return zlib.crc32(f"{kind} {record_id}".encode())


def _absolute(part: Json, origin: str) -> Json:
    """Rows, or rows by their kind, with whole addresses; what lies deeper in a row has none."""
    if isinstance(part, list):
        return [_placed(row, origin) for row in part]
    return {name: _absolute(each, origin) for name, each in part.items()} if isinstance(part, dict) else part


def _placed(row: Json, origin: str) -> Json:
    if not isinstance(row, dict):
        return row
    logo = row.get("logo")
    return row | {"logo": origin + logo} if isinstance(logo, str) and logo.startswith(ROOT) else row


def _shield(scale: float) -> Mask:
    mask = Image.new("L", (DRAWN, DRAWN))
    edge = [((0.5 + (x - 0.5) * scale) * DRAWN, (0.5 + (y - 0.5) * scale) * DRAWN) for x, y in SHIELD]
    ImageDraw.Draw(mask).polygon(edge, fill=255)
    return mask


def _roundel(scale: float) -> Mask:
    mask = Image.new("L", (DRAWN, DRAWN))
    inset = DRAWN * (1 - scale * 0.94) / 2
    ImageDraw.Draw(mask).ellipse((inset, inset, DRAWN - inset, DRAWN - inset), fill=255)
    return mask


def _stripes(draw: ImageDraw.ImageDraw, ink: str, _second: str) -> None:
    for number in range(0, 7, 2):
        draw.rectangle((number * DRAWN // 7, 0, (number + 1) * DRAWN // 7, DRAWN), fill=ink)


def _hoops(draw: ImageDraw.ImageDraw, ink: str, second: str) -> None:
    for number in range(0, 7, 2):
        colour = second if number == 2 else ink
        draw.rectangle((0, number * DRAWN // 7, DRAWN, (number + 1) * DRAWN // 7), fill=colour)


def _halves(draw: ImageDraw.ImageDraw, ink: str, second: str) -> None:
    draw.rectangle((0, 0, DRAWN // 2, DRAWN), fill=ink)
    draw.circle((DRAWN // 2, DRAWN // 2), DRAWN // 6, fill=second)


def _sash(draw: ImageDraw.ImageDraw, ink: str, _second: str) -> None:
    draw.line((0, DRAWN, DRAWN, 0), fill=ink, width=DRAWN // 4)


def _chevron(draw: ImageDraw.ImageDraw, ink: str, second: str) -> None:
    for top, colour in ((0.2, ink), (0.5, second)):
        rise = ((0, 0.35), (0.5, 0), (1, 0.35), (1, 0.57), (0.5, 0.22), (0, 0.57))
        draw.polygon([(x * DRAWN, (top + y) * DRAWN) for x, y in rise], fill=colour)


def _cross(draw: ImageDraw.ImageDraw, ink: str, _second: str) -> None:
    bar = DRAWN // 10
    draw.rectangle((DRAWN // 2 - bar, 0, DRAWN // 2 + bar, DRAWN), fill=ink)
    draw.rectangle((0, DRAWN * 2 // 5 - bar, DRAWN, DRAWN * 2 // 5 + bar), fill=ink)


def _star(draw: ImageDraw.ImageDraw, ink: str, second: str) -> None:
    draw.rectangle((0, 0, DRAWN, DRAWN), fill=ink)
    draw.regular_polygon((DRAWN // 2, DRAWN // 2, DRAWN // 4), n_sides=4, rotation=45, fill=second)
    draw.regular_polygon((DRAWN // 2, DRAWN // 2, DRAWN // 4), n_sides=4, rotation=0, fill=second)


CHARGES = (_stripes, _hoops, _halves, _sash, _chevron, _cross, _star)
