"""docker-compose.yml, read as it is: its worker finds its servers, and the labs start without."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from workbench.commands import workers
from workbench.grading.distributed.settings import settings_from
from workbench.paths import root

GRADING = {"broker", "results", "worker"}


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root() / "docker-compose.yml").read_text())["services"]
    return found


def test_only_the_profile_starts_what_grades(services: dict[str, Any]) -> None:
    profiled = {name for name, one in services.items() if one.get("profiles") == ["grading"]}
    assert profiled == GRADING
    assert all("profiles" not in one for name, one in services.items() if name not in GRADING)


def test_the_workers_urls_are_those_of_the_servers(services: dict[str, Any]) -> None:
    worker, results, broker = services["worker"], services["results"], services["broker"]
    settings = settings_from(worker["environment"])
    queue, kept = urlsplit(settings.broker_url), urlsplit(settings.results_url)
    assert {queue.hostname, kept.hostname} == set(worker["depends_on"]) == {"broker", "results"}
    assert queue.password == broker["command"][broker["command"].index("--requirepass") + 1]
    assert results["environment"] == {
        "POSTGRES_USER": kept.username,
        "POSTGRES_PASSWORD": kept.password,
        "POSTGRES_DB": kept.path.strip("/"),
    }
    # Answers use the bench from pip in the same container, and not these servers.
    assert not {"DATABASE_URL", "REDIS_URL"} & set(worker["environment"])


def test_the_workers_command_is_one(services: dict[str, Any]) -> None:
    parser = argparse.ArgumentParser()
    workers.add_parsers(parser.add_subparsers())
    program, *arguments = services["worker"]["command"]
    assert program == "workbench"
    assert parser.parse_args(arguments).jobs == 2


def test_published_ports_are_this_machines_only(services: dict[str, Any]) -> None:
    ports = [port for one in services.values() for port in one.get("ports", [])]
    assert len(ports) == len(set(ports)) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)
