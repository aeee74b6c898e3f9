"""Query parameters, taken strictly: unknown ones, repeated ones and bad values are named, never ignored."""

from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler

from touchline.errors import BadInput

Asked = Request[Any, Any, State]
Connection = ASGIConnection[Any, Any, Any, State]

QUERY = "query"
"""The `opt` key under which a route lists the parameters it knows."""
ANY: Final = "any"
"""What a route says there that does not read its query: probes bring parameters of their own."""


def known_parameters(connection: Connection, handler: BaseRouteHandler) -> None:
    """A guard: refuse parameters the route does not know, and those given more than once."""
    if handler.opt.get(QUERY) == ANY:
        return
    known = tuple(handler.opt.get(QUERY, ()))
    for name in connection.query_params:
        given = connection.query_params.getall(name)
        if name not in known:
            raise BadInput(name, given[0], f"no parameter but {', '.join(known)}" if known else "no parameter")
        if len(given) > 1:
            raise BadInput(name, ", ".join(given), "one value")
