"""What the simulator tells about its own play, for tests and demonstrations: plan, truth and faults."""

from collections.abc import Callable, Mapping
from typing import cast

import msgspec
from msgspec import Struct

from touchline.errors import BadInput
from touchline.simulator import wire
from touchline.simulator.faults.matrix import MATRIX
from touchline.simulator.faults.switches import Switches
from touchline.simulator.scene import Scene
from touchline.simulator.script import Kind, Script
from touchline.simulator.wire import Json, Record


def plan(scene: Scene, now: float) -> Record:
    """Every match played around now: who, when, and when each word of it is said."""
    return {"now": now, "matches": [_planned(script) for script in scene.scripts(now)]}


def truth(scene: Scene, now: float) -> Record:
    """How every match played around now ends, by id."""
    return {script.id: _ending(script) for script in scene.scripts(now)}


CONTROLS: Mapping[str, Callable[[Scene, float], Record]] = {"/_sim/plan": plan, "/_sim/truth": truth}
FAULTS = "/_sim/faults"


class Change(Struct, forbid_unknown_fields=True):
    """Which faults somebody wants on or off."""

    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


def faults(switches: Switches) -> Record:
    """Every fault with its title, where it takes hold, and whether it is on."""
    listed: list[Json] = [
        {"code": one.code, "title": one.title, "seam": one.seam.value, "on": switches.is_on(one.code)}
        for one in MATRIX.values()
    ]
    return {"faults": listed}


def switch(switches: Switches, body: bytes) -> None:
    """Do what `body` wants. Raises BadInput, and then nothing was switched."""
    try:
        wanted = msgspec.json.decode(body, type=Change)
    except msgspec.MsgspecError as error:
        raise BadInput(
            "body", body[:80].decode("latin-1"), f'{{"on": [...], "off": [...]}} ({error})'
        ) from None
    switches.change(on=wanted.on, off=wanted.off)


def _planned(script: Script) -> Record:
    course = script.course
    spans = {span.name: span for span in course.spans}
    break_: list[Json] = [spans["1H"].end, spans["2H"].start] if "2H" in spans else []
    return {
        "id": script.id,
        "timeline": course.fixture.source,
        "competition": course.fixture.competition,
        "home": course.fixture.home,
        "away": course.fixture.away,
        "scheduled": course.fixture.scheduled,
        "periods": [{"period": one.name, "start": one.start, "end": one.end} for one in course.spans],
        "half_time": break_,
        "shoot_out_start": course.kicks_start,
        "ended": course.ended,
        "told": {
            kind.value: [one.at for one in script.tellings(kind)] for kind in Kind if kind is not Kind.STATS
        },
        "scores": [[one.at, *one.body[1:5]] for one in script.tellings(Kind.SCORE)],
    }


def _ending(script: Script) -> Record:
    script = script.meant  # whatever goes wrong in the telling
    end = script.last_at
    record = script.record(end)
    sides = [cast("list[int]", record[f"{side}_scores"]) for side in ("home", "away")]
    incidents = script.newest(Kind.INCIDENTS, end)

    def pair(slot: int) -> list[Json]:
        return [side[slot] for side in sides]

    course = script.course
    return {
        "status": record["status_id"],
        "regular": pair(wire.GOALS),
        "half_time": pair(wire.AT_HALF_TIME),
        "extra_time": pair(wire.AFTER_EXTRA_TIME) if len(course.spans) > 2 else None,
        "shoot_out": pair(wire.KICKS) if course.kicks_start is not None else None,
        "red_cards": pair(wire.REDS),
        "yellow_cards": pair(wire.YELLOWS),
        "corners": pair(wire.CORNERS),
        "incidents": incidents.body if incidents else [],
    }
