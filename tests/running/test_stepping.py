"""Statements are kept back one by one, and what the server says to each is told apart."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable

from workbench.running.stepping import MOST_NOTICES, Step, SteppedConversation, Steps


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def query(text: str) -> bytes:
    return message(b"Q", text.encode() + b"\0")


READY = {state: message(b"Z", state) for state in (b"I", b"T", b"E")}
STARTED = message(b"K", struct.pack("!ii", 4711, 1)) + READY[b"I"]
NOTICE = message(b"N", b"SDEBUG\0C00000\0Mverifying table\0\0")
RAISED = message(b"N", b"SDEBUG\0C00000\0Mverifying table\0Rexec_stmt_raise\0\0")
TERMINATED = message(b"E", b"SFATAL\0C57P01\0Mterminating connection\0\0")


def begun(talk: SteppedConversation, steps: Steps, data: bytes) -> tuple[Step, Awaitable[None]]:
    turn = talk.from_client(data)
    assert turn is not None
    step = steps.next()
    assert step is not None
    return step, turn


async def opened() -> tuple[Steps, SteppedConversation]:
    steps = Steps()
    talk = steps.converse()
    assert talk.from_client(message(b"p", b"password")) is None
    talk.from_server(STARTED)
    return steps, talk


def test_a_statement_waits_until_it_is_passed_on() -> None:
    async def run() -> None:
        steps, talk = await opened()
        step, turn = begun(talk, steps, query("BEGIN"))
        waiting = asyncio.ensure_future(turn)
        await asyncio.sleep(0)
        assert not waiting.done()
        steps.pass_on(step)
        steps.pass_on(step)
        await asyncio.wait_for(waiting, 10)
        assert (step.text, step.pid, step.was_open) == ("BEGIN", 4711, False)
        assert not step.done.is_set()
        talk.from_server(message(b"C", b"BEGIN\0") + READY[b"T"])
        assert (step.done.is_set(), step.is_open) == (True, True)
        later, turn = begun(talk, steps, query("SELECT 1"))
        assert later.was_open
        steps.free()
        await asyncio.wait_for(turn, 10)
        assert talk.from_client(query("COMMIT")) is None
        steps.end()
        assert steps.next() is None

    asyncio.run(run())


def test_notices_and_errors_belong_to_their_statement() -> None:
    async def run() -> None:
        steps, talk = await opened()
        talk.from_server(NOTICE)  # nobody's
        first, turn = begun(talk, steps, query("ALTER TABLE a"))
        steps.pass_on(first)
        await turn
        talk.from_server(NOTICE + message(b"C", b"ALTER TABLE\0") + READY[b"I"])
        second, turn = begun(talk, steps, query("SELECT 1"))
        steps.pass_on(second)
        await turn
        talk.from_server(TERMINATED)
        assert not second.done.is_set()
        talk.lost()
        assert second.done.is_set()
        assert (first.notices, first.error) == (["verifying table"], "")
        assert (second.notices, second.error) == ([], "57P01 terminating connection")

    asyncio.run(run())


def test_what_a_function_raises_is_not_the_servers_word() -> None:
    async def run() -> None:
        steps, talk = await opened()
        step, turn = begun(talk, steps, query("SELECT forged()"))
        steps.pass_on(step)
        await turn
        talk.from_server(RAISED * (MOST_NOTICES + 1) + NOTICE + READY[b"I"])
        assert (step.notices, step.unheard) == (["verifying table"], 0)

    asyncio.run(run())


def test_messages_that_are_not_kept_are_counted() -> None:
    async def run() -> None:
        steps, talk = await opened()
        step, turn = begun(talk, steps, query("SELECT flood()"))
        steps.pass_on(step)
        await turn
        talk.from_server(NOTICE * (MOST_NOTICES + 2) + READY[b"I"])
        assert (len(step.notices), step.unheard) == (MOST_NOTICES, 2)

    asyncio.run(run())
