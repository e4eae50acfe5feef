"""The gateway under load, beside nginx: what it costs to pass a request on, and to compose one."""

from __future__ import annotations

import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.gateway_contenders import GATEWAY, NGINX, ONE_BY_ONE, PAGE, USERS, start_contenders
from benchmarks.load import Load
from benchmarks.measuring import Size
from benchmarks.report import Section, Target

TEXT = """
{count} requests for 2 kB of JSON by {users} users at a time, each of whom asks again as soon as
it is answered; the service behind is one fast process, everything over loopback. nginx (Debian's,
one worker as the gateway is one process) passes on, gives requests an id and bounds them by
address and number; the gateway also verifies each token, counts in Redis for all gateways, traces,
keeps metrics, and has circuits and retries. Who asks (benchmarks/load.py) and the service share
the two cores with the proxy: the first row says how fast these two are alone, which bounds nginx
and not the gateway. So the processor time of the proxy alone says more than the throughput.

Without one of its middlewares: what the gateway costs then, so the difference is the price of it.
A dashboard is one request that the gateway makes of three of its own; beside it are the same three
asked by the client. A row of these counts pages, not requests. Without a distance between client
and gateway: each way that is saved there counts for more on a real network.
"""


def measure(size: Size) -> Section:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workbench-bench-")))
        contenders, trouble = start_contenders(stack, folder)
        found: dict[str, list[tuple[Load, float]]] = {one.name: [] for one in contenders}
        for number in range(1, size.rounds + 1):
            for one in contenders:
                print(f"  round {number} of {size.rounds}: {one.name}", file=sys.stderr, flush=True)
                found[one.name].append(one.run(size.load))
    return _section({name: _median(turns) for name, turns in found.items()}, size.load, trouble)


def _median(turns: list[tuple[Load, float]]) -> tuple[Load, float]:
    """The median of each figure, on its own."""
    figures = zip(*((load.rate, load.p50, load.p99, used) for load, used in turns), strict=True)
    rate, p50, p99, used = map(statistics.median, figures)
    return Load(rate, p50, p99), used


def _section(costs: dict[str, tuple[Load, float]], count: int, trouble: str) -> Section:
    base = costs[GATEWAY][0].rate
    rows = [
        [name, f"{load.rate:.0f}", f"{load.rate / base:.2f}",
         f"{used * 1e6:.0f} µs" if used else "-", f"{load.p50 * 1e3:.1f} ms",
         f"{load.p99 * 1e3:.1f} ms"]
        for name, (load, used) in costs.items()
    ]  # fmt: skip
    saved = costs[PAGE][1] / costs[ONE_BY_ONE][1]
    targets = [Target("the gateway's processor time for a dashboard by that of its three requests",
                      "less than 1", f"{saved:.2f}", saved < 1)]  # fmt: skip
    if NGINX in costs:
        ratio = base / costs[NGINX][0].rate
        targets.append(Target("throughput of the gateway by that of nginx",
                              "at least 0.05", f"{ratio:.2f}", ratio >= 0.05))  # fmt: skip
    text = TEXT.format(count=count, users=USERS)
    head = ("", "a second", "by the gateway's", "processor of the proxy", "p50", "p99")
    title = "The gateway under load, beside nginx"
    return Section(title, f"{text}\n{trouble}" if trouble else text, head, rows, targets)
