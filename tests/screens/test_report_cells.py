"""What has changed since the period before, in words, sign and tone; and what a chart is drawn of."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from ccm_tui.domain.intervals import IntervalLength
from ccm_tui.reports.choice import Choice
from ccm_tui.reports.export import Better, Column, Row
from ccm_tui.reports.query import Frame, Query, SitePeriod
from ccm_tui.reports.reading import HeldReport, Series
from ccm_tui.screens.report_cells import CHANGE, change_of, charted, figure_lines, keyed, report_columns, report_rows
from ccm_tui.screens.report_chart import needs_series, rows_chart, series_chart
from ccm_tui.settings.definitions import Definitions
from ccm_tui.theme import Tone
from ccm_tui.widgets.lines import plain
from ccm_tui.widgets.symbols import ASCII, UNICODE
from tests.screens.floors import NOW
from tests.screens.harness import SETTINGS

ZONE = ZoneInfo("Europe/Berlin")
NAME = Column("queue", lambda row: str(row["queue"]), right=False)


def _figure(title: str, better: Better = Better.NEITHER) -> Column:
    return Column(
        title, lambda row: str(row[title]), value=lambda row: row[title], change=lambda by: f"{by:g}", better=better
    )


LOST, MET, MANY = _figure("lost", Better.LESS), _figure("met", Better.MORE), _figure("many")


@pytest.mark.parametrize(
    ("figure", "now", "before", "text", "good"),
    [
        (LOST, 5, 3, "+2", False),
        (LOST, 3, 5, "-2", True),
        (MET, 5, 3, "+2", True),
        (MET, 3, 5, "-2", False),
        (MANY, 5, 3, "+2", None),
        (LOST, 3, 3, "=", None),
    ],
)
def test_a_change_says_which_way_and_whether_that_is_good(
    figure: Column, now: float, before: float, text: str, good: bool | None
) -> None:
    change = change_of(figure, {figure.title: now}, {figure.title: before})
    assert change is not None
    assert (change.text, change.good) == (text, good)
    assert change.sign(UNICODE) == {True: "✓", False: "!", None: " "}[good]
    assert change.sign(ASCII) == {True: "*", False: "!", None: " "}[good]
    assert (change.tone() is Tone.WARNING) == (good is False)


@pytest.mark.parametrize("sides", [(None, 3), (3, None), (None, None), ("x", 3)])
def test_what_is_undefined_on_one_side_has_no_change(sides: tuple[object, object]) -> None:
    assert change_of(LOST, {"lost": sides[0]}, {"lost": sides[1]}) is None
    assert change_of(LOST, {"lost": 3}, None) is None
    assert change_of(NAME, {"queue": "a"}, {"queue": "b"}) is None


def _held(*, compared: bool = True) -> HeldReport:
    period = SitePeriod("main", 1, ZONE, NOW - 86_400_000, NOW, NOW, ())
    frame = Frame(Query(NOW), Definitions(SETTINGS), (period,))
    rows: dict[str, Row] = {
        "a": {"site": "main", "queue": "a", "channel": "voice", "lost": 5, "many": 7},
        "new": {"site": "main", "queue": "new", "channel": "voice", "lost": None, "many": 1},
    }
    before = {"a": {**rows["a"], "lost": 3}} if compared else {}
    return HeldReport(
        Choice(compared=compared), frame, {}, (), (NAME, LOST, MANY), rows, True, before, frame if compared else None
    )


def test_a_figure_has_its_change_beside_it_while_it_is_compared() -> None:
    assert [column.title for column in report_columns(_held())] == ["queue", "lost", "+/-", "many", "+/-"]
    assert [column.title for column in report_columns(_held(compared=False))] == ["queue", "lost", "many"]
    first, new = report_rows(_held(), UNICODE)
    assert first.row.cells["lost" + CHANGE].text == "! +2"
    assert first.row.cells["many" + CHANGE].text == "="
    assert new.row.cells["lost" + CHANGE] == ("", None, None)


def test_titles_that_repeat_are_told_apart() -> None:
    assert list(keyed((LOST, LOST, MANY))) == ["lost", "lost 1", "many"]
    assert charted((NAME, LOST)) == [LOST]


def test_every_figure_stands_beside_the_one_before() -> None:
    said = [plain(each) for each in figure_lines(_held(), "a", UNICODE, "lost")]
    assert said[0].split() == ["now", "before", "change"]
    assert said[2].split() == ["▸", "lost", "5", "3", "!", "+2"]


def _interval(start: str, lost: int | None) -> Row:
    return {"site": "main", "queue": "a", "channel": "voice", "start": start, "lost": lost, "many": 1}


def test_a_row_by_day_has_the_days_under_its_bars_and_the_period_before_behind_them() -> None:
    rows = tuple(_interval(f"2023-11-{day:02}T23:00:00Z", day) for day in range(13, 16))
    before = tuple(_interval(f"2023-11-{day:02}T23:00:00Z", None if day == 7 else 2) for day in range(6, 9))
    chart = series_chart(Series(IntervalLength.DAY, rows, before), LOST, ZONE)
    assert chart.values == (13.0, 14.0, 15.0)
    assert chart.usual == (2.0, None, 2.0)
    assert chart.labels == ("Tue 14", "Wed 15", "Thu 16")
    assert chart.scale == ("15", "0")


def test_rows_that_are_intervals_are_drawn_as_they_are_held() -> None:
    held = _held()
    assert needs_series(held)
    query = replace(held.frame.query, interval=IntervalLength.HOUR)
    rows = {str(hour): _interval(f"2023-11-20T{hour:02}:00:00Z", hour) for hour in range(6, 9)}
    cut = replace(held, frame=replace(held.frame, query=query), rows=rows, before={"7": rows["6"]})
    assert not needs_series(cut)
    chart, by = rows_chart(cut, "6", LOST)
    assert by == "hour"
    assert chart.values == (6.0, 7.0, 8.0)
    assert chart.usual == (None, 6.0, None)
    assert chart.labels == ("", "08", "")
