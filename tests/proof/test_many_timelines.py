"""A hundred and twenty real matches at once, the longest extra times and shoot-outs among them.

They fill two cores. `PROOF_SPEED=30` gives a slower machine more time for each minute.
"""

import os
from collections.abc import Iterator

import pytest
from tests.proof import playing
from tests.proof.playing import Played, play
from tests.proof.timelines import choose, read
from tests.shared import shared

SPEED = float(os.environ.get("PROOF_SPEED", "60"))
MATCHES = 120

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """All of them, after the last whistle."""
    chosen = choose(list(read(shared(playing.TIMELINES))), MATCHES, seed=2)
    yield from play(tmp_path_factory.mktemp("many"), chosen, SPEED)


def test_every_event_and_every_minute_is_in_the_change_stream_in_time(played):
    playing.must_be_in_the_change_stream(played)


def test_rest_agrees_at_half_past_each_minute(played):
    playing.must_agree_at_half_past(played)


def test_every_match_ends_as_its_timeline(played):
    playing.must_end_as_their_timelines(played)
