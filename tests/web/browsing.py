"""A visitor's browser: real Chromium, in which any error of a script fails the test."""

import asyncio
import contextlib
import difflib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from tests.shared import program
from tests.web.cable import Cable, cable

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WITHIN_MS = 10_000
EVERY_S = 0.05
UNREACHED = "Failed to load resource: net::ERR_"
FIRST = "aaaaaaaaaaaaaa1"
"""The match of `Fixture()`."""
FLAT = """root => {
  const lines = [];
  const walk = (node, depth) => {
    const text = node.nodeType === Node.TEXT_NODE ? node.data.trim().replace(/\\s+/g, " ") : "";
    const said = [...(node.attributes ?? [])].map(({ name, value }) => `${name}=${value}`).sort();
    if (text || node.tagName) lines.push(" ".repeat(depth) + (text || [node.tagName, ...said].join(" ")));
    for (const child of node.childNodes) walk(child, depth + 1);
  };
  walk(root, 0);
  return lines;
}"""
"""An element as lines, whatever the order of its attributes and the white space in it."""
FRESH = """async () => {
  const page = await (await fetch(location.href, { cache: "no-store" })).text();
  return (%s)(new DOMParser().parseFromString(page, "text/html").getElementById("list"));
}"""
HIDE = """hidden => {
  const get = () => (hidden ? "hidden" : "visible");
  Object.defineProperty(document, "visibilityState", { configurable: true, get });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
COUNT_FLASHES = """() => {
  window.flashes = [];
  document.addEventListener("animationstart", ({ animationName, target }) => {
    if (animationName.startsWith("flash-")) window.flashes.push(`${animationName} ${target.id}`);
  });
}"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser; skips where there is none."""
    executable = program("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


class Site:
    """The server as its visitors reach it, and everything that went wrong in their browsers."""

    def __init__(self, browser: Browser, address: str, line: Cable) -> None:
        self.address = address
        self.line = line
        self.problems: list[str] = []
        self._browser = browser
        self._visitors: list[BrowserContext] = []

    async def visitor(self, **options: Any) -> BrowserContext:
        """A new visitor: his tabs share cookies, worker and stream."""
        context = await self._browser.new_context(**options)
        self._visitors.append(context)
        context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        context.on("console", lambda line: line.type == "error" and self.problems.append(line.text))
        return context

    async def open(self, path: str, visitor: BrowserContext | None = None, **options: Any) -> Page:
        """A new tab of `visitor`, or of a new one."""
        page = await (visitor or await self.visitor(**options)).new_page()
        await page.goto(self.address + path)
        return page

    async def leave(self) -> None:
        """Send every visitor home."""
        for visitor in self._visitors:
            await visitor.close()


@asynccontextmanager
async def visited(browser: Browser, address: str) -> AsyncIterator[Site]:
    """The site at `address`, at the end of a cable. Fails on any error of a script or of the content policy."""
    async with cable(address) as (line, near):
        site = Site(browser, near, line)
        try:
            yield site
        finally:
            await site.leave()
        problems = [each for each in site.problems if not (line.was_cut and each.startswith(UNREACHED))]
        assert not problems, problems


async def live(*pages: Page) -> None:
    """Wait until each of `pages` is connected."""
    for page in pages:
        await expect(page.locator("#connection")).to_have_attribute("data-state", "live", timeout=WITHIN_MS)


async def shows(page: Page, home: int, match_id: str = FIRST) -> None:
    """Wait until the row of a match shows these goals of the home side."""
    await expect(page.locator(f"#row-{match_id}-now .score b").first).to_have_text(
        str(home), timeout=2 * WITHIN_MS
    )


async def hide(page: Page, hidden: bool = True) -> None:
    """Let the page think that its tab went out of sight, or came back."""
    await page.evaluate(HIDE, hidden)


async def streams(site: Site, count: int) -> None:
    """Wait until the server has exactly `count` streams open."""

    async def counted() -> bool:
        return f"http_streams_open {float(count)}" in (await client.get(f"{site.address}/metrics")).text

    async with httpx.AsyncClient() as client:
        assert await until(counted), f"never exactly {count} streams open"


async def lines(page: Page) -> Sequence[str]:
    """What the list of the page shows, as lines."""
    shown: Sequence[str] = await page.locator("#list").evaluate(FLAT)
    return shown


async def same_as_fresh(page: Page) -> None:
    """Wait until the list is as it would be after a reload; fails with the differences."""

    async def fresh() -> Sequence[str]:
        loaded: Sequence[str] = await page.evaluate(FRESH % FLAT)
        return loaded

    async def same() -> bool:
        return await lines(page) == await fresh()

    if not await until(same):
        told = difflib.unified_diff(await lines(page), await fresh(), "shown", "fresh", lineterm="")
        raise AssertionError("\n".join(["not as fresh", *told]))


async def until(true: Callable[[], Awaitable[bool]]) -> bool:
    """Ask again and again whether it is `true` by now; False when it took too long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(WITHIN_MS / 1000):
            while not await true():  # noqa: ASYNC110 - what is waited for is in another process
                await asyncio.sleep(EVERY_S)
            return True
    return False
