"""What the load test compares: the service alone, nginx, and the gateway in several ways."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import nginx
from benchmarks.load import Load, Operation, get, put_load
from workbench.bench.embedded import Embedded
from workbench.checking.gateway_client import TOKEN_SETTINGS, make_token
from workbench.jupyter.demo_people import ADA
from workbench.paths import root
from workbench.running.runner import BARE_ENVIRON

#: Users at a time, each on one connection (three where it asks three things at once).
USERS = 16

DIRECT, NGINX, GATEWAY = "straight to the service", "nginx", "the gateway"
PAGE, ONE_BY_ONE, AT_ONCE = (
    "a dashboard",
    "its three requests, one after another",
    "its three requests, at once",
)

#: Middlewares that the others can do without, by what they are called in the table.
OPTIONAL = {
    "rate limits": "create_rate_limits",
    "authentication": "create_authentication",
    "metrics": "Metrics",
    "load shedding": "create_load_shedding",
    "problem documents": "answer_errors",
}

#: When the token expires: never, for a benchmark.
_LATER = 4_000_000_000


@dataclass(frozen=True)
class Contender:
    """Operations on a server. pid: the process whose processor time is told, None for none."""

    name: str
    port: int
    pid: int | None
    operation: Operation

    def run(self, count: int) -> tuple[Load, float]:
        """What came of it, and processor seconds of the server for one operation."""
        put_load(self.port, self.operation, USERS, max(USERS, count // 10))  # warms up
        before = self._used()
        load = put_load(self.port, self.operation, USERS, count)
        return load, (self._used() - before) / count

    def _used(self) -> float:
        if self.pid is None:
            return 0.0
        times = psutil.Process(self.pid).cpu_times()
        return times.user + times.system


def start_contenders(stack: ExitStack, folder: Path) -> tuple[list[Contender], str]:
    """All of them, started until the stack ends; and what is missing, in a sentence."""
    provider = Embedded(folder / "bench", linger=0.0)
    lease = stack.enter_context(provider.acquire())
    stack.callback(provider.down)
    service, _ = stack.enter_context(_process("benchmarks.gateway_service", (), {}))
    address = f"http://127.0.0.1:{service}"
    environ = {
        **TOKEN_SETTINGS,
        **dict.fromkeys(("USERS_URL", "ORDERS_URL", "PRODUCTS_URL"), address),
        "REDIS_URL": lease.services.redis_url,
        "RATE_LIMIT_REQUESTS": "1000000000",
    }

    def gateway(*left_out: str) -> tuple[int, int]:
        process = _process("benchmarks.gateway_process", left_out, environ)
        return stack.enter_context(process)

    token = make_token(ADA, exp=_LATER)
    products = get("/api/v1/products?per_page=5", token)
    parts = [get(f"/api/v1/users/{ADA}", token), get(f"/api/v1/orders?user_id={ADA}", token),
             products]  # fmt: skip
    page = get(f"/api/v1/dashboard/{ADA}", token)
    contenders = [Contender(DIRECT, service, None, [[products]])]
    program = nginx.find()
    if program is not None:
        server = stack.enter_context(nginx.started(program, folder / "nginx", service))
        contenders.append(Contender(NGINX, *server, [[products]]))
    whole = gateway()
    contenders.append(Contender(GATEWAY, *whole, [[products]]))
    contenders += [
        Contender(f"... without {name}", *gateway(middleware), [[products]])
        for name, middleware in OPTIONAL.items()
    ]
    contenders += [
        Contender(PAGE, *whole, [[page]]),
        Contender(ONE_BY_ONE, *whole, [[part] for part in parts]),
        Contender(AT_ONCE, *whole, [parts]),
    ]
    return contenders, "" if program else nginx.MISSING


@contextmanager
def _process(
    module: str, arguments: tuple[str, ...], environ: dict[str, str]
) -> Iterator[tuple[int, int]]:
    """A process of that module, for as long as the block: the port that it prints, and its id."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(
        command, env={**BARE_ENVIRON, **environ}, cwd=root(), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            line = process.stdout.readline()
            if not line:
                raise SystemExit(f"{module} does not start; it says why above.")
            yield int(line), process.pid
        finally:
            process.terminate()
