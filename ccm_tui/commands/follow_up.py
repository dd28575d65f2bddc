"""``ccm-tui follow-up``: what is done about bad survey answers, without a screen."""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ccm_tui.commands import output, session
from ccm_tui.errors import ExitCode, UsageError
from ccm_tui.reports.export import write_json

if TYPE_CHECKING:
    from ccm_tui.domain.follow_ups import Change
    from ccm_tui.reports.follow_ups import Task
    from ccm_tui.settings.definitions import Definitions
    from ccm_tui.store.engine import Store

HELP = "act on bad survey answers; ccm-tui report follow-ups lists them"

_STEPS = ("take", "assign", "due", "done", "dismiss", "reopen")
_NEEDS = {"assign": "owner", "due": "until", "done": "note", "dismiss": "note"}
"""The option without which a step says nothing."""
_EXAMPLES = {"owner": 'NAME, or "" for nobody', "until": "2026-11-24T16:00", "note": "TEXT"}


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "step",
        choices=_STEPS,
        help="take it oneself, give it to somebody, move its due date, close it, say that nobody needs to act, or open"
        " it again",
    )
    parser.add_argument(
        "ids", nargs="+", metavar="ID", help="the task of report follow-ups, or the contact's id in its source"
    )
    parser.add_argument("--owner", metavar="NAME", help='assign: to whom; "": to nobody')
    parser.add_argument("--until", metavar="T", help="due: 2026-11-24, 2026-11-24T16:00[Z], tomorrow")
    parser.add_argument("--note", metavar="TEXT", help="done, dismiss: what came of it, or why nobody needs to act")
    parser.add_argument("--site", metavar="S", help="the site of the ids, where two sites have the same")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(args: argparse.Namespace) -> ExitCode:
    """Act on all of them, or on none."""
    _check_options(args)
    from ccm_tui.reports.follow_up_report import task_row
    from ccm_tui.reports.follow_ups import change_follow_ups
    from ccm_tui.settings.definitions import Definitions

    now_ms = time.time_ns() // 1_000_000
    with session.reading(args) as (store, settings):
        definitions = Definitions(settings)
        wanted = [_find(store, each, args.site) for each in args.ids]
    changes = {site: _change(args, definitions, site, now_ms) for _, site in wanted}
    if len(set(changes.values())) > 1:
        raise UsageError(f"--until {args.until} is another instant at each site", "give it with an offset, or one site")
    tasks = change_follow_ups(
        session.database_of(settings),
        definitions,
        [contact for contact, _ in wanted],
        next(iter(changes.values())),
        who=session.who_is(args.as_name),
        now_ms=now_ms,
    )
    masked = settings.privacy.mask
    if args.format == "json":
        write_json(sys.stdout, {}, "follow_ups", (task_row(task, masked=masked) for task in tasks))
    else:
        output.write_lines(sys.stdout, [_said(task, definitions) for task in tasks])
    return ExitCode.DONE


def _check_options(args: argparse.Namespace) -> None:
    """Each step takes its own option: one too many is a slip, and so is one too few."""
    needed = _NEEDS.get(args.step)
    if needed is not None and getattr(args, needed) is None:
        raise UsageError(f"{args.step} needs --{needed}", f"give --{needed} {_EXAMPLES[needed]}")
    for option, steps in (("owner", ("assign",)), ("until", ("due",))):
        if getattr(args, option) is not None and args.step not in steps:
            raise UsageError(f"--{option} is for {steps[0]}, not for {args.step}", f"leave it out, or call {steps[0]}")


def _find(store: "Store", wanted: str, site: str | None) -> tuple[str, str]:
    """(public id, site) of the contact that is meant."""
    from ccm_tui.store.follow_ups import acts_of
    from ccm_tui.store.history import find_contacts

    with store.reading() as cursor:
        found = find_contacts(cursor, wanted, site)
        acted = acts_of(cursor, [wanted]).get(wanted, ())
    if len(found) > 1:
        sites = ", ".join(sorted({name for _, _, name, _ in found}))
        raise UsageError(f"{wanted} is a contact of several sites: {sites}", "say which with --site")
    if found:
        return found[0][1], found[0][2]
    if acted:
        return wanted, acted[0][0]
    raise UsageError(f"there is no contact {wanted}", "ccm-tui report follow-ups lists what there is to do")


def _change(args: argparse.Namespace, definitions: "Definitions", site: str, now_ms: int) -> "Change":
    from ccm_tui.domain.follow_ups import Change, Step

    due_at_ms = None
    if args.until is not None:
        from ccm_tui.reports.moments import parse_moment

        moment = parse_moment(args.until, "--until")
        due_at_ms = moment.resolve(definitions.zone(site), definitions.day_starts_at(site), now_ms)
    owner = (args.owner or "").strip() or None
    return Change(Step(args.step), owner, due_at_ms, (args.note or "").strip())


def _said(task: "Task", definitions: "Definitions") -> str:
    from ccm_tui.formatting import moment

    follow_up = task.follow_up
    due = moment(follow_up.due_at_ms, definitions.zone(task.site), seconds=False)
    words: Sequence[str] = (
        task.contact,
        follow_up.state.value,
        follow_up.owner or "unassigned",
        f"due {due}",
        *((f"note: {follow_up.note}",) if follow_up.note else ()),
    )
    return "  ".join(words)
