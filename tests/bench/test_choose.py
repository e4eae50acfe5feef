"""Which provider an environment means, and what a contradictory one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.bench import embedded
from workbench.bench.choose import choice, provider_from
from workbench.bench.provider import BenchError

POSTGRES = {"DATABASE_URL": "postgresql://me:secret@db.example/app"}
REDIS = {"REDIS_URL": "redis://cache.example:6379/0"}


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, "embedded"),
        (POSTGRES | REDIS, "external"),
        (POSTGRES | REDIS | {"WORKBENCH_BENCH": "embedded"}, "embedded"),
        (POSTGRES | REDIS | {"WORKBENCH_BENCH": "external"}, "external"),
        (POSTGRES | {"WORKBENCH_BENCH": "containers"}, "containers"),
        ({"DATABASE_URL": "", "REDIS_URL": "", "WORKBENCH_BENCH": ""}, "embedded"),
    ],
)
def test_the_environment_chooses(environ: dict[str, str], name: str, tmp_path: Path) -> None:
    assert choice(environ)[0] == name
    assert provider_from(environ, tmp_path).name == name


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        (POSTGRES, "REDIS_URL is not set"),
        (REDIS, "DATABASE_URL is not set"),
        ({"WORKBENCH_BENCH": "external"}, "DATABASE_URL and REDIS_URL is not set"),
        ({"WORKBENCH_BENCH": "magic"}, "'magic'. Set it to embedded, external, containers"),
    ],
)
def test_a_contradiction_is_named(environ: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=message):
        provider_from(environ, tmp_path)


def test_a_platform_without_wheels_is_told_the_alternatives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded.sys, "platform", "win32")
    with pytest.raises(BenchError, match=r"Windows.*DATABASE_URL and REDIS_URL.*containers"):
        provider_from({}, tmp_path)


def test_the_images_of_the_containers_can_be_named(tmp_path: Path) -> None:
    environ = {"WORKBENCH_BENCH": "containers", "WORKBENCH_REDIS_IMAGE": "mirror/redis:8"}
    provider = provider_from(environ, tmp_path)
    assert (provider.postgres_image, provider.redis_image) == ("postgres:18", "mirror/redis:8")
