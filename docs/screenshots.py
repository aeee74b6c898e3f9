"""The pictures of the README: an invented matchday, served by the real server, seen by Chromium.

    python -m docs.screenshots [FOLDER]

Needs Chromium and the development dependencies; writes `docs/images/*.png`.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser, async_playwright
from tests.web import matchday
from tests.web.matchday import NOW, Fixture

from touchline.clock import SystemClock
from touchline.embedded.postgres import Postgres
from touchline.football.model import Incident, Side, Status
from touchline.metrics import Metrics
from touchline.settings import Web
from touchline.store.db import Database, Tx
from touchline.store.migrate import migrate
from touchline.web.app import Parts
from touchline.web.server import serve

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHOWN = "mmmmmmmmmmmmm01"
ZONE = "Europe/Istanbul"
DESKTOP, PHONE = (1280, 900), (390, 844)
SHOTS = (
    ("live-desktop-light", f"/?tz={ZONE}", DESKTOP, "light"),
    ("live-desktop-dark", f"/?tz={ZONE}", DESKTOP, "dark"),
    ("live-phone", f"/?tz={ZONE}", PHONE, "light"),
    ("live-phone-dark", f"/?tz={ZONE}", PHONE, "dark"),
    ("match-desktop", f"/match/{SHOWN}?tz={ZONE}", DESKTOP, "light"),
    ("match-phone-dark", f"/match/{SHOWN}?tz={ZONE}", PHONE, "dark"),
    ("day-desktop", f"/day/2026-02-07?tz={ZONE}", DESKTOP, "light"),
)
"""Name, path, size, colours."""
HOME, AWAY = Side.HOME, Side.AWAY

COUNTRIES = {"country-nl": "Norland", "country-ma": "Marenia", "country-va": "Valdoria"}
COMPETITIONS = {
    "league-north": ("Northern Premier", "country-nl"),
    "league-maren": ("Liga Marena", "country-ma"),
    "cup-valdoria": ("Valdoria Cup", "country-va"),
    "league-second": ("Norland Second Division", "country-nl"),
}
TEAMS = {
    "t-harbour": "Harbour City",
    "t-oakmoor": "Oakmoor United",
    "t-redhill": "Redhill Rovers",
    "t-stanwick": "Stanwick Athletic",
    "t-kelder": "Kelder Town",
    "t-whitby": "Whitby Bay",
    "t-costa": "Costa Verde",
    "t-marena": "Real Marena",
    "t-puerto": "Puerto Alegre SC",
    "t-sol": "Atlético del Sol",
    "t-valdor": "Valdor 1899",
    "t-brennik": "Brennik",
    "t-lüne": "Lünestadt",
    "t-gora": "Górnik Gora",
    "t-ashfield": "Ashfield",
    "t-millbrook": "Millbrook Wanderers",
    "t-fenwick": "Fenwick",
    "t-drayton": "Drayton Vale",
    "t-ciftlik": "Çiftlik Gençlik",
    "t-yesil": "Yeşilova",
}


def _row(
    number: int, competition: str, home: str, away: str, began_min: int, status: Status, **fields: object
) -> Fixture:
    known = {
        "id": f"mmmmmmmmmmmmm{number:02}",
        "competition": competition,
        "home": f"t-{home}",
        "away": f"t-{away}",
        "match_time": (NOW - began_min * 60) // 900 * 900,
        "status": status,
        "minute": None,
    }
    return Fixture(**(known | fields))


def _side(
    goals: int, half_time: int = 0, red: int = 0, yellow: int = 0, extra: int = 0, kicks: int = 0
) -> list[int]:
    return [goals, half_time, red, yellow, 4, extra, kicks]


S = Status
DAY: Sequence[Fixture] = (
    _row(
        1,
        "league-north",
        "harbour",
        "oakmoor",
        95,
        S.SECOND_HALF,
        minute=78,
        round=21,
        venue="ground",
        referee="referee",
        season="season",
        home_scores=_side(2, 1, yellow=1),
        away_scores=_side(1, 1, 1, 3),
        first_half=NOW - 5_760,
        second_half=NOW - 1_960,
        statistics=(
            {"type": 25, "home": 58, "away": 42},
            {"type": 21, "home": 7, "away": 3},
            {"type": 22, "home": 6, "away": 5},
            {"type": 23, "home": 94, "away": 71},
            {"type": 24, "home": 51, "away": 33},
            {"type": 2, "home": 8, "away": 4},
            {"type": 3, "home": 1, "away": 3},
        ),
    ),
    _row(
        2,
        "league-north",
        "redhill",
        "stanwick",
        95,
        S.SECOND_HALF,
        minute=92,
        home_scores=_side(0),
        away_scores=_side(0),
    ),
    _row(
        3,
        "league-north",
        "kelder",
        "whitby",
        55,
        S.HALF_TIME,
        minute=46,
        home_scores=_side(1, 1),
        away_scores=_side(3, 3),
    ),
    _row(
        4,
        "league-maren",
        "costa",
        "marena",
        30,
        S.FIRST_HALF,
        minute=24,
        home_scores=_side(0),
        away_scores=_side(1, red=0),
    ),
    _row(
        5,
        "league-maren",
        "puerto",
        "sol",
        30,
        S.FIRST_HALF,
        minute=23,
        home_scores=_side(1, red=1),
        away_scores=_side(1),
    ),
    _row(
        6,
        "cup-valdoria",
        "valdor",
        "brennik",
        130,
        S.EXTRA_TIME,
        minute=107,
        home_scores=_side(1, 0, extra=2),
        away_scores=_side(1, 1, extra=1),
        extra_time=(2, 1),
    ),
    _row(
        7,
        "cup-valdoria",
        "lüne",
        "gora",
        160,
        S.SHOOT_OUT,
        minute=120,
        home_scores=_side(2, 1, extra=2, kicks=4),
        away_scores=_side(2, 0, extra=2, kicks=3),
        extra_time=(2, 2),
    ),
    _row(8, "league-second", "ciftlik", "yesil", 5, S.NOT_STARTED),
    _row(9, "league-second", "ashfield", "millbrook", 5, S.NOT_STARTED),
    _row(
        10,
        "league-second",
        "fenwick",
        "drayton",
        240,
        S.ENDED,
        home_scores=_side(3, 1),
        away_scores=_side(1, 1),
    ),
    _row(11, "league-maren", "sol", "costa", 270, S.ENDED, home_scores=_side(0), away_scores=_side(2, 1)),
    _row(12, "league-second", "millbrook", "fenwick", 60, S.DELAYED),
    _row(13, "league-north", "stanwick", "kelder", -120, S.NOT_STARTED),
)
TOLD = (
    Incident(
        type=1, side=AWAY, time=12, player_name="J. Varga", assist1_name="L. Brandt", home_score=0, away_score=1
    ),
    Incident(type=3, side=AWAY, time=29, player_name="T. Osei"),
    Incident(type=8, side=HOME, time=41, player_name="M. Lindqvist", home_score=1, away_score=1),
    Incident(type=19, side=Side.NEUTRAL, time=45, add_time=3),
    Incident(type=3, side=HOME, time=47, player_name="R. Calder"),
    Incident(type=11, side=Side.NEUTRAL, time=48),
    Incident(type=9, side=HOME, time=58, in_player_name="D. Aksoy", out_player_name="P. Marsh"),
    Incident(type=28, side=AWAY, time=63, player_name="J. Varga", var_reason=1, var_result=2),
    Incident(type=15, side=AWAY, time=69, player_name="T. Osei"),
    Incident(
        type=1,
        side=HOME,
        time=74,
        player_name="D. Aksoy",
        assist1_name="M. Lindqvist",
        home_score=2,
        away_score=1,
    ),
)


async def invent(tx: Tx) -> None:
    """Store the matchday."""
    for id_, text in COUNTRIES.items():
        await matchday.name(tx, "country", id_, text)
    for id_, (text, country) in COMPETITIONS.items():
        await matchday.name(tx, "competition", id_, text, country=country)
    for id_, text in TEAMS.items():
        await matchday.name(tx, "team", id_, text)
    for kind, id_, text in (
        ("venue", "ground", "Harbour Park"),
        ("referee", "referee", "A. Moreau"),
        ("season", "season", "2025-2026"),
    ):
        await matchday.name(tx, kind, id_, text)
    for fixture in DAY:
        await matchday.put(tx, fixture)
    await matchday.tell(tx, SHOWN, TOLD)


async def photograph(browser: Browser, address: str, folder: Path) -> None:
    """Every shot."""
    for name, path, (width, height), scheme in SHOTS:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        page = await context.new_page()
        await page.goto(address + path)
        await page.wait_for_selector('#connection[data-state="live"]')
        await page.evaluate("document.fonts.ready")
        await page.screenshot(path=folder / f"{name}.png")
        await context.close()


async def run(postgres: Postgres, folder: Path) -> None:
    """Serve the matchday and photograph it."""
    clock = SystemClock(real_epoch=time.time(), virtual_epoch=NOW)  # noqa: TID251 - the wall lends its pace
    conninfo = postgres.app_conninfo
    async with Database.open(conninfo, name="web", min_size=1, max_size=5, timeout_s=5) as database:
        async with database.transaction(NOW * 1000) as tx:
            await invent(tx)
        parts = Parts.assemble(Web(), clock, Metrics(), database, conninfo)
        stop = asyncio.Event()
        address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        async with asyncio.TaskGroup() as group:
            group.create_task(serve(parts, "127.0.0.1", 0, stop, address.set_result))
            async with async_playwright() as playwright:
                chromium = shutil.which("chromium")
                browser = await playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
                try:
                    await photograph(browser, await address, folder)
                finally:
                    await browser.close()
                    stop.set()


def main() -> None:
    """Take the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        postgres = Postgres(Path(home) / "postgres", connections_max=30)
        postgres.start()
        try:
            migrate(postgres.owner_conninfo)
            asyncio.run(run(postgres, folder))
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()
