"""The users of the demo data (sql/data/services): their ids never change."""

from __future__ import annotations

#: Ada has three orders, Bob has one, Eve has none yet.
ADA = "ada00000-0000-4000-8000-000000000001"
BOB = "b0b00000-0000-4000-8000-000000000002"
EVE = "e0e00000-0000-4000-8000-000000000003"
