"""The pictures of the README: an invented matchday, served by the real server, seen by Chromium.

    python -m docs.screenshots [FOLDER]

Needs Chromium and the development dependencies; writes `docs/images/*.png`.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from docs.sample import KICKED, NOW, SHOWN, invent
from playwright.async_api import Browser, async_playwright

from touchline.clock import SystemClock
from touchline.embedded.postgres import Postgres
from touchline.metrics import Metrics
from touchline.settings.parts import Web
from touchline.store.db import Database
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
ZONE = "Europe/Istanbul"
DESKTOP, PHONE = (1280, 900), (390, 844)
SHOTS = (
    ("live-desktop-light", f"/?tz={ZONE}", DESKTOP, "light"),
    ("live-desktop-dark", f"/?tz={ZONE}", DESKTOP, "dark"),
    ("live-phone", f"/?tz={ZONE}", PHONE, "light"),
    ("live-phone-dark", f"/?tz={ZONE}", PHONE, "dark"),
    ("match-desktop", f"/match/{SHOWN}?tz={ZONE}", DESKTOP, "light"),
    ("match-phone-dark", f"/match/{SHOWN}?tz={ZONE}", PHONE, "dark"),
    ("shoot-out-desktop", f"/match/{KICKED}?tz={ZONE}", DESKTOP, "light"),
    ("day-desktop", f"/day/2026-02-07?tz={ZONE}", DESKTOP, "light"),
    ("empty-day-phone", f"/day/2026-02-17?tz={ZONE}", PHONE, "light"),
    ("not-found-phone", "/match/nothing", PHONE, "light"),
)
"""Name, path, size, colours."""


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
        if await page.locator("#connection").count():
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
