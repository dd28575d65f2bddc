"""What somebody at a screen chose to see: a report, a period, whom it is about; and the question that makes."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccm_tui.domain.intervals import IntervalLength, business_date
from ccm_tui.reports.contact_query import ContactQuery, QueryError, parse_query
from ccm_tui.reports.moments import Moment, parse_moment
from ccm_tui.reports.query import Query
from ccm_tui.reports.registry import KINDS, Kind
from ccm_tui.reports.scope import agents_meant, queues_meant
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.sections import DEFAULT_SITE

SCOPE_FIELDS = ("queue", "agent", "team", "channel", "site")
DATE_FIELDS = ("from", "to", "on")
_ONE_DAY = timedelta(days=1)


class Span(NamedTuple):
    """A period as moments, and how many days earlier the one lies that it is compared with."""

    start: Moment | None
    """None: from the first thing stored."""
    end: Moment | None
    """None: to now."""
    days_back: int | None = None
    """None: as many as it spans."""


class Period(NamedTuple):
    """A period that has a name."""

    name: str
    words: str
    span: Callable[[date], Span]
    """Of the day that today is."""


def _today(_: date) -> Span:
    return Span(parse_moment("today"), None)


def _yesterday(_: date) -> Span:
    return Span(parse_moment("yesterday"), parse_moment("today"))


def _this_week(today: date) -> Span:
    return Span(_day(today - today.weekday() * _ONE_DAY), None, 7)


def _seven_days(today: date) -> Span:
    return Span(_day(today - 7 * _ONE_DAY), parse_moment("today"))


def _this_month(today: date) -> Span:
    first = today.replace(day=1)
    return Span(_day(first), None, (first - _month_before(first)).days)


def _last_month(today: date) -> Span:
    first = today.replace(day=1)
    return Span(_day(_month_before(first)), _day(first))


def _everything(_: date) -> Span:
    return Span(None, None)


def _day(day: date) -> Moment:
    return Moment(day.isoformat(), day=day)


def _month_before(first: date) -> date:
    return (first - _ONE_DAY).replace(day=1)


PERIODS: dict[str, Period] = {
    period.name: period
    for period in (
        Period("today", "since the day began; against yesterday to the same time", _today),
        Period("yesterday", "the whole day; against the day before", _yesterday),
        Period("this week", "since Monday; against last week to the same time", _this_week),
        Period("last 7 days", "up to last midnight; against the seven days before", _seven_days),
        Period("this month", "since the 1st; against last month to the same day", _this_month),
        Period("last month", "the whole month; against as many days before", _last_month),
        Period("everything", "all that is stored; against nothing", _everything),
    )
}


class Choice(NamedTuple):
    """What is asked for."""

    kind: str = "queues"
    period: str = "today"
    """A name of PERIODS; from:, to: and on: of ``whom`` come before it."""
    whom: str = ""
    """``queue:sales team:north from:2026-11-01``, as on the Contacts screen."""
    interval: str = ""
    """A length by its name; empty: the report's own way."""
    compared: bool = False
    """Whether the period before stands beside it."""

    @property
    def report(self) -> Kind:
        """The report meant; the first for one that is no more."""
        return KINDS.get(self.kind) or next(iter(KINDS.values()))

    @property
    def length(self) -> IntervalLength | None:
        """The interval in force; None: the report is not cut."""
        kind = self.report
        wanted = next((length for length in kind.lengths if length.value == self.interval), None)
        return wanted or kind.length

    def next_interval(self) -> "Choice":
        """The same by the next longer interval, after the longest as the report is without one."""
        kind = self.report
        names = ["" if kind.length is None else kind.length.value]
        names += [length.value for length in kind.lengths if length.value not in names]
        here = self.interval if self.interval in names else names[0]
        return self._replace(interval=names[(names.index(here) + 1) % len(names)])


def texts_of(choice: Choice) -> dict[str, str]:
    """A choice as texts, to be kept."""
    return {
        **{name: str(value) for name, value in choice._asdict().items()},
        "compared": "yes" if choice.compared else "",
    }


def choice_of(texts: Mapping[str, str]) -> Choice:
    """The choice that was kept; what is unknown by now is as it is at first."""
    first = Choice()
    return Choice(
        kind=texts.get("kind", "") if texts.get("kind") in KINDS else first.kind,
        period=texts.get("period", "") if texts.get("period") in PERIODS else first.period,
        whom=texts.get("whom", ""),
        interval=texts.get("interval", ""),
        compared=texts.get("compared") == "yes",
    )


def read_whom(text: str) -> ContactQuery:
    """Whom a text narrows a report to. Raises QueryError for what it cannot be narrowed by."""
    query = parse_query(text)
    for each in query.filters:
        if each.name not in SCOPE_FIELDS:
            field = each.name if each.name not in ("word", "phrase", "number") else "words"
            hint = f"{', '.join((*SCOPE_FIELDS, *DATE_FIELDS))}; / filters rows"
            raise QueryError(f"a report is not narrowed by {field}", hint, *each.place)
        if each.negated or any("*" in value for value in each.values):
            raise QueryError("name those that are meant", f"{each.name}:one,other", *each.place)
    return query


def span_of(choice: Choice, definitions: Definitions, now_ms: int) -> Span:
    """The period meant, by the first site's day. Raises QueryError."""
    typed = read_whom(choice.whom)
    if typed.day is not None:
        return Span(typed.day, typed.day.earlier(-1))
    if typed.start is not None or typed.end is not None:
        return Span(typed.start, typed.end)
    site = next(iter(_named(typed, "site")), DEFAULT_SITE)
    zone, starts_at = definitions.zone(site), definitions.day_starts_at(site)
    today = business_date(now_ms, zone, starts_at)
    return PERIODS.get(choice.period, PERIODS["today"]).span(today)


def question_of(choice: Choice, definitions: Definitions, now_ms: int) -> Query:
    """The question that a choice asks. Raises UsageError; QueryError, one of them, says where in ``whom``."""
    typed = read_whom(choice.whom)
    start, end, days_back = span_of(choice, definitions, now_ms)
    sites = _named(typed, "site")
    settings = definitions.settings
    agents = agents_meant(settings, sites, _named(typed, "agent"), _named(typed, "team"))
    ours = definitions.viewer.agents
    return Query(
        now_ms,
        start,
        end,
        sites=sites,
        queues=queues_meant(settings, sites, _named(typed, "queue")),
        channels=_named(typed, "channel"),
        agents=agents if agents is None or ours is None else agents & ours,
        interval=choice.length,
        days_back=days_back,
    )


def _named(typed: ContactQuery, field: str) -> frozenset[str]:
    return frozenset(value for each in typed.filters if each.name == field for value in each.values)


def chart_length(from_ms: int, to_ms: int) -> IntervalLength:
    """The interval that shows a period in a few dozen bars at most."""
    days = (to_ms - from_ms) / 86_400_000
    if days <= 2:
        return IntervalLength.HOUR
    return IntervalLength.DAY if days <= 62 else IntervalLength.WEEK


def wall_offset(at: datetime, from_ms: int, zone: ZoneInfo) -> timedelta:
    """How long after a period's beginning an instant is by the clock: the same in two periods that are compared."""
    begun = datetime.fromtimestamp(from_ms / 1000, zone).replace(tzinfo=None)
    return at.astimezone(zone).replace(tzinfo=None) - begun
