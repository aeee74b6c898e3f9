"""The fold itself, before anything is compared with it."""

import json
from dataclasses import replace

from tests.proof.fold import Claim, Folded, fold, table_claims, wire_claims, wire_ids
from tests.shared import shared

ID = "k82rekhg0w8nrep"


def said(status, home=(0,) * 7, away=(0,) * 7, stamp=0):
    return Claim(ID, status, home, away, stamp)


def test_the_recording_folds_to_what_its_flattened_table_folds_to():
    recording = shared("data/thesports/mqtt_capture.jsonl")
    table = shared("data/thesports/mqtt_status_transitions.csv")

    claims = list(wire_claims(recording))

    assert claims == list(table_claims(table))
    assert len(claims) == 141
    assert len(wire_ids(recording)) == 69
    assert len(fold(claims)) == 49


def test_a_line_of_a_recording_gives_one_claim_for_each_score_object(tmp_path):
    recording = tmp_path / "frames.jsonl"
    score = [ID, 2, [1, 1, 0, 1, 3, 0, 0], [0, 0, 0, 0, 2, 0, 0], 1770483660, ""]
    recording.write_text(json.dumps({"payload": [{"id": ID, "score": score}, {"id": "abcdef", "stats": []}]}))

    assert list(wire_claims(recording)) == [
        Claim(ID, 2, (1, 1, 0, 1, 3, 0, 0), (0, 0, 0, 0, 2, 0, 0), 1770483660)
    ]
    assert wire_ids(recording) == {ID, "abcdef"}


def test_the_first_stamp_of_a_half_stays():
    folded = fold([said(2, stamp=1000), said(2, stamp=940), said(3), said(4, stamp=4700), said(4, stamp=4639)])

    assert (folded[ID].first_half, folded[ID].second_half) == (1000, 4700)


def test_a_late_packet_does_not_pull_the_status_back():
    assert fold([said(4, stamp=4700), said(2, stamp=1000)])[ID].status == 4


def test_an_ended_match_sent_again_with_the_sides_exchanged_keeps_its_cards():
    home, away = (1, 0, 0, 3, 6, 0, 0), (1, 1, 1, 2, 3, 0, 0)
    first = fold([said(8, home, away)])[ID]
    exchanged = said(8, (1, 0, 1, 2, 3, 0, 0), (1, 1, 0, 3, 6, 0, 0))
    corrected = said(8, home, (1, 1, 1, 3, 3, 0, 0))

    assert fold([said(8, home, away), exchanged])[ID] == first
    assert fold([said(8, home, away), corrected])[ID] == replace(first, yellow=(3, 3))


def test_the_half_time_score_is_one_only_from_half_time_on():
    running = (2, 2, 0, 0, 0, 0, 0)

    assert fold([said(2, running)])[ID].half_time is None
    assert fold([said(2, running), said(3, running)])[ID].half_time == (2, 0)


def test_extra_time_counts_goals_or_the_total():
    level = (1, 0, 0, 0, 0, 0, 0)

    assert fold([said(5, level, level)])[ID].extra_time is None
    assert fold([said(5, (1, 0, 0, 0, 0, 2, 0), (1, 0, 0, 0, 0, 1, 0))])[ID].extra_time == (2, 1)
    assert fold([said(5, (1, 0, 0, 0, 0, 1, 0), level)])[ID].extra_time == (2, 1)


def test_a_match_nobody_spoke_of_is_not_started():
    assert Folded().status == 1
