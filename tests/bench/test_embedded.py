"""What only the embedded provider promises: processes, leases, and a data folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest
from waiting import wait_until

from workbench import paths
from workbench.bench import postgres_server
from workbench.bench.admin_connections import connect, execute, redis_client
from workbench.bench.embedded import Embedded
from workbench.bench.lease_protocol import read_address
from workbench.bench.provider import BenchError, Services
from workbench.bench.server_log import MAX_BYTES, ServerLog
from workbench.bench.server_user import server_user
from workbench.bench.tenancy import Tenancy

MUCH = 3600.0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped bench, to be copied: an initdb is the slowest step of all."""
    folder = tmp_path_factory.mktemp("cluster") / "bench"
    embedded = Embedded(folder)
    with embedded.acquire() as lease, closing(connect(lease.services.postgres_url)) as opened:
        execute(opened, "CREATE TABLE public.kept AS SELECT 'data' AS what")
    embedded.down()
    return folder


@pytest.fixture
def folder(cluster: Path, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "ein Übungs-Ordner" / "bench"
    shutil.copytree(cluster, folder)
    yield folder
    Embedded(folder).down()


def is_up(services: Services) -> bool:
    try:
        connect(services.postgres_url).close()
    except psycopg2.OperationalError:
        return False
    return True


def keeps_data(services: Services) -> bool:
    with closing(connect(services.postgres_url)) as opened:
        return execute(opened, "SELECT what FROM public.kept") == [("data",)]


def servers(folder: Path) -> list[psutil.Process]:
    return psutil.Process(read_address(folder).pid).children()


def end(processes: list[psutil.Process]) -> None:
    wait_until(lambda: not any(process.is_running() for process in processes))


def test_both_servers_stop_with_the_last_lease(folder: Path) -> None:
    embedded = Embedded(folder, linger=0.0)
    first, second = embedded.acquire(), embedded.acquire()
    running = servers(folder)
    assert len(running) == 2
    assert first.services == second.services
    first.close()
    assert is_up(second.services)
    second.close()
    end(running)
    assert not embedded.status()["running"]


def test_lingering_servers_are_found_warm(folder: Path) -> None:
    embedded = Embedded(folder, linger=MUCH)
    with embedded.acquire() as lease:
        before = lease.services
    with embedded.acquire() as lease:
        assert lease.services == before


def test_up_keeps_the_servers_until_down(folder: Path) -> None:
    embedded = Embedded(folder, linger=0.0)
    services = embedded.up()
    embedded.acquire().close()
    assert embedded.status()["pinned"]
    assert is_up(services)
    running = servers(folder)
    assert embedded.down()
    assert not any(process.is_running() for process in running)
    assert not embedded.down()


def test_down_stops_at_once_whoever_holds_a_lease(folder: Path) -> None:
    embedded = Embedded(folder, linger=MUCH)
    with embedded.acquire() as lease:
        assert embedded.down()
        assert not is_up(lease.services)


def test_a_client_that_meets_a_leaving_supervisor_gets_the_next(folder: Path) -> None:
    embedded = Embedded(folder, linger=0.0)
    for _ in range(5):
        with embedded.acquire() as lease:
            assert keeps_data(lease.services)


def test_many_clients_start_one_supervisor(folder: Path) -> None:
    clients = [start_client(folder) for _ in range(4)]
    pids = {read_line(client) for client in clients}
    assert len(pids) == 1
    assert Embedded(folder).status()["leases"] == 4
    for client in clients:
        client.communicate("")


CLIENT = """
import sys
from pathlib import Path
from workbench.bench.embedded import Embedded

embedded = Embedded(Path(sys.argv[1]), linger=0.0)
with embedded.acquire():
    print(embedded.status()["pid"], flush=True)
    sys.stdin.read()
"""


def start_client(folder: Path, *prefix: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", CLIENT, str(folder)],
        cwd=paths.root(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def read_line(client: subprocess.Popen[str]) -> int:
    assert client.stdout is not None
    return int(client.stdout.readline())


def test_a_killed_client_loses_its_lease(folder: Path) -> None:
    client = start_client(folder)
    read_line(client)
    running = servers(folder)
    client.kill()
    client.communicate()
    end(running)


def test_a_killed_supervisor_takes_the_servers_along(folder: Path) -> None:
    embedded = Embedded(folder, linger=MUCH)
    with embedded.acquire() as lease:
        before = lease.services
        running = servers(folder)
        os.kill(read_address(folder).pid, signal.SIGKILL)
        if sys.platform == "linux":
            end(running)
        with embedded.acquire() as again:
            assert keeps_data(again.services)
            assert not is_up(before)
            end(running)


def test_a_killed_server_ends_the_bench_and_the_next_client_gets_a_new_one(folder: Path) -> None:
    embedded = Embedded(folder, linger=MUCH)
    with embedded.acquire() as lease:
        running = servers(folder)
        valkey = next(process for process in running if "valkey" in process.name())
        valkey.kill()
        end(running)
        with embedded.acquire() as again, redis_client(again.services.redis_url) as client:
            assert again.services != lease.services
            assert client.ping()


def test_health_names_the_service_that_does_not_answer(folder: Path) -> None:
    with Embedded(folder, linger=0.0).acquire() as lease, Tenancy(lease.services) as tenancy:
        assert tenancy.healthy() is None
        backend = psutil.Process(tenancy._probe._connection.info.backend_pid)
        backend.suspend()
        assert tenancy.healthy() == "PostgreSQL does not answer: no answer within 2 s"
        backend.resume()
        assert tenancy.healthy() is None
        valkey = next(process for process in servers(folder) if "valkey" in process.name())
        valkey.kill()
        end([valkey])
        assert str(tenancy.healthy()).startswith("Redis does not answer: ")


def test_a_postgresql_that_was_left_running_is_replaced(folder: Path) -> None:
    binaries = postgres_server.binaries()
    assert binaries is not None
    user = server_user(binaries / "postgres", folder)
    user.own(folder / "postgres")
    started = user.start(
        [str(binaries / "postgres"), "-D", str(folder / "postgres")], folder, signal.SIGINT
    )
    stale = psutil.Process(started.pid)
    pid_file = folder / "postgres" / "postmaster.pid"
    wait_until(lambda: pid_file.exists() and "ready" in pid_file.read_text())
    with Embedded(folder, linger=0.0).acquire() as lease:
        started.communicate()
        assert not stale.is_running()
        assert keeps_data(lease.services)


def test_a_pid_file_that_names_another_program_does_no_harm(folder: Path) -> None:
    pid_file = folder / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{folder / 'postgres'}\n1\n5432\n\n127.0.0.1\n")
    with Embedded(folder, linger=0.0).acquire() as lease:
        assert keeps_data(lease.services)


def test_data_of_another_major_version_is_set_aside(folder: Path) -> None:
    (folder / "postgres" / "PG_VERSION").write_text("14\n")
    with (
        pytest.warns(UserWarning, match=r"of PostgreSQL 14.*kept in"),
        Embedded(folder, linger=0.0).acquire() as lease,
    ):
        assert is_up(lease.services)
    (aside,) = folder.glob("postgres-14-*")
    assert (aside / "base").is_dir()


def test_a_failed_start_shows_the_end_of_the_log(folder: Path) -> None:
    (folder / "postgres" / "pg_hba.conf").write_text("nonsense\n")
    with pytest.raises(BenchError, match=r"PostgreSQL did not start(.|\n)*pg_hba.conf"):
        Embedded(folder).acquire()
    assert not Embedded(folder).status()["running"]


def test_the_supervisor_listens_to_nobody_without_the_token(folder: Path) -> None:
    with Embedded(folder, linger=MUCH).acquire():
        address = read_address(folder)
        for line in (
            b'{"token": "guess", "request": "down"}\n',
            b"GET / HTTP/1.1\r\n\r\n",
            b"[]\n",
        ):
            with socket.create_connection(("127.0.0.1", address.port)) as connection:
                connection.sendall(line)
                assert connection.recv(100) == b""
        assert Embedded(folder).status()["running"]
        assert (folder / "supervisor.json").stat().st_mode & 0o077 == 0


def test_a_log_does_not_grow_without_end(tmp_path: Path) -> None:
    read, write = os.pipe()
    ended: list[bool] = []
    log = ServerLog(tmp_path / "server.log")
    log.follow(os.fdopen(read, "rb"), lambda: ended.append(True))
    with os.fdopen(write, "wb") as stream:
        for number in range(3 * MAX_BYTES // 1000):
            stream.write(b"%d" % number + b"." * 990 + b"\n")
    wait_until(lambda: bool(ended))
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == 2
    assert max(sizes) <= MAX_BYTES
    assert log.tail().splitlines()[-1].startswith(str(number))


def ordinary_user() -> list[list[str]]:
    """Prefixes that run a command as somebody who is not root: none for who is not."""
    if os.geteuid() != 0:
        return [[]]
    # The capability lets the child read a virtual environment below root's home.
    read_all = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return [["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *read_all]]


@pytest.mark.parametrize("prefix", ordinary_user())
def test_an_ordinary_user_can_have_it(tmp_path: Path, prefix: list[str]) -> None:
    folder = tmp_path / "bench"
    folder.mkdir()
    shutil.chown(folder, *(("nobody", "nogroup") if prefix else (os.geteuid(),)))
    open_to_all(folder)
    client = start_client(folder, *prefix)
    assert read_line(client)
    uids = {process.uids().effective for process in servers(folder)}
    assert uids == {folder.stat().st_uid}
    client.communicate("")
    assert client.returncode == 0


def open_to_all(folder: Path) -> None:
    """Let others pass through pytest's folders, which are private."""
    for parent in folder.parents:
        if parent.stat().st_uid == os.geteuid() and parent.stat().st_mode & 0o011 != 0o011:
            parent.chmod(0o711)


ROOT_ONLY = [True] if os.geteuid() == 0 else []


@pytest.mark.parametrize("reachable", ROOT_ONLY + [not root for root in ROOT_ONLY])
def test_roots_servers_are_not_root(tmp_path: Path, reachable: bool) -> None:
    folder = tmp_path / "bench"
    folder.mkdir()
    if reachable:
        open_to_all(folder)
    tmp_path.chmod(0o755 if reachable else 0o700)
    binaries = postgres_server.binaries()
    assert binaries is not None
    user = server_user(binaries / "postgres", folder)
    assert (user.prefix == ()) is reachable
    with Embedded(folder, linger=0.0).acquire() as lease:
        assert is_up(lease.services)


@pytest.mark.parametrize("root", ROOT_ONLY)
def test_root_without_a_way_out_is_told_what_to_do(
    root: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.bench.server_user._nobody", lambda: None)
    monkeypatch.setattr("workbench.bench.server_user._namespaced", lambda: None)
    with pytest.raises(BenchError, match="Work as an ordinary user"):
        server_user(Path("/bin/true"), tmp_path)
