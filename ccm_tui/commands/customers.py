"""``ccm-tui customers``: what another system knows of customers, from a CSV."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ccm_tui.commands import output, session, unmasking
from ccm_tui.domain.roles import Right
from ccm_tui.errors import ExitCode, NotAllowedError, UsageError
from ccm_tui.formatting import amount, count, iso_utc, mask_customer_export, mask_typed
from ccm_tui.reports.export import Column, Row, dump
from ccm_tui.safe import clean

if TYPE_CHECKING:
    from ccm_tui.domain.customers import Profile
    from ccm_tui.ingest.customers import CustomerReading

HELP = "what another system knows of customers: import a CSV with a row a customer, or list what is known"

KEYS = ("customer_id", "name", "identities", "value", "purchases", "urgent_issues")
_TOLD = 20
"""So many refused rows are told as text; JSON has more."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="import|list")
    reading = actions.add_parser("import", help="read a CSV; what it says takes the place of all that was known")
    reading.add_argument("path", nargs="?", metavar="PATH", help="default: [customers] path of the configuration")
    reading.add_argument("--format", choices=("text", "json"), default="text", help="of the summary (default: text)")
    listing = actions.add_parser("list", help="every customer, in the order of the file")
    unmasking.add_unmask_option(listing)
    listing.add_argument("--format", choices=output.REPORT_FORMATS, default="table", help="default: table")
    listing.add_argument("--out", metavar="FILE", help="a file for its owner only, instead of standard output")


def run(args: argparse.Namespace) -> ExitCode:
    """Import or list."""
    return _import(args) if args.action == "import" else _list(args)


def _import(args: argparse.Namespace) -> ExitCode:
    from ccm_tui.ingest.customers import CustomerReading

    began = time.monotonic()
    with session.writing(args) as writing:
        settings = writing.definitions.settings.customers
        path = settings.path if args.path is None else str(Path(args.path).expanduser().absolute())
        if not path:
            raise UsageError("which file?", "name one, or set [customers] path")
        reading = CustomerReading(settings, path)
        try:
            while reading.step(1.0):
                _show_progress(reading)
            reading.store(writing.store, time.time_ns() // 1_000_000)
        finally:
            _show_progress(None)
            reading.close()
    seconds = round(time.monotonic() - began, 3)
    if settings.path and settings.path != path:
        _say(f"the configuration names {settings.path}: these hold until that is read again")
    if args.format == "json":
        sys.stdout.write(dump(_summary(reading, seconds)) + "\n")
        return ExitCode.DONE
    for refusal in reading.refusals[:_TOLD]:
        _say(f"{path}, line {refusal.line}: {refusal.reason}")
    if reading.refused > _TOLD:
        _say(f"and {reading.refused - _TOLD} more rows that could not be taken")
    parts = [f"{reading.rows} rows", f"{reading.profiles} customers", f"{reading.identities} numbers and addresses"]
    print(", ".join([*parts, f"{reading.refused} refused", f"{seconds:.1f} s"]))
    return ExitCode.DONE


def _summary(reading: "CustomerReading", seconds: float) -> Row:
    return {
        "file": reading.path,
        "rows": reading.rows,
        "customers": reading.profiles,
        "identities": reading.identities,
        "refused": reading.refused,
        "refusals": [refusal._asdict() for refusal in reading.refusals],
        "seconds": seconds,
    }


def _list(args: argparse.Namespace) -> ExitCode:
    from ccm_tui.store.customers import count_profiles, find_reading, list_profiles

    with session.reading(args) as (store, settings):
        definitions = session.definitions_of(args, settings)
        session.check_right(definitions, Right.EXPORT)
        if definitions.viewer.agents is not None:
            raise NotAllowedError("the profiles are of all customers, yours are some", "each contact shows its own")
        masked = unmasking.masked_for(args, store, definitions)
        with store.reading() as cursor, output.destination(args.out) as out:
            reading, many = find_reading(cursor), count_profiles(cursor)
            read_at = None if reading is None else iso_utc(reading.read_at_ms)
            said = "no file of customers was read: ccm-tui customers import PATH"
            if reading is not None:
                said = f"{count(many)} customers from {reading.path}, read {read_at}"
            head = {"file": None if reading is None else reading.path, "read_at": read_at}
            output.write_rows(
                out,
                args.format,
                (_row(profile, masked=masked) for profile in list_profiles(cursor)),
                head=head,
                key="customers",
                names=KEYS,
                columns=_columns(),
                title=[said],
            )
    return ExitCode.DONE


def _row(profile: "Profile", *, masked: bool) -> Row:
    shown = mask_customer_export if masked else _itself
    return {
        "customer_id": mask_typed(profile.reference) if masked and profile.reference else profile.reference,
        "name": shown(profile.name),
        "identities": [shown(each) for each in profile.identities],
        "value": None if profile.value_milli is None else profile.value_milli / 1000,
        "purchases": profile.purchases,
        "urgent_issues": profile.urgent_issues,
    }


def _itself(text: str | None) -> str | None:
    return text


def _columns() -> list[Column]:
    def text(value: str | None) -> str:
        return "—" if value is None else value

    def value(row: Row) -> str:
        return amount(None if row["value"] is None else round(row["value"] * 1000))

    return [
        Column("id", lambda row: text(row["customer_id"]), right=False),
        Column("name", lambda row: text(row["name"]), right=False),
        Column("value", value),
        Column("purchases", lambda row: count(row["purchases"])),
        Column("urgent", lambda row: count(row["urgent_issues"])),
        Column("numbers and addresses", lambda row: ", ".join(row["identities"]), right=False),
    ]


def _show_progress(reading: "CustomerReading | None") -> None:
    """Where the reading is, on a terminal; None: over."""
    if sys.stderr.isatty():
        text = "" if reading is None else f"{reading.rows} rows, {reading.profiles} customers"
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _say(text: str) -> None:
    print(clean(f"ccm-tui: {text}"), file=sys.stderr)
