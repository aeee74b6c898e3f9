"""Which time zones there are: one answer for the query, the cookie and the setting."""

import pytest
from httpx import AsyncClient

from touchline.errors import SettingsError
from touchline.settings.reading import load

NONE = (
    "localtime",
    "Factory",
    "posixrules",
    "posix/Europe/Berlin",
    "right/Europe/Berlin",
    "Mars/Base",
    "Europe",
    "",
)
"""Some of these lie beside the zones on a machine: its own choice, a place holder, another way to count."""
SOME = ("UTC", "Europe/Istanbul", "America/Argentina/Buenos_Aires", "Etc/GMT+3", "Japan")


@pytest.mark.parametrize("name", NONE)
async def test_what_is_no_zone_is_refused_and_named(client: AsyncClient, name: str) -> None:
    for path in ("/api/matches/diary", "/live/stream"):
        answer = await client.get(path, params={"tz": name})

        assert answer.status_code == 400, path
        assert (answer.json()["field"], answer.json()["value"]) == ("tz", name)
    assert (await client.get("/", params={"tz": name})).status_code == 400
    with pytest.raises(SettingsError, match="TOUCHLINE_WEB__TIMEZONE: '" + name):
        load({"TOUCHLINE_WEB__TIMEZONE": name})


@pytest.mark.parametrize("name", ["localtime", "Factory", "posixrules", "Mars/Base"])
async def test_a_cookie_that_names_no_zone_is_left_aside(client: AsyncClient, name: str) -> None:
    page = await client.get("/", headers={"Cookie": f"tz={name}"})

    assert page.status_code == 200
    assert '<option value="UTC" selected>' in page.text


@pytest.mark.parametrize("name", SOME)
async def test_a_zone_is_taken_everywhere(client: AsyncClient, name: str) -> None:
    answer = await client.get("/api/matches/diary", params={"tz": name})

    assert (answer.status_code, answer.json()["tz"]) == (200, name)
    assert f'<option value="{name}" selected>' in (await client.get("/", headers={"Cookie": f"tz={name}"})).text
    assert load({"TOUCHLINE_WEB__TIMEZONE": name}).web.timezone == name
