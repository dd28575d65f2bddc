"""``--unmask``: customers' numbers in full, for whoever may, once it is written down in the audit."""

import argparse
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccm_tui.commands import session
from ccm_tui.domain.roles import Right, Viewer
from ccm_tui.formatting import mask_typed
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import audit
from ccm_tui.store.engine import Store


def add_unmask_option(parser: argparse.ArgumentParser) -> None:
    """``--unmask``."""
    parser.add_argument(
        "--unmask",
        action="store_true",
        help="customers' numbers in full, not their last four digits; who did that is kept in the audit",
    )


def masked_for(args: argparse.Namespace, store: Store, definitions: Definitions) -> bool:
    """Whether this call shows masked numbers.

    With ``--unmask`` it is written down first. Raises NotAllowedError for somebody who may not, StoreError when it
    cannot be written: then nothing is shown.
    """
    if not args.unmask:
        return definitions.masked
    session.check_right(definitions, Right.UNMASK)
    if definitions.masked:
        subject = mask_typed(shlex.join(args.called))
        write_down(store.path, definitions.viewer, time.time_ns() // 1_000_000, subject, {"command": args.command})
    return False


def write_down(database: Path, viewer: Viewer, at_ms: int, subject: str, details: Mapping[str, Any]) -> None:
    """One row of the audit: who unmasked what, and by which login. Raises StoreError."""
    role = None if viewer.role is None else viewer.role.value
    whole = {**details, "role": role, "login": session.login_name()}
    audit.record(database, audit.Entry(at_ms, viewer.name, audit.Verb.UNMASK, subject, whole))
