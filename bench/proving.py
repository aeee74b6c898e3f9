"""How much football a simulation plays: match-hours a minute on one core, and steps a second."""

from bench.report import Row

from touchline.proving.matchday import Plan, begins, scene
from touchline.proving.seeds import Order, play
from touchline.proving.world import Setup

MUST = 300.0
STATS_EVERY_S = 22
"""With what happens beside, 120 messages in an hour of play."""
SPEED = 60.0


def run(quick: bool) -> list[Row]:
    """One matchday without trouble, every process of an installation taking part, every commit judged."""
    plan = Plan(seed=1, matches=20 if quick else 100, hours=0.5 if quick else 1.0, stats_every_s=STATS_EVERY_S)
    played = play(Order(setup=Setup(plan=plan, faults=(), speed=SPEED)))
    verdict, cpu_s = played.verdict, played.cpu_s
    if verdict.violations:
        raise AssertionError(f"the simulation found something: {verdict.violations}")
    in_play_h, told_times = _played(plan)
    pace = in_play_h / cpu_s * 60
    told = (
        f"{in_play_h:.0f} h of play in {plan.matches} matches, {told_times / in_play_h:.0f} messages an hour,"
        f" football {SPEED:g} times as fast as the processes; in memory, processor time"
    )
    return [
        Row(
            name="simulated match-hours a minute, one core",
            ours=pace,
            peer=None,
            ratio=None,
            must=f">= {MUST:.0f}",
            met=pace >= MUST,
            unit="match-hours/min",
            config=told,
        ),
        Row(
            name="simulated steps a second, one core",
            ours=verdict.steps / cpu_s,
            peer=None,
            ratio=None,
            must="",
            met=None,
            unit="steps/s",
            config=f"callbacks of the loop; {verdict.commits} commits judged; {told}",
        ),
    ]


def _played(plan: Plan) -> tuple[float, int]:
    """Hours in which a match of `plan` was in play, and how many messages were pushed of all of them."""
    begin = begins(plan.seed)
    end = begin + plan.hours * 3_600
    scripts = scene(plan).scripts(begin)
    spans = [(one.course.spans[0].start, one.course.ended or 0) for one in scripts if one.course.spans]
    in_play_s = sum(max(0.0, min(end, ended) - max(begin, started)) for started, ended in spans)
    return in_play_s / 3_600, sum(len(script.between(begin, end)) for script in scripts)
