"""The worker: the process that does what no caller should wait for.

Start it with `python -m backend.worker`. It is a process of its own, and this its composition root.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

from backend.cache.connection import connect
from backend.cache.shelf import Shelf, add_sweeping
from backend.settings import Settings


def create_celery(settings: Settings) -> Celery:
    """The queue of tasks: who gives work needs it as well as who does it."""
    celery = Celery("backend", broker=settings.redis_url, set_as_current=False)
    celery.conf.update(
        accept_content=["json"],  # never pickle: whoever can write to Redis could run anything
        task_ignore_result=True,
        # Finished before it is forgotten: a worker that dies leaves its task to the next one.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "global_keyprefix": "celery:",
            "socket_timeout": 5,
            "socket_connect_timeout": 5,
        },
        # Who needs to look into a running worker has its log.
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
    )
    return celery


def create_worker(settings: Settings | None = None) -> Any:
    """A celery.worker.WorkController that knows every task; its `start()` works until it ends.

    Without settings it reads them from the environment. Raises SettingsError.
    """
    settings = settings or Settings.from_environ(os.environ)
    celery = create_celery(settings)
    redis = connect(settings.redis_url, settings.redis_timeout_ms)
    add_sweeping(celery, Shelf(redis, "listing", settings.cache_seconds))
    return celery.Worker(
        pool="solo",
        loglevel="INFO",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )


if __name__ == "__main__":
    create_worker().start()
