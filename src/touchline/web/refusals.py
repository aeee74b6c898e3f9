"""Answers to what is no proper request: it never reaches a route, and the connection ends with it."""

from http import HTTPStatus

import msgspec

from touchline.web.problems import MEDIA_TYPE, Unreadable, of


class Refusal(msgspec.Struct, frozen=True):
    """Why a request is not read to its end; `kind` as in `problems.KINDS`."""

    kind: str

    def render(self, request_id: str, lines: bytes) -> tuple[int, bytes]:
        """Status and whole answer. `lines` are header lines that every answer carries."""
        problem = of(Unreadable(self.kind), request_id)
        body = msgspec.json.encode(problem)
        head = (
            f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\n"
            f"content-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\n"
            "cache-control: no-store\r\n"
            "connection: close\r\n"
        )
        return problem.status, b"".join((head.encode(), lines, b"\r\n", body))


BAD_REQUEST = Refusal("bad-request")
TOO_SLOW = Refusal("too-slow")
TOO_LARGE = Refusal("too-large")
TOO_LONG = Refusal("address-too-long")
HEAD_TOO_LARGE = Refusal("headers-too-large")
