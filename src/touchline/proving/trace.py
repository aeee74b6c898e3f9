"""What happened in a simulation, line by line: the same seed writes the same lines, byte for byte."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TextIO

import msgspec

KEPT = 400
"""Lines remembered when nobody writes them down."""

Entry = tuple[float, str, str, Mapping[str, Any]]


class Trace:
    """The last things that happened; all of them in `file` where there is one."""

    def __init__(self, time: Callable[[], float], file: TextIO | None = None) -> None:
        self._time = time
        self._file = file
        self._kept: deque[Entry] = deque(maxlen=KEPT)

    def say(self, what: str, who: str = "", /, **fields: Any) -> None:
        """Something happened now; `who` is a process, empty for the world.

        A field that is dear to make is given as a function, called when somebody reads the line.
        """
        entry = (self._time(), what, who, fields)
        self._kept.append(entry)
        if self._file is not None:
            self._file.write(_line(entry) + "\n")

    def last(self, most: int) -> Sequence[str]:
        """The last lines, oldest first."""
        return [_line(entry) for entry in list(self._kept)[-most:]]


def _line(entry: Entry) -> str:
    at, what, who, fields = entry
    told = " ".join(_fields(fields.items()))
    return f"{at:12.6f} {who or '-':<10} {what:<18} {told}".rstrip()


def _fields(fields: Iterable[tuple[str, Any]]) -> Iterable[str]:
    for name, given in fields:
        value = given() if callable(given) else given
        text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
        yield f"{name}={text}"
