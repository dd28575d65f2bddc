"""``ccm-tui note``: notes on contacts, without a screen."""

import argparse
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ccm_tui.commands import output, session, unmasking
from ccm_tui.errors import ExitCode, UsageError
from ccm_tui.reports.export import write_json

if TYPE_CHECKING:
    from ccm_tui.reports.export import Column, Row
    from ccm_tui.reports.notes import Noted
    from ccm_tui.settings.definitions import Definitions
    from ccm_tui.store.engine import Store

HELP = "notes on contacts: add one, list them"

KEYS = (
    "note", "site", "contact", "native_id", "author", "written_at", "text", "edits", "changed_by", "changed_at",
    "removed_by", "removed_at",
)  # fmt: skip

_SHOWN = 100
"""So many characters of a note stand in a table; all other formats have it whole."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="add|list")
    adding = actions.add_parser("add", help="write a note on a contact")
    adding.add_argument("contact", metavar="CONTACT", help="its id in its source, or its public id")
    adding.add_argument("text", nargs="?", default="-", metavar="TEXT", help="-, or none: from standard input")
    adding.add_argument("--site", metavar="S", help="the contact's site, where two sites have the same id")
    adding.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    listing = actions.add_parser("list", help="every note, the oldest first")
    listing.add_argument("contact", nargs="?", metavar="CONTACT", help="only those on this contact")
    listing.add_argument("--search", metavar="WORDS", help='only those with these: refund* "exact words" -late')
    listing.add_argument("--site", metavar="S", help="the contact's site, where two sites have the same id")
    listing.add_argument("--removed", action="store_true", help="those that were removed, too")
    unmasking.add_unmask_option(listing)
    listing.add_argument("--format", choices=output.REPORT_FORMATS, default="table", help="default: table")


def run(args: argparse.Namespace) -> ExitCode:
    """Add a note, or list them."""
    return _add(args) if args.action == "add" else _list(args)


def _add(args: argparse.Namespace) -> ExitCode:
    from ccm_tui.reports.notes import Noted, save_note

    settings = session.settings_of(args)
    definitions = session.definitions_of(args, settings)
    with session.reading(args) as (store, _):
        contact, native_id = _find(store, args.contact, args.site)
    note = save_note(
        session.database_of(settings), definitions, contact, _text(args.text), now_ms=time.time_ns() // 1_000_000
    )
    if args.format == "json":
        # whoever wrote it knows what is in it
        write_json(sys.stdout, {}, "notes", [_row(Noted(note, native_id, ()), masked=False)])
    else:
        output.write_lines(sys.stdout, [f"note {note.number} on {native_id}, by {note.author}"])
    return ExitCode.DONE


def _text(given: str) -> str:
    """What was given, or standard input: as much of it as shows that it is too long."""
    if given != "-":
        return given
    from ccm_tui.domain.notes import LONGEST_BYTES

    return sys.stdin.buffer.read(LONGEST_BYTES * 2).decode("utf-8", "replace")


def _find(store: "Store", wanted: str, site: str | None) -> tuple[str, str]:
    """(public id, the source's own id) of the contact that is meant."""
    from ccm_tui.store.history import find_contacts

    with store.reading() as cursor:
        found = find_contacts(cursor, wanted, site)
    if len(found) > 1:
        sites = ", ".join(sorted({name for _, _, name, _ in found}))
        raise UsageError(f"{wanted} is a contact of several sites: {sites}", "say which with --site")
    if not found:
        raise UsageError(f"there is no contact {wanted}", "ccm-tui report contacts lists those there are")
    return found[0][1], found[0][3]


def _list(args: argparse.Namespace) -> ExitCode:
    from ccm_tui.commands.report import parse_search
    from ccm_tui.reports.notes import list_notes

    search = None if args.search is None else parse_search(args.search)
    with session.reading(args) as (store, settings):
        definitions = session.definitions_of(args, settings)
        contact = None if args.contact is None else _find(store, args.contact, args.site)[0]
        with store.reading() as cursor:
            notes = list_notes(cursor, definitions, contact=contact, search=search, removed=args.removed)
        masked = unmasking.masked_for(args, store, definitions)
    if contact is None and args.site is not None:
        notes = [noted for noted in notes if noted.note.subject.site == args.site]
    output.write_rows(
        sys.stdout,
        args.format,
        _rows(notes, masked=masked),
        head={},
        key="notes",
        names=KEYS,
        columns=_columns(definitions),
        title=[f"{len(notes)} notes"],
    )
    return ExitCode.DONE


def _rows(notes: "list[Noted]", *, masked: bool) -> "Iterator[Row]":
    return (_row(noted, masked=masked) for noted in notes)


def _row(noted: "Noted", *, masked: bool) -> "Row":
    from ccm_tui.formatting import iso_utc

    note = noted.note
    changed = note.said if note.edits else None
    removed = note.last if note.removed else None
    return {
        "note": note.number,
        "site": note.subject.site,
        "contact": note.subject.name,
        "native_id": noted.native_id,
        "author": note.author,
        "written_at": iso_utc(note.written_at_ms),
        "text": noted.shown(note.text, masked=masked),
        "edits": note.edits,
        "changed_by": changed and changed.who,
        "changed_at": changed and iso_utc(changed.at_ms),
        "removed_by": removed and removed.who,
        "removed_at": removed and iso_utc(removed.at_ms),
    }


def _columns(definitions: "Definitions") -> "list[Column]":
    from datetime import datetime

    from ccm_tui.formatting import moment
    from ccm_tui.reports.export import Column

    def at(row: "Row") -> str:
        written_ms = round(datetime.fromisoformat(row["written_at"]).timestamp() * 1000)
        return moment(written_ms, definitions.zone(row["site"]), seconds=False)

    def changes(row: "Row") -> str:
        if row["removed_by"]:
            return f"removed by {row['removed_by']}"
        return f"{row['edits']} by {row['changed_by']}" if row["edits"] else ""

    def beginning(row: "Row") -> str:
        text = " ".join(row["text"][: 2 * _SHOWN].split())
        return text if len(text) <= _SHOWN and len(row["text"]) <= 2 * _SHOWN else f"{text[:_SHOWN]}…"

    return [
        Column("note", lambda row: str(row["note"])),
        Column("at", at, right=False),
        Column("author", lambda row: str(row["author"]), right=False),
        Column("site", lambda row: str(row["site"]), right=False),
        Column("contact", lambda row: str(row["native_id"] or row["contact"]), right=False),
        Column("changes", changes, right=False),
        Column("text", beginning, right=False),
    ]
