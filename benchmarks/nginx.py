"""nginx as a process of ours, whose configuration and files lie in a temporary folder."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

START_SECONDS = 10.0

MISSING = (
    "nginx is not measured: there is none on this machine. On Debian, `apt install nginx-light`"
    " brings it (its own server need not run), and `make bench ARGS=gateway_load` measures anew."
)

#: One worker, for the gateway is one process. It keeps its connections to the service, gives
#: requests an id, and bounds requests of an address and at a time, as the gateway does.
_CONFIG = """
daemon off;
master_process off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    limit_req_zone $binary_remote_addr zone=clients:1m rate=1000000r/s;
    limit_conn_zone $server_name zone=all:1m;
    keepalive_requests 100000000;
    upstream service {{
        server 127.0.0.1:{service};
        keepalive 64;
        keepalive_requests 100000000;
    }}
    server {{
        listen 127.0.0.1:{port};
        limit_req zone=clients burst=1000 nodelay;
        limit_conn all 200;
        client_max_body_size 1m;
        location /api/ {{
            proxy_pass http://service;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Request-Id $request_id;
            add_header X-Request-Id $request_id;
        }}
    }}
}}
"""


def find() -> str | None:
    """The program, None when the machine has none."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


@contextmanager
def started(program: str, folder: Path, service: int) -> Iterator[tuple[int, int]]:
    """nginx before the service at that port, for as long as the block: its port and process.

    Raises SystemExit with its own words when it does not start.
    """
    folder.mkdir()
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, service=service))
    command = [program, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(config)]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"nginx does not start: {(folder / 'said').read_text()}")
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
