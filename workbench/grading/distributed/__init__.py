"""Grading on workers elsewhere: Redis carries the jobs, PostgreSQL keeps the results.

settings.py says where both are, job.py what crosses; broker.py is the queue, store.py claims, tries
and results (tables: schema.py); worker.py grades, serve.py runs it under Celery; request.py
is the command that asks.
"""
