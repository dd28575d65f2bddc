"""What every command begins with: the settings that hold, the database's path, and opening it."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ccm_tui.errors import ConfigError, NotAllowedError, UsageError
from ccm_tui.settings.load import load_settings

if TYPE_CHECKING:
    from ccm_tui.domain.roles import Right
    from ccm_tui.ingest.writing import Writing
    from ccm_tui.settings.definitions import Definitions
    from ccm_tui.settings.model import Settings
    from ccm_tui.store.engine import Store


def settings_of(args: argparse.Namespace) -> "Settings":
    """The configuration that holds for this call. Raises ConfigError."""
    return load_settings(args.config, args.db)


def database_of(settings: "Settings") -> Path:
    """Where the database is. Raises ConfigError for a kind of database this version does not speak."""
    path = settings.database.path
    if "://" in path:
        scheme, _, rest = path.partition("://")
        if scheme != "sqlite":
            raise ConfigError(f"{path}: this version keeps its data in SQLite only", "Give a path, or sqlite:///PATH.")
        path = "/" + rest.lstrip("/") if rest.startswith("/") else rest
    return Path(path)


def login_name() -> str:
    """Who the operating system says this is; empty when it cannot."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return os.environ.get("USER", "")


def who_is(as_name: str | None) -> str:
    """Who looks: ``--as``, else ``CCM_AS``, else the login. Only who starts the program can say."""
    return as_name if as_name is not None else os.environ.get("CCM_AS") or login_name()


def definitions_of(args: argparse.Namespace, settings: "Settings") -> "Definitions":
    """The definitions that hold, for whoever calls."""
    from ccm_tui.settings.definitions import Definitions
    from ccm_tui.settings.people import viewer_of

    return Definitions(settings, viewer=viewer_of(settings, who_is(args.as_name)))


def check_right(definitions: "Definitions", right: "Right") -> None:
    """Raises NotAllowedError unless whoever calls has the right."""
    viewer = definitions.viewer
    if not viewer.may(right):
        raise NotAllowedError(viewer.why_not(right), "roles are set in ccm.toml, [people.NAME] role")


@contextmanager
def reading(args: argparse.Namespace) -> "Iterator[tuple[Store, Settings]]":
    """The database opened for reading."""
    from ccm_tui.store.engine import open_reader

    settings = settings_of(args)
    with open_reader(database_of(settings)) as store:
        yield store, settings


@contextmanager
def writing(args: argparse.Namespace) -> Iterator["Writing"]:
    """The database opened for writing, made and migrated when needed, and folded by the rules that hold."""
    from ccm_tui.ingest.rebuild import refold_if_rules_changed
    from ccm_tui.ingest.writing import Writing
    from ccm_tui.settings.definitions import Definitions
    from ccm_tui.store.engine import open_writer

    settings = settings_of(args)
    with open_writer(database_of(settings)) as store:
        session = Writing(store, Definitions(settings))
        refold_if_rules_changed(session)
        yield session


def tell_absent(paths: Sequence[str]) -> None:
    """Say on standard error which of the paths to follow are not there: a slip of the keys, or not there yet."""
    for path in paths:
        from ccm_tui.ingest.discovery import is_there, nearest_name
        from ccm_tui.safe import clean

        if not is_there(path):
            said = f"{path}: no such file or folder; {nearest_name(path)}"
            kept = "followed while this runs, and remembered once something was there"
            print(clean(f"ccm-tui: {said}\n  {kept}", newlines=True), file=sys.stderr)


def add_source_options(parser: argparse.ArgumentParser) -> None:
    """``--source``, ``--site`` and ``--tz``: how the lines of a path are to be read."""
    parser.add_argument("--source", metavar="FORMAT", default="auto", help="log format (default: by content)")
    parser.add_argument("--site", metavar="NAME", help="the site the lines belong to (default: main)")
    parser.add_argument("--tz", metavar="ZONE", help="zone of times that carry none (default: the site's)")


def checked_zone(name: str | None) -> str | None:
    """A time zone given on the command line. Raises UsageError for one that does not exist."""
    if name is None:
        return None
    from difflib import get_close_matches
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        near = get_close_matches(name, available_timezones(), n=1)
        hint = f"Did you mean {near[0]}?" if near else "Names are such as Europe/Berlin or UTC."
        raise UsageError(f"there is no time zone {name!r}", hint) from None
    return name
