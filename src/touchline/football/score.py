"""What the provider's slots mean.

From the domain (football data, score tuple): slot 0 stops at 90 minutes, slot 1 is a half-time score
only once half-time is reached, slot 5 is the total after 120 minutes unless it can't be, slot 6
counts kicks and is never added. So a 1-1 never turns into 0-0 as extra time begins.
"""

from msgspec.structs import replace

from touchline.football import incidents
from touchline.football.codes import END
from touchline.football.halves import Half, goals_among, split
from touchline.football.model import Counts, Goals, Match, Pair, Reason, Score, Slots

SLOT_MAX = 32_767


def score_of(match: Match) -> Score:
    """The scores of `match` as far as it has got."""
    home, away = match.home_scores, match.away_scores
    kicks = (home[6], away[6])
    return Score(
        regular=(home[0], away[0]),
        half_time=(home[1], away[1]) if match.half_time_reached else None,
        extra_time=match.extra_time or _extra_time(match, alone=False),
        shoot_out=kicks if match.shoot_out_reached or kicks != (0, 0) else None,
    )


def display(match: Match) -> Pair:
    """The score on the board: `score_of(match).display` without the rest."""
    return match.extra_time or _extra_time(match, alone=False) or (match.home_scores[0], match.away_scores[0])


def goals_stand(match: Match, claim: Goals) -> bool:
    """Whether `claim` says nothing new about slots 0, 1, 5 and 6."""
    home, away = match.home_scores, match.away_scores
    return claim.home == (home[0], home[1], home[5], home[6]) and claim.away == (
        away[0],
        away[1],
        away[5],
        away[6],
    )


def counts_stand(match: Match, claim: Counts) -> bool:
    """Whether `claim` says nothing new about slots 2, 3 and 4."""
    return claim.home == match.home_scores[2:5] and claim.away == match.away_scores[2:5]


def goals_of(match: Match) -> Goals:
    """Slots 0, 1, 5 and 6 of both sides as a claim would say them."""
    home, away = match.home_scores, match.away_scores
    return Goals((home[0], home[1], home[5], home[6]), (away[0], away[1], away[5], away[6]))


def counts_of(match: Match) -> Counts:
    """Slots 2 to 4 of both sides as a claim would say them."""
    return Counts(match.home_scores[2:5], match.away_scores[2:5])


def are_mirrored(match: Match, claim: Counts) -> bool:
    """Whether `claim` is what stands with the sides exchanged."""
    return claim.home == match.away_scores[2:5] and claim.away == match.home_scores[2:5]


def take_goals(before: Match, state: Match, claim: Goals) -> tuple[Match, Reason]:
    """The match after a goals claim that is newer than what stands."""
    if not all(0 <= slot <= SLOT_MAX for slot in (*claim.home, *claim.away)):
        return state, Reason.WRONG_SHAPE
    after = replace(
        state,
        home_scores=_with_goals(state.home_scores, claim.home),
        away_scores=_with_goals(state.away_scores, claim.away),
    )
    return settle(before, after), Reason.APPLIED


def take_counts(state: Match, claim: Counts) -> tuple[Match, Reason]:
    """The match after a counts claim that is newer than what stands; -1 corners: no data."""
    for red, yellow, corners in (claim.home, claim.away):
        if not (0 <= red <= SLOT_MAX and 0 <= yellow <= SLOT_MAX and -1 <= corners <= SLOT_MAX):
            return state, Reason.WRONG_SHAPE
    home, away = state.home_scores, state.away_scores
    return replace(
        state,
        home_scores=(*home[:2], *claim.home, *home[5:]),
        away_scores=(*away[:2], *claim.away, *away[5:]),
    ), Reason.APPLIED


def settle(before: Match, state: Match) -> Match:
    """`state` with its extra-time score decided; incidents must be loaded.

    Where slot 5 could be either, the goals after the 90-minute marker decide; while the list lags
    behind the score, slot 5 keeps the meaning it had.
    """
    if _can_be_total(state):
        counted = _goals_in_extra_time(state)
        alone = counts_alone(before)
        if counted == _slot(state, 5):
            alone = counted != _beyond_regular(state)
        elif counted is not None and counted == _beyond_regular(state):
            alone = False
    else:
        alone = True
    decided = _extra_time(state, alone=alone)
    return state if decided == state.extra_time else replace(state, extra_time=decided)


def counts_alone(match: Match) -> bool:
    """Whether slot 5 was found to hold the goals of extra time alone."""
    return match.extra_time is not None and match.extra_time != _slot(match, 5)


def is_ambiguous(before: Match, after: Match) -> bool:
    """Whether the goals have just overruled the usual reading of slot 5."""
    return counts_alone(after) and not counts_alone(before) and _can_be_total(after)


def _with_goals(slots: Slots, claimed: tuple[int, int, int, int]) -> Slots:
    goals, half_time, extra_time, kicks = claimed
    return goals, half_time, slots[2], slots[3], slots[4], extra_time, kicks


def _slot(match: Match, index: int) -> Pair:
    return match.home_scores[index], match.away_scores[index]


def _can_be_total(match: Match) -> bool:
    home, away = match.home_scores, match.away_scores
    return home[5] >= home[0] and away[5] >= away[0]


def _beyond_regular(match: Match) -> Pair:
    home, away = match.home_scores, match.away_scores
    return home[5] - home[0], away[5] - away[0]


def _extra_time(match: Match, *, alone: bool) -> Pair | None:
    home, away = match.home_scores, match.away_scores
    if home[5] == 0 == away[5]:
        return None
    if alone or not _can_be_total(match):
        return home[0] + home[5], away[0] + away[5]
    return home[5], away[5]


def _goals_in_extra_time(match: Match) -> Pair | None:
    """Goals listed after the 90-minute marker, or None without that marker."""
    entries = [one.what for one in incidents.listed(match.incidents)]
    if not any(entry.type == END for entry in entries):
        return None
    return goals_among(split(entries)[Half.EXTRA_TIME])
