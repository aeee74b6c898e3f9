"""Whatever came as a logo, drawn anew: two WebP squares, or a named reason why not.

What is served is what Pillow has drawn, never what was sent: metadata, further frames and whatever
hides behind a picture stay behind.
"""

from collections.abc import Mapping
from hashlib import blake2b
from io import BytesIO

from msgspec import Struct
from PIL import Image, UnidentifiedImageError

from touchline.ingest.crests.refusal import Reason, Refused
from touchline.store.crests import SIZES

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
PIXELS_MAX = 4 * 1024 * 1024
"""16 MB decoded. Looked at before anything is decoded."""
QUALITY = 82
EFFORT = 5
"""Of the encoder, 0 to 6. A crest takes it 4 ms; the last step takes fifty times as long for nothing."""
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class Drawing(Struct, frozen=True):
    """A crest in every size, by the edge of its square, and the fingerprint of them all."""

    pictures: Mapping[int, bytes]
    fingerprint: str


def draw(sent: bytes) -> Drawing:
    """The crest in `sent`. Raises Refused and nothing else, whatever the bytes are."""
    original = _decoded(sent)
    if original.getchannel("A").getextrema()[1] == 0:
        raise Refused(Reason.BLANK)
    pictures = {size: _square(original, size) for size in SIZES}
    fingerprint = blake2b(b"".join(pictures.values()), digest_size=6).hexdigest()
    return Drawing(pictures, fingerprint)


def _decoded(sent: bytes) -> Image.Image:
    """The first frame, in colour with transparency."""
    try:
        with Image.open(BytesIO(sent), formats=FORMATS) as image:
            if image.width * image.height > PIXELS_MAX:
                raise Refused(Reason.TOO_MANY_PIXELS)
            return image.convert("RGBA")
    except Refused:
        raise
    except BOMBS:
        raise Refused(Reason.TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise Refused(Reason.NOT_AN_IMAGE) from None
    except Exception:
        # A damaged file ends in whatever its decoder stumbled over: OSError, SyntaxError, struct.error ...
        raise Refused(Reason.BROKEN) from None


def _square(original: Image.Image, size: int) -> bytes:
    """The picture fitted into a transparent square, as WebP without metadata."""
    scale = size / max(original.size)
    # At least a pixel: a line is a picture too.
    width, height = (max(1, round(edge * scale)) for edge in original.size)
    fitted = original.resize((width, height), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (size, size))
    square.paste(fitted, ((size - width) // 2, (size - height) // 2))
    out = BytesIO()
    square.save(out, "WEBP", quality=QUALITY, method=EFFORT)
    return out.getvalue()
