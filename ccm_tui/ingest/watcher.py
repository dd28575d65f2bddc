"""Tells that something may have changed in watched logs. A wake-up is a hint: what is there, the reader finds out.

Two ways at once. watchfiles (inotify) on the parent directories gives wake-ups within milliseconds; it is never put
on single files, since that dies at the first rename. Every 200 ms a look of our own at size, inode and time catches
what inotify cannot see: network mounts, the target of a link, a directory that was deleted and made again, a user
who has no inotify watches left.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.2
DEBOUNCE_MS = 50
STEP_MS = 5
"""Measured: append to wake-up 8.6 ms at the median. The step is the wait that matters, and must stay below debounce."""
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0

type_of_watch = Callable[..., Iterator[set[tuple[Any, str]]]]


class Watcher:
    """Watches files (with all that begins with their names) and folders; neither need be there yet."""
