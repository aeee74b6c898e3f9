"""Invented logos: there for those the catalogue says have one, and always the same."""

from io import BytesIO

import pytest
from PIL import Image
from tests.simulator.play import DAY
from tests.simulator.test_server import running

from touchline.simulator import logos
from touchline.simulator.answers import answer
from touchline.simulator.seeded import Seeded

NOON = DAY * 86_400 + 43_200.0


@pytest.fixture(scope="module")
def scene() -> Seeded:
    return Seeded(5, 10, stats_every_s=60, two_stamps=True)


def test_most_have_a_logo_and_a_few_have_none(scene: Seeded) -> None:
    rows = [row for kind in logos.KINDS for row in scene.catalogue.rows(kind)]
    with_one = [row for row in rows if row["logo"]]

    assert 0.8 < len(with_one) / len(rows) < 1
    assert len({row["logo"] for row in with_one}) == len(with_one)


@pytest.mark.parametrize("kind", logos.KINDS)
def test_a_logo_is_a_picture_with_transparent_corners_and_the_same_every_time(kind: str) -> None:
    drawn = [logos.picture(kind, id_) for id_ in ("one", "one", "two")]
    image = Image.open(BytesIO(drawn[0]))

    assert drawn[0] == drawn[1] != drawn[2]
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (logos.SIZE, logos.SIZE))
    assert (image.getpixel((0, 0))[3], image.getpixel((logos.SIZE // 2, logos.SIZE // 2))[3]) == (0, 255)


@pytest.mark.parametrize(
    ("path", "query", "part"),
    [
        ("/team/additional/list", {"page": "1"}, lambda body: body["results"]),
        ("/match/diary", {}, lambda body: body["results_extra"]["team"]),
        ("/match/diary", {}, lambda body: body["results_extra"]["competition"]),
    ],
)
def test_an_answer_names_logos_by_their_whole_address(scene: Seeded, path: str, query: dict, part) -> None:
    body = answer(scene, path, query, NOON)
    assert body is not None

    shown = [row["logo"] for row in part(logos.absolute(body, "http://here:1"))]

    assert shown == [row["logo"] and "http://here:1" + row["logo"] for row in part(body)]
    assert any(shown)


def test_nothing_else_of_an_answer_is_touched(scene: Seeded) -> None:
    body = answer(scene, "/match/detail_live", {}, NOON)
    assert body is not None
    assert body["results"]

    assert logos.absolute(body, "http://here:1") == body


async def test_the_address_in_the_catalogue_leads_to_the_picture():
    async with running() as simulator:
        rows = (await simulator.ask("/team/additional/list", page="1"))["results"]
        url = next(row["logo"] for row in rows if row["logo"])
        assert url.startswith(str(simulator.http.base_url))

        got = await simulator.http.get(url)
        assert (got.status_code, got.headers["content-type"]) == (200, "image/png")
        assert Image.open(BytesIO(got.content)).format == "PNG"

        again = await simulator.http.get(url, headers={"If-None-Match": got.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/logos/", "/logos/team/", "/logos/venue/abc.png", "/logos/team/abc.svg"])
async def test_there_is_no_logo_elsewhere(path: str):
    assert logos.reply(path, "").status == 404


def test_who_has_none_has_none() -> None:
    without = next(str(number) for number in range(1_000) if not logos.path("team", str(number)))

    assert logos.reply(f"/logos/team/{without}.png", "").status == 404
