"""Taking service URLs apart and putting them together, and hiding their passwords."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit, urlunsplit


def replaced(
    url: str,
    *,
    user: str | None = None,
    password: str | None = None,
    host: str | None = None,
    port: int | None = None,
    path: str | None = None,
) -> str:
    """The same URL with the given parts in place of its own; a part left out stays."""
    split = urlsplit(url)
    user = split.username if user is None else quote(user, safe="")
    password = split.password if password is None else quote(password, safe="")
    host = host or split.hostname or ""
    port = port or split.port
    credentials = ""
    if user or password:
        credentials = (user or "") + (f":{password}" if password else "") + "@"
    address = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    new_path = split.path if path is None else "/" + quote(path, safe="")
    return urlunsplit((split.scheme, credentials + address, new_path, split.query, ""))


def without_password(url: str) -> str:
    """The URL as it may be shown on a screen or in a message."""
    if urlsplit(url).password is None:
        return url
    return replaced(url, password="***").replace("%2A%2A%2A", "***")  # noqa: S106


def password_of(url: str) -> str:
    """The password in the URL, or an empty string."""
    return unquote(urlsplit(url).password or "")
