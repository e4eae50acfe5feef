"""Renew the table of attacks in docs/security.md: python tests/attacks/write_table.py"""

from __future__ import annotations

from pathlib import Path

from corpus import table

BEGIN, END = "<!-- attacks -->\n", "<!-- end of attacks -->\n"


def main() -> None:
    file = Path(__file__).parents[2] / "docs" / "security.md"
    before, _, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    file.write_text(f"{before}{BEGIN}{table()}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
