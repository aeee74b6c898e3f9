"""The reference pages say what the code does."""

from tests.house.code import ROOT
from tests.house.reference import ROW, render

from touchline.cli.settings import page
from touchline.settings.reading import documented

EVENTS = ROOT / "docs" / "events-and-metrics.md"


def test_the_settings_page_is_what_the_command_prints() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == page()


def test_every_setting_has_a_meaning() -> None:
    assert [name for name, _, meaning in documented() if not meaning] == []


def test_the_page_of_events_and_metrics_is_what_the_code_says() -> None:
    shown = EVENTS.read_text(encoding="utf-8")

    assert shown == render(shown)


def test_every_event_has_a_meaning() -> None:
    rows = ROW.findall(EVENTS.read_text(encoding="utf-8"))

    assert [name for name, meaning in rows if not meaning.strip()] == []
