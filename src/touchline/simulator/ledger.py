"""The provider's book of one match: score slots and the incident list, kept happening by happening."""

from collections.abc import Callable
from enum import Flag, auto

from touchline.simulator import wire
from touchline.simulator.course import GOALS, Happening, Player, What
from touchline.simulator.wire import Json, Record


class Channel(Flag):
    """What has to be told again after a happening."""

    NONE = 0
    SCORE = auto()
    INCIDENTS = auto()
    RECORD = auto()


TYPES = {
    What.GOAL: wire.GOAL,
    What.PENALTY: wire.PENALTY,
    What.OWN_GOAL: wire.OWN_GOAL,
    What.PENALTY_MISSED: wire.PENALTY_MISSED,
    What.YELLOW: wire.YELLOW,
    What.SECOND_YELLOW: wire.SECOND_YELLOW,
    What.RED: wire.RED,
    What.SUBSTITUTION: wire.SUBSTITUTION,
    What.BOARD: wire.BOARD,
    What.REVIEW: wire.REVIEW,
    What.KICK_SCORED: wire.KICK_SCORED,
    What.KICK_MISSED: wire.KICK_MISSED,
}

# A second yellow counts in both card slots.
CARD_SLOTS = {
    What.YELLOW: (wire.YELLOWS,),
    What.SECOND_YELLOW: (wire.REDS, wire.YELLOWS),
    What.RED: (wire.REDS,),
}


class Ledger:
    """Score, status and incidents after everything entered so far.

    Entries are replaced, never changed, so that a list once told stays as it was told.
    """

    def __init__(self, match_id: str, *, corners: bool, say_added: bool) -> None:
        self.match_id = match_id
        self.status = wire.NOT_STARTED
        self.stamp = 0
        self.slots: dict[int, list[int]] = {side: [0] * 7 for side in (wire.HOME, wire.AWAY)}
        self.record: dict[str, int | str] = {}
        self._say_added = say_added
        self._entries: dict[int, Record] = {}
        self._known: dict[int, Happening] = {}
        self._counted: dict[int, tuple[int, ...]] = {}
        """The slots each goal counts in."""
        self._next_key = -1
        if not corners:
            for slots in self.slots.values():
                slots[wire.CORNERS] = wire.NO_CORNER_DATA

    def score(self) -> list[Json]:
        """The score tuple: id, status, home, away, kick-off stamp of the running period, remark."""
        stamp = self.stamp if self.status in wire.STAMPED else 0
        home, away = (list[Json](self.slots[side]) for side in (wire.HOME, wire.AWAY))
        return [self.match_id, self.status, home, away, stamp, ""]

    def incidents(self) -> list[Json]:
        """The whole incident list, in the order of the match."""
        return list(self._entries.values())

    def enter(self, happening: Happening) -> Channel:
        """Take `happening` into the book; says what changed."""
        return self._ENTER[happening.what](self, happening)

    def _status(self, happening: Happening) -> Channel:
        self.status, self.stamp = happening.status, happening.stamp
        if self.status == wire.EXTRA_TIME:
            for slots in self.slots.values():
                slots[wire.AFTER_EXTRA_TIME] = slots[wire.GOALS]
            self.record["has_ot"] = 1
        self.record.update(happening.record)
        return Channel.SCORE

    def _stamp(self, happening: Happening) -> Channel:
        self.stamp = happening.stamp
        return Channel.SCORE

    def _goal(self, happening: Happening) -> Channel:
        key = self._add(happening)
        self._counted[key] = self._slots_now()
        self._count_goal(key, +1)
        self._renumber()
        return Channel.SCORE | Channel.INCIDENTS

    def _slots_now(self) -> tuple[int, ...]:
        if self.status == wire.EXTRA_TIME:
            return (wire.AFTER_EXTRA_TIME,)
        return (wire.GOALS, wire.AT_HALF_TIME) if self.status == wire.FIRST_HALF else (wire.GOALS,)

    def _count_goal(self, key: int, step: int) -> None:
        slots, counted = self.slots[self._known[key].side], self._counted[key]
        for slot in counted:
            slots[slot] += step
        if "has_ot" in self.record and wire.GOALS in counted:
            slots[wire.AFTER_EXTRA_TIME] += step

    def _card(self, happening: Happening) -> Channel:
        for slot in CARD_SLOTS[happening.what]:
            self.slots[happening.side][slot] += 1
        self._add(happening)
        return Channel.SCORE | Channel.INCIDENTS

    def _corner(self, happening: Happening) -> Channel:
        slots = self.slots[happening.side]
        if slots[wire.CORNERS] == wire.NO_CORNER_DATA:
            return Channel.NONE
        slots[wire.CORNERS] += 1 if happening.what is What.CORNER else -1
        return Channel.SCORE

    def _listed(self, happening: Happening) -> Channel:
        self._add(happening)
        return Channel.INCIDENTS

    def _kick(self, happening: Happening) -> Channel:
        changed = Channel.INCIDENTS
        if happening.what is What.KICK_SCORED:
            self.slots[happening.side][wire.KICKS] += 1
            changed |= Channel.SCORE
        key = self._add(happening)
        home, away = (self.slots[side][wire.KICKS] for side in (wire.HOME, wire.AWAY))
        self._entries[key] = {**self._entries[key], "home_score": home, "away_score": away}
        return changed

    def _review(self, happening: Happening) -> Channel:
        about = self._known.get(happening.about)
        result = happening.codes[1]
        changed = Channel.INCIDENTS
        if about and result == wire.GOAL_CANCELLED:
            self._count_goal(about.key, -1)
        elif about and result == wire.RED_CANCELLED:
            self.slots[about.side][wire.REDS] -= 1
        if about and result in {wire.GOAL_CANCELLED, wire.RED_CANCELLED}:
            del self._entries[about.key]
            self._renumber()
            changed |= Channel.SCORE
        self._add(happening)
        return changed

    def _reinstated(self, happening: Happening) -> Channel:
        """A goal taken back by the review `key` counts after all: `about` names the goal."""
        goal = self._known[happening.about]
        self._count_goal(goal.key, +1)
        self._entries[happening.key] = {**self._entries[happening.key], "var_result": wire.GOAL_STANDS}
        self._add(goal)
        self._renumber()
        return Channel.SCORE | Channel.INCIDENTS

    def _rescinded(self, happening: Happening) -> Channel:
        """A card that `about` names was never shown, without a review."""
        card = self._known[happening.about]
        for slot in CARD_SLOTS[card.what]:
            self.slots[card.side][slot] -= 1
        del self._entries[card.key]
        return Channel.SCORE | Channel.INCIDENTS

    def _awarded(self, happening: Happening) -> Channel:
        """The goals are set at a table, whatever was played; nothing about it is in the list."""
        for side, goals in zip((wire.HOME, wire.AWAY), happening.codes, strict=True):
            slots = self.slots[side]
            slots[wire.GOALS] = goals
            if "has_ot" in self.record:
                slots[wire.AFTER_EXTRA_TIME] = goals
        self.record.update(happening.record)
        return Channel.SCORE

    def _detail(self, happening: Happening) -> Channel:
        if happening.about not in self._entries:
            return Channel.NONE
        entry = dict(self._entries[happening.about])
        scores: Record = {name: entry.pop(name) for name in ("home_score", "away_score") if name in entry}
        if happening.minute:
            entry["time"] = happening.minute
        self._entries[happening.about] = {**entry, **_names(happening), **scores}
        return Channel.INCIDENTS

    def _record(self, happening: Happening) -> Channel:
        self.record.update(happening.record)
        return Channel.RECORD

    def _add(self, happening: Happening) -> int:
        key = happening.key
        if not key:
            key, self._next_key = self._next_key, self._next_key - 1
        self._known[key] = happening
        self._entries[key] = self._entry(happening)
        return key

    def _entry(self, happening: Happening) -> Record:
        kind = happening.mark if happening.what is What.MARK else TYPES[happening.what]
        entry: Record = {"type": kind, "position": happening.side, "time": happening.minute}
        if happening.added and (self._say_added or happening.what is What.BOARD):
            entry["add_time"] = happening.added
        if happening.what is What.REVIEW:
            entry |= _names(happening)
            entry["var_reason"], entry["var_result"] = happening.codes
        elif not happening.vague:
            entry |= _names(happening)
        return entry

    def _renumber(self) -> None:
        """Give every goal the score after it; entries that already say so stay the same objects."""
        home = away = 0
        for key, entry in self._entries.items():
            if entry["type"] not in wire.GOAL_TYPES:
                continue
            home += entry["position"] == wire.HOME
            away += entry["position"] == wire.AWAY
            if (entry.get("home_score"), entry.get("away_score")) != (home, away):
                self._entries[key] = {**entry, "home_score": home, "away_score": away}

    _ENTER: dict[What, Callable[["Ledger", Happening], Channel]] = {  # noqa: RUF012 - a table, never changed
        What.STATUS: _status,
        What.STAMP: _stamp,
        **dict.fromkeys(GOALS, _goal),
        **dict.fromkeys(CARD_SLOTS, _card),
        What.PENALTY_MISSED: _listed,
        What.SUBSTITUTION: _listed,
        What.BOARD: _listed,
        What.MARK: _listed,
        What.CORNER: _corner,
        What.CORNER_BACK: _corner,
        What.REVIEW: _review,
        What.REINSTATED: _reinstated,
        What.DETAIL: _detail,
        What.KICK_SCORED: _kick,
        What.KICK_MISSED: _kick,
        What.RESCINDED: _rescinded,
        What.AWARDED: _awarded,
        What.RECORD: _record,
    }


def _names(happening: Happening) -> Record:
    if happening.what is What.SUBSTITUTION:
        return {**_person("in_player", happening.player), **_person("out_player", happening.other)}
    return {**_person("player", happening.player), **_person("assist1", happening.other)}


def _person(role: str, player: Player | None) -> Record:
    return {f"{role}_id": player.id, f"{role}_name": player.name} if player else {}
