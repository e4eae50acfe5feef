"""A runner whose reference has a social schema of three small parts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from small_social import make_reference

from workbench.bench.provider import Services
from workbench.running.runner import Runner


@pytest.fixture(scope="module")
def small(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with Runner(services, make_reference(tmp_path_factory.mktemp("reference"))) as runner:
        runner.launcher.warm_up()
        yield runner
