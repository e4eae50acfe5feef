"""What the cells of a notebook do with the live gateway and the services behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from workbench.bench.provider import Services
from workbench.course import Course
from workbench.jupyter.companion import Companion, CompanionError
from workbench.jupyter.exchange import LiveApp
from workbench.jupyter.extension import Notebook
from workbench.jupyter.gateway.notebook import LiveGateway

PRODUCTS = "/api/v1/products"


@pytest.fixture(scope="module")
def shared(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Companion]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("WORKBENCH_WORK", str(tmp_path_factory.mktemp("work")))
        patched.setenv("DATABASE_URL", services.postgres_url)
        patched.setenv("REDIS_URL", services.redis_url)
        with Companion() as opened:
            yield opened


@pytest.fixture
def gateway(shared: Companion) -> LiveGateway:
    """One for the module, before its real services."""
    gateway = LiveGateway(shared)
    for service in (gateway.users, gateway.orders, gateway.products):
        service.recover()
    gateway.forget()
    return gateway


@pytest.fixture
def own(companion: Companion) -> LiveGateway:
    """One whose answers are the test's."""
    return LiveGateway(companion)


def path_of(user: str) -> str:
    return f"/api/v1/users/{user}"


def test_real_services_answer(gateway: LiveGateway, shared: Companion) -> None:
    ada = gateway.token(gateway.ADA)
    reply = gateway.get(path_of(gateway.ADA), token=ada)
    assert reply.json["id"] == gateway.ADA
    assert gateway.get(path_of(gateway.BOB), token=ada).status == 403
    assert gateway.get(path_of(gateway.BOB)).status == 401
    root = gateway.token("root", role="admin")
    for user, count in ((gateway.ADA, 3), (gateway.BOB, 1), (gateway.EVE, 0)):
        shown = gateway.get(f"/api/v1/dashboard/{user}", token=root).json
        assert (len(shown["orders"]), shown["missing"]) == (count, [])
    order = gateway.post(
        "/api/v1/orders", token=ada, json={"user_id": gateway.ADA, "total": "5.00"}
    )
    assert order.status == 201
    assert gateway.get(order.headers["Location"], token=ada).json["total"] == "5.00"
    listed = gateway.get(f"{PRODUCTS}?per_page=2")
    assert listed.json == LiveApp(shared).get(f"{PRODUCTS}?per_page=2").json
    new = {"name": "Vase", "price": "30", "category_id": listed.json["products"][0]["category_id"]}
    assert gateway.post(PRODUCTS, json=new, role="editor").status == 201
    assert gateway.request("HEAD", PRODUCTS).status in (200, 405)


def test_a_reply_shows_what_happened(gateway: LiveGateway) -> None:
    token = gateway.token(gateway.ADA)
    reply = gateway.get(f"{PRODUCTS}?per_page=1", token=token, headers={"X-Mine": "1"})
    for text in (repr(reply), reply._repr_html_()):
        assert "X-Mine: 1" in text
        assert token not in text, "a token is long, and says nothing to people"
        assert "pagination" in text
        assert "products: GET /api/v1/products?per_page=1" in text
    assert "# HELP" in gateway.get("/metrics")._repr_html_(), "what is no JSON is shown as it is"
    assert reply.headers["X-Request-Id"] == reply.headers["x-request-id"]


def test_a_service_keeps_what_it_is_asked(gateway: LiveGateway) -> None:
    gateway.get(PRODUCTS)
    assert len(gateway.products.asked) == 1
    gateway.forget()
    gateway.orders.answer({"id": "1"}, status=201, headers={"x-two": "2"})
    reply = gateway.post(
        "/api/v1/orders?a=%2B", token=gateway.token(gateway.ADA), content=b"\xff",
        headers=[("x-one", "1"), ("x-one", "2")],
    )  # fmt: skip
    assert (reply.status, reply.json, reply.headers["x-two"]) == (201, {"id": "1"}, "2")
    (asked,) = gateway.orders.asked
    assert (asked.method, asked.target, asked.body) == ("POST", "/api/v1/orders?a=%2B", b"\xff")
    assert asked.headers["X-Caller-Id"] == gateway.ADA
    assert "X-One" in asked.headers
    assert asked.headers.get("x-one") == "1, 2"
    assert [value for name, value in asked.headers if name == "x-one"] == ["1", "2"]
    assert asked.headers.items() == list(asked.headers)
    assert asked.headers.get("x-three") is None
    assert gateway.products.asked == []


def test_a_service_fails_and_recovers(gateway: LiveGateway) -> None:
    gateway.configure(RETRY_ATTEMPTS=1, BREAKER_FAILURES=2)
    gateway.products.answer_in_turn((503, None), (500, {}), (200, []))
    assert [gateway.get(PRODUCTS).status for _ in range(3)] == [503, 500, 503]
    assert len(gateway.products.asked) == 2, "the circuit is open"
    gateway.wait(30)
    assert gateway.get(PRODUCTS).json == []
    gateway.products.refuse()
    gateway.products.refuse()
    assert gateway.get(PRODUCTS).status == 502
    gateway.products.recover()
    assert gateway.get(PRODUCTS).json["products"]
    gateway.products.refuse()
    gateway.products.answer([])
    assert gateway.get(PRODUCTS).json == [], "whoever answers listens"


def test_a_service_is_slow(gateway: LiveGateway) -> None:
    gateway.configure(RETRY_ATTEMPTS=1, ATTEMPT_TIMEOUT_MS=50)
    gateway.products.delay(60)
    assert gateway.get(PRODUCTS).status == 504
    gateway.products.recover()
    gateway.configure()
    assert gateway.get(PRODUCTS).status == 200


def test_requests_are_sent_together(gateway: LiveGateway) -> None:
    gateway.configure(MOST_REQUESTS=2)
    gateway.products.answer([])
    gateway.products.delay(1)
    replies = gateway.together([PRODUCTS] * 5)
    statuses = [reply.status for reply in replies]
    assert set(statuses) == {200, 503}, "one after another, none would be too many"
    assert statuses.count(200) == len(gateway.products.asked)
    for text in (repr(replies), replies._repr_html_()):
        assert text.count("products: GET /api/v1/products") == statuses.count(200)


def test_rate_limits_begin_anew_with_a_configuration(gateway: LiveGateway) -> None:
    for _ in range(2):
        gateway.configure(RATE_LIMIT_REQUESTS=1)
        assert [gateway.get(PRODUCTS).status for _ in range(2)] == [200, 429]


def test_an_answer_is_in_the_live_gateway(
    own: LiveGateway, notebook: Notebook, course: Course
) -> None:
    url = own.url
    part = course.exercise("catalog.listing").part
    notebook.answer(
        "catalog.listing", part.replace("total = session", "1 / 0\n    total = session")
    )
    assert own.get(PRODUCTS).status == 500
    notebook.answer("catalog.listing", part)
    assert own.get(PRODUCTS).status == 200
    assert own.url == url
    with pytest.raises(ZeroDivisionError):
        notebook.answer("catalog.listing", "1 / 0\n")
    reply = own.get(PRODUCTS)
    assert reply.status == 502
    assert "ZeroDivisionError" in repr(reply)
    assert own.get(path_of(own.ADA), token=own.token(own.ADA)).status == 200


def test_a_gateway_that_does_not_come_up_says_so(gateway: LiveGateway) -> None:
    with pytest.raises(CompanionError, match="RETRY_ATTEMPTS must be"):
        gateway.configure(RETRY_ATTEMPTS="x")
    assert "RETRY_ATTEMPTS must be" in repr(gateway.get(PRODUCTS))
    assert "RETRY_ATTEMPTS must be" in repr(gateway)
    gateway.configure()
    assert gateway.get(PRODUCTS).status == 200


@pytest.mark.parametrize(
    ("use", "says"),
    [
        (lambda gateway: gateway.get("api/v1/products"), "begins with a slash"),
        (lambda gateway: gateway.get("/ü"), "quote"),
        (lambda gateway: gateway.get("/", tokn="x"), "there are token"),
        (lambda gateway: gateway.together("/a"), "a list"),
        (lambda gateway: gateway.together([]), "a list"),
        (lambda gateway: gateway.configure(retry_attempts=1), "RETRY_ATTEMPTS"),
        (lambda gateway: gateway.wait(-1), "wait"),
        (lambda gateway: gateway.users.delay("1"), "seconds"),
        (lambda gateway: gateway.users.answer({1}), "JSON"),
        (lambda gateway: gateway.users.answer({}, status=99), "200 to 599"),
        (lambda gateway: gateway.users.answer_in_turn(503, 200), "a status and a value"),
    ],
)
def test_bad_use_names_the_next_step(
    gateway: LiveGateway, use: Callable[[LiveGateway], object], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        use(gateway)


def test_every_notebook_has_it(shell: InteractiveShell, work: Path) -> None:
    shell.run_line_magic("load_ext", "workbench")
    assert isinstance(shell.user_ns["gateway"], LiveGateway)
