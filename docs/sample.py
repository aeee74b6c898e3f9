"""An invented matchday for the pictures: every state a match can be in, and one of each thing a page tells."""

import math
from collections.abc import Mapping, Sequence

import msgspec
from tests.web import matchday
from tests.web.matchday import NOW, Fixture

from touchline.football.claim import Trend
from touchline.football.lineup import Lineup, LineupPlayer, LineupSide, Mark
from touchline.football.model import Incident, Side, Status
from touchline.store.db import Tx

__all__ = ["KICKED", "NOW", "SHOWN", "invent"]

SHOWN, KICKED = "mmmmmmmmmmmmm01", "mmmmmmmmmmmmm07"
"""A match in its second half with everything there is; one in its shoot-out."""
HOME, AWAY = Side.HOME, Side.AWAY

COUNTRIES = {"country-nl": "Norland", "country-ma": "Marenia", "country-va": "Valdoria"}
COMPETITIONS = {
    "league-north": ("Northern Premier", "country-nl"),
    "league-maren": ("Liga Marena", "country-ma"),
    "cup-valdoria": ("Valdoria Cup", "country-va"),
    "league-second": ("Norland Second Division", "country-nl"),
}
TEAMS = {
    "t-harbour": "Harbour City",
    "t-oakmoor": "Oakmoor United",
    "t-redhill": "Redhill Rovers",
    "t-stanwick": "Stanwick Athletic",
    "t-kelder": "Kelder Town",
    "t-whitby": "Whitby Bay",
    "t-costa": "Costa Verde",
    "t-marena": "Real Marena",
    "t-puerto": "Puerto Alegre SC",
    "t-sol": "Atlético del Sol",
    "t-valdor": "Valdor 1899",
    "t-brennik": "Brennik",
    "t-lüne": "Lünestadt",
    "t-gora": "Górnik Gora",
    "t-ashfield": "Ashfield",
    "t-millbrook": "Millbrook Wanderers",
    "t-fenwick": "Fenwick",
    "t-drayton": "Drayton Vale",
    "t-ciftlik": "Çiftlik Gençlik",
    "t-yesil": "Yeşilova",
}


def _row(
    number: int, competition: str, home: str, away: str, began_min: int, status: Status, **fields: object
) -> Fixture:
    known = {
        "id": f"mmmmmmmmmmmmm{number:02}",
        "competition": competition,
        "home": f"t-{home}",
        "away": f"t-{away}",
        "match_time": (NOW - began_min * 60) // 900 * 900,
        "status": status,
        "minute": None,
    }
    return Fixture(**(known | fields))


def _side(
    goals: int, half_time: int = 0, red: int = 0, yellow: int = 0, extra: int = 0, kicks: int = 0
) -> list[int]:
    return [goals, half_time, red, yellow, 4, extra, kicks]


S = Status
DAY: Sequence[Fixture] = (
    _row(
        1,
        "league-north",
        "harbour",
        "oakmoor",
        95,
        S.SECOND_HALF,
        minute=78,
        round=21,
        venue="ground",
        referee="referee",
        season="season",
        home_scores=_side(2, 1, yellow=1),
        away_scores=_side(1, 1, 1, 3),
        first_half=NOW - 5_760,
        second_half=NOW - 1_960,
        statistics=(
            {"type": 25, "home": 58, "away": 42},
            {"type": 21, "home": 7, "away": 3},
            {"type": 22, "home": 6, "away": 5},
            {"type": 23, "home": 94, "away": 71},
            {"type": 24, "home": 51, "away": 33},
            {"type": 2, "home": 8, "away": 4},
            {"type": 3, "home": 1, "away": 3},
        ),
        first_half_stats=(
            {"type": 25, "home": 51, "away": 49},
            {"type": 83, "home": 6, "away": 5},
            {"type": 21, "home": 3, "away": 2},
            {"type": 2, "home": 3, "away": 3},
        ),
    ),
    _row(
        2,
        "league-north",
        "redhill",
        "stanwick",
        95,
        S.SECOND_HALF,
        minute=92,
        home_scores=_side(0),
        away_scores=_side(0),
    ),
    _row(
        3,
        "league-north",
        "kelder",
        "whitby",
        55,
        S.HALF_TIME,
        minute=46,
        home_scores=_side(1, 1),
        away_scores=_side(3, 3),
    ),
    _row(
        4,
        "league-maren",
        "costa",
        "marena",
        30,
        S.FIRST_HALF,
        minute=24,
        home_scores=_side(0),
        away_scores=_side(1, red=0),
    ),
    _row(
        5,
        "league-maren",
        "puerto",
        "sol",
        30,
        S.FIRST_HALF,
        minute=23,
        home_scores=_side(1, red=1),
        away_scores=_side(1),
    ),
    _row(
        6,
        "cup-valdoria",
        "valdor",
        "brennik",
        130,
        S.EXTRA_TIME,
        minute=107,
        home_scores=_side(1, 0, extra=2),
        away_scores=_side(1, 1, extra=1),
        extra_time=(2, 1),
    ),
    _row(
        7,
        "cup-valdoria",
        "lüne",
        "gora",
        160,
        S.SHOOT_OUT,
        minute=120,
        home_scores=_side(2, 1, extra=2, kicks=4),
        away_scores=_side(2, 0, extra=2, kicks=3),
        extra_time=(2, 2),
    ),
    _row(8, "league-second", "ciftlik", "yesil", 5, S.NOT_STARTED),
    _row(9, "league-second", "ashfield", "millbrook", 5, S.NOT_STARTED),
    _row(
        10,
        "league-second",
        "fenwick",
        "drayton",
        240,
        S.ENDED,
        home_scores=_side(3, 1),
        away_scores=_side(1, 1),
    ),
    _row(11, "league-maren", "sol", "costa", 270, S.ENDED, home_scores=_side(0), away_scores=_side(2, 1)),
    _row(12, "league-second", "millbrook", "fenwick", 60, S.DELAYED),
    _row(13, "league-north", "stanwick", "kelder", -120, S.NOT_STARTED),
)
TAKEN = Incident(type=1, side=AWAY, time=62, player_name="J. Varga", home_score=1, away_score=2)
TOLD = (
    Incident(
        type=1, side=AWAY, time=12, player_name="J. Varga", assist1_name="L. Brandt", home_score=0, away_score=1
    ),
    Incident(type=3, side=AWAY, time=29, player_name="T. Osei"),
    Incident(type=8, side=HOME, time=41, player_name="M. Lindqvist", home_score=1, away_score=1),
    Incident(type=19, side=Side.NEUTRAL, time=45, add_time=3),
    Incident(type=3, side=HOME, time=47, player_name="R. Calder"),
    Incident(type=11, side=Side.NEUTRAL, time=48),
    Incident(type=9, side=HOME, time=58, in_player_name="D. Aksoy", out_player_name="P. Marsh"),
    TAKEN,
    Incident(type=28, side=AWAY, time=63, player_name="J. Varga", var_reason=1, var_result=2),
    Incident(type=15, side=AWAY, time=69, player_name="T. Osei"),
    Incident(
        type=1,
        side=HOME,
        time=74,
        player_name="D. Aksoy",
        assist1_name="M. Lindqvist",
        home_score=2,
        away_score=1,
    ),
)


KICKS = (
    Incident(type=1, side=HOME, time=22, player_name="F. Ebert", home_score=1, away_score=0),
    Incident(type=11, side=Side.NEUTRAL, time=45),
    Incident(type=1, side=AWAY, time=58, player_name="K. Wilk", home_score=1, away_score=1),
    Incident(type=12, side=Side.NEUTRAL, time=90),
    Incident(type=1, side=AWAY, time=97, player_name="O. Zych", home_score=1, away_score=2),
    Incident(type=8, side=HOME, time=118, player_name="F. Ebert", home_score=2, away_score=2),
    Incident(type=29, side=HOME, time=120, player_name="F. Ebert", home_score=1, away_score=0),
    Incident(type=29, side=AWAY, time=120, player_name="K. Wilk", home_score=1, away_score=1),
    Incident(type=29, side=HOME, time=120, player_name="T. Krug", home_score=2, away_score=1),
    Incident(type=30, side=AWAY, time=120, player_name="O. Zych"),
    Incident(type=29, side=HOME, time=120, player_name="J. Stein", home_score=3, away_score=1),
    Incident(type=29, side=AWAY, time=120, player_name="L. Mazur", home_score=3, away_score=2),
    Incident(type=30, side=HOME, time=120, player_name="P. Lenz"),
    Incident(type=29, side=AWAY, time=120, player_name="R. Duda", home_score=3, away_score=3),
    Incident(type=29, side=HOME, time=120, player_name="M. Roth", home_score=4, away_score=3),
)
NAMES = (
    "N. Quist|A. Rhodes|E. Falk|J. Berg|R. Calder|S. Holm|P. Marsh|T. Nyberg|M. Lindqvist|K. Oduya|B. Wren",
    "I. Petrov|G. Sala|T. Osei|V. Moss|D. Klein|H. Amari|F. Rossi|L. Brandt|J. Varga|C. Nunes|O. Pike",
)
PLACES = (
    *((50, 8), (15, 30), (38, 26), (62, 26), (85, 30), (25, 55)),
    *((50, 50), (75, 55), (20, 82), (50, 88), (80, 82)),
)
"""Across and forward, of a 4-3-3."""
GOAL, YELLOW, OUT = 1, 3, 9


def _lineup_side(names: str, marked: Mapping[str, Sequence[Mark]], bench: str) -> LineupSide:
    players = [
        LineupPlayer(
            name=name,
            number=number,
            starts=True,
            captain=number == 4,
            x=x,
            y=y,
            marks=tuple(marked.get(name, ())),
        )
        for number, (name, (x, y)) in enumerate(zip(names.split("|"), PLACES, strict=True), start=1)
    ]
    spare = [LineupPlayer(name=name, number=number) for number, name in enumerate(bench.split("|"), start=12)]
    return LineupSide(formation="4-3-3", players=(*players, *spare))


LINEUP = Lineup(
    confirmed=True,
    home=_lineup_side(
        NAMES[0],
        {"M. Lindqvist": [Mark(GOAL, 41)], "R. Calder": [Mark(YELLOW, 45, 2)], "P. Marsh": [Mark(OUT, 58)]},
        "D. Aksoy|W. Finn|Y. Stone",
    ),
    away=_lineup_side(
        NAMES[1], {"J. Varga": [Mark(GOAL, 12)], "T. Osei": [Mark(15, 69)]}, "A. Lund|Q. Reyes|U. Sato"
    ),
)
PRESSURE = tuple(
    tuple(round(60 * math.sin(minute / 4 + half) + 35 * math.sin(minute / 1.7)) for minute in range(length))
    for half, length in enumerate((48, 33))
)


async def invent(tx: Tx) -> None:
    """Store the matchday."""
    for id_, text in COUNTRIES.items():
        await matchday.name(tx, "country", id_, text)
    for id_, (text, country) in COMPETITIONS.items():
        await matchday.name(tx, "competition", id_, text, country=country)
    for id_, text in TEAMS.items():
        await matchday.name(tx, "team", id_, text)
    for kind, id_, text in (
        ("venue", "ground", "Harbour Park"),
        ("referee", "referee", "A. Moreau"),
        ("season", "season", "2025-2026"),
    ):
        await matchday.name(tx, kind, id_, text)
    for fixture in DAY:
        await matchday.put(tx, fixture)
    await matchday.tell(tx, SHOWN, TOLD, withdrawn=[TOLD.index(TAKEN) + 1])
    await matchday.tell(tx, KICKED, KICKS)
    kept = {"id": SHOWN, "lineup": _json(LINEUP), "trend": _json(Trend(per=45, halves=PRESSURE))}
    await tx.execute("INSERT INTO match_lineup (match_id, lineup) VALUES (%(id)s, %(lineup)s::jsonb)", kept)
    await tx.execute("INSERT INTO match_trend (match_id, trend) VALUES (%(id)s, %(trend)s::jsonb)", kept)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
