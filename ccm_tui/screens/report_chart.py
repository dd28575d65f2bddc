"""A figure of a report as a chart: over the period by interval, or over the rows that belong together. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccm_tui.domain.intervals import IntervalLength
from ccm_tui.reports.columns import WEEKDAYS
from ccm_tui.reports.export import Column, Row
from ccm_tui.reports.reading import value_of
from ccm_tui.widgets.bars import Chart

if TYPE_CHECKING:
    from ccm_tui.reports.reading import HeldReport, Series

WORDS = {
    IntervalLength.QUARTER: "quarter of an hour",
    IntervalLength.HALF_HOUR: "half hour",
    IntervalLength.HOUR: "hour",
    IntervalLength.DAY: "day",
    IntervalLength.WEEK: "week",
}
TREND_WORDS = {"hour": "hour of the day", "weekday": "day of the week", "week": "week", "weekday_hour": "hour"}


def needs_series(held: "HeldReport") -> bool:
    """Whether a row's chart is read by itself: the rows are of the whole period, and can be cut."""
    kind = held.choice.report
    return held.frame.query.interval is None and kind.compared and bool(kind.lengths)


def series_chart(series: "Series", figure: Column, zone: ZoneInfo) -> Chart:
    """A row by interval, the period before as the line behind it."""
    usual = tuple(_value(figure, row) for row in series.before)
    return _chart(
        [_value(figure, row) for row in series.rows], usual, _labels(series.rows, series.length, zone), figure
    )


def rows_chart(held: "HeldReport", key: str, figure: Column) -> tuple[Chart, str]:
    """The rows that the one under the cursor stands among, and by what they differ; no bars where they are no row of
    numbers."""
    kind, row = held.choice.report, held.rows[key]
    zone = next((period.zone for period in held.frame.sites if period.site == row["site"]), held.frame.sites[0].zone)
    length = held.frame.query.interval
    if "view" in row:
        view = row["view"] if row["view"] in TREND_WORDS else _first_view(held, row["site"])
        among = [each for each in held.rows.values() if each["site"] == row["site"] and each["view"] == view]
        if view == "weekday_hour":
            among = [each for each in among if each["weekday"] == (row["weekday"] or 1)]
        words = TREND_WORDS.get(view, "")
        if view == "weekday_hour" and row["weekday"]:
            words += f" on {WEEKDAYS[row['weekday'] - 1]}"
        labels = _labels(among, IntervalLength.WEEK, zone) if view == "week" else _recurring(among)
        return _chart([_value(figure, each) for each in among], (), labels, figure), words
    if length is not None and "start" in row:
        names = [name for name in kind.identity if name != "start"]
        among = [each for each in held.rows.values() if all(each[name] == row[name] for name in names)]
        earlier = [held.before.get(each) for each in held.rows if _same(held.rows[each], row, names)]
        usual = tuple(_value(figure, each) for each in earlier) if held.before_frame is not None else ()
        return _chart([_value(figure, each) for each in among], usual, _labels(among, length, zone), figure), WORDS[
            length
        ]
    if "reason" in row:
        among = [each for each in held.rows.values() if _same(each, row, ["site", "queue", "channel"])]
        return _chart([_value(figure, each) for each in among], (), (), figure), "reason, as listed"
    return Chart(()), ""


def _same(one: Row, other: Row, names: Sequence[str]) -> bool:
    return all(one[name] == other[name] for name in names)


def _first_view(held: "HeldReport", site: str) -> str:
    """What is drawn of the period and its peaks: the first view there is."""
    views = (row["view"] for row in held.rows.values() if row["site"] == site and row["view"] in TREND_WORDS)
    return next(views, "")


def _chart(
    values: Sequence[float | None], usual: tuple[float | None, ...], labels: tuple[str, ...], figure: Column
) -> Chart:
    top = max((value for value in (*values, *usual) if value is not None), default=0.0)
    scale = (figure.change(top), figure.change(0)) if figure.change is not None and top > 0 else ("", "")
    return Chart(tuple(values), usual if any(each is not None for each in usual) else (), labels, scale=scale)


def _value(figure: Column, row: Row | None) -> float | None:
    value = value_of(figure, row)
    return None if value is None else float(value)


def _labels(rows: Sequence[Row], length: IntervalLength, zone: ZoneInfo) -> tuple[str, ...]:
    """Under the bars: every other full hour, Mondays and firsts, or the day that a week begins on."""
    labels = []
    for row in rows:
        at = datetime.fromisoformat(row["start"]).astimezone(zone)
        if length is IntervalLength.DAY:
            few = len(rows) <= 10
            labels.append(f"{at:%a %d}" if few or at.weekday() == 0 else "")
        elif length is IntervalLength.WEEK:
            labels.append(f"{at:%d %b}")
        else:
            labels.append(f"{at:%H}" if at.minute == 0 and at.hour % 2 == 0 else "")
    return tuple(labels)


def _recurring(rows: Sequence[Row]) -> tuple[str, ...]:
    hours = [f"{row['hour']:02}" if row["hour"] is not None else "" for row in rows]
    if any(hours):
        return tuple(hour if hour and int(hour) % 2 == 0 else "" for hour in hours)
    return tuple(WEEKDAYS[row["weekday"] - 1] if row["weekday"] else "" for row in rows)
