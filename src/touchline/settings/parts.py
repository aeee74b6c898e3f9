"""What can be set, part by part, with its default and its range."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from touchline.clock import SystemClock

NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})
"""The machine's own choice of a zone, rules to fill in, a place holder."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class TheSports(Part):
    """How the provider is reached."""

    base_url: str = Field("https://api.thesports.com/v1/football", description="before every path")
    user: str = Field("", description="account name; empty means no account: the simulated provider is used")
    secret: SecretStr = Field(SecretStr(""), description="of the account, for HTTP and push")
    mqtt_url: str = Field("wss://mq.thesports.com:443/mqtt", description="mqtt://, mqtts://, ws:// or wss://")
    topic: str = Field("thesports/football/match/v1", description="of the push channel")
    timeout_ms: int = Field(5000, ge=100, le=60_000, description="one HTTP attempt, or one to reach push")
    requests_per_minute: int = Field(120, ge=1, le=10_000, description="HTTP budget of all processes together")
    queue_max: int = Field(10_000, ge=100, le=1_000_000, description="push messages that may wait")
    poll_s: int = Field(
        10, ge=2, le=120, description="football seconds between polls of all matches beside push"
    )
    ca_file: str = Field("", description="certificates (PEM) to trust for HTTP and push; default: the system's")

    @field_validator("mqtt_url")
    @classmethod
    def _mqtt_scheme(cls, value: str) -> str:
        if urlsplit(value).scheme not in {"mqtt", "mqtts", "ws", "wss"} or not urlsplit(value).hostname:
            raise ValueError("must be mqtt://, mqtts://, ws:// or wss:// and name a host")
        return value

    @field_validator("base_url")
    @classmethod
    def _http_scheme(cls, value: str) -> str:
        if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname:
            raise ValueError("must be http:// or https:// and name a host")
        return value.rstrip("/")


class Web(Part):
    """Where the pages and the API are served."""

    host: str = Field("127.0.0.1", description="0.0.0.0 serves every network of the machine")
    port: int = Field(8000, ge=0, le=65_535, description="0 takes any free port")
    timezone: str = Field("UTC", description="default zone of the diary")
    live_window_min: int = Field(120, ge=1, le=1_440, description="how long a match is expected past its time")
    trusted_proxies: str = Field(
        "", description="addresses or networks, by commas, whose X-Forwarded-* headers are believed"
    )
    streams_max: int = Field(2_000, ge=1, le=100_000, description="open event streams; one more gets 503")

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in zone_names():
            raise ValueError("must be an IANA zone such as Europe/Istanbul")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in filter(None, map(str.strip, value.split(","))):
            try:
                ip_network(part)
            except ValueError as error:
                raise ValueError(f"{error}; give IP addresses or networks such as 10.0.0.0/8") from None
        return value

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of `trusted_proxies`."""
        return tuple(ip_network(part.strip()) for part in self.trusted_proxies.split(",") if part.strip())


class LimitSettings(Part):
    """How often we may be asked."""

    public_capacity: int = Field(
        20_000, ge=1, le=10_000_000, description="requests of the public routes at once, all processes together"
    )
    public_refill_per_s: float = Field(
        20_000, gt=0, le=10_000_000, description="such requests a second for ever"
    )
    web_processes: int = Field(
        1, ge=1, le=1_000, description="among how many the limits are divided without Valkey"
    )


class Simulator(Part):
    """The provider of our own."""

    enabled: bool | None = Field(None, description="default: on when no account is set")
    seed: int = Field(1, ge=0, le=2**31, description="of the matchday; the same seed plays the same matches")
    http_port: int = Field(8010, ge=0, le=65_535, description="0 takes any free port")
    mqtt_port: int = Field(8018, ge=0, le=65_535, description="0 takes any free port")
    matches: int = Field(40, ge=1, le=2_000, description="seeded matches in play at any moment, about")
    stats_interval_s: int = Field(20, ge=1, le=3_600, description="football seconds between statistics")
    extra_time_stamps: int = Field(2, ge=1, le=2, description="2: extra time's second period has its own")
    timelines: Path | None = Field(None, description="real matches to play instead, one JSON object a line")
    timeline_ids: str = Field("", description="which of them, separated by commas; empty: by count")
    timeline_count: int = Field(20, ge=1, le=10_000, description="how many timelines without ids")
    start: float | None = Field(
        None,
        description="football time at which timelines begin, Unix seconds; default: the clock's epoch or now",
    )
    recording: Path | None = Field(None, description="recorded frames to play instead (.jsonl or .jsonl.gz)")
    publish_recording: bool = Field(True, description="false: somebody else publishes the recorded frames")
    faults: str = Field(
        "", description="codes of the fault matrix that are on from the start, separated by commas"
    )


class Crests(Part):
    """Where logos may be fetched, and how fast."""

    enabled: bool = Field(True, description="fetch the logos the catalogue names; false: none but those held")
    per_second: int = Field(5, ge=1, le=100, description="logos an ingest process asks for")
    timeout_ms: int = Field(5000, ge=100, le=60_000, description="one logo, redirects included")
    allowed_hosts: str = Field(
        "", description="hosts (`host` or `host:port`) that may have a private address, separated by commas"
    )

    @property
    def hosts(self) -> frozenset[str]:
        """The entries of `allowed_hosts`."""
        return frozenset(one.strip() for one in self.allowed_hosts.split(",") if one.strip())


class ClockSettings(Part):
    """The shared virtual clock: `virtual = virtual_epoch + (real - real_epoch) * speed`."""

    real_epoch: float = Field(
        0.0, description="wall time at which football time is `virtual_epoch`, Unix seconds"
    )
    virtual_epoch: float = Field(0.0, description="football time at `real_epoch`, Unix seconds")
    speed: float = Field(1.0, gt=0, le=1_000, description="football seconds in one real second")
    force: bool = Field(False, description="allow a virtual clock with a real provider")

    @property
    def virtual(self) -> bool:
        """Whether football time differs from the wall's."""
        return self.speed != 1.0 or self.real_epoch != self.virtual_epoch

    def build(self) -> SystemClock:
        """The clock these settings describe."""
        return SystemClock(self.real_epoch, self.virtual_epoch, self.speed)


class Log(Part):
    """How events are written."""

    format: Literal["text", "json"] = Field("text", description="`json` is one object a line")
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="what is less is not written"
    )


class MatchMinute(Part):
    """The minute engine."""

    timeout_ms: int = Field(120_000, ge=1_000, le=3_600_000, description="one sweep over all live matches")
    batch_size: int = Field(100, ge=1, le=10_000, description="rows a page of the sweep")
    max_updates_per_tick: int = Field(50, ge=1, le=10_000, description="rows a transaction")


class JobsSettings(Part):
    """How jobs are run."""

    stagger_enabled: bool = Field(
        True, description="jobs start at their offsets; `touchline jobs stagger` wins later"
    )
    concurrency: int = Field(
        4, ge=1, le=64, description="jobs a work process runs at a time in each lane: short ones, long ones"
    )


class JobSettings(Part):
    """What differs from the table of jobs for one of them; KEY is its name in snake case (`TREND_SYNC`)."""

    cron: str | None = Field(None, description="when it is due, five fields; default: the table of jobs")
    offset: str | None = Field(
        None,
        description="seconds after that at which it starts, 0 to 59; a wrong one is warned of and not used",
    )
    timeout_ms: int | None = Field(None, ge=100, le=86_400_000, description="then a run is cancelled")
    batch_size: int | None = Field(None, ge=1, le=1_000_000, description="how much one run may take on")
    missed: Literal["skip", "latest", "all"] | None = Field(
        None, description="what becomes of slots that nobody could hand over: `skip`, `latest` or `all`"
    )


class Sla(Part):
    """The watch over silent matches. How long silence may last is a rule of football, not a setting."""

    timeout_ms: int = Field(300_000, ge=1_000, le=3_600_000, description="one look of the watchdog")
    batch_size: int = Field(500, ge=1, le=10_000, description="silent matches a look, the oldest event first")
    cooldown_s: int = Field(
        300, ge=30, le=86_400, description="football seconds before the provider is asked again about a match"
    )


class Orchestrator(Part):
    """The one writer."""

    lock_timeout_ms: int = Field(10_000, ge=100, le=120_000, description="waiting for a match row")
    max_retries: int = Field(3, ge=1, le=20, description="times a claim is decided again after a lost race")
    batch_max: int = Field(200, ge=1, le=5_000, description="claims a transaction")


class Database(Part):
    """Connections to Postgres."""

    max_connections: int = Field(50, ge=5, le=10_000, description="of all processes together")
    web_pool_max: int = Field(20, ge=1, le=500, description="connections of a web process")
    worker_pool_max: int = Field(5, ge=1, le=500, description="connections of any other process")
    pool_min: int = Field(2, ge=0, le=100, description="connections a process keeps open")
    conn_timeout_s: float = Field(5.0, gt=0, le=60, description="waiting for a connection")


class Retention(Part):
    """How long is kept what is kept for a while only, in days of football time."""

    changes_days: int = Field(7, ge=1, le=3_650, description="changes of matches; the newest of each stays")
    raw_days: int = Field(30, ge=1, le=3_650, description="payloads that could not be read")


class Recorder(Part):
    """Raw frames of the provider, kept for replay."""

    enabled: bool = Field(False, description="write raw frames to `recordings` in the data directory")
    max_mb: int = Field(512, ge=1, le=1_000_000, description="all recordings together; the oldest go first")
    file_mb: int = Field(16, ge=1, le=10_000, description="one compressed file")


class Settings(Part):
    """All settings of an installation."""

    thesports: TheSports = TheSports()
    web: Web = Web()
    limits: LimitSettings = LimitSettings()
    simulator: Simulator = Simulator()
    clock: ClockSettings = ClockSettings()
    log: Log = Log()
    match_minute: MatchMinute = MatchMinute()
    jobs: JobsSettings = JobsSettings()
    job: Mapping[str, JobSettings] = {}
    sla: Sla = Sla()
    orchestrator: Orchestrator = Orchestrator()
    db: Database = Database()
    recorder: Recorder = Recorder()
    retention: Retention = Retention()
    crests: Crests = Crests()
    data_dir: Path = Field(Path(".touchline"), description="embedded Postgres, Valkey and recordings")
    database_url: SecretStr | None = Field(None, description="default: the embedded Postgres")
    valkey_url: SecretStr | None = Field(None, description="default: the embedded Valkey")

    @property
    def simulated(self) -> bool:
        """Whether the simulated provider stands in for a real one."""
        return not self.thesports.user if self.simulator.enabled is None else self.simulator.enabled

    @model_validator(mode="after")
    def _clock_suits_the_provider(self) -> "Settings":
        if self.clock.virtual and not self.simulated and not self.clock.force:
            raise ValueError(
                "TOUCHLINE_CLOCK__* is set while a real provider is used; a virtual clock would make "
                "every minute wrong. Unset it, or set TOUCHLINE_CLOCK__FORCE=true"
            )
        if not self.simulated and not (self.thesports.user and self.thesports.secret.get_secret_value()):
            raise ValueError("a real provider needs TOUCHLINE_THESPORTS__USER and TOUCHLINE_THESPORTS__SECRET")
        return self


def zone_names() -> frozenset[str]:
    """The IANA zones this machine knows, without what lies beside them in its folder of zones."""
    return frozenset(name for name in available_timezones() if name not in NO_ZONES)
