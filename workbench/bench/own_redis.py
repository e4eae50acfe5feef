"""A Redis server for one judge alone.

Users and numbered databases keep data apart, and nothing else: whoever is on a server may publish
on every channel, and keep all others waiting with a script. So the answers that several judges run
at a time have a server for each judge, where the bench is ours.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from workbench.bench.provider import Services
from workbench.bench.server_process import come_up
from workbench.bench.server_user import server_user
from workbench.bench.valkey_server import ValkeyServer, binary

START_SECONDS = 60.0


@contextmanager
def own_redis(services: Services) -> Iterator[Services]:
    """These services while inside, with another Redis; the same on a bench that is not embedded.

    Raises BenchError when the server does not start.
    """
    program = binary()
    if services.provider != "embedded" or program is None:
        yield services
        return
    with tempfile.TemporaryDirectory(prefix="workbench-redis-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # root's server runs as nobody, who enters it
        server = ValkeyServer(folder, server_user(program, folder), program)
        try:
            server.start(_nothing)
            come_up(server, _nothing, time.monotonic() + START_SECONDS)
            yield replace(services, redis_url=server.url, redis_is_own=True)
        finally:
            server.stop()


def _nothing() -> None:
    """When it ends: whoever asks it notices."""
