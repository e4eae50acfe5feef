"""What the external provider asks of servers that it did not start, and how it says so."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from workbench.bench import external
from workbench.bench.admin_connections import connect, execute, redis_client
from workbench.bench.external import External
from workbench.bench.provider import BenchError, Services
from workbench.bench.urls import password_of, replaced, without_password

SECRET = "p@ss w/rd"


def refusal(postgres_url: str, redis_url: str) -> str:
    with pytest.raises(BenchError) as caught:
        External(postgres_url, redis_url).acquire()
    message = str(caught.value)
    for url in (postgres_url, redis_url):
        assert not password_of(url) or password_of(url) not in message
    return message


@pytest.fixture
def role(services: Services) -> Iterator[str]:
    """The URL of a role that may do nothing in particular."""
    with closing(connect(services.postgres_url)) as opened:
        execute(opened, "CREATE ROLE plain LOGIN PASSWORD %s", (SECRET,))
        execute(opened, "GRANT CONNECT ON DATABASE postgres TO plain")
        yield replaced(services.postgres_url, user="plain", password=SECRET)
        execute(opened, "DROP OWNED BY plain")
        execute(opened, "DROP ROLE plain")


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as taken:  # bound, so that nobody else gets it, and not listening
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_spellings_of_other_tools_are_understood(services: Services) -> None:
    for scheme in ("postgres", "postgresql+psycopg2"):
        url = services.postgres_url.replace("postgresql", scheme, 1)
        with External(url, services.redis_url).acquire() as lease:
            assert lease.services.postgres_url == services.postgres_url


def test_an_unreachable_postgresql(services: Services, closed_port: int) -> None:
    url = replaced(services.postgres_url, port=closed_port)
    message = refusal(url, services.redis_url)
    assert "PostgreSQL at postgresql://workbench:***@127.0.0.1" in message
    assert "correct DATABASE_URL" in message


def test_a_wrong_password(services: Services) -> None:
    url = replaced(services.postgres_url, password=SECRET)
    assert "password authentication failed" in refusal(url, services.redis_url)


def test_a_url_without_a_host(services: Services) -> None:
    assert "names no host" in refusal("postgresql:///app", services.redis_url)


def test_an_old_postgresql(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external, "POSTGRES_MINIMUM", 99)
    message = refusal(services.postgres_url, services.redis_url)
    assert "version 18, and the labs need 99 or later" in message


def test_a_role_without_rights(services: Services, role: str) -> None:
    message = refusal(role, services.redis_url)
    assert 'ALTER ROLE "plain" CREATEDB CREATEROLE;' in message


def test_rights_are_enough_without_a_superuser(services: Services, role: str) -> None:
    with closing(connect(services.postgres_url)) as opened:
        execute(opened, "ALTER ROLE plain CREATEDB CREATEROLE")
    assert External(role, services.redis_url).status()["running"] is True


def test_an_unreachable_redis(services: Services, closed_port: int) -> None:
    message = refusal(
        services.postgres_url, f"redis://default:{SECRET[:4]}@127.0.0.1:{closed_port}/0"
    )
    assert "Redis at redis://default:***@127.0.0.1" in message
    assert "correct REDIS_URL" in message


def test_a_redis_url_of_another_kind(services: Services) -> None:
    assert "no URL of a Redis server" in refusal(services.postgres_url, "http://127.0.0.1:6379")


def test_a_redis_user_that_may_not_manage_users(services: Services) -> None:
    with redis_client(services.redis_url) as admin:
        admin.execute_command("ACL", "SETUSER", "plain", "on", ">secret-word", "+info", "alldbs")
        try:
            url = replaced(services.redis_url, user="plain", password="secret-word")
            assert "may not manage other users" in refusal(services.postgres_url, url)
        finally:
            admin.acl_deluser("plain")


class OldRedis(socketserver.StreamRequestHandler):
    """Greets and answers INFO as a Redis 6 does, and refuses all else."""

    def handle(self) -> None:
        while line := self.rfile.readline():
            words = [self._word() for _ in range(int(line[1:]))]
            if words[0].upper() == b"INFO":
                body = b"redis_version:6.2.14\r\n"
                self.wfile.write(b"$%d\r\n%s\r\n" % (len(body), body))
            elif words[0].upper() == b"HELLO":
                self.wfile.write(b"%1\r\n$5\r\nproto\r\n:3\r\n")
            else:
                self.wfile.write(b"-ERR unknown command\r\n")

    def _word(self) -> bytes:
        size = int(self.rfile.readline()[1:])
        return self.rfile.read(size + 2)[:-2]


def test_an_old_redis(services: Services) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), OldRedis) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"redis://127.0.0.1:{server.server_address[1]}/0"
        message = refusal(services.postgres_url, url)
        server.shutdown()
    assert "version 6.2.14, and the labs need 7 or later" in message


def test_status_says_what_is_wrong(services: Services, closed_port: int) -> None:
    status = External(
        replaced(services.postgres_url, port=closed_port), services.redis_url
    ).status()
    assert status["running"] is False
    assert "cannot be reached" in status["problem"]


def test_nothing_is_stopped(services: Services) -> None:
    provider = External(services.postgres_url, services.redis_url)
    assert provider.up() == Services("external", services.postgres_url, services.redis_url)
    assert provider.down() is False


def test_parts_of_a_url_are_quoted() -> None:
    url = replaced("redis://h:1/0?x=1", user="a:b", password=SECRET, path="ä/b")
    assert url == "redis://a%3Ab:p%40ss%20w%2Frd@h:1/%C3%A4%2Fb?x=1"
    assert password_of(url) == SECRET
    assert without_password(url) == "redis://a%3Ab:***@h:1/%C3%A4%2Fb?x=1"
    assert replaced("redis://[::1]:7/0", port=8) == "redis://[::1]:8/0"
