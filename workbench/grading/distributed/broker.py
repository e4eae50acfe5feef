"""Celery and its queue on Redis. Only JSON is sent, and only JSON is accepted."""

from __future__ import annotations

from typing import Any

import redis
from celery import Celery
from kombu import Queue
from kombu.exceptions import OperationalError

from workbench.bench.admin_connections import redis_client
from workbench.bench.urls import without_password
from workbench.closing import Closing
from workbench.grading.distributed.job import Job
from workbench.grading.distributed.settings import ServiceError

TASK = "workbench.grade"

#: Seconds after which Redis hands out again what nobody has acknowledged: well above the longest
#: time that a worker holds an answer (engine.TOTAL_SECONDS, starting a bench, resting after it).
#: It is the second net: the command finds lost workers by their claims, at once.
VISIBILITY_SECONDS = 900

INSPECT_SECONDS = 1.0


class Broker(Closing):
    """The queue of one edition of the course."""

    def __init__(self, url: str, edition: str) -> None:
        """Raises ServiceError when Redis does not answer."""
        _check(url)
        self.queue = f"workbench.{edition}"
        self.app = Celery("workbench", broker=url, set_as_current=False)
        self.app.conf.update(
            accept_content=["json"],
            task_serializer="json",
            task_queues=[Queue(self.queue)],
            task_default_queue=self.queue,
            task_ignore_result=True,  # results have their own, validated way: store.py
            task_acks_late=True,
            task_reject_on_worker_lost=True,
            worker_prefetch_multiplier=1,
            worker_send_task_events=False,
            broker_connection_retry_on_startup=True,
            broker_transport_options={"visibility_timeout": VISIBILITY_SECONDS},
        )

    def send(self, job: Job) -> None:
        """Put a job at the queue's end. Raises ServiceError when Redis is gone."""
        try:
            # Without `argsrepr` the answer would stand in the message a second time.
            self.app.send_task(TASK, (job.as_json(),), queue=self.queue, argsrepr=job.key)
        except (OperationalError, redis.RedisError) as error:
            raise ServiceError(_gone(error)) from None

    def pending(self) -> int:
        """How many jobs are queued or in a worker's hands. Raises ServiceError."""
        try:
            with self.app.connection_for_read() as opened, opened.channel() as channel:
                queued = Queue(self.queue)(channel).queue_declare().message_count
                return int(queued) + int(channel.client.hlen(channel.unacked_key))
        except (OperationalError, redis.RedisError) as error:
            raise ServiceError(_gone(error)) from None

    def workers(self) -> list[str]:
        """The workers of this edition that answer within a second."""
        try:
            found = self.app.control.inspect(timeout=INSPECT_SECONDS).active_queues() or {}
        except (OperationalError, redis.RedisError) as error:
            raise ServiceError(_gone(error)) from None
        return sorted(
            name
            for name, queues in found.items()
            if any(queue["name"] == self.queue for queue in queues)
        )

    def close(self) -> None:
        self.app.close()


def _check(url: str) -> None:
    client: Any = redis_client(url)
    with client:
        try:
            client.ping()
        except redis.RedisError as error:
            raise ServiceError(
                f"The broker, Redis at {without_password(url)}, cannot be reached: {error}\n"
                "Start the server, or correct WORKBENCH_BROKER_URL."
            ) from None


def _gone(error: Exception) -> str:
    return (
        f"The broker was lost: {error}\nStart Redis again, and run the same command: what was"
        " graded is kept."
    )
