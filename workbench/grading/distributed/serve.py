"""`workbench worker`: a Celery worker whose processes grade, each with an engine of its own."""

from __future__ import annotations

import logging
import os
import socket
import threading
import warnings
from typing import Any

import psycopg2
from celery.exceptions import Reject, SecurityWarning
from celery.signals import worker_process_shutdown

from workbench.bench.choose import provider_from
from workbench.bench.urls import without_password
from workbench.course import CourseError, load_course
from workbench.grading.cache import ResultCache
from workbench.grading.distributed.broker import TASK, Broker
from workbench.grading.distributed.job import Job, MessageError, edition
from workbench.grading.distributed.settings import ServiceError, Settings
from workbench.grading.distributed.store import Store
from workbench.grading.distributed.worker import Worker
from workbench.grading.opening import opened_engine
from workbench.paths import build_dir, work_dir

#: Seconds before a job goes back because the results are out of reach.
AWAY_SECONDS = 5.0

_log = logging.getLogger("workbench.worker")


def serve(settings: Settings, jobs: int) -> int:
    """Grade what is asked for, with `jobs` processes, until a signal ends it; the exit status.

    SIGINT or SIGTERM lets the answers at hand be finished. Raises ServiceError when the broker or
    the results, and BenchError when the bench, cannot be had.
    """
    cache = ResultCache(build_dir() / "results")
    Store(settings.results_url).close()  # out of reach is said now, and not with the first answer
    with (
        Broker(settings.broker_url, edition(load_course(), cache)) as broker,
        # Held, so that the bench stays up between answers.
        provider_from(os.environ, work_dir() / "bench").acquire(),
    ):
        name = f"workbench-{os.getpid()}@{socket.gethostname()}"
        _register(
            broker,
            Worker(name, cache, lambda: Store(settings.results_url), opened_engine, broker.send),
        )
        # It is about pickle, which is not accepted; answers have users of their own under root.
        warnings.simplefilter("ignore", SecurityWarning)
        logging.getLogger("httpx").setLevel(logging.WARNING)
        celery: Any = broker.app.Worker(
            hostname=name, concurrency=jobs, pool="prefork", queues=[broker.queue],
            loglevel="INFO", quiet=True, without_gossip=True, without_mingle=True,
        )  # fmt: skip
        print(
            f"{name} grades for {without_password(settings.broker_url)}, {jobs} at a time. Ctrl-C "
            "ends it after the answers at hand.",
            flush=True,
        )
        celery.start()
        return int(celery.exitcode or 0)


def _register(broker: Broker, worker: Worker) -> None:
    """Give Celery the task. Each of its processes has a copy of `worker`, and opens it itself."""

    @broker.app.task(name=TASK, bind=False)
    def grade(message: object) -> None:
        try:
            worker.work(Job.from_json(message))
        except (MessageError, CourseError) as error:
            _log.error("A message that is no job of this course was dropped: %s.", error)
        except (ServiceError, psycopg2.Error) as error:
            _log.error("The results are out of reach: %s", error)
            threading.Event().wait(AWAY_SECONDS)
            raise Reject(str(error), requeue=True) from None

    def close(**_: object) -> None:
        worker.close()

    worker_process_shutdown.connect(close, weak=False)
