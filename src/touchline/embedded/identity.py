"""As whom an embedded program runs, and what happens to it when we die.

Postgres refuses to run as root. An ordinary user runs it plainly. Root runs it in a user
namespace, where root is user 1000 and files keep their owner: no system user, no changed
mode, even under a 0700 home. Where namespaces are off, root gives the program an unused
uid of its own and, so that it still reaches the directory, the right to pass closed folders.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from touchline.errors import EmbeddedError

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
OWN_UID = 54_320
DEMOTED = (
    "setpriv",
    f"--reuid={OWN_UID}",
    f"--regid={OWN_UID}",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What goes before a command, and the uid its files belong to (None: ours, nothing to do)."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None

    def owns(self, path: Path) -> None:
        """Give `path` and all below it to this identity, where that is somebody else's."""
        if self.uid is None or path.stat().st_uid == self.uid:
            return
        for found in [path, *path.rglob("*")]:
            os.chown(found, self.uid, self.uid, follow_symlinks=False)


PLAIN = Identity()
IN_NAMESPACE = Identity(NAMESPACE, uid=0)
AS_OWN_UID = Identity(DEMOTED, uid=OWN_UID)


def unprivileged(directory: Path, program: Path) -> Identity:
    """The first identity that is not root, may write `directory` and may run `program`.

    Raises EmbeddedError when there is none.
    """
    if os.geteuid() != 0:
        return PLAIN
    for identity in (IN_NAMESPACE, AS_OWN_UID):
        if _works([*identity.prefix, "test", "-w", str(directory), "-a", "-x", str(program)]):
            return identity
    raise EmbeddedError(
        "Postgres does not run as root, and this system allows neither user namespaces nor another uid. "
        "Run touchline as an ordinary user, or set TOUCHLINE_DATABASE_URL to a Postgres of your own."
    )


def dies_with_us(died: signal.Signals) -> tuple[str, ...]:
    """What goes before a command so that it gets the signal `died` when we are gone, however we went.

    Bound to the thread that starts the program: start programs from the main thread.
    """
    return ("setpriv", f"--pdeathsig={died.name}") if shutil.which("setpriv") else ()


def _works(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
