"""Thousands of readers of one event stream in one process: `python -m bench.readers PORT PATH READERS`.

A client that is cheap enough not to be the limit: one epoll, one `recv` for what came, no task a reader.
Speaks lines with whoever started it: says `ready`, is told `stop`, `again POSITION` (all readers leave and
come back with that `Last-Event-ID`) or `count`, and answers with one line of JSON each. The instants at which
each event came to each reader go into a file: a line `KEY COUNT` and then 8 bytes an instant (monotonic clock).
"""

import argparse
import contextlib
import json
import os
import re
import resource
import select
import socket
import time
from array import array
from collections.abc import Iterable
from pathlib import Path

RECEIVE_BYTES = 262_144
SMALL_BUFFER_BYTES = 4_096
OPEN_AT_ONCE = 250
REST_S = 5.0


class Crowd:
    """Readers of one address. The last `stalled` of them never read."""

    def __init__(self, port: int, path: str, readers: int, stalled: int, key: bytes) -> None:
        self._port, self._path, self._readers, self._stalled = port, path, readers, stalled
        self._key = re.compile(key)
        self._poll = select.epoll()
        self._by_file: dict[int, socket.socket] = {}
        self._still: list[socket.socket] = []
        self._keys_of: dict[bytes, list[bytes]] = {}
        self._begun: dict[int, bytes] = {}
        self.came: dict[bytes, array[float]] = {}
        self.ended = 0
        self.first: dict[int, float] = {}

    def come(self, last_event_id: str | None = None) -> None:
        """Open every reader, some at a time; what arrives meanwhile is read."""
        asked = f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
        asked += f"Last-Event-ID: {last_event_id}\r\n\r\n" if last_event_id else "\r\n"
        for number in range(self._readers):
            stalled = number >= self._readers - self._stalled
            reader = socket.socket()
            if stalled:
                reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
            reader.connect(("127.0.0.1", self._port))
            reader.send(asked.encode())
            reader.setblocking(False)
            if stalled:
                self._still.append(reader)
            else:
                self._by_file[reader.fileno()] = reader
                self._poll.register(reader.fileno(), select.EPOLLIN)
            if number % OPEN_AT_ONCE == 0:
                self.read(0)

    def leave(self) -> None:
        """Close every reader."""
        for reader in [*self._by_file.values(), *self._still]:
            reader.close()
        self._by_file.clear()
        self._still.clear()
        self._begun.clear()
        self.first.clear()

    def read(self, wait_s: float) -> None:
        """Take what is there, and note when each event came."""
        for file, _ in self._poll.poll(wait_s):
            reader = self._by_file[file]
            try:
                data = reader.recv(RECEIVE_BYTES)
            except BlockingIOError:
                continue
            except ConnectionError:
                data = b""
            if not data:
                self._lost(file)
                continue
            now = time.monotonic()
            self.first.setdefault(file, now)
            for key in self._keys(self._whole(file, data)):
                self.came.setdefault(key, array("d")).append(now)

    def _whole(self, file: int, data: bytes) -> bytes:
        """The events that are complete; what has only begun waits for its rest."""
        if file not in self._begun and data.endswith(b"\n\n"):
            return data
        data = self._begun.pop(file, b"") + data
        end = data.rfind(b"\n\n") + 2 if b"\n\n" in data else 0
        if end < len(data):
            self._begun[file] = data[end:]
        return data[:end]

    def cut_off(self) -> int:
        """How many of the stalled readers were cut off: they read what is on its way, and it ends."""
        waiting, over = list(self._still), 0
        until = time.monotonic() + REST_S
        while waiting and time.monotonic() < until:
            over += len(waiting)
            waiting = [reader for reader in waiting if not _is_over(reader)]
            over -= len(waiting)
        return over

    def _keys(self, data: bytes) -> Iterable[bytes]:
        """What tells the events of these bytes; most readers get the very same bytes."""
        if (known := self._keys_of.get(data)) is None:
            if len(self._keys_of) > 1_000:
                self._keys_of.clear()
            found = (b"/".join(match.groups()) for match in self._key.finditer(data))
            known = self._keys_of[data] = list(found)
        return known

    def _lost(self, file: int) -> None:
        self._by_file.pop(file).close()
        self._begun.pop(file, None)
        self.ended += 1


def main() -> None:
    """Be the readers until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m bench.readers", description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("readers", type=int)
    parser.add_argument("--stalled", type=int, default=0, help="how many of them never read")
    parser.add_argument("--key", default=r'"version":(\d+)', help="what tells an event, as a pattern")
    parser.add_argument("--out", type=Path, required=True, help="where the instants go")
    asked = parser.parse_args()
    crowd = Crowd(asked.port, asked.path, asked.readers, asked.stalled, asked.key.encode())
    crowd.come()
    _say(ready=asked.readers)
    os.set_blocking(0, False)
    told = ""
    while True:
        crowd.read(0.05)
        with contextlib.suppress(BlockingIOError):
            told += os.read(0, 1_000).decode()
        line, newline, rest = told.partition("\n")
        if newline:
            told = rest
            if not _obey(crowd, line.split(), asked.out):
                return


def _obey(crowd: Crowd, words: list[str], out: Path) -> bool:
    """Do what was told; False when it was the last."""
    match words:
        case ["again", position]:
            crowd.leave()
            crowd.came.clear()
            began = time.monotonic()
            crowd.come(position)
            _say(began=began, took_s=time.monotonic() - began)
        case ["count"]:
            _say(readers=len(crowd.first), ended=crowd.ended, events=_counts(crowd))
        case _:
            with out.open("wb") as file:
                for key, instants in crowd.came.items():
                    file.write(b"%b %d\n" % (key, len(instants)) + instants.tobytes())
            used = resource.getrusage(resource.RUSAGE_SELF)
            _say(ended=crowd.ended, cut_off=crowd.cut_off(), busy_s=used.ru_utime + used.ru_stime)
            return False
    return True


def _counts(crowd: Crowd) -> dict[str, int]:
    return {key.decode(): len(instants) for key, instants in crowd.came.items()}


def _is_over(reader: socket.socket) -> bool:
    """Whether the other side ended it; what is there is read first."""
    reader.setblocking(False)
    try:
        return reader.recv(RECEIVE_BYTES) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def _say(**what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
