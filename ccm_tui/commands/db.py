"""``ccm-tui db``: care of the database."""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ccm_tui.commands import session
from ccm_tui.errors import ConfigError, ExitCode, StoreError
from ccm_tui.formatting import iso_utc
from ccm_tui.store import care
from ccm_tui.store.engine import Store, open_reader, open_writer

if TYPE_CHECKING:
    from ccm_tui.ingest.writing import Writing
    from ccm_tui.settings.model import Settings

HELP = "care of the database: info, backup, verify, rebuild"


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="info|backup|verify|rebuild")
    info = actions.add_parser("info", help="what is in it")
    info.add_argument("--format", choices=("text", "json"), default="text")
    backup = actions.add_parser("backup", help="a whole copy, also while others write")
    backup.add_argument("target", metavar="FILE")
    actions.add_parser("verify", help="check the file, fold every line anew beside it and compare")
    actions.add_parser("rebuild", help="fold every stored line anew, by the rules that hold now")


def run(args: argparse.Namespace) -> ExitCode:
    """Do what was asked."""
    match args.action:
        case "info":
            return _info(args)
        case "backup":
            with session.reading(args) as (store, _):
                size = care.backup(store, Path(args.target))
            print(f"{args.target}: {size} bytes")
        case "verify":
            return _verify(args)
        case "rebuild":
            return _rebuild(args)
    return ExitCode.DONE


def _info(args: argparse.Namespace) -> ExitCode:
    with session.reading(args) as (store, _):
        facts = _facts(store)
    if args.format == "json":
        print(json.dumps(facts))
    else:
        width = max(map(len, facts))
        for name, value in facts.items():
            print(f"{name:<{width}}  {'—' if value is None else value}")
    return ExitCode.DONE


def _facts(store: Store) -> dict[str, object]:
    from ccm_tui.store import events as event_store
    from ccm_tui.store.health import read_health

    with store.reading() as cursor:
        health = read_health(cursor, store.path)
        count = {
            table: cursor.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own table names
            for table in ("contact", "segment", "agent", "queue", "site", "file", "quarantine")
        }
        events = event_store.count_events(cursor)
        first, last = event_store.oldest_at_ms(cursor), event_store.newest_at_ms(cursor)
        version = cursor.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    return {
        "path": str(store.path),
        "schema": version,
        "bytes": health.bytes,
        "wal_bytes": health.wal_bytes,
        "events": events,
        "contacts": count["contact"],
        "segments": count["segment"],
        "agents": count["agent"],
        "queues": count["queue"],
        "sites": count["site"],
        "files": count["file"],
        "quarantined": count["quarantine"],
        "contradictions": health.contradictions,
        "repeated_ends": health.repeated_ends,
        "first_event_at": iso_utc(first),
        "last_event_at": iso_utc(last),
    }


def _verify(args: argparse.Namespace) -> ExitCode:
    from ccm_tui.ingest.rebuild import rebuild
    from ccm_tui.ingest.writing import Writing
    from ccm_tui.settings.definitions import Definitions

    settings = session.settings_of(args)
    with (
        open_reader(session.database_of(settings)) as store,
        tempfile.TemporaryDirectory(prefix="ccm-tui-verify-") as folder,
    ):
        _check_rules(store, settings)
        problems = care.integrity_problems(store)
        is_readable = not problems
        problems += care.broken_counts(store)
        copy = Path(folder) / "copy.db"
        if is_readable:
            care.backup(store, copy)
            with open_writer(copy) as fresh, open_reader(copy) as stored:
                writing = Writing(fresh, Definitions(settings))
                writing.settle_all()
                before = Path(folder) / "before.db"
                care.backup(stored, before)
                lines = rebuild(writing, _progress)
                with open_reader(before) as old:
                    problems += care.differences(old, fresh)
                    problems += _conservation_problems(writing)
    if problems:
        for problem in problems:
            print(problem)
        raise StoreError(
            f"{store.path}: {len(problems)} problems", "ccm-tui db rebuild folds anew; a damaged file needs a backup."
        )
    print(f"{store.path}: sound; {lines} lines folded anew agree with what is stored")
    return ExitCode.DONE


def _check_rules(store: Store, settings: "Settings") -> None:
    from ccm_tui.store import meta

    with store.reading() as cursor:
        folded = meta.find_meta(cursor, meta.FOLD_FINGERPRINT)
    if folded is not None and folded != settings.fold_fingerprint():
        raise ConfigError(
            f"{store.path}: folded by another configuration than this one", "ccm-tui db rebuild folds it by this one."
        )


def _conservation_problems(writing: "Writing") -> list[str]:
    """Promise 3 on what is stored: whoever was offered was answered, left, was lost, or waits."""
    from ccm_tui.store.floor import list_sites
    from ccm_tui.store.intervals import read_rollups

    problems = []
    with writing.store.reading() as cursor:
        for site, site_id in list_sites(cursor).items():
            for (queue, channel), tally in read_rollups(cursor, site_id, 0, 1 << 62).items():
                told = tally.answered + tally.abandoned + tally.flow_outs + tally.lost + tally.waiting
                if told != tally.offered:
                    problems.append(f"{site}, {queue}, {channel}: {tally.offered} offered, {told} accounted for")
    return problems


def _rebuild(args: argparse.Namespace) -> ExitCode:
    from ccm_tui.ingest.rebuild import rebuild

    with session.reading(args):
        pass  # refuses to make a database just to rebuild it
    with session.writing(args) as writing:
        lines = rebuild(writing, _progress)
        print(f"{writing.store.path}: {lines} lines folded anew")
    return ExitCode.DONE


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\r\x1b[K" if done >= total else ""
        print(f"\r\x1b[K{done} of {total} lines{end}", end="", file=sys.stderr, flush=True)
