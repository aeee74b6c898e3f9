"""The happenings every played match has: statuses, stamps and period markers."""

from collections.abc import Iterator, Sequence

from touchline.simulator import wire
from touchline.simulator.course import Happening, Span, What

STATUS_OF = {"1H": wire.FIRST_HALF, "2H": wire.SECOND_HALF, "E1": wire.EXTRA_TIME}


def kick_offs(
    spans: Sequence[Span], *, two_stamps: bool = True, wrong_by: Sequence[int] = ()
) -> Iterator[Happening]:
    """A period begins. `wrong_by` is what the first stamp of each period is off; it is put right later.

    Extra time is one status; its second period has a stamp of its own unless `two_stamps` is off.
    """
    for number, span in enumerate(spans):
        off = wrong_by[number] if number < len(wrong_by) else 0
        if span.name in STATUS_OF:
            yield Happening(
                at=span.start, what=What.STATUS, status=STATUS_OF[span.name], stamp=span.start + off
            )
        elif two_stamps:
            yield Happening(at=span.start, what=What.STAMP, stamp=span.start + off)
        if off:
            later = span.start + min(300 + 7 * off % 600, (span.end - span.start) // 2)
            yield Happening(at=later, what=What.STAMP, stamp=span.start)


def whistles(spans: Sequence[Span], *, kicks_follow: bool) -> Iterator[Happening]:
    """What the end of each period brings, the end of the match aside."""
    for span in spans:
        if span.name == "1H":
            yield Happening(at=span.end, what=What.STATUS, status=wire.HALF_TIME)
            yield Happening(at=span.end, what=What.MARK, mark=wire.MARK_HALF_TIME, minute=45)
        elif span.name == "2H" and (len(spans) > 2 or kicks_follow):
            yield Happening(at=span.end, what=What.MARK, mark=wire.MARK_NINETY, minute=90)
        elif span.name == "E2":
            yield Happening(at=span.end, what=What.MARK, mark=wire.MARK_EXTRA_TIME, minute=120)


def shoot_out(start: int, kicks: Sequence[tuple[int, int, bool]], minute: int) -> Iterator[Happening]:
    """A shoot-out: `kicks` are (instant, side, scored)."""
    yield Happening(at=start, what=What.STATUS, status=wire.SHOOT_OUT)
    for at, side, scored in kicks:
        what = What.KICK_SCORED if scored else What.KICK_MISSED
        yield Happening(at=at, what=what, side=side, minute=minute)


def final_whistle(spans: Sequence[Span], ended: int, note: str, *, with_kicks: bool) -> Iterator[Happening]:
    """The match is over."""
    record: tuple[tuple[str, int | str], ...] = (("ended", ended), *((("note", note),) if note else ()))
    yield Happening(at=ended, what=What.STATUS, status=wire.ENDED, record=record)
    if len(spans) == 2 and not with_kicks:
        yield Happening(at=ended, what=What.MARK, mark=wire.MARK_NINETY, minute=90)
    if with_kicks:
        yield Happening(at=ended, what=What.MARK, mark=wire.MARK_KICKS, minute=120)


def note(regular: tuple[int, int], after: tuple[int, int] | None, kicks: tuple[int, int] | None) -> str:
    """The remark of a match that went beyond 90 minutes; empty for any other."""
    if kicks is None and after is None:
        return ""
    said = [f"FT[{regular[0]}-{regular[1]}]"]
    if after is not None:
        said.append(f"AET[{after[0]}-{after[1]}]")
    final = kicks or after or regular
    if kicks is not None:
        said.append(f"PEN[{kicks[0]}-{kicks[1]}]")
    winner = "Home win" if final[0] > final[1] else "Away win" if final[1] > final[0] else "Draw"
    return ",".join([*said, winner])
