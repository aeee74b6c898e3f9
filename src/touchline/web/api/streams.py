"""`/api/stream` and `/live/stream` as the framework answers them: documented, HEAD, and what goes wrong.

Their bytes flow in the fast lane. On a server without it a reader is greeted and comes back for the
rest, as a browser does by itself when a stream ends.
"""

from typing import Annotated, Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, QueryParameter

from touchline.web.api import examples
from touchline.web.problems import TooManyStreams, documented
from touchline.web.queries import ANY, QUERY, Asked
from touchline.web.streams import HEADERS, MEDIA_TYPE, NAMED_MAX, RESUME, Stream

PLACE = "9f3c-48211"
Ids = Annotated[
    list[str] | None,
    QueryParameter(
        name="match",
        description=f"only this match; repeat it for more (with competitions at most {NAMED_MAX})",
        examples=[Example(value=[examples.ID])],
    ),
]
Competitions = Annotated[
    list[str] | None,
    QueryParameter(
        name="competition",
        description="only matches of this competition; repeat it for more",
        examples=[Example(value=[examples.ITEM["competition"]["id"]])],
    ),
]
After = Annotated[
    str | None,
    QueryParameter(
        name="after",
        description="the `cursor` of a snapshot or the `id` of an event: begin with what came after it",
        examples=[Example(value=PLACE)],
    ),
]
LastEventId = Annotated[
    str | None,
    HeaderParameter(
        name="Last-Event-ID",
        description="as `after`, and before it: browsers send it when they come back",
        examples=[Example(value=PLACE)],
    ),
]


def stream_routes(changes: Stream, fragments: Stream) -> list[HTTPRouteHandler]:
    """The routes of both kinds of stream."""

    @get(
        changes.route,
        tags=["Stream"],
        summary="Changes as they happen",
        opt={QUERY: ANY},
        media_type=MEDIA_TYPE,
        sync_to_thread=False,
        responses=_shown() | documented("bad-input", "too-many-streams"),
    )
    def changes_stream(
        request: Asked,
        match: Ids = None,
        competition: Competitions = None,
        after: After = None,
        last_event_id: LastEventId = None,
    ) -> Response[Any]:
        """Server-Sent Events: `snapshot` first, then `match`, `goal`, `goal_cancelled`, `card`, `status`.

        Come back with the last `id` and everything after it follows in order, none twice; where that
        place is gone, one `reset` and a fresh `snapshot`. The header `X-Resume` says which: `fresh`,
        `replayed` or `reset`. Every 10 s an `alive`; `bye` before the server goes.
        """
        return _greeting(changes, request)

    @get(fragments.route, include_in_schema=False, opt={QUERY: ANY}, sync_to_thread=False)
    def fragment_stream(request: Asked) -> Response[Any]:
        """Fragments for open pages."""
        return _greeting(fragments, request)

    return [changes_stream, fragment_stream]


def _greeting(stream: Stream, request: Asked) -> Response[Any]:
    last = request.headers.get("last-event-id", "")
    greeting = stream.greet(request.scope["query_string"], last.encode("latin-1"))
    if stream.hub.full:
        raise TooManyStreams("All event streams of this server are taken.")
    return Response(
        b"".join(greeting.pieces),
        media_type=MEDIA_TYPE,
        headers={**HEADERS, RESUME: greeting.resume},
    )


def _shown() -> dict[int, ResponseSpec]:
    text = f'event: match\nid: {PLACE}\ndata: {{"id": "{examples.ID}", "version": 188}}\n\n'
    return {
        200: ResponseSpec(
            str,
            generate_examples=False,
            description="Events, for as long as the reader stays",
            media_type=MEDIA_TYPE,
            examples=[Example(summary="A match has changed", value=text)],
        )
    }
