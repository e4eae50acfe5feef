"""Requests within a trace, outside of any, and with headers that only look like one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.checking import Answer, Asked, Gateway, check, expect

PRODUCTS = "/api/v1/products"
ADA = "0b9f5c2e-3f1c-4a52-9a0e-5a3f0f0e5a10"

#: The first two are the W3C's own examples.
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
OTHER = "0af7651916cd43dd8448eb211c80319c"

SENT = f"00-{TRACE}-{PARENT}-01"

_SHAPE = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-(00|01)")

APP = "backend/gateway/app.py"
#: A `random` that has only the digits c and d, and of each size gives zeros every fifth time.
RANDOM = [
    ("            create_tracing(),\n", "            create_tracing(counted()),\n"),
    ('_SESSION = web.AppKey("session"', '''
def counted():
    given = {}

    def random(size):
        given[size] = given.get(size, -1) + 1
        if given[size] % 5 == 0:
            return "00" * size
        return (f"{given[size]:08b}" * size)[: 2 * size].translate({48: "c", 49: "d"})

    return random


_SESSION = web.AppKey("session"'''),
]  # fmt: skip


def services(app: Gateway) -> None:
    """Services that answer everything with 200."""


def reached(
    app: Gateway, traceparents: Sequence[str] = (), tracestates: Sequence[str] = ()
) -> Asked:
    """What the catalog got of a request with these headers."""
    app.products.forget()
    headers = [*(("traceparent", one if one.isascii() else one.encode()) for one in traceparents),
               *(("tracestate", one) for one in tracestates)]  # fmt: skip
    reply = app.get(PRODUCTS, headers=headers)
    expect.status(reply, 200)
    return app.products.last_asked


def place(asked: Asked, sent: object) -> tuple[str, str, str]:
    """Trace id, parent id and flags that a service was told, which must be valid."""
    values = asked.all("traceparent")
    found = _SHAPE.fullmatch(values[0]) if len(values) == 1 else None
    valid = found is not None and set(found[1]) != {"0"} and set(found[2]) != {"0"}
    expect.that(valid, "one traceparent for the service: 00-<32 digits, 0 to f>-<16>-<00 or 01>",
                str(values), sent=f"GET {PRODUCTS} with {sent}")  # fmt: skip
    assert found is not None
    return found[1], found[2], found[3]


def goes_on(app: Gateway, sent: str, flags: str, look: str) -> None:
    """A service is told the same trace, and these flags."""
    trace, _, told = place(reached(app, [sent]), sent)
    expect.equal(trace, TRACE, f"trace id after {sent}", look=look)
    expect.equal(told, flags, f"flags after {sent}", look=look)


def begins(app: Gateway, sent: Sequence[str], look: str) -> None:
    """A service is told of a new trace, without the state of another one."""
    asked = reached(app, sent, ["vendor=of-another-trace"])
    trace, parent, flags = place(asked, sent)
    lower = " ".join(sent).lower()
    expect.that(trace not in lower, "the id of a new trace", trace, sent=f"traceparent: {sent}",
                look=look)  # fmt: skip
    expect.that(parent not in lower, "a parent id of the gateway's own", parent, sent=f"{sent}")
    expect.equal(flags, "01", f"flags of a trace that begins here, after {sent}")
    expect.equal("".join(asked.all("tracestate")), "", "tracestate of a new trace",
                 look="whose state it was")  # fmt: skip


@check(points=2, runs="gateway", on=services)
def a_trace_begins_here(app: Gateway) -> None:
    """Without a traceparent a new trace begins: every request has one of its own."""
    places = [place(reached(app), "no traceparent") for _ in range(4)]
    for index, what in enumerate(("trace ids", "parent ids")):
        expect.equal(len({one[index] for one in places}), 4, f"different {what} in 4 requests",
                     look="what is made anew for each request")  # fmt: skip
    for one in places:
        expect.equal(one[2], "01", "flags of a trace that begins here")


@check(points=2, runs="gateway", on=services)
def a_trace_goes_on(app: Gateway) -> None:
    """A request within a trace stays in it: the trace id is passed on, with a parent id of our
    own, which is another one for each request."""
    places = [place(reached(app, [SENT]), SENT) for _ in range(3)]
    expect.equal([one[0] for one in places], [TRACE] * 3, "trace ids that the service was told")
    parents = {one[1] for one in places}
    expect.that(PARENT not in parents, "parent ids of the gateway's own", PARENT, sent=SENT,
                look="what the parent of the service's work is")  # fmt: skip
    expect.equal(len(parents), 3, "different parent ids in 3 requests")
    mine = f"00-{OTHER}-{PARENT}-01"
    expect.equal(place(reached(app, [mine]), mine)[0], OTHER, "trace id of another trace")


@check(points=1, after=a_trace_goes_on, runs="gateway", on=services)
def ids_come_from_random(app: Gateway) -> None:
    """All ids are made by the `random` that was given; when it makes one of zeros, it is asked
    again."""
    with app.altered(APP, RANDOM) as other:
        begun = [place(reached(other), "no traceparent") for _ in range(6)]
        within = [place(reached(other, [SENT]), SENT) for _ in range(6)]
    traces, parents = {one[0] for one in begun}, {one[1] for one in (*begun, *within)}
    made = sorted(one for one in traces | parents if not set(one) <= set("cd"))
    expect.equal(made, [], "ids that hold other digits than a `random` gives that has only c and d",
                 look="what is done with `random`")  # fmt: skip
    expect.that(len(traces) == len(begun) and len(parents) == len(begun) + len(within),
                "a new one for each request", f"{sorted(traces)}, {sorted(parents)}",
                look="what `random` is asked for when it gave zeros")  # fmt: skip


@check(points=2, runs="gateway", on=services)
def all_services_hear_of_it(app: Gateway) -> None:
    """All requests that one request causes are in its trace: those for a dashboard, and a second
    attempt."""
    everybody = (app.users, app.orders, app.products)
    for service in everybody:
        service.forget()
    headers = {"traceparent": SENT}
    app.get(f"/api/v1/dashboard/{ADA}", token=app.token(ADA), headers=headers)
    for name, service in zip(("users", "orders", "products"), everybody, strict=True):
        expect.equal(place(service.last_asked, SENT)[0], TRACE, f"trace id that {name} were told")
    app.products.forget()
    app.products.answer(Answer(503), Answer.json({}))
    expect.status(app.get(PRODUCTS, headers=headers), 200)
    attempts = [place(one, SENT)[0] for one in app.products.asked]
    expect.equal(attempts, [TRACE] * 2, "trace ids of two attempts")


@check(points=2, runs="gateway", on=services)
def flags_say_who_keeps_it(app: Gateway) -> None:
    """Of the flags only the last bit goes on: whether the trace is kept."""
    for sent, told in (("01", "01"), ("00", "00"), ("03", "01"), ("02", "00"), ("ff", "01"),
                       ("fe", "00"), ("a0", "00")):  # fmt: skip
        goes_on(app, f"00-{TRACE}-{PARENT}-{sent}", told, "which bits of the flags have a meaning")


@check(points=2, runs="gateway", on=services)
def the_state_goes_on(app: Gateway) -> None:
    """tracestate is passed on as it came, several lines in their order, and all of it when there is
    much; none when none was sent."""
    much = [",".join(f"vendor{line}{n}=of-this-trace" for n in range(12)) for line in range(4)]
    for states in (["congo=t61rcWkgMzE"], ["a=1,b=2"], ["a=1", "b=2"], ["z=9", "a=1,c=3", "b@x=2"],
                   ["a=x y,b=2", "a=3", "b=2"], much):  # fmt: skip
        asked = reached(app, [SENT], states)
        got = [part.strip() for line in asked.all("tracestate") for part in line.split(",")]
        wanted = [part.strip() for line in states for part in line.split(",")]
        expect.equal(got, wanted, f"entries of tracestate after {states}",
                     look="every line of the header, every entry, and their order")  # fmt: skip
    asked = reached(app, [SENT])
    expect.equal("".join(asked.all("tracestate")), "", "tracestate when none was sent")
    expect.equal("".join(reached(app, [], ["a=1"]).all("tracestate")), "",
                 "tracestate without a traceparent", look="whose state it was")  # fmt: skip


@check(points=3, after=a_trace_begins_here, runs="gateway", on=services)
def what_is_no_trace_begins_one(app: Gateway) -> None:
    """A traceparent that is not valid, or two of them, is as good as none: a new trace begins, and
    the tracestate beside it is dropped."""
    zeros = {32: "0" * 32, 16: "0" * 16}
    for sent in (
        "", "nonsense", TRACE, f"00-{TRACE}", f"00-{TRACE}-{PARENT}", f"00-{TRACE}-{PARENT}-",
        f"00-{TRACE}-{PARENT}-01-",
        f"00-{TRACE}-{PARENT}-1", f"00-{TRACE}-{PARENT}-001", f"0-{TRACE}-{PARENT}-01",
        f"00-{TRACE[1:]}-{PARENT}-01", f"00-{TRACE}0-{PARENT}-01", f"00-{TRACE}-{PARENT[1:]}-01",
        f"00-{TRACE}-0{PARENT}-01", f"00_{TRACE}_{PARENT}_01", f"00-{PARENT}-{TRACE}-01",
    ):  # fmt: skip
        begins(app, [sent], "the length of each of the four parts")
    for sent in (f"00-{TRACE.upper()}-{PARENT}-01", f"00-{TRACE}-{PARENT.upper()}-01",
                 f"00-{TRACE}-{PARENT}-0A", f"0A-{TRACE}-{PARENT}-01", f"FF-{TRACE}-{PARENT}-01",
                 f"00-{TRACE[:-1]}g-{PARENT}-01",
                 f"00-{TRACE}-{PARENT[:-1]}x-01", f"00-{TRACE}-{PARENT}-zz"):  # fmt: skip
        begins(app, [sent], "which characters are digits here")
    for sent in (f"00-{zeros[32]}-{PARENT}-01", f"00-{TRACE}-{zeros[16]}-01"):
        begins(app, [sent], "an id of zeros means none")
    begins(app, [f"ff-{TRACE}-{PARENT}-01"], "the version that does not exist")
    begins(app, [f"00-{TRACE}-{PARENT}-01-more"], "version 00 has four parts")
    for second in (f"00-{OTHER}-{PARENT}-01", SENT, "nonsense"):
        for two in ([SENT, second], [second, SENT]):
            begins(app, two, "two headers, whatever is in them")


@check(points=2, after=a_trace_goes_on, runs="gateway", on=services)
def later_versions_are_read(app: Gateway) -> None:
    """A header of a later version begins like ours: its four parts count, whatever follows after
    another hyphen, and what we send is version 00."""
    for sent, told in ((f"01-{TRACE}-{PARENT}-01", "01"), (f"cc-{TRACE}-{PARENT}-00", "00"),
                       (f"cc-{TRACE}-{PARENT}-01-what-comes-next", "01")):  # fmt: skip
        goes_on(app, sent, told, "what is known of a version that does not exist yet")
    for sent in (f"cc-{TRACE}-{PARENT}-01more", f"cc-{TRACE}-{PARENT}", f"cc-{TRACE}-{PARENT}-0"):
        begins(app, [sent], "what a header of a later version has in common with ours")


@check(points=1, after=a_trace_begins_here, runs="gateway", on=services, hidden=True)
def digits_are_digits(app: Gateway) -> None:
    """Only 0 to 9 and a to f are digits: not what Python's int() reads besides."""
    for flags in ("+1", "_1", "1_", "-1", "0x", "0٧"):
        begins(app, [f"00-{TRACE}-{PARENT}-{flags}"], "which characters are digits here")
    for trace in (f"0x{TRACE[2:]}", f"{TRACE[:8]}_{TRACE[9:]}", f"+{TRACE[1:]}"):
        begins(app, [f"00-{trace}-{PARENT}-01"], "which characters are digits here")
    begins(app, [f"+0-{TRACE}-{PARENT}-01"], "which characters are digits here")
