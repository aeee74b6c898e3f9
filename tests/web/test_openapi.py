"""The OpenAPI document agrees with what is really answered."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
from httpx import AsyncClient
from tests.web.matchday import NOW, Fixture, put, store, tell
from tests.web.test_match import TOLD

from touchline.football.model import Status
from touchline.store.db import Database
from touchline.web import health, shapes
from touchline.web.api import examples

ID = "aaaaaaaaaaaaaa1"
ANSWERS = {
    "/api/matches/live": "/api/matches/live",
    "/api/matches/diary": "/api/matches/diary?date=2026-02-07&tz=Europe/Istanbul",
    "/api/matches/{match_id}": f"/api/matches/{ID}",
    "/api/matches/{match_id}/incidents": f"/api/matches/{ID}/incidents",
    "/api/matches/{match_id}/stats": f"/api/matches/{ID}/stats",
    "/api/matches/{match_id}/timeline": f"/api/matches/{ID}/timeline",
    "/healthz": "/healthz",
    "/readyz": "/readyz",
    "/api/health": "/api/health",
    "/health/detailed": "/health/detailed",
}


async def test_every_answer_is_as_documented(client: AsyncClient, database: Database) -> None:
    statistics = ({"type": 25, "home": 60, "away": 40},)
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(statistics=statistics, first_half_stats=statistics))
        await tell(tx, ID, TOLD)
    await store(
        database,
        Fixture(
            id="expected1", status=Status.NOT_STARTED, minute=None, match_time=NOW - 2_000, last_seen_ts=None
        ),
        Fixture(id="shootout1", status=Status.SHOOT_OUT, extra_time=(2, 2), away_scores=(2, 1, 0, 0, -1, 2, 3)),
    )
    document = (await client.get("/openapi.json")).json()

    undocumented = {path: item for path, item in document["paths"].items() if path not in ANSWERS}
    assert sorted(undocumented) == ["/api/stream", "/metrics"]
    for path, url in ANSWERS.items():
        answer = await client.get(url)
        schema = _schema(document, path, "200", "application/json")
        assert list(_disagreements(document, schema, answer.json(), path)) == []


async def test_every_problem_is_as_documented(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    for path, url, status in (
        ("/api/matches/live", "/api/matches/live?x=1", "400"),
        ("/api/matches/diary", "/api/matches/diary?tz=x", "400"),
        ("/api/matches/{match_id}", "/api/matches/aaaaaaaaaaaaaa9", "404"),
    ):
        answer = await client.get(url)
        schema = _schema(document, path, status, "application/problem+json")
        assert str(answer.status_code) == status
        assert list(_disagreements(document, schema, answer.json(), path)) == []


async def test_the_document_is_openapi_3_1_with_an_example_of_everything(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    assert document["openapi"].startswith("3.1")
    for path, item in document["paths"].items():
        if path.startswith("/api/matches"):
            for status in ("200", "400"):
                [content] = item["get"]["responses"][status]["content"].values()
                assert content["examples"], (path, status)


@pytest.mark.parametrize(
    ("shape", "example"),
    [
        (shapes.Live, examples.LIVE),
        (shapes.Diary, examples.DIARY),
        (shapes.MatchDetail, examples.MATCH),
        (shapes.Incidents, examples.INCIDENTS),
        (shapes.Stats, examples.STATS),
        (shapes.Timeline, examples.TIMELINE),
        (health.Alive, examples.ALIVE),
        (health.Readiness, examples.READY),
        (health.Readiness, examples.NOT_READY),
        (health.Summary, examples.SUMMARY),
        (health.Detail, examples.DETAIL),
    ],
)
def test_an_example_is_what_could_be_answered(shape: type, example: Mapping[str, Any]) -> None:
    read = msgspec.json.decode(msgspec.json.encode(example), type=shape)

    assert msgspec.to_builtins(read) == example


async def test_every_answer_is_described_in_our_words_with_an_example(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    page = (await client.get("/docs")).text

    for path, item in document["paths"].items():
        for status, answer in item["get"]["responses"].items():
            assert "fulfilled" not in answer["description"], (path, status)
            for content in answer.get("content", {}).values():
                assert content["examples"], (path, status)
    assert "Request fulfilled" not in page
    assert "orchestrator_updates_total{" in page


async def test_the_docs_page_shows_every_operation(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    page = (await client.get("/docs")).text

    for path in document["paths"]:
        assert f"<code>{path}</code>" in page
    assert "//" not in page.replace("http-equiv", "").split("<script", 1)[-1] or "<script" not in page
    assert "stale-while" not in page
    chapters = [page.index(f"<h2>{title}</h2>") for title in ("Matches", "Stream", "Health", "Problems")]
    assert chapters == sorted(chapters)


def _schema(document: Any, path: str, status: str, media_type: str) -> Any:
    return document["paths"][path]["get"]["responses"][status]["content"][media_type]["schema"]


def _disagreements(document: Any, schema: Any, value: Any, where: str) -> Iterator[str]:
    """Where `value` is not what `schema` says. A field the schema does not know disagrees as well."""
    if "$ref" in schema:
        found = document
        for key in schema["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        yield from _disagreements(document, found, value, where)
        return
    choices = schema.get("oneOf") or schema.get("anyOf")
    if choices:
        if all(list(_disagreements(document, choice, value, where)) for choice in choices):
            yield f"{where}: {value!r} is none of the choices"
        return
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield f"{where}: {value!r} is not {kinds}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is not in {schema['enum']}"
    if isinstance(value, dict):
        yield from _in_object(document, schema, value, where)
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{where}: {len(value)} items"
        for place, item in enumerate(value):
            yield from _disagreements(document, schema.get("items", {}), item, f"{where}[{place}]")


def _in_object(document: Any, schema: Any, value: dict[str, Any], where: str) -> Iterator[str]:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where}.{name} is missing"
    for name, inner in value.items():
        if name not in known:
            yield f"{where}.{name} is not documented"
        else:
            yield from _disagreements(document, known[name], inner, f"{where}.{name}")


def _is(value: Any, kind: str) -> bool:
    checks = {
        "null": value is None,
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "string": isinstance(value, str),
        "array": isinstance(value, list),
        "object": isinstance(value, dict),
    }
    return checks[kind]
