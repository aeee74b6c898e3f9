"""From the catalogue's address to a crest that lists show: a real host, a real database."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs
from tests.conftest import Conninfo
from tests.ingest.crest_host import LogoHost, a_logo, gives
from tests.ingest.provider import FakeProvider
from tests.ingest.test_channels import FakeStream, read
from tests.provider.clocks import JumpingClock
from tests.provider.server import silence
from tests.web.matchday import NOW, Fixture, put

from touchline.app import _logos as crest_source
from touchline.app import _source as provider
from touchline.clock import SystemClock
from touchline.ingest.build import Ingest
from touchline.ingest.crests.doorman import Doorman
from touchline.ingest.crests.hosts import FAILURES_MAX, REST_FIRST_S, REST_MAX_S, Hosts
from touchline.ingest.crests.refusal import Reason, Refused
from touchline.ingest.crests.source import Source
from touchline.ingest.crests.sync import AGAIN_S, DAY_S, LOOK_S, CrestSync, Result, wait_s
from touchline.metrics import Metrics
from touchline.provider.port import CatalogueRecord, Kind
from touchline.settings.reading import load
from touchline.store import catalogue
from touchline.store.crests import LEASE_S
from touchline.store.db import Database, Tx

PER_SECOND = 4
HOME, AWAY = "hhhhhhhhhhhhh01", "aaaaaaaaaaaaa01"


class Stage:
    """One ingest process's crests: everything real but the clock."""

    def __init__(self, db: Database, host: LogoHost) -> None:
        self.db = db
        self.host = host
        self.clock = JumpingClock(NOW)
        self.metrics = Metrics()
        source = Source(Doorman([host.authority]), timeout_s=0.3)
        self.sync = CrestSync(source, db, self.clock, self.metrics, PER_SECOND)

    async def named(self, *paths: str) -> None:
        """Teams of matches around now whose logos are at these paths of the host."""
        async with self.db.transaction(NOW * 1000) as tx:
            for number, path in enumerate(paths):
                id_ = f"team{number:08}"
                await put(tx, Fixture(id=f"match{number:08}", home=id_, away="", match_time=NOW + number))
                await name(tx, id_, self.host.url(path))

    async def rounds(self, most: int = 50) -> int:
        """Turn until nothing is due; how many logos were asked for."""
        for turns in range(most):
            wait = (await self.sync.turn()).total_seconds()
            if wait > 1 / PER_SECOND:
                return turns
            self.clock.jump(wait)
        raise AssertionError("it does not rest")

    async def rows(self) -> list[Mapping[str, Any]]:
        async with self.db.transaction(0) as tx:
            return await tx.rows_as(
                dict,
                "SELECT id, refused, failures, fingerprint, etag,"
                " round(extract(EPOCH FROM due_at - clock_timestamp())) AS due_s FROM crest ORDER BY id",
            )

    async def reasons(self) -> list[str]:
        return [row["refused"] for row in await self.rows()]

    async def age(self) -> None:
        """Make everything due."""
        async with self.db.transaction(0) as tx:
            await tx.execute("UPDATE crest SET due_at = clock_timestamp()")

    def counted(self, result: Result | Reason) -> float:
        """The metric."""
        return float(self.metrics.crest_checks.labels(result.value)._value.get())


async def name(tx: Tx, id_: str, url: str, at: int = 1) -> None:
    record = CatalogueRecord(kind=Kind.TEAM, id=id_, name="X", logo=url, updated_at=at)
    await catalogue.upsert(tx, [record])


def about(seconds: float) -> object:
    """The same, but for the time a test takes."""
    return pytest.approx(seconds, abs=10)


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with LogoHost() as host:
        yield Stage(database, host)


async def test_a_logo_becomes_a_crest(stage: Stage) -> None:
    await stage.named("/one.png")

    with capture_logs() as events:
        assert await stage.rounds() == 1

    [row] = await stage.rows()
    assert row["fingerprint"]
    assert row["due_s"] == about(AGAIN_S)
    assert stage.counted(Result.STORED) == 1
    assert [event["event"] for event in events] == ["crest.stored"]


async def test_one_logo_is_asked_for_at_a_time_and_not_too_fast(stage: Stage) -> None:
    await stage.named("/one.png", "/two.png", "/three.png")

    waits = [(await stage.sync.turn()).total_seconds() for _ in range(4)]

    assert stage.host.paths == ["/one.png", "/two.png", "/three.png"]
    assert waits == [pytest.approx(1 / PER_SECOND)] * 3 + [pytest.approx(LOOK_S)]


async def test_what_is_held_is_asked_for_conditionally_and_kept_when_unchanged(stage: Stage) -> None:
    stage.host.always = gives(a_logo(), etag='"one"')
    await stage.named("/one.png")
    await stage.rounds()
    [first] = await stage.rows()
    stage.host.always = gives(b"", status=304)
    await stage.age()

    assert await stage.rounds() == 1

    assert stage.host.asked[-1][1]["if-none-match"] == '"one"'
    [after] = await stage.rows()
    assert (after["fingerprint"], after["etag"]) == (first["fingerprint"], '"one"')
    assert after["due_s"] == about(AGAIN_S)
    assert stage.counted(Result.UNCHANGED) == 1


async def test_a_changed_logo_takes_the_place_of_the_old(stage: Stage) -> None:
    stage.host.always = gives(a_logo(), etag='"one"')
    await stage.named("/one.png")
    await stage.rounds()
    [before] = await stage.rows()
    stage.host.always = gives(a_logo(colour="#b3122b"), etag='"two"')
    await stage.age()

    await stage.rounds()

    [after] = await stage.rows()
    assert after["fingerprint"] != before["fingerprint"]
    assert after["etag"] == '"two"'


async def test_a_new_address_is_asked_for_without_conditions(stage: Stage) -> None:
    stage.host.always = gives(a_logo(), etag='"one"')
    await stage.named("/one.png")
    await stage.rounds()
    async with stage.db.transaction(NOW * 1000) as tx:
        await name(tx, "team00000000", stage.host.url("/new.png"), at=2)
    stage.clock.jump(LOOK_S)

    await stage.rounds()

    path, headers = stage.host.asked[-1]
    assert path == "/new.png"
    assert "if-none-match" not in headers


async def test_an_address_that_changes_while_it_is_asked_for_is_overtaken(stage: Stage) -> None:
    async def meanwhile(writer: asyncio.StreamWriter) -> None:
        async with stage.db.transaction(0) as tx:
            await tx.execute("UPDATE crest SET url = url || '?new', due_at = clock_timestamp()")
        await gives(a_logo())(writer)

    stage.host.answers["/one.png"] = meanwhile
    await stage.named("/one.png")

    await stage.sync.turn()

    [row] = await stage.rows()
    assert row["fingerprint"] is None
    assert stage.counted(Result.OVERTAKEN) == 1


async def test_refusals_are_remembered_by_name_and_the_others_go_on(stage: Stage) -> None:
    stage.host.answers |= {
        "/gone.png": gives(b"", status=404),
        "/page.png": gives(b"<p>Sorry"),
        "/cut.png": gives(a_logo((300, 300))[:200]),
    }
    await stage.named("/gone.png", "/page.png", "/cut.png", "/fine.png")

    with capture_logs() as events:
        assert await stage.rounds() == 4

    assert await stage.reasons() == ["not_found", "not_an_image", "broken", ""]
    assert [stage.counted(Reason(one)) for one in ("not_found", "not_an_image", "broken")] == [1, 1, 1]
    assert [row["due_s"] for row in await stage.rows()] == list(map(about, [DAY_S, DAY_S, DAY_S, AGAIN_S]))
    assert [event["log_level"] for event in events if event["event"] == "crest.refused"] == ["info"] * 3


async def test_a_logo_that_can_no_longer_be_had_stays_as_it_was(stage: Stage) -> None:
    await stage.named("/one.png")
    await stage.rounds()
    [before] = await stage.rows()
    stage.host.always = gives(b"", status=404)
    await stage.age()

    await stage.rounds()

    [after] = await stage.rows()
    assert (after["fingerprint"], after["refused"]) == (before["fingerprint"], "not_found")


async def test_a_dead_host_is_left_alone_and_tried_with_one_question(stage: Stage) -> None:
    stage.host.always = gives(b"", status=503)
    await stage.named(*(f"/{number}.png" for number in range(8)))

    with capture_logs() as events:
        assert await stage.rounds() == FAILURES_MAX
        stage.clock.jump(REST_FIRST_S)
        assert await stage.rounds() == 1
        stage.clock.jump(REST_FIRST_S)
        assert await stage.rounds() == 0
        stage.host.always = gives(a_logo())
        stage.clock.jump(REST_FIRST_S)
        assert await stage.rounds() == 4

    said = [event["event"] for event in events if event["event"].startswith("crest.host")]
    assert said == ["crest.host.resting", "crest.host.back"]
    assert len(stage.host.asked) == FAILURES_MAX + 1 + 4


async def test_a_silent_host_costs_a_few_time_outs_and_no_more(stage: Stage) -> None:
    stage.host.always = silence
    await stage.named(*(f"/{number}.png" for number in range(6)))

    await stage.rounds()

    assert (await stage.reasons()).count("timeout") == FAILURES_MAX


async def test_nothing_is_kept_of_a_crest_that_could_not_be_written_whole(
    stage: Stage, conninfo: Conninfo
) -> None:
    with psycopg.connect(conninfo.owner) as owner:
        owner.execute("REVOKE INSERT ON crest_image FROM touchline_app")
    await stage.named("/one.png")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await stage.sync.turn()

    [row] = await stage.rows()
    assert (row["fingerprint"], row["refused"], row["etag"]) == (None, "", "")
    assert row["due_s"] == about(LEASE_S)


# ------------------------------------------------------------ how it is wired


async def test_an_ingest_process_has_the_loop_where_crests_are_wanted(database: Database) -> None:
    def names(logos: Source | None) -> set[str]:
        ingest = Ingest(
            database, SystemClock(), Metrics(), load({}), FakeProvider(), read_push=read, logos=logos
        )
        return {loop.name for loop in ingest.loops(FakeStream())}

    assert names(Source(Doorman(()), timeout_s=1)) - names(None) == {"crest_sync"}


@pytest.mark.parametrize(
    ("environ", "reached"),
    [
        ({}, {"own"}),
        ({"TOUCHLINE_CRESTS__ALLOWED_HOSTS": "127.0.0.1:{other}, intranet"}, {"own", "other"}),
        ({"TOUCHLINE_THESPORTS__USER": "u", "TOUCHLINE_THESPORTS__SECRET": "s"}, set()),
    ],
)
async def test_the_simulated_provider_alone_may_be_next_door(
    environ: dict[str, str], reached: set[str]
) -> None:
    async with LogoHost() as own, LogoHost() as other:
        settings = load(
            {"TOUCHLINE_SIMULATOR__HTTP_PORT": str(own.port)}
            | {name: value.format(other=other.port) for name, value in environ.items()}
        )
        logos = crest_source(settings, provider(settings))
        assert logos is not None
        for host in (own, other):
            with contextlib.suppress(Refused):
                await logos.fetch(host.url())

        assert {name for name, host in (("own", own), ("other", other)) if host.asked} == reached


def test_who_wants_no_crests_has_no_source() -> None:
    settings = load({"TOUCHLINE_CRESTS__ENABLED": "false"})

    assert crest_source(settings, provider(settings)) is None


# ------------------------------------------------------------ how long


def test_a_trouble_of_the_host_passes_sooner_than_one_of_the_logo() -> None:
    assert [wait_s(Reason.TIMEOUT, failures) for failures in (0, 1, 2, 50)] == [600, 1_200, 2_400, DAY_S]
    assert [wait_s(Reason.NOT_FOUND, failures) for failures in (0, 1, 50)] == [DAY_S, 2 * DAY_S, AGAIN_S]


@pytest.mark.parametrize("reason", Reason)
def test_no_refusal_is_asked_for_again_at_once_or_never(reason: Reason) -> None:
    assert 600 <= wait_s(reason, 0) <= wait_s(reason, 7) <= AGAIN_S


def hosts() -> tuple[Hosts, JumpingClock]:
    clock = JumpingClock()
    return Hosts(clock, Metrics()), clock


def test_a_host_that_answers_in_between_does_not_rest() -> None:
    known, _ = hosts()
    for _ in range(5):
        known.failed("a", Reason.TIMEOUT)
        known.failed("a", Reason.TIMEOUT)
        known.answered("a")

    assert known.resting() == []


def test_each_rest_is_twice_as_long_up_to_an_hour() -> None:
    known, clock = hosts()
    rests = []
    for _ in range(FAILURES_MAX + 9):
        known.failed("a", Reason.TIMEOUT)
        begun = clock.monotonic()
        while known.resting():
            clock.jump(30)
        rests.append(clock.monotonic() - begun)

    assert rests[: FAILURES_MAX + 2] == [0] * (FAILURES_MAX - 1) + [60, 120, 240]
    assert rests[-1] == REST_MAX_S


def test_a_host_that_says_when_to_come_back_is_believed() -> None:
    known, clock = hosts()
    known.failed("a", Reason.LIMITED, retry_after_s=600)
    known.failed("b", Reason.LIMITED, retry_after_s=10**9)

    clock.jump(599)
    assert known.resting() == ["a", "b"]
    clock.jump(1)
    assert known.resting() == ["b"]
    clock.jump(REST_MAX_S)
    assert known.resting() == []
