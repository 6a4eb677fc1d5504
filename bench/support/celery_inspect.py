"""Celery's own client: answers each line `COUNT` with the milliseconds that `stats` of so many workers took.

`python celery_inspect.py BROKER`. The client is given the number of replies: without it, it waits a whole second.
"""
import sys
import time

from celery import Celery

app = Celery(broker=sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:
    count = int(line)
    started = time.perf_counter()
    replies = app.control.inspect(timeout=5, limit=count).stats() or {}
    milliseconds = (time.perf_counter() - started) * 1000
    print(milliseconds if len(replies) == count else "incomplete", flush=True)
