"""`/docs`: the API for people, rendered from the OpenAPI document by our own template."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from litestar import Controller, MediaType, Response, get

from touchline.web.pages.render import TheRenderer
from touchline.web.problems import KINDS
from touchline.web.queries import Asked

HELD = {"Cache-Control": "public, max-age=300"}


class Field(NamedTuple):
    """One line of a shape: `home.name string`."""

    name: str
    kind: str
    text: str


class Parameter(NamedTuple):
    """One parameter of an operation."""

    name: str
    place: str
    text: str


class Reply(NamedTuple):
    """One answer an operation may give."""

    status: str
    text: str
    example: str


class Operation(NamedTuple):
    """One thing that can be asked."""

    anchor: str
    method: str
    path: str
    title: str
    text: str
    parameters: Sequence[Parameter]
    replies: Sequence[Reply]
    fields: Sequence[Field]


class Chapter(NamedTuple):
    """Operations of one kind."""

    title: str
    operations: Sequence[Operation]


class Reference(Controller):
    """The OpenAPI document, for machines and for people."""

    include_in_schema = False

    @get("/openapi.json", sync_to_thread=False)
    def document(self, request: Asked) -> Response[bytes]:
        """The OpenAPI 3.1 document, generated from the code."""
        body = msgspec.json.encode(request.app.openapi_schema.to_schema())
        return Response(body, media_type=MediaType.JSON, headers=HELD)

    @get("/docs", media_type=MediaType.HTML, sync_to_thread=False)
    def docs(self, request: Asked, renderer: TheRenderer) -> Response[str]:
        """The same, to be read."""
        document = request.app.openapi_schema.to_schema()
        html = renderer.page(
            "docs.html", info=document["info"], chapters=chapters(document), problems=KINDS, stream=None
        )
        return Response(html, media_type=MediaType.HTML, headers=HELD)


def chapters(document: Mapping[str, Any]) -> list[Chapter]:
    """The operations of `document` by their tags, in its order: lists before single things, else by path."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in sorted(document["paths"].items(), key=lambda each: ("{" in each[0], each[0])):
        for method, spoken in item.items():
            operation = _operation(document, method, path, spoken)
            found[spoken["tags"][0]].append(operation)
    return [Chapter(title, operations) for title, operations in found.items()]


def _operation(document: Mapping[str, Any], method: str, path: str, spoken: Mapping[str, Any]) -> Operation:
    answer = spoken["responses"].get("200", {})
    return Operation(
        anchor=spoken["operationId"],
        method=method.upper(),
        path=path,
        title=spoken.get("summary", ""),
        text=spoken.get("description", ""),
        parameters=[
            Parameter(each["name"], each["in"], each.get("description", ""))
            for each in spoken.get("parameters", ())
        ],
        replies=[_reply(status, reply) for status, reply in sorted(spoken["responses"].items())],
        fields=_fields(document, _shape(document, answer)),
    )


def _reply(status: str, reply: Mapping[str, Any]) -> Reply:
    content = _content(reply)
    examples: Mapping[str, Mapping[str, Any]] = content.get("examples", {})
    example = next((each.get("value") for each in examples.values()), None)
    return Reply(status, reply.get("description", ""), "" if example is None else _written(example))


def _written(example: object) -> str:
    return (
        example
        if isinstance(example, str)
        else msgspec.json.format(msgspec.json.encode(example), indent=2).decode()
    )


def _content(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    by_media_type: Mapping[str, Mapping[str, Any]] = reply.get("content", {})
    return next(iter(by_media_type.values()), {})


def _shape(document: Mapping[str, Any], reply: Mapping[str, Any]) -> Mapping[str, Any]:
    content = _content(reply)
    return _resolved(document, content.get("schema", {}))


def _fields(document: Mapping[str, Any], shape: Mapping[str, Any], prefix: str = "") -> list[Field]:
    """The fields of a shape, those of its parts below it as `part.field`; `[]` marks a list."""
    found: list[Field] = []
    for name, given in shape.get("properties", {}).items():
        told = _resolved(document, given)
        found.append(Field(prefix + name, _kind(document, given), str(told.get("description", ""))))
        for inner, mark in _parts(document, given):
            found += _fields(document, inner, f"{prefix}{name}{mark}.")
    return found


def _parts(document: Mapping[str, Any], given: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]]:
    """The shapes inside a field, with the mark that says how they are held."""
    found = []
    for choice in given.get("oneOf", given.get("anyOf", [given])):
        told = _resolved(document, choice)
        if told.get("type") == "array":
            found += [(inner, "[]" + mark) for inner, mark in _parts(document, told.get("items", {}))]
        elif "properties" in told:
            found.append((told, ""))
    return found


def _kind(document: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    choices = given.get("oneOf", given.get("anyOf"))
    if choices:
        return " or ".join(dict.fromkeys(_kind(document, choice) for choice in choices))
    told = _resolved(document, given)
    if "enum" in told:
        return " | ".join(map(str, told["enum"]))
    if told.get("type") == "array":
        return "list of " + _kind(document, told.get("items", {}))
    kind = told.get("type", "any")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _resolved(document: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in given:
        return given
    found: Any = document
    for key in str(given["$ref"]).removeprefix("#/").split("/"):
        found = found[key]
    return dict(found) | {name: value for name, value in given.items() if name != "$ref"}
