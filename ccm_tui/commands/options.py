"""The options that ``report``, ``explain`` and ``export`` share: period, whom, definitions; and what they come to."""

import argparse
import sys
import time
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from ccm_tui.commands.session import checked_zone, who_is
from ccm_tui.domain.events import Channel
from ccm_tui.domain.intervals import IntervalLength, parse_interval
from ccm_tui.domain.opening import parse_opening
from ccm_tui.domain.variants import SlVariant
from ccm_tui.errors import UsageError
from ccm_tui.formatting import iso_utc
from ccm_tui.reports.moments import parse_moment
from ccm_tui.reports.outcome_figures import By
from ccm_tui.reports.query import CONFIGURED, Query
from ccm_tui.reports.scope import agents_meant, queues_meant
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.people import viewer_of
from ccm_tui.store import events as event_store
from ccm_tui.store import floor as floor_store
from ccm_tui.store import history
from ccm_tui.store import meta as meta_store
from ccm_tui.store.engine import Store

_SKEW_MS = 60_000
"""No two clocks agree to the second: only a log that is further ahead of ours is worth a word."""


def add_period_options(parser: argparse.ArgumentParser) -> None:
    """``--from``, ``--to`` and ``--tz``."""
    group = parser.add_argument_group(
        "period [from, to), with what became of its contacts since; without it everything stored, to now"
    )
    group.add_argument("--from", dest="start", metavar="T", help="2026-11-22, 2026-11-22T14:30[Z], today, yesterday")
    group.add_argument("--to", dest="end", metavar="T", help="the first instant after it (default: now)")
    group.add_argument("--tz", metavar="ZONE", help="zone of dates, hours and intervals (default: each site's)")


def add_scope_options(parser: argparse.ArgumentParser) -> None:
    """Whose contacts: ``--site``, ``--queue``, ``--channel``, ``--agent``, ``--team``."""
    group = parser.add_argument_group("whom; each may be given several times")
    group.add_argument("--site", action="append", default=[], metavar="S")
    group.add_argument("--queue", action="append", default=[], metavar="Q", help="a queue, or a group of queues")
    group.add_argument(
        "--channel", action="append", default=[], choices=[channel.value for channel in Channel], metavar="C"
    )
    group.add_argument("--agent", action="append", default=[], metavar="A")
    group.add_argument("--team", action="append", default=[], metavar="T")


def add_grouping_option(parser: argparse.ArgumentParser) -> None:
    """``--by``."""
    parser.add_argument(
        "--by",
        choices=[by.value for by in By],
        metavar="GROUP",
        help="outcomes: a row a site, queue, agent, team or channel (default: queue)",
    )


def grouping_of(args: argparse.Namespace) -> By:
    """What a row of outcomes is of."""
    return By.QUEUE if args.by is None else By(args.by)


def add_definition_options(parser: argparse.ArgumentParser, *, interval: bool = True) -> None:
    """How the numbers are defined: presets, single options, opening hours."""
    group = parser.add_argument_group("definitions")
    group.add_argument(
        "--preset", metavar="NAME", help="default, asterisk, amazon_connect, genesys, cisco, wazo, guide"
    )
    group.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="any key of [kpi]")
    group.add_argument(
        "--sl-variant",
        choices=[variant.value for variant in SlVariant],
        metavar="V",
        help="what service level divides by",
    )
    group.add_argument("--sl-threshold", metavar="S", help="the wait that still meets it, in seconds")
    group.add_argument(
        "--hours", metavar="H", help=f"only these hours: 08:00-18:00[,...], or {CONFIGURED} for the configured ones"
    )
    group.add_argument("--days", metavar="D", help="only these days: mon-fri, or tue,wed,sat")
    if interval:
        group.add_argument("--interval", metavar="I", help="a row an interval: 15m, 30m, 1h, 1d, 1w")


def definitions_of(args: argparse.Namespace, settings: Settings) -> Definitions:
    """The definitions in force for this call. Raises UsageError for a wrong preset or option."""
    overrides: dict[str, str] = {}
    for text in args.set:
        key, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--set {text} has no value", "write it as --set KEY=VALUE")
        overrides[key.strip()] = value
    if args.sl_variant is not None:
        overrides["sl_variant"] = args.sl_variant
    if args.sl_threshold is not None:
        overrides["sl_threshold_seconds"] = args.sl_threshold
    preset = _preset(args.preset, overrides)
    definitions = Definitions(settings, preset, overrides, viewer_of(settings, who_is(args.as_name)))
    definitions.base  # noqa: B018 - a wrong option is refused before anything is read
    return definitions


def _preset(named: str | None, overrides: dict[str, str]) -> str | None:
    """The preset asked for; ``--set preset=NAME`` is taken out of the overrides."""
    keys = [key for key in overrides if key.lower() == "preset"]
    given = {overrides.pop(key).strip() for key in keys} | ({named} if named is not None else set())
    if len(given) > 1:
        raise UsageError(
            f"{' and '.join(sorted(given))} are two presets", "name one, and change single keys with --set"
        )
    return next(iter(given), None)


def query_of(args: argparse.Namespace, settings: Settings, interval: IntervalLength | None = None) -> Query:
    """The question the options ask. Raises UsageError for what cannot be meant."""
    zone_name = checked_zone(args.tz)
    hours, days = getattr(args, "hours", None), getattr(args, "days", None)
    if hours == CONFIGURED and days is not None:
        raise UsageError(f"--hours {CONFIGURED} says which days too", "leave --days out")
    if hours != CONFIGURED:
        parse_opening(hours, days, ZoneInfo("UTC"))
    if getattr(args, "interval", None):
        interval = parse_interval(args.interval)
    sites = frozenset(args.site)
    agents = agents_meant(settings, sites, getattr(args, "agent", []), getattr(args, "team", []))
    ours = viewer_of(settings, who_is(args.as_name)).agents
    return Query(
        now_ms=time.time_ns() // 1_000_000,
        start=None if args.start is None else parse_moment(args.start, "--from"),
        end=None if args.end is None else parse_moment(args.end, "--to"),
        sites=sites,
        queues=queues_meant(settings, sites, getattr(args, "queue", [])),
        channels=frozenset(map(str, getattr(args, "channel", []))),
        agents=agents if agents is None or ours is None else agents & ours,
        interval=interval,
        zone=None if zone_name is None else ZoneInfo(zone_name),
        hours=hours,
        days=days,
    )


def say_what_is_odd(store: Store, settings: Settings, query: Query) -> None:
    """On standard error: names that nothing stored has, lines that are dated after now, and a configuration that the
    stored floor does not follow."""
    with store.reading() as cursor:
        checks = (
            ("site", query.sites, set(floor_store.list_sites(cursor))),
            ("queue", query.queues, history.queue_names(cursor)),
            ("agent", query.agents or (), history.agent_names(cursor)),
        )
        newest_at_ms = event_store.newest_at_ms(cursor)
        folded = meta_store.find_meta(cursor, meta_store.FOLD_FINGERPRINT)
    for what, wanted, known in checks:
        for name in sorted(set(wanted) - known):
            near = get_close_matches(name, known, n=1)
            print(f"ccm-tui: no {what} {name!r} here{f'; did you mean {near[0]}?' if near else ''}", file=sys.stderr)
    if newest_at_ms is not None and newest_at_ms > query.now_ms + _SKEW_MS:
        said = f"the newest line stored is of {iso_utc(newest_at_ms)}, after now, and counts from then on"
        print(f"ccm-tui: {said}; ccm-tui doctor says whose clock is ahead", file=sys.stderr)
    if folded is not None and folded != settings.fold_fingerprint():
        print("ccm-tui: the configuration changed since the logs were read; ccm-tui db rebuild", file=sys.stderr)
