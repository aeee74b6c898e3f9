"""Faults are switched by setting, by hand and while the provider runs; each change is said once."""

import pytest
from structlog.testing import capture_logs
from tests.simulator.test_server import running

from touchline.errors import BadInput
from touchline.simulator.faults.matrix import MATRIX
from touchline.simulator.faults.switches import Switches, codes


def test_the_matrix_has_every_row_under_its_code() -> None:
    rows = [f"F{number:02}" for number in (*range(1, 16), *range(20, 47))]

    assert [*MATRIX] == [*rows, "S01"]
    assert all(fault.code == code and fault.title for code, fault in MATRIX.items())


def test_a_change_is_said_once_with_what_is_on_then() -> None:
    switches = Switches(1)
    with capture_logs() as said:
        switches.on("F05", "f21")
        switches.on("F05")
        switches.change(on=["S01"], off=["F21"])
        switches.off("F30")

    assert [(event["on"], event["off"], event["active"]) for event in said] == [
        (["F05", "F21"], [], ("F05", "F21")),
        (["S01"], ["F21"], ("F05", "S01")),
    ]
    assert switches.active == ("F05", "S01")


@pytest.mark.parametrize("change", [{"on": ["F05", "F99"]}, {"on": ["F05"], "off": [""]}])
def test_an_unknown_code_is_refused_and_then_nothing_is_switched(change: dict[str, list[str]]) -> None:
    switches = Switches(1)

    with pytest.raises(BadInput, match="fault matrix"):
        switches.change(**change)

    assert switches.active == ()


def test_codes_come_from_a_list_with_commas() -> None:
    assert codes(" F05, s01 ,") == ("F05", "S01")
    assert codes("") == ()
    with pytest.raises(BadInput):
        codes("F05;F06")


def test_the_same_seed_hits_the_same_things() -> None:
    first, again, other = Switches(1), Switches(1), Switches(2)
    for switches in (first, again, other):
        switches.on("F05", "F06")

    def hit(switches: Switches, code: str = "F05") -> list[bool]:
        return [switches.hits(code, 0.5, "match", number) for number in range(64)]

    assert hit(first) == hit(again) == hit(first)
    assert hit(first) != hit(other)
    assert hit(first) != hit(first, "F06")
    assert [first.rng("F05").random() for _ in range(4)] == [again.rng("F05").random() for _ in range(4)]
    first.off("F05")
    assert not any(hit(first))


def test_a_generator_begins_anew_after_its_fault_was_off() -> None:
    switches = Switches(1)
    switches.on("F05")
    drawn = [switches.rng("F05").random() for _ in range(3)]
    switches.off("F05")
    switches.on("F05")

    assert [switches.rng("F05").random() for _ in range(3)] == drawn


async def test_the_running_provider_lists_its_faults_and_switches_them() -> None:
    async with running({"TOUCHLINE_SIMULATOR__FAULTS": "S01"}) as simulator:
        listed = (await simulator.http.get("/_sim/faults")).json()["faults"]
        assert [one["code"] for one in listed] == [*MATRIX]
        assert {one["code"] for one in listed if one["on"]} == {"S01"}

        switched = await simulator.http.post("/_sim/faults", json={"on": ["F08", "F15"], "off": ["S01"]})
        assert {one["code"] for one in switched.json()["faults"] if one["on"]} == {"F08", "F15"}

        for wrong in ({"on": ["F99"]}, {"on": "F05"}, {"of": ["F08"]}, "F05"):
            assert (await simulator.http.post("/_sim/faults", json=wrong)).status_code == 400
        assert (await simulator.http.put("/_sim/faults")).status_code == 405
        listed = (await simulator.http.get("/_sim/faults")).json()["faults"]
        assert {one["code"] for one in listed if one["on"]} == {"F08", "F15"}


async def test_an_unknown_code_in_the_settings_is_said_at_the_start() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        async with running({"TOUCHLINE_SIMULATOR__FAULTS": "F05,F16"}):
            pass
    assert caught.group_contains(BadInput, match="F16")
