"""What the provider has told and finally means, as the rules want it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from touchline.proving.rules.final import Truth
from touchline.proving.rules.told import Word
from touchline.simulator.course import GOALS
from touchline.simulator.scene import Scene
from touchline.simulator.script import Kind, Script

NOT_STARTED = 1
UNTOLD = Word(float("-inf"), NOT_STARTED, (0,) * 7, (0,) * 7, 0)


def told(scene: Scene, now: float) -> Mapping[str, Sequence[Word]]:
    """Every score message of every match, in its order, behind what stands before the first."""
    return {script.id: [UNTOLD, *_words(script)] for script in scene.scripts(now)}


def standing(scene: Scene, now: float) -> Mapping[str, Truth]:
    """How every match stands for the provider now, as it means it: faults of the telling left out."""
    return {script.id: _standing(script, now) for script in scene.scripts(now)}


def announced(scene: Scene, now: float, until: int) -> list[str]:
    """The matches whose record says that it was last changed up to an instant."""
    return [str(one["id"]) for one in scene.records(now) if cast("int", one["updated_at"]) <= until]


def _words(script: Script) -> list[Word]:
    """What is pushed, and what only the record of the match says."""
    pushed = [_word(message.at, message.body) for message in script.tellings(Kind.SCORE)]
    listed = [_listed(script, at) for at in script.patched() if at >= pushed[0].at] if pushed else []
    return sorted([*pushed, *listed], key=lambda word: word.at)


def _word(at: float, body: Sequence[Any]) -> Word:
    return Word(at, body[1], tuple(body[2]), tuple(body[3]), body[4])


def _listed(script: Script, at: float) -> Word:
    record = cast("Mapping[str, Any]", script.record(at))
    return Word(at, record["status_id"], tuple(record["home_scores"]), tuple(record["away_scores"]), 0)


def _standing(script: Script, now: float) -> Truth:
    record = cast("Mapping[str, Any]", script.meant.record(now))
    return Truth(
        (_listed(script.meant, now), _listed(script, now)),
        (_incidents(script.meant, now), _incidents(script, now)),
        sum(one.what in GOALS for one in script.course.happenings),
        record["match_time"],
    )


def _incidents(script: Script, now: float) -> Sequence[Mapping[str, Any]]:
    listed = script.newest(Kind.INCIDENTS, now)
    return cast("Sequence[Mapping[str, Any]]", listed.body if listed else ())
