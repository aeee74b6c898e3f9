"""The rate of messages: said every 100 messages or 30 s, and by nobody once the connection is gone."""

import asyncio

import pytest
from structlog.typing import EventDict

from touchline.clock import SteppedClock
from touchline.provider.thesports.rate import MessageRate

pytestmark = pytest.mark.anyio


async def test_it_is_said_every_30_s_and_by_nobody_after_the_end(events: list[EventDict]):
    clock = SteppedClock()
    rate = MessageRate("c1", clock)
    async with asyncio.TaskGroup() as group:
        timer = group.create_task(rate.run())
        await clock.advance(0)
        await clock.advance(10)
        rate.count("b")
        rate.count("a")
        await clock.advance(19.9)
        assert events == []
        await clock.advance(0.1)
        assert events == [
            {
                "event": "websocket.msg.rate",
                "log_level": "info",
                "messages_since_last": 2,
                "window_sec": 30.0,
                "topics": ["a", "b"],
                "connection_id": "c1",
            }
        ]
        timer.cancel()
    await clock.advance(600)

    assert len(events) == 1


async def test_100_messages_begin_a_new_window(events: list[EventDict]):
    clock = SteppedClock()
    rate = MessageRate("c1", clock)
    async with asyncio.TaskGroup() as group:
        timer = group.create_task(rate.run())
        await clock.advance(0)
        await clock.advance(20)
        for _ in range(100):
            rate.count("a")
        await clock.advance(0)
        await clock.advance(29.9)
        assert [event["messages_since_last"] for event in events] == [100]
        await clock.advance(0.1)
        assert [event["messages_since_last"] for event in events] == [100, 0]
        timer.cancel()

    assert [event["window_sec"] for event in events] == [20.0, 30.0]
