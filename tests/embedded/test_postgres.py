"""The embedded Postgres: whose it is, what survives, what it recovers from."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from touchline.embedded.identity import AS_OWN_UID, IN_NAMESPACE, Identity, unprivileged
from touchline.embedded.postgres import Postgres
from touchline.embedded.process import residents
from touchline.errors import EmbeddedError

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root has a choice of identities")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    made = Postgres(tmp_path / "postgres", connections_max=10)
    made.start()
    yield made
    made.stop()


def noted(server: Postgres) -> list[int]:
    with psycopg.connect(server.owner_conninfo) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM note ORDER BY number").fetchall()]


def note(server: Postgres, number: int) -> None:
    with psycopg.connect(server.owner_conninfo) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (number int)")
        connection.execute("INSERT INTO note VALUES (%s)", [number])


def test_the_roles_have_no_more_rights_than_they_need(server: Postgres) -> None:
    with psycopg.connect(server.owner_conninfo) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
            " WHERE rolname LIKE 'touchline%'"
        ).fetchall()
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        ).fetchone()

    assert sorted(roles) == [
        ("touchline_app", False, False, False),
        ("touchline_owner", False, False, False),
    ]
    assert owner == ("touchline_owner",)


def test_the_application_makes_no_tables(server: Postgres) -> None:
    with (
        psycopg.connect(server.app_conninfo) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE mine (number int)")


def test_nobody_comes_in_without_a_password(server: Postgres) -> None:
    stranger = psycopg.conninfo.make_conninfo(server.app_conninfo, user="postgres", password="guessed")

    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(stranger)


def test_it_is_durable_and_listens_on_no_network(server: Postgres) -> None:
    with psycopg.connect(server.app_conninfo) as connection:
        shown = [
            connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in (
                "fsync",
                "synchronous_commit",
                "full_page_writes",
                "listen_addresses",
                "data_checksums",
            )
        ]

    assert shown == [("on",), ("on",), ("on",), ("",), ("on",)]


def test_passwords_are_for_their_owner_alone(server: Postgres, tmp_path: Path) -> None:
    mode = (tmp_path / "postgres" / "passwords.json").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


def test_data_survives_a_restart(server: Postgres) -> None:
    note(server, 1)

    server.stop()
    server.start()

    assert noted(server) == [1]


def test_data_survives_a_crash(server: Postgres) -> None:
    note(server, 1)
    assert server.pid is not None

    os.kill(server.pid, signal.SIGKILL)
    server.start()

    assert noted(server) == [1]


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(server: Postgres, tmp_path: Path) -> None:
    note(server, 1)
    server.stop()
    pid_file = tmp_path / "postgres" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n0\n5432\n\n\n0 0\nready\n")

    server.start()

    assert noted(server) == [1]


def test_a_server_does_not_outlive_a_killed_parent_and_the_next_start_waits_for_its_end(tmp_path: Path) -> None:
    directory = tmp_path / "postgres"
    code = (
        "import sys; from pathlib import Path; from touchline.embedded.postgres import Postgres\n"
        "server = Postgres(Path(sys.argv[1])); server.start(); print(server.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
        parent.kill()
    server = Postgres(directory)

    server.start()

    try:
        left = residents(directory / "data")
        assert orphan not in left
        assert server.pid in left
    finally:
        server.stop()


def test_a_half_made_cluster_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres.new" / "data").mkdir(parents=True)
    (tmp_path / "postgres.new" / "data" / "PG_VERSION").write_text("18")
    server = Postgres(tmp_path / "postgres")

    server.start()

    try:
        note(server, 1)
        assert noted(server) == [1]
    finally:
        server.stop()


def test_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    server = Postgres(tmp_path / ("a-long-name-" * 8) / "postgres")

    server.start()

    try:
        note(server, 1)
        assert noted(server) == [1]
    finally:
        server.stop()


def test_another_major_version_is_refused_with_a_way_out(server: Postgres, tmp_path: Path) -> None:
    server.stop()
    (tmp_path / "postgres" / "data" / "PG_VERSION").write_text("12\n")

    with pytest.raises(EmbeddedError, match="made by Postgres 12"):
        server.start()


def test_a_directory_without_a_cluster_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="touchline up"):
        _ = Postgres(tmp_path / "postgres").app_conninfo


@ROOT_ONLY
@pytest.mark.parametrize("identities", [(IN_NAMESPACE, AS_OWN_UID), (AS_OWN_UID, IN_NAMESPACE)])
def test_root_may_change_the_identity_under_a_closed_home(
    tmp_path: Path, identities: tuple[Identity, Identity]
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    for number, identity in enumerate(identities):
        server = Postgres(home / "postgres", identity=identity)
        server.start()
        try:
            note(server, number)
            assert server.pid is not None
            assert Path(f"/proc/{server.pid}").stat().st_uid == identity.uid
        finally:
            server.stop()

    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@ROOT_ONLY
def test_where_root_may_not_reach_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="ordinary user"):
        unprivileged(tmp_path, tmp_path / "no-such-program")
