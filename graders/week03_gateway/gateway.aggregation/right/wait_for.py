"""asyncio.gather of questions that each have the time, and give their exceptions back."""

from __future__ import annotations

import asyncio


async def gather(questions, seconds):
    names = list(questions)
    found = await asyncio.gather(
        *(asyncio.wait_for(_now(questions[name]), seconds) for name in names),
        return_exceptions=True,
    )
    return dict(zip(names, found, strict=True))


async def _now(question):
    return await question()
