"""The services behind the live gateway: users and orders with demo data, and the live catalog."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from workbench.bench.tenancy import Tenant
from workbench.checking.gateway import SERVICES
from workbench.checking.sql import Sql
from workbench.checking.upstream import Answer, Asked
from workbench.closing import Closing
from workbench.jupyter.gateway.live_service import LiveService
from workbench.jupyter.passing import pass_on
from workbench.paths import root
from workbench.running.runner import Runner
from workbench.running.system import Action, Stage

#: What is no part of any answer: it runs on the reference, as long as the companion.
_OWN: tuple[Action, ...] = ("users", "orders")

#: <service>.sql: what its tables hold when they are new.
DEMO_DATA = root() / "sql" / "data" / "services"


class LiveServices(Closing):
    """Each of SERVICES as a LiveService, by its name."""

    def __init__(self, runner: Runner, tenant: Tenant) -> None:
        """Starts users and orders, on a database of their own. Raises NotReady."""
        self._addresses: dict[str, str] = {}  # service -> the real one's, if it is there
        with ExitStack() as stack:
            self._by_name = {
                name: stack.enter_context(LiveService(runner.launcher.listen(), self._real(name)))
                for name in SERVICES
            }
            stage = stack.enter_context(runner.stage({}, tenant))
            self.database = runner.tenancy.create_database(tenant)  # it goes with the tenant
            for name in _OWN:
                self._start(stack, stage, name)
            self._held = stack.pop_all()

    def __getitem__(self, name: str) -> LiveService:
        return self._by_name[name]

    @property
    def addresses(self) -> dict[str, str]:
        """What the gateway is told: the setting of each service."""
        return {f"{name.upper()}_URL": one.url for name, one in self._by_name.items()}

    @property
    def ports(self) -> list[int]:
        return [one.port for one in self._by_name.values()]

    def set_catalog(self, address: str | None) -> None:
        """Where the live catalog is, None while it does not come up."""
        if address is None:
            self._addresses.pop("products", None)
        else:
            self._addresses["products"] = address

    def forget(self) -> None:
        for one in self._by_name.values():
            one.forget()

    def counts(self) -> dict[str, int]:
        """How much each has kept so far."""
        return {name: len(one.kept) for name, one in self._by_name.items()}

    def kept_since(self, counts: dict[str, int]) -> list[dict[str, Any]]:
        """What has reached the services since they had kept so much, as JSON data."""
        return [
            {"service": name, "method": one.asked.method, "target": one.asked.target,
             "status": one.status}
            for name, count in counts.items()
            for one in self[name].kept[count:]
        ]  # fmt: skip

    def close(self) -> None:
        self._held.close()

    def _start(self, stack: ExitStack, stage: Stage, name: Action) -> None:
        system = stage.start(self.database, action=name)
        stack.callback(system.close, keep_database=True)
        sql = Sql(system.database_url)
        try:
            sql.attempt((DEMO_DATA / f"{name}.sql").read_text(encoding="utf-8"))
        finally:
            sql.close()
        self._addresses[name] = system.base_url

    def _real(self, name: str) -> Callable[[Asked], Answer]:
        return lambda asked: pass_on(asked, self._addresses.get(name))
