"""F20: every form in which objects are known to be pushed, and what is no message at all."""

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle

from msgspec.structs import replace

from touchline.simulator.faults.bodies import encoded
from touchline.simulator.faults.pushes_said import Said, objects_of, said
from touchline.simulator.faults.seams import PushFault
from touchline.simulator.script import Frame
from touchline.simulator.wire import Json, Record

BURST = 26
GARBAGE = (b"[]", b'{"id":', b"null", b'"online"', b"\xff\xfe")
GARBAGE_EVERY = 7
HUGE_EVERY = 60
HUGE = encoded([{"id": "nobodysmatch001", "tlive": "x" * 1_000_000}])


class Forms(PushFault):
    """Every frame in another form than the last; what it says and the order of it stay."""

    code = "F20"

    def __init__(self, known: Said) -> None:
        self._known = known
        self._forms = cycle(self._all())
        self._count = 0

    def alter(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        return [other for frame in frames for other in self._altered(frame)]

    def _altered(self, frame: Frame) -> Iterator[Frame]:
        objects = objects_of(frame.payload)
        if objects is None:
            yield frame
            return
        self._count += 1
        for payload in next(self._forms)(objects):
            yield replace(frame, payload=payload)
        if self._count % GARBAGE_EVERY == 0:
            yield replace(frame, payload=GARBAGE[self._count // GARBAGE_EVERY % len(GARBAGE)])
        if self._count % HUGE_EVERY == 0:
            yield replace(frame, payload=HUGE)

    def _all(self) -> Sequence[Callable[[Sequence[Record]], Iterator[bytes]]]:
        return (
            _single,
            _mapped,
            self._several_kinds,
            _tuples,
            _nested_tuples,
            _nameless,
            self._twice,
            self._burst,
        )

    def _several_kinds(self, objects: Sequence[Record]) -> Iterator[bytes]:
        """With what was said before of the other kinds."""
        yield encoded([{**self._known.of(str(one["id"])), **one} for one in objects])

    def _twice(self, objects: Sequence[Record]) -> Iterator[bytes]:
        """Each match as it was and as it is, in one message."""
        before: list[Json] = [
            {"id": one["id"], kind: self._known.of(str(one["id"]))[kind]}
            for one in objects
            for kind in said(one)
            if kind in self._known.of(str(one["id"]))
        ]
        yield encoded([*before, *objects])

    def _burst(self, objects: Sequence[Record]) -> Iterator[bytes]:
        """At least 26 objects: the news, behind what is known of others."""
        known: list[Json] = [
            {"id": match_id, kind: body}
            for match_id, known in self._known.of_all.items()
            for kind, body in known.items()
        ]
        yield encoded([*known[: BURST - 1], *objects])


def _single(objects: Sequence[Record]) -> Iterator[bytes]:
    """Each object a message of its own, without a list around it."""
    return (encoded(one) for one in objects)


def _mapped(objects: Sequence[Record]) -> Iterator[bytes]:
    yield encoded({str(place): one for place, one in enumerate(objects)})


def _tuples(objects: Sequence[Record]) -> Iterator[bytes]:
    """Scores as bare tuples, anything else as it is."""
    return (encoded(one.get("score", [one])) for one in objects)


def _nested_tuples(objects: Sequence[Record]) -> Iterator[bytes]:
    return (encoded([one["score"]] if "score" in one else [one]) for one in objects)


def _nameless(objects: Sequence[Record]) -> Iterator[bytes]:
    """Of a score the id stands in the tuple alone."""
    yield encoded([{"score": one["score"]} if set(one) == {"id", "score"} else one for one in objects])
