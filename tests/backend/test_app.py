"""The composed application: its documents, its command, its independence."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect

import backend
from backend.app import create_app
from backend.database import connect_to
from backend.settings import SettingsError

ROOT = Path(backend.__file__).parent.parent


def test_without_settings_it_reads_the_environment(settings, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    assert create_app().test_client().get("/readyz").status_code == 200
    monkeypatch.delenv("REDIS_URL")
    with pytest.raises(SettingsError, match="REDIS_URL"):
        create_app()


def test_applications_are_independent(settings):
    first, second = create_app(settings), create_app(settings)
    for app in (first, second, first):
        assert app.test_client().get("/api/v1/products").status_code == 200


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_documents_every_route_of_the_api(app, client, version):
    document = client.get(f"/api/{version}/openapi.json").json
    documented = {
        (re.sub(r"{(\w+)}", r"<uuid:\1>", path), method.upper())
        for path, operations in document["paths"].items()
        for method in operations
        if method != "parameters"
    }
    routed = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"/api/{version}/") and "api-docs" not in rule.endpoint
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routed
    assert documented == routed


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_documents_only_problems_as_errors(client, version):
    document = client.get(f"/api/{version}/openapi.json").json
    assert document["openapi"] == "3.1.0"
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            assert "default" not in operation["responses"]
            for status, response in operation["responses"].items():
                media_types = set(response.get("content", {}))
                if status in ("204", "304"):
                    assert media_types == set()
                elif status.startswith("2"):
                    assert media_types == {"application/json"}
                else:
                    assert media_types == {"application/problem+json"}


def test_documents_what_a_body_may_hold(client):
    schemas = client.get("/api/v1/openapi.json").json["components"]["schemas"]
    product, changes = schemas["Product"], schemas["ProductChanges"]
    assert set(product["required"]) == {"name", "price", "category_id"}
    assert "required" not in changes
    assert product["additionalProperties"] is False
    assert {name for name, field in product["properties"].items() if field.get("readOnly")} == {
        "id",
        "created_at",
        "updated_at",
    }


def test_the_documentation_page_needs_no_other_host(client):
    page = client.get("/docs/")
    assert page.status_code == 200
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert links
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        answer.close()
    assert "/api/v1/openapi.json" in page.text
    assert "/api/v2/openapi.json" in page.text


def _run(arguments: list[str], **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_command_creates_the_tables_and_may_be_repeated(make_database, services):
    url = make_database()
    for _ in range(2):
        done = _run(
            ["-m", "flask", "--app", "backend.app", "create-schema"],
            DATABASE_URL=url,
            REDIS_URL=services.redis_url,
        )
        assert done.returncode == 0, done.stderr
    engine = connect_to(url)
    assert set(inspect(engine).get_table_names()) == {"categories", "products", "reservations"}
    engine.dispose()


def test_it_stands_alone():
    code = "import backend.app, json, sys; print(json.dumps(sorted(sys.modules)))"
    done = _run(["-c", code])
    assert done.returncode == 0, done.stderr
    modules = json.loads(done.stdout)
    assert not [name for name in modules if name.split(".")[0] in ("workbench", "graders", "tests")]
