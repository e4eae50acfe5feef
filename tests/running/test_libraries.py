"""What a zygote loads is all that its processes import at their start: each would load the rest
anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.paths import root
from workbench.running import entry
from workbench.running.tokens import access_tokens

#: What each process does at its start, as entry.py has it.
STARTS = {
    "gateway": "import backend.gateway.__main__",
    "migrate": "from alembic import command; from alembic.config import Config",
    "orders": "import backend.services.orders",
    "schema": "import backend.schema",
    "serve": "from backend.app import create_app; create_app()",
    "social": "import backend.social.service.__main__",
    "suite": "import pytest; pytest.main(['-q', '-p', 'no:cacheprovider', 'suite.py'])",
    "users": "import backend.services.users",
    "work": "from backend.worker import create_worker; create_worker()",
}

_LOADED = """
import json, sys
from workbench.running.libraries import BACKEND, OTHERS, load
load(BACKEND)
load(OTHERS.get(sys.argv[1], ()))
before = set(sys.modules)
exec(sys.argv[2])
own = {"backend", "suite", "workbench", *sys.stdlib_module_names}
print()
print(json.dumps([name for name in set(sys.modules) - before if name.split(".")[0] not in own]))
"""

_SUITE = "import httpx\ndef test_it():\n    with httpx.Client():\n        pass\n"


@pytest.mark.parametrize("action", STARTS)
def test_a_process_finds_all_of_its_libraries_loaded(action: str, tmp_path: Path) -> None:
    (tmp_path / "suite.py").write_text(_SUITE)
    environ = os.environ | {
        "ACCESS_TOKENS": access_tokens(),
        "DATABASE_URL": "postgresql://nobody:none@127.0.0.1:1/none",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(root()),
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = [sys.executable, "-c", _LOADED, action, STARTS[action]]
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, check=True, text=True, stdout=subprocess.PIPE
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_every_action_is_looked_at() -> None:
    assert set(STARTS) == set(entry.ACTIONS)
