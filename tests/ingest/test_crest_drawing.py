"""Whatever bytes come: a crest in both sizes, or a reason."""

import contextlib
import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tests.ingest.crest_host import a_logo

from touchline.ingest.crests.drawing import FORMATS, PIXELS_MAX, Drawing, draw
from touchline.ingest.crests.refusal import Reason, Refused

LOGOS = {form: a_logo((40, 30), form=form, mode="RGB" if form == "JPEG" else "RGBA") for form in FORMATS}


def opened(drawing: Drawing, size: int) -> Image.Image:
    image = Image.open(BytesIO(drawing.pictures[size]))
    assert image.format == "WEBP"
    return image.convert("RGBA")


def refusal(sent: bytes) -> Reason:
    with pytest.raises(Refused) as refused:
        draw(sent)
    return refused.value.reason


def a_bomb(width: int, height: int) -> bytes:
    """A PNG that says it is so large, with nothing in it."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)), (b"IDAT", zlib.compress(b""))]
    chunks = [struct.pack(">I", len(body)) + kind + body for kind, body in parts]
    sums = [struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(bytes.__add__, chunks, sums))


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_becomes_two_squares(form: str) -> None:
    drawing = draw(LOGOS[form])

    assert {size: opened(drawing, size).size for size in drawing.pictures} == {48: (48, 48), 160: (160, 160)}


@pytest.mark.parametrize(
    ("size", "filled", "clear"), [((200, 50), (80, 80), (80, 20)), ((50, 200), (80, 80), (20, 80))]
)
def test_the_aspect_is_kept_and_the_rest_is_transparent(
    size: tuple[int, int], filled: tuple[int, int], clear: tuple[int, int]
) -> None:
    square = opened(draw(a_logo(size)), 160)

    assert square.getpixel(clear)[3] == 0
    assert square.getpixel(filled)[3] == 255


@pytest.mark.parametrize("size", [(3_000, 1), (1, 3_000), (1, 1)])
def test_a_line_is_a_picture_too(size: tuple[int, int]) -> None:
    assert opened(draw(a_logo(size)), 48).getchannel("A").getbbox() is not None


def test_a_small_logo_fills_its_square() -> None:
    assert opened(draw(a_logo((16, 16))), 160).getchannel("A").getbbox() == (0, 0, 160, 160)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_a_png_is_drawn(mode: str) -> None:
    out = BytesIO()
    source = Image.new("L", (20, 20), 200) if mode == "I;16" else Image.new("RGBA", (20, 20), "#c8c8c8")
    source.convert(mode).save(out, "PNG")

    assert set(draw(out.getvalue()).pictures) == {48, 160}


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_mode_of_a_jpeg_is_drawn(mode: str) -> None:
    square = opened(draw(a_logo(colour="#ffffff", form="JPEG", mode=mode)), 48)

    assert min(square.getpixel((24, 24))) > 240


def test_nothing_but_the_picture_goes_on() -> None:
    said = PngInfo()
    said.add_text("Comment", "where it was taken")
    out = BytesIO()
    Image.new("RGB", (64, 64), "red").save(out, "PNG", pnginfo=said, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")

    for picture in draw(out.getvalue() + b"<script>").pictures.values():
        assert b"taken" not in picture
        assert b"EXIF" not in picture
        assert b"script" not in picture


def test_of_an_animation_the_first_frame_is_shown() -> None:
    frames = [Image.new("RGBA", (20, 20), colour) for colour in ("#ff0000", "#0000ff")]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])

    red, _, blue, _ = opened(draw(out.getvalue()), 48).getpixel((24, 24))

    assert red > 200
    assert blue < 60
    assert getattr(Image.open(BytesIO(draw(out.getvalue()).pictures[48])), "n_frames", 1) == 1


def test_the_fingerprint_is_of_what_is_shown() -> None:
    lossless = draw(a_logo(form="PNG")).fingerprint

    assert draw(a_logo(form="GIF")).fingerprint == lossless
    assert draw(a_logo(colour="#b3122b")).fingerprint != lossless


@pytest.mark.parametrize(
    ("width", "height"), [(PIXELS_MAX + 1, 1), (2_049, 2_048), (10_000, 10_000), (60_000, 60_000)]
)
def test_a_bomb_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    assert refusal(a_bomb(width, height)) is Reason.TOO_MANY_PIXELS


def test_a_large_picture_of_one_colour_is_refused_however_few_its_bytes() -> None:
    sent = a_logo((2_049, 2_048), form="WEBP", method=0, lossless=True)

    assert len(sent) < 10_000
    assert refusal(sent) is Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    "sent", [b"", b"<!doctype html><p>Sorry", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
def test_what_is_no_picture_is_refused(sent: bytes) -> None:
    assert refusal(sent) is Reason.NOT_AN_IMAGE


def test_a_format_nobody_asked_for_is_refused() -> None:
    assert refusal(a_logo(form="BMP", mode="RGB")) is Reason.NOT_AN_IMAGE


@pytest.mark.parametrize("form", FORMATS)
def test_half_a_picture_is_refused(form: str) -> None:
    noise = Image.effect_noise((120, 120), 90)
    out = BytesIO()
    noise.save(out, form)

    assert refusal(out.getvalue()[: len(out.getvalue()) // 2]) in {Reason.BROKEN, Reason.NOT_AN_IMAGE}


def test_a_picture_of_nothing_is_refused() -> None:
    assert refusal(a_logo(colour="#ffffff00")) is Reason.BLANK


@st.composite
def damaged(draw_: st.DrawFn) -> bytes:
    """A logo with some of its bytes changed, and perhaps cut."""
    sent = bytearray(LOGOS[draw_(st.sampled_from(FORMATS))])
    for _ in range(draw_(st.integers(0, 4))):
        sent[draw_(st.integers(0, len(sent) - 1))] = draw_(st.integers(0, 255))
    return bytes(sent[: draw_(st.just(len(sent)) | st.integers(1, len(sent)))])


HEADS = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x40\x00\x00\x00WEBPVP8 "]


@settings(max_examples=300)
@given(st.builds(bytes.__add__, st.sampled_from(HEADS), st.binary(max_size=300)) | damaged())
def test_garbage_is_refused_or_drawn_and_never_raises_anything_else(sent: bytes) -> None:
    drawing = None
    with contextlib.suppress(Refused):
        drawing = draw(sent)

    event("drawn" if drawing else "refused")
    for size in drawing.pictures if drawing else ():
        assert opened(drawing, size).size == (size, size)
