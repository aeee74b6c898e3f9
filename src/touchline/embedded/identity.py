"""As whom an embedded program runs, and what happens to it when we die.

Postgres refuses to run as root. An ordinary user runs it plainly. Root runs it in a user
namespace, where root goes by another number and files keep their owner: no system user, no
changed mode, even under a 0700 home. Where namespaces are off, root gives the program an unused
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

NOBODY = 65_534  # has a name on every system, and initdb insists on one
OWN_UID = 54_320


@dataclass(frozen=True, slots=True)
class Identity:
    """What goes before a command, and the uid its files belong to (None: ours, nothing to do)."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    founder: "Identity | None" = None
    """Who makes a cluster in its place, where it has no name itself."""

    def owns(self, path: Path) -> None:
        """Give `path` and all below it to this identity, where that is somebody else's."""
        if self.uid is None or path.stat().st_uid == self.uid:
            return
        for found in [path, *path.rglob("*")]:
            os.chown(found, self.uid, self.uid, follow_symlinks=False)


def _demoted(uid: int) -> tuple[str, ...]:
    """As `uid`, but past folders that are closed to it: the data directory may lie under a 0700 home."""
    ids = (f"--reuid={uid}", f"--regid={uid}", "--clear-groups")
    return ("setpriv", *ids, "--inh-caps=+dac_override", "--ambient-caps=+dac_override")


PLAIN = Identity()
IN_NAMESPACE = Identity(("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"), uid=0)
AS_OWN_UID = Identity(_demoted(OWN_UID), OWN_UID, founder=Identity(_demoted(NOBODY), NOBODY))


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
