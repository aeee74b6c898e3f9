"""How much football a simulation plays: match-hours a minute on one core, and steps a second."""

from bench.report import Row
from msgspec import Struct

from touchline.proving.matchday import Plan, begins, scene
from touchline.proving.seeds import Order, play
from touchline.proving.world import Setup

MUST = 300.0
STATS_EVERY_S = 22
"""With what happens beside, 120 messages in an hour of play."""
SPEED = 60.0


class Size(Struct, frozen=True, kw_only=True):
    """How much is played."""

    matches: int
    hours: float
    seeds: int


class Day(Struct, frozen=True, kw_only=True):
    """What one simulated matchday came to."""

    in_play_h: float
    messages: int
    cpu_s: float
    steps: int
    commits: int


def run(quick: bool) -> list[Row]:
    """Matchdays without trouble, every process of an installation taking part, every commit judged."""
    size = Size(matches=20, hours=0.5, seeds=2) if quick else Size(matches=100, hours=1.0, seeds=4)
    days = [
        _play(Plan(seed=seed, matches=size.matches, hours=size.hours, stats_every_s=STATS_EVERY_S))
        for seed in range(1, size.seeds + 1)
    ]
    cpu_s = sum(day.cpu_s for day in days)
    in_play_h = sum(day.in_play_h for day in days)
    pace = in_play_h / cpu_s * 60
    told = (
        f"{in_play_h:.0f} h of play in {size.seeds} matchdays of {size.matches} matches,"
        f" {sum(day.messages for day in days) / in_play_h:.0f} messages an hour,"
        f" football {SPEED:g} times as fast as the processes; in memory, processor time"
    )
    each = ", ".join(f"{day.in_play_h / day.cpu_s * 60:.0f}" for day in days)
    return [
        Row(
            name="simulated match-hours a minute, one core",
            ours=pace,
            peer=None,
            ratio=None,
            must=f">= {MUST:.0f}",
            met=pace >= MUST,
            unit="match-hours/min",
            config=f"{told}; day by day {each}",
        ),
        Row(
            name="simulated steps a second, one core",
            ours=sum(day.steps for day in days) / cpu_s,
            peer=None,
            ratio=None,
            must="",
            met=None,
            unit="steps/s",
            config=f"callbacks of the loop; {sum(day.commits for day in days)} commits judged; {told}",
        ),
    ]


def _play(plan: Plan) -> Day:
    """One matchday; how many processes take part is the seed's to say."""
    played = play(Order(setup=Setup(plan=plan, faults=(), speed=SPEED)))
    verdict = played.verdict
    if verdict.violations:
        raise AssertionError(f"the simulation found something: {verdict.violations}")
    in_play_h, messages = _played(plan, verdict.at * SPEED)
    return Day(
        in_play_h=in_play_h, messages=messages, cpu_s=played.cpu_s, steps=verdict.steps, commits=verdict.commits
    )


def _played(plan: Plan, length_s: float) -> tuple[float, int]:
    """Hours in which a match of `plan` was in play, and how many messages were pushed of all of them.

    `length_s`: football seconds from the first start to the verdict, the settling at the end with them.
    """
    begin = begins(plan.seed)
    end = begin + length_s
    scripts = scene(plan).scripts(begin)
    spans = [(one.course.spans[0].start, one.course.ended or 0) for one in scripts if one.course.spans]
    in_play_s = sum(max(0.0, min(end, ended) - max(begin, started)) for started, ended in spans)
    return in_play_s / 3_600, sum(len(script.between(begin, end)) for script in scripts)
