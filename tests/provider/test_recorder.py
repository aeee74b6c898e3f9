"""Recordings: whole, bounded, readable after a crash, and played again as they came."""

import asyncio
import base64
import gzip
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiomqtt
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.typing import EventDict
from tests.provider.broker import Mosquitto
from tests.provider.clocks import JumpingClock

from touchline.cli.main import main
from touchline.clock import SteppedClock
from touchline.provider.playback import FootballPace, Pace, Unplayable, count
from touchline.provider.recorder import Line, Recorder, read_lines

TOPIC = "thesports/football/match/v1"


def a_recorder(
    directory: Path, clock: JumpingClock | None = None, max_mb: int = 10, file_mb: int = 1
) -> Recorder:
    return Recorder(directory, clock or JumpingClock(), max_mb=max_mb, file_mb=file_mb)


def recorded(directory: Path) -> list[dict[str, object]]:
    return [json.loads(line) for path in sorted(directory.glob("*.gz")) for line in gzip.open(path)]


def test_a_line_has_its_times_its_topic_and_its_payload(tmp_path: Path):
    clock = JumpingClock(start=1_770_000_000)
    recorder = a_recorder(tmp_path, clock)
    recorder.frame(TOPIC, b'[{"id":"k82rekhg0w8nrep"}]')
    clock.jump(1.5)
    recorder.answer("/match/detail_live", {"page": "2"}, b"<html>\n")
    recorder.close()

    assert recorded(tmp_path) == [
        {"t": 0.0, "est_recv_ts": 1_770_000_000.0, "topic": TOPIC, "payload": [{"id": "k82rekhg0w8nrep"}]},
        {
            "t": 1.5,
            "est_recv_ts": 1_770_000_001.5,
            "endpoint": "/match/detail_live",
            "params": {"page": "2"},
            "payload_b64": base64.b64encode(b"<html>\n").decode(),
        },
    ]


@given(
    st.lists(st.binary(max_size=40) | st.sampled_from([b"[1, 2]", b'{"a":\n1}', b"NaN", b" 1", b'"\xff"', b""]))
)
def test_every_payload_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, payloads: list[bytes]
):
    directory = tmp_path_factory.mktemp("recordings")
    recorder = a_recorder(directory)
    for payload in payloads:
        recorder.frame(TOPIC, payload)
    recorder.close()

    lines = [
        msgspec.json.decode(line, type=Line) for path in directory.glob("*.gz") for line in read_lines(path)
    ]
    assert [line.raw for line in lines] == payloads


def test_files_are_turned_over_and_the_oldest_go(tmp_path: Path):
    clock = JumpingClock()
    recorder = a_recorder(tmp_path, clock, max_mb=3, file_mb=1)
    for number in range(60):
        recorder.frame(TOPIC, json.dumps([number, os.urandom(100_000).hex()]).encode())
        clock.jump(1)
    recorder.close()

    sizes = [path.stat().st_size for path in tmp_path.glob("*.gz")]
    assert sum(sizes) <= 3 * 1024 * 1024 + 200_000
    assert len(sizes) >= 2
    numbers = [line["payload"][0] for line in recorded(tmp_path)]  # type: ignore[index]
    assert numbers == list(range(numbers[0], 60))
    assert all(line["t"] < 20 for line in recorded(tmp_path))  # type: ignore[operator]


def test_a_full_disk_is_said_once_and_tried_again(tmp_path: Path, events: list[EventDict]):
    place = tmp_path / "recordings"
    place.write_text("in the way")
    clock = JumpingClock()
    recorder = a_recorder(place, clock)
    for _ in range(5):
        recorder.frame(TOPIC, b"[]")
        clock.jump(59)
    place.unlink()
    clock.jump(60)
    recorder.frame(TOPIC, b"[1]")
    recorder.close()

    assert [event["event"] for event in events] == ["recorder.failing"]
    assert [line["payload"] for line in recorded(place)] == [[1]]


CRASH = """
import sys
from pathlib import Path
from touchline.clock import SystemClock
from touchline.provider.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]), SystemClock(), max_mb=10, file_mb=1)
for number in range(50):
    recorder.frame("a/topic", b"[%d]" % number)
print("there", flush=True)
sys.stdin.read()
"""


@pytest.mark.anyio
async def test_a_crash_costs_no_line(tmp_path: Path):
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CRASH, str(tmp_path), stdin=pipe, stdout=pipe
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"there\n"
    process.send_signal(signal.SIGKILL)
    await process.wait()

    (path,) = list(tmp_path.glob("*.gz"))  # noqa: ASYNC240 - one look at a small directory
    assert [json.loads(line)["payload"] for line in read_lines(path)] == [[number] for number in range(50)]
    assert count(path, topic=None, on_clock=True) == 50


# ---------------------------------------------------------------- playing again


@pytest.mark.anyio
async def test_frames_are_due_at_their_distance_from_the_first():
    clock = JumpingClock()
    pace = Pace(clock, speed=2)
    for frame in (Line(t=5.0), Line(t=6.0), Line(t=5.5), Line(t=9.0)):
        await pace.until(frame)

    assert clock.slept == [0.5, 1.5]


@pytest.mark.anyio
async def test_on_the_shared_clock_frames_are_due_at_their_football_time():
    clock = SteppedClock(start=1_000_000.0)
    pace = FootballPace(clock)
    out = []

    async def play() -> None:
        for at in (999_999.0, 1_000_010.0, 1_000_011.0):
            await pace.until(Line(est_recv_ts=at))
            out.append(at)

    async with asyncio.TaskGroup() as group:
        group.create_task(play())
        await clock.advance(0)
        assert out == [999_999.0]
        await clock.advance(10)
        assert len(out) == 2
        await clock.advance(1)

    assert len(out) == 3


BROKEN = {
    "not JSON": ("{", "Line 1 can't be played"),
    "no payload": ('{"t": 1, "topic": "a"}', "no payload"),
    "no time": ('{"topic": "a", "payload": []}', "neither t nor est_recv_ts"),
    "no topic": ('{"t": 1, "payload": []}', "give one by --topic"),
    "nothing": ("", "holds no pushed frame"),
    "answers only": ('{"t": 1, "endpoint": "/a", "payload": []}', "holds no pushed frame"),
}


@pytest.mark.parametrize(("line", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_played_is_said_before_anything_is_published(tmp_path: Path, line: str, words: str):
    path = tmp_path / "frames.jsonl"
    path.write_text(line)
    with pytest.raises(Unplayable, match=words):
        count(path, topic=None, on_clock=False)


def test_a_missing_file_and_a_missing_broker_say_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "frames.jsonl"
    for arguments, words in (
        ([str(path)], "Give a .jsonl"),
        ([str(path), "--mqtt-url", "http://nowhere"], "mqtt://, mqtts://"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["replay", *arguments])
        assert ended.value.code != 0
        assert words in capsys.readouterr().err
    path.write_text('{"t": 0, "topic": "a", "payload": []}\n')
    with pytest.raises(SystemExit):
        main(["replay", str(path), "--mqtt-url", "mqtt://user:s3cr3t@127.0.0.1:1"])
    said = capsys.readouterr().err
    assert "touchline up" in said
    assert "s3cr3t" not in said


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    async with Mosquitto(tmp_path) as running:
        yield running


@pytest.mark.anyio
@pytest.mark.parametrize("packed", [False, True])
async def test_the_command_publishes_every_frame_as_it_was(mosquitto: Mosquitto, tmp_path: Path, packed: bool):
    frames = [
        {"topic": TOPIC, "est_recv_ts": 1_745_890_221 + n, "payload": [{"id": f"m{n:05}"}]} for n in range(40)
    ]
    written = "".join(json.dumps(frame) + "\n" for frame in frames).encode()
    path = tmp_path / "frames.jsonl"
    path.write_bytes(gzip.compress(written) if packed else written)
    async with aiomqtt.Client("127.0.0.1", mosquitto.ports["mqtt"]) as client:
        await client.subscribe("#")
        command = ["replay", str(path), "--mqtt-url", mosquitto.url(), "--speed", "1000"]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "touchline", *command, stderr=asyncio.subprocess.PIPE
        )
        _, said = await process.communicate()
        got = []
        async with asyncio.timeout(10):
            async for message in client.messages:
                got.append(json.loads(message.payload))
                if len(got) == 40:
                    break

    assert process.returncode == 0
    assert b"40/40" in said
    assert got == [frame["payload"] for frame in frames]
