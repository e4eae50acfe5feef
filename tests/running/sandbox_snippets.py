"""What a sandbox must let innocent code do, and what it must refuse, as snippets to run in one."""

from __future__ import annotations

import json
import textwrap

import httpx

from workbench.paths import root
from workbench.running.runner import Runner

LISTING = "backend/catalog/listing.py"

#: What right answers may well do, at import or in a request.
INNOCENT = {
    "flask": "import flask; assert flask.Flask('x').test_client().get('/').status_code == 404",
    "sqlalchemy": """
        import sqlalchemy
        url = sqlalchemy.make_url(os.environ["DATABASE_URL"])
        engine = sqlalchemy.create_engine(url.set(drivername="postgresql+psycopg2"))
        with engine.connect() as connection:
            assert connection.scalar(sqlalchemy.text("SELECT 1")) == 1
    """,
    "psycopg2": """
        import psycopg2
        connection = psycopg2.connect(os.environ["DATABASE_URL"])
        connection.cursor().execute("SELECT count(*) FROM products")
        connection.close()
    """,
    "redis": """
        import redis
        client = redis.Redis.from_url(os.environ["REDIS_URL"])
        client.set("key", "value")
        assert client.get("key") == b"value"
        subscription = client.pubsub()
        subscription.subscribe("news")
        assert subscription.get_message(timeout=5)["type"] == "subscribe"
    """,
    "redis asyncio": """
        import asyncio, redis.asyncio
        async def ping():
            async with redis.asyncio.Redis.from_url(os.environ["REDIS_URL"]) as client:
                assert await client.ping()
        asyncio.run(ping())
    """,
    "localhost by name": """
        import socket
        from urllib.parse import urlsplit
        port = urlsplit(os.environ["DATABASE_URL"]).port
        socket.create_connection(("localhost", port), timeout=5).close()
    """,
    "threads": """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(32) as pool:
            assert sum(pool.map(int, "123")) == 6
    """,
    "asyncio": """
        import asyncio
        async def work():
            return await asyncio.gather(asyncio.sleep(0, 1), asyncio.to_thread(int, "2"))
        assert asyncio.run(work()) == [1, 2]
    """,
    "subprocess of python": """
        import subprocess, sys
        code = "import json, sqlalchemy; print(json.dumps(6 * 7))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout == "42\\n", done.stderr
    """,
    "subprocess in a new session": """
        import subprocess, sys
        subprocess.run([sys.executable, "-c", ""], start_new_session=True, check=True)
    """,
    "signal to a child of its own": """
        import signal, subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        child.send_signal(signal.SIGTERM)
        assert child.wait() == -signal.SIGTERM
    """,
    "multiprocessing with a pipe": """
        import multiprocessing
        context = multiprocessing.get_context("fork")
        here, there = context.Pipe()
        process = context.Process(target=there.send, args=("hello",))
        process.start()
        assert here.recv() == "hello"
        process.join()
    """,
    "tempfile": """
        import shutil, tempfile
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a file")
            with open(path, "w") as file:
                file.write("text")
            shutil.copy2(path, path + ".copy")
            os.rename(path + ".copy", path)
            os.symlink(path, path + ".link")
            assert open(path + ".link").read() == "text"
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"text")
        with tempfile.TemporaryFile() as file:
            file.truncate(10)
    """,
    "sqlite in a file": """
        import sqlite3, tempfile
        with tempfile.TemporaryDirectory() as folder:
            with sqlite3.connect(folder + "/base.db") as base:
                base.execute("CREATE TABLE t (a)")
            base.close()
    """,
    "mmap": "import mmap; assert len(mmap.mmap(-1, 4096)) == 4096",
    "ssl": "import ssl; assert ssl.create_default_context().get_ca_certs()",
    "zoneinfo": "import zoneinfo; assert zoneinfo.ZoneInfo('Europe/Berlin').key",
    "strftime and locale": "import locale, time; locale.setlocale(locale.LC_ALL, 'C.UTF-8')",
    "late imports": "import xml.etree.ElementTree, email.message, decimal, importlib.metadata",
    "introspection": "import inspect; assert 'def ' in inspect.getsource(textwrap)",
    "own source": "assert 'def list_products' in open(__file__).read()",
    "own SQL files": "assert os.path.isdir('sql') and os.listdir('backend')",
    "own resource limits": """
        import resource
        assert resource.getrlimit(resource.RLIMIT_CPU)[0] == 60
    """,
    "randomness": "import secrets; secrets.token_hex(); open('/dev/urandom').close()",
    "uuid1": "import uuid; uuid.uuid1()",
    "platform": "import platform; platform.platform(); os.cpu_count()",
    "nothing to write to": "open(os.devnull, 'w').write('x')",
    "home": "os.makedirs(os.path.expanduser('~/.cache/library'))",
    "tracemalloc": "import tracemalloc; tracemalloc.start(); tracemalloc.stop()",
    "nice": "os.nice(0)",
}  # fmt: skip

#: What no answer may do: each must raise, with one of these errors.
REFUSED = {
    "the checks": "open({root!r} + '/graders/week01_catalog/catalog.listing/checks.py')",
    "the reference": "open({root!r} + '/backend/catalog/listing.py')",
    "the solutions": "os.listdir({root!r} + '/solutions')",
    "the tool": "open({root!r} + '/workbench/grading/engine.py')",
    "other answers": "os.listdir({home!r})",
    "accounts": "open('/etc/passwd')",
    "a file outside": "open({outside!r}, 'w')",
    "a file outside, emptied": "os.truncate({outside!r}, 0)",
    "a file outside, renamed": "os.rename({outside!r}, {outside!r} + '.gone')",
    "a file outside, linked": "os.link({outside!r}, 'linked')",
    "a symlink out": """
        os.symlink({outside!r}, os.environ["TMPDIR"] + "/way out")
        open(os.environ["TMPDIR"] + "/way out")
    """,
    "its own code": "open(__file__, 'a')",
    "the folder of temporary files of others": "open('/tmp/left behind', 'w')",
    "shared memory": "open('/dev/shm/channel', 'w')",
    "processes": "os.listdir('/proc')",
    "environments": "open(f'/proc/{{os.getppid()}}/environ')",
    "arguments": "open(f'/proc/{{os.getppid()}}/cmdline')",
    "memory of the keeper": "open(f'/proc/{{os.getppid()}}/mem')",
    "kill the keeper": "os.kill(os.getppid(), 9)",
    "stop the keeper": "os.kill(os.getppid(), 19)",
    "kill the zygote": "os.kill({zygote}, 9)",
    "kill the judge": "os.kill({judge}, 9)",
    "limits of the judge": """
        import resource
        resource.prlimit({judge}, resource.RLIMIT_CPU, (0, 0))
    """,
    "priority of the judge": "os.setpriority(os.PRIO_PROCESS, {judge}, 19)",
    "scheduling of the judge": "os.sched_setaffinity({judge}, {{0}})",
    "the port of PostgreSQL itself": "socket.create_connection(('127.0.0.1', {postgres}), 5)",
    "another port": "socket.create_connection(('127.0.0.1', 1), 5)",
    "another address": "socket.create_connection(('198.51.100.1', 80), 5)",
    "connecting by sending": """
        with socket.socket() as opened:
            opened.sendto(b"hello", 0x20000000, ("127.0.0.1", {postgres}))
    """,
    "listening": "socket.create_server(('127.0.0.1', 0))",
    "listening on any port": """
        with socket.socket() as opened:
            opened.listen()
            opened.settimeout(1)
            opened.accept()
    """,
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "raw": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "multipath TCP": "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "unix sockets": "socket.socket(socket.AF_UNIX)",
    "unix datagrams": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "ptrace": "call('ptrace', 0, 0, 0, 0)",
    "io_uring": "call(425, 1, 0)",
    "user namespace": "call('unshare', 0x10000000)",
    "mount": "call('mount', b'none', b'/mnt', b'tmpfs', 0, 0)",
    "keys": "call(250, 0, 0, 0, 0, 0)",
    "bpf": "call(321, 0, 0, 0)",
    "perf": "call(298, 0, 0, -1, -1, 0)",
    "process_vm_readv": "call('process_vm_readv', os.getppid(), 0, 0, 0, 0, 0)",
    "System V shared memory": "call('shmget', 1, 4096, 0o1666)",
    "watching folders": "call('inotify_add_watch', 0, b'/', 1)",
    "a shell": "import subprocess; subprocess.run(['/bin/sh', '-c', 'id'])",
    "becoming root": "os.setuid(0)",
    "a core file's limit": "import resource; resource.setrlimit(resource.RLIMIT_CORE, (1, 1))",
}  # fmt: skip

HARNESS = '''
import json as _json, os, socket, textwrap, traceback


def call(name, *arguments):
    """A system call by name, as glibc has it, or by its number on x86_64."""
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if isinstance(name, str):
        returned = getattr(libc, name)(*arguments)
    else:
        returned = libc.syscall(name, *arguments)
    if returned == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _tell():
    said = {}
    for name, code in _json.loads(SNIPPETS).items():
        try:
            exec(compile(code, name, "exec"), {"__file__": __file__, "os": os, "socket": socket,
                                               "textwrap": textwrap, "call": call})
            said[name] = "done"
        except BaseException as error:
            said[name] = "".join(traceback.format_exception_only(error)).strip()
    print("SAID " + _json.dumps(said) + " END", flush=True)


_tell()
'''


def run(runner: Runner, snippets: dict[str, str]) -> dict[str, str]:
    """What came of each snippet in a system of its own: "done" or the error."""
    dedented = {name: textwrap.dedent(code) for name, code in snippets.items()}
    part = (root() / LISTING).read_text()
    text = f"{part}\n\nSNIPPETS = {json.dumps(dedented)!r}\n{HARNESS}"
    with runner.stage({LISTING: text}) as stage, stage.start() as system:
        assert httpx.get(f"{system.base_url}/api/v1/products").status_code == 200
        said = system.output.partition("SAID ")[2].partition(" END")[0]
    answer: dict[str, str] = json.loads(said)
    return answer
