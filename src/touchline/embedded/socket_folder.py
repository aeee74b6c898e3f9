"""The folder in which an embedded server listens."""

import hashlib
import os
from pathlib import Path

from touchline.errors import EmbeddedError

PATH_MAX = 80  # a socket's whole path may have 107 bytes; its name takes some


def socket_folder(directory: Path, *, create: bool = False) -> Path:
    """Where the server of `directory` listens: inside it, or under /tmp when its path is too long for a socket.

    The same directory always gives the same folder, so whoever knows one finds the other.
    Raises EmbeddedError when somebody else holds the folder under /tmp.
    """
    folder = directory / "socket"
    if len(os.fsencode(folder)) > PATH_MAX:
        digest = hashlib.blake2s(os.fsencode(directory), digest_size=8).hexdigest()
        folder = Path(f"/tmp/touchline-{os.geteuid()}-{digest}")  # noqa: S108 - TMPDIR may differ between processes
    if create:
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() != 0 and folder.stat().st_uid != os.geteuid():
            raise EmbeddedError(f"{folder} belongs to somebody else. Choose a shorter TOUCHLINE_DATA_DIR.")
    return folder
