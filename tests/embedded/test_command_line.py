"""The command line: help with examples, errors as one clear line, exit codes."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from touchline.cli.environment import load, with_options
from touchline.cli.main import COMMANDS, build
from touchline.errors import SettingsError


def touchline(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHLINE_")}
    return subprocess.run(
        [sys.executable, "-m", "touchline", *arguments],
        env=clean | {"COLUMNS": "200", "NO_COLOR": "1"} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def ways(command: object, *path: str) -> Iterator[list[str]]:
    """How `command` and all below it are asked for, groups included."""
    yield list(path)
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from ways(below, *path, name)


@pytest.mark.parametrize(
    "way", [*ways(typer.main.get_command(build()))], ids=lambda way: " ".join(way) or "touchline"
)
def test_every_command_explains_itself_with_an_example(way: list[str]) -> None:
    done = touchline(*way, "--help")

    assert done.returncode == 0
    assert "Example: " in done.stdout


def test_the_overview_names_every_command() -> None:
    shown = touchline("--help").stdout

    assert [name for name in COMMANDS if name not in shown] == []


def test_it_says_its_version() -> None:
    assert touchline("--version").stdout.startswith("touchline 0.")


def test_all_problems_of_the_settings_are_told_at_once_without_a_traceback() -> None:
    done = touchline(
        "up", TOUCHLINE_WEB__PRT="1", TOUCHLINE_WEB__PORT="70000", TOUCHLINE_THESPORTS__SECRET_FILE="/nowhere"
    )

    assert done.returncode == 2
    assert "TOUCHLINE_WEB__PRT" in done.stderr
    assert "did you mean TOUCHLINE_WEB__PORT" in done.stderr
    assert "TOUCHLINE_WEB__PORT: '70000'" in done.stderr
    assert "TOUCHLINE_THESPORTS__SECRET_FILE" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TOUCHLINE_DATABASE_URL", "a secret", "postgresql://"),
        ("TOUCHLINE_VALKEY_URL", "a secret", "valkey://"),
        ("TOUCHLINE_SIMULATOR__FAULTS", "F05,F99", "'F99' can't be used: must be codes of the fault"),
        ("TOUCHLINE_SIMULATOR__TIMELINES", "/nowhere", "'/nowhere' can't be read"),
        ("TOUCHLINE_SIMULATOR__RECORDING", "/", "'/' can't be read"),
    ],
)
def test_what_only_a_part_could_refuse_is_refused_before_it_starts(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({name: value})

    assert name in str(refused.value)
    assert says in str(refused.value)
    assert "secret" not in str(refused.value)


def test_addresses_and_plays_that_can_be_used_are_taken(tmp_path: Path) -> None:
    recording = tmp_path / "frames.jsonl"
    recording.touch()

    settings = load(
        {
            "TOUCHLINE_DATABASE_URL": "host=db dbname=touchline",
            "TOUCHLINE_VALKEY_URL": "unix:///run/valkey.sock",
            "TOUCHLINE_SIMULATOR__FAULTS": "f05, S01",
            "TOUCHLINE_SIMULATOR__RECORDING": str(recording),
        }
    )

    assert settings.simulator.recording == recording


def test_wrong_input_is_wrong_use() -> None:
    done = touchline("replay", "frames.jsonl", "--mqtt-url", "http://broker")

    assert done.returncode == 2
    assert "--mqtt-url: 'http://broker' is not allowed" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["prove", "--trace", "/nowhere/x"], "--trace: '/nowhere/x' is not allowed; allowed is a file that"),
        (["prove", "--hours", "0"], "'--hours': '0' can't be used: Input should be greater than or equal to"),
        (["up", "--port", "x"], "'--port': 'x' can't be used: Input should be a valid integer"),
        (["up", "--role", "x"], "'--role': 'x' is not one of"),
    ],
)
def test_an_option_that_can_not_be_used_is_told_with_its_value(words: list[str], says: str) -> None:
    done = touchline(*words)

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_real_provider_needs_an_account() -> None:
    done = touchline("up", "--provider", "thesports")

    assert done.returncode == 2
    assert "TOUCHLINE_THESPORTS__USER" in done.stderr


def test_secrets_are_masked_where_settings_are_shown() -> None:
    done = touchline(
        "settings",
        TOUCHLINE_THESPORTS__USER="me",
        TOUCHLINE_THESPORTS__SECRET="s3cret-word",
        TOUCHLINE_DATABASE_URL="postgresql://me:s3cret-word@db/touchline",
    )

    assert done.returncode == 0
    assert "s3cret-word" not in done.stdout
    assert "postgresql://me:***@db/touchline" in done.stdout


def test_a_part_without_servers_says_what_to_start(tmp_path: Path) -> None:
    done = touchline("work", "--data-dir", str(tmp_path))

    assert done.returncode == 1
    assert "touchline up" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = touchline("up", "--port", port, "--data-dir", str(tmp_path))

    assert done.returncode == 1
    assert port in done.stderr
    assert "TOUCHLINE_WEB__PORT" in done.stderr


def test_a_data_directory_that_can_not_be_made_is_named() -> None:
    done = touchline("up", "--data-dir", "/proc/nowhere")

    assert done.returncode == 1
    assert "TOUCHLINE_DATA_DIR" in done.stderr


def test_the_schema_is_migrated_with_the_servers_down_and_twice_is_as_good_as_once(tmp_path: Path) -> None:
    first = touchline("db", "migrate", "--data-dir", str(tmp_path))
    second = touchline("db", "migrate", "--data-dir", str(tmp_path))

    assert (first.returncode, second.returncode) == (0, 0)
    assert "migrated 0001" in first.stdout
    assert second.stdout == "The schema is up to date.\n"


def test_an_option_wins_over_every_spelling_of_its_setting() -> None:
    environ = {"DB_POOL_MIN": "1", "DB_POOL_MIN_FILE": "/x", "TOUCHLINE_DB__POOL_MIN_FILE": "/y", "HOME": "/"}

    assert with_options(environ, {"TOUCHLINE_DB__POOL_MIN": 3, "TOUCHLINE_WEB__PORT": None}) == {
        "HOME": "/",
        "TOUCHLINE_DB__POOL_MIN": "3",
    }
