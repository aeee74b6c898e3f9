"""Twenty real matches: every event and every minute reaches its readers. `make proof` plays many more.

Extra time, shoot-outs, own goals and dismissals are among them. It takes three minutes, so it is a
proof; in every run the undisturbed matches of `test_killed.py` stand for it.
"""

from collections.abc import Iterator

import pytest
from tests.proof import playing
from tests.proof.playing import Played, play
from tests.proof.timelines import choose, read
from tests.shared import shared

pytestmark = pytest.mark.proof

SPEED = 60.0
LONGEST_S = 9_000


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Twenty matches, the longest extra times and shoot-outs left out."""
    timelines = [match for match in read(shared(playing.TIMELINES)) if match.football_s < LONGEST_S]
    yield from play(tmp_path_factory.mktemp("twenty"), choose(timelines, 20, seed=1), SPEED)


@pytest.mark.timeout(240)
def test_every_event_and_every_minute_is_in_the_change_stream_in_time(played):
    playing.must_be_in_the_change_stream(played)


@pytest.mark.timeout(240)
def test_rest_agrees_at_half_past_each_minute(played):
    playing.must_agree_at_half_past(played)


@pytest.mark.timeout(240)
def test_every_match_ends_as_its_timeline(played):
    playing.must_end_as_their_timelines(played)
