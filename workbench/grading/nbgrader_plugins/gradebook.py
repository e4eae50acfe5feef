"""Which database the gradebook is: PostgreSQL when the environment names it, else a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def gradebook_url(environ: Mapping[str, str], folder: Path) -> str:
    """SQLAlchemy's URL from NBGRADER_DB_URL, or of gradebook.db in `folder`.

    SQLAlchemy 2.1 takes `postgresql://` for psycopg 3, which is not installed: the driver is
    named here.
    """
    url = environ.get("NBGRADER_DB_URL")
    if not url:
        return f"sqlite:///{folder / 'gradebook.db'}"
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg2://{rest}" if scheme in ("postgresql", "postgres") else url
