"""What may be forgotten of claims that wait."""

from hypothesis import given
from hypothesis import strategies as st
from tests.ingest.claims import A, claim, score, stats

from touchline.football.model import Group, Observation, Says, Source, Status, StatusClaim
from touchline.ids import MatchId
from touchline.ingest.conflation import CHATTER, conflate, spoken

MATCHES = [MatchId("aaaaaaaaaaaaaaa"), MatchId("bbbbbbbbbbbbbbb")]

says = st.one_of(
    st.builds(stats, st.integers(0, 100)),
    st.builds(
        score,
        st.integers(0, 4),
        st.integers(0, 4),
        st.sampled_from([Status.FIRST_HALF, Status.HALF_TIME, Status.SECOND_HALF]),
        st.sampled_from([None, 1_770_000_000, 1_770_000_060]),
    ),
)


@st.composite
def streams(draw: st.DrawFn) -> list[Observation]:
    """Claims of two connections and a poll about two matches, in order of arrival."""
    spoken_by = st.sampled_from([(Source.MQTT, "one"), (Source.MQTT, "two"), (Source.DETAIL_LIVE, "poll")])
    drawn = draw(st.lists(st.tuples(st.sampled_from(MATCHES), spoken_by, says), max_size=40))
    return [
        claim(match_id, said, source=source, channel=channel, seq=place)
        for place, (match_id, (source, channel), said) in enumerate(drawn)
    ]


def last_words(claims: list[Observation]) -> dict[object, object]:
    """The newest content of each match, connection and group."""
    return {
        (seen.match_id, seen.source, seen.channel, group): getattr(seen.says, group)
        for seen in claims
        for group in spoken(seen)
    }


@given(streams())
def test_the_last_word_of_every_connection_on_every_group_stays(claims: list[Observation]) -> None:
    kept = [seen for seen in conflate(claims) if seen is not None]

    assert last_words(kept) == last_words(claims)


@given(streams())
def test_what_stays_keeps_its_order_and_nothing_is_said_twice(claims: list[Observation]) -> None:
    kept = [seen for seen in conflate(claims) if seen is not None]

    assert [seen.seq for seen in kept] == sorted(seen.seq for seen in kept)
    goals = [(seen.match_id, seen.source, seen.channel) for seen in kept if seen.says.goals is not None]
    assert len(goals) == len(set(goals))


@given(streams())
def test_every_change_of_status_stays(claims: list[Observation]) -> None:
    def path(stream: list[Observation], match_id: MatchId, channel: str) -> list[StatusClaim]:
        said = [
            seen.says.status
            for seen in stream
            if seen.says.status and (seen.match_id, seen.channel) == (match_id, channel)
        ]
        return [status for place, status in enumerate(said) if place == 0 or said[place - 1] != status]

    kept = [seen for seen in conflate(claims) if seen is not None]

    for match_id in MATCHES:
        for channel in ("one", "two", "poll"):
            assert path(kept, match_id, channel) == path(claims, match_id, channel)


@given(streams())
def test_chatter_goes_alone_while_that_is_enough(claims: list[Observation]) -> None:
    kept = [seen for seen in conflate(claims, CHATTER) if seen is not None]

    def scores(stream: list[Observation]) -> list[tuple[int, Says]]:
        return [(seen.seq, seen.says) for seen in stream if seen.says.goals is not None]

    assert scores(kept) == scores(claims)


def test_an_older_record_never_stands_in_for_a_newer_one() -> None:
    newer = claim(A, score(1), source=Source.RECENT_LIST, provider_time=20, seq=1)
    older = claim(A, score(0), source=Source.RECENT_LIST, provider_time=10, seq=2)

    assert conflate([newer, older]) == [newer, older]


def test_a_claim_loses_only_what_was_said_anew() -> None:
    both = claim(A, Says(goals=score(1).goals, stats=stats().stats), seq=1)

    kept, newest = conflate([both, claim(A, stats(60), seq=2)])

    assert kept is not None
    assert spoken(kept) == (Group.GOALS,)
    assert newest is not None
