"""Services that were away and are back are noticed: what systems had there did not survive."""

from __future__ import annotations

from pathlib import Path

import psutil
import psycopg2
import pytest
from waiting import wait_until

from workbench.bench import valkey_server
from workbench.bench.embedded import Embedded
from workbench.bench.health import PostgresProbe
from workbench.bench.lease_protocol import read_address
from workbench.bench.provider import Services
from workbench.bench.redis_users import RedisUsers
from workbench.bench.server_user import ServerUser
from workbench.bench.valkey_server import ValkeyServer


def answers(services: Services) -> bool:
    try:
        psycopg2.connect(services.postgres_url).close()
    except psycopg2.OperationalError:
        return False
    return True


def test_a_postgresql_that_restarted_is_told_of_once(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o711)
    with Embedded(tmp_path / "bench", linger=0.0).acquire() as lease:
        probe = PostgresProbe(lease.services.postgres_url)
        session = psutil.Process(probe._connection.info.backend_pid)
        # The crash of any session ends all of them; the server comes back by itself.
        session.kill()
        wait_until(lambda: not session.is_running() and answers(lease.services))
        assert probe.problem() is not None
        assert probe.problem() is None
        for server in psutil.Process(read_address(tmp_path / "bench").pid).children():
            server.kill()
        assert probe.problem() is not None
        assert probe.problem() is not None
        probe.close()


def test_a_redis_that_started_anew_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = valkey_server.binary()
    assert program is not None
    port = valkey_server.free_port()
    monkeypatch.setattr(valkey_server, "free_port", lambda: port)
    server = ValkeyServer(tmp_path, ServerUser(), program)
    try:
        server.start(lambda: None)
        server.wait(float("inf"))
        users = RedisUsers(server.url)
        assert users.problem() is None
        server.stop()
        assert "refused" in str(users.problem())
        server.start(lambda: None)
        server.wait(float("inf"))
        assert users.problem() == "it has started anew"
        assert users.problem() is None
        users.close()
    finally:
        server.stop()


def test_a_supervisor_grants_no_lease_on_a_dead_server(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o711)
    embedded = Embedded(tmp_path / "bench", linger=3600.0)
    for name in ("postgres", "valkey"):
        with embedded.acquire() as lease:
            first = lease.services
            servers = psutil.Process(read_address(tmp_path / "bench").pid).children()
            (server,) = (one for one in servers if name in one.name())
            server.kill()
            psutil.wait_procs([server])
            with embedded.acquire() as lease_of_next:
                assert lease_of_next.services != first
                assert answers(lease_of_next.services)
    embedded.down()
