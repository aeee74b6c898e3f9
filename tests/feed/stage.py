"""A board on a test's own database, its follower, and the JSON channel behind it."""

from collections.abc import Sequence

from tests.feed.line import Heard, Line, events
from tests.web.matchday import NOW

from touchline.clock import SteppedClock
from touchline.feed.board import MATCHES_MAX, Board
from touchline.feed.channel import Channel, Wanted
from touchline.feed.ears import PostgresEars
from touchline.feed.event import sse
from touchline.feed.greeting import Greeting
from touchline.feed.hub import Hub, Seats
from touchline.feed.news import News
from touchline.feed.stream import Follower
from touchline.metrics import Metrics
from touchline.store.db import Database

WINDOW_S = 7_200


class Stage:
    """The feed of one web process; its follower is turned by hand."""

    def __init__(self, database: Database, conninfo: str, matches_max: int = MATCHES_MAX) -> None:
        self.clock = SteppedClock(NOW)
        self.metrics = Metrics()
        self.board = Board(self.clock, self.metrics, WINDOW_S, matches_max)
        self.follower = Follower(database, PostgresEars(conninfo), self.clock, self.board)
        self.hub = Hub("test", self.clock, self.metrics, Seats(self.metrics, 100), lambda: sse("alive", b"{}"))
        self.channel = Channel(self.board, self.hub, self.metrics)
        self.news: list[News] = []
        self.board.listeners.append(self.news.append)

    async def catch_up(self) -> Sequence[News]:
        """Everything that is new, a second later; what the board said of it."""
        self.news.clear()
        await self.clock.advance(1)
        await self.follower.catch_up()
        await self.board.turn()
        await self.clock.advance(0)
        return list(self.news)

    def join(self, wanted: Wanted | None = None, after: str | None = None) -> tuple[Line, Greeting]:
        """A reader of the channel."""
        line = Line()
        greeting = self.channel.greet(wanted or Wanted(), after)
        self.hub.join(line, greeting.topics, greeting.pieces)
        return line, greeting


def told(line: Line) -> list[Heard]:
    """What `line` heard, but for the heartbeat."""
    return [each for each in line.heard if each.name != "alive"]


def greeted(greeting: Greeting) -> list[Heard]:
    """The events of a greeting."""
    return events(b"".join(greeting.pieces))
