import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.reports.contact_query import FIELDS, QueryError, parse_query
from ccm_tui.store.search_conditions import Filter


def _only(text: str) -> Filter:
    (found,) = parse_query(text).filters
    return found._replace(place=(0, 0))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("queue:sales", Filter("queue", values=("sales",))),
        ("q:sales,support", Filter("queue", values=("sales", "support"))),
        ('queue:"night line",sal*', Filter("queue", values=("night line", "sal*"))),
        ("-agent:1127", Filter("agent", True, ("1127",))),
        ("!agent:1127", Filter("agent", True, ("1127",))),
        ("channel:mail", Filter("channel", values=("email",))),
        ("outcome:aband", Filter("outcome", values=("abandoned",))),
        ("outcome:answered", Filter("outcome", values=("answered",))),
        ("sentiment:neg", Filter("sentiment", values=("negative",))),
        ("flag:hidden-transfer", Filter("flag", values=("hidden_transfer",))),
        ("hour:9", Filter("hour", values=("9",))),
        ("hour:9..11,14", Filter("hour", values=("9", "10", "11", "14"))),
        ("-hour:22-1", Filter("hour", True, ("0", "1", "22", "23"))),
        ("weekday:mon,sat-sun", Filter("weekday", values=("0", "5", "6"))),
        ("weekday:Fri..Mon", Filter("weekday", values=("0", "4", "5", "6"))),
        ("wait:>60", Filter("wait", low=60_001)),
        ("wait:>=60", Filter("wait", low=60_000)),
        ("talk:<30", Filter("talk", high=30_000)),
        ("talk:<=1:30", Filter("talk", high=90_001)),
        ("hold:1:00:00", Filter("hold", low=3_600_000, high=3_601_000)),
        ("acw:30..2m", Filter("acw", low=30_000, high=121_000)),
        ("-wait:>1.5h", Filter("wait", True, low=5_400_001)),
        ("csat:<=2", Filter("csat", high=2_001)),
        ("csat:4", Filter("csat", low=4_000, high=4_001)),
        ("nps:9..10", Filter("nps", low=9_000, high=10_001)),
        ("customer:+12025550123", Filter("customer", values=("+12025550123",))),
        ("refund*", Filter("word", values=("refund*",))),
        ('"exact words"', Filter("phrase", values=("exact words",))),
        ('"left open', Filter("phrase", values=("left open",))),
        ("-refund", Filter("word", True, ("refund",))),
        ("+12025550123", Filter("number", values=("+12025550123",))),
        ("1706420300.1", Filter("number", values=("1706420300.1",))),
        ('"4711"', Filter("phrase", values=("4711",))),
        ("12:30", Filter("word", values=("12:30",))),
        ("https://example.com/a", Filter("word", values=("https://example.com/a",))),
        ("ÄRGER", Filter("word", values=("ÄRGER",))),
    ],
)
def test_what_a_term_means(text: str, wanted: Filter) -> None:
    assert _only(text) == wanted


def test_terms_stand_beside_each_other() -> None:
    query = parse_query('  queue:sales from:yesterday   to:2026-11-22T14:30 "too late" on:today ')
    assert [each.name for each in query.filters] == ["queue", "phrase"]
    assert query.start is not None
    assert query.end is not None
    assert query.day is not None
    assert query.start.days_ago == 1


@pytest.mark.parametrize("text", ["", "   ", '""', "-", '" "'])
def test_nothing_is_everything(text: str) -> None:
    assert parse_query(text) == parse_query("")


@pytest.mark.parametrize(
    ("text", "where", "what", "hint"),
    [
        ("queue:sales agnet:7", "agnet:", "no field agnet:", "did you mean agent"),
        ("zzz:7", "zzz:", "no field zzz:", "fields: queue"),
        ("wait:soon", "soon", "wait cannot be soon", "seconds"),
        ("wait:>", ">", "wait cannot be >", "wait:>60"),
        ("hour:24", "24", "hour cannot be 24", "0 to 23"),
        ("hour:9,noon", "noon", "hour cannot be noon", "hour:9..11"),
        ("weekday:someday", "someday", "'someday'", "mon"),
        ("csat:good", "good", "csat cannot be good", "csat:<=2"),
        ("queue:sales outcome:abandonned", "abandonned", "outcome cannot be abandonned", "did you mean abandoned"),
        ("outcome:completed,lots", "lots", "outcome cannot be lots", ""),
        ("has:", "has:", "has: what?", "recording"),
        ("from:soon", "soon", "from 'soon' is not a date or time", "yesterday"),
        ("-from:today", "-from:today", "from: cannot be turned round", "period"),
        ("refund -...", "-...", "... is no word", "letters"),
        ("wait:1..soon", "1..soon", "wait cannot be 1..soon", "seconds"),
    ],
)
def test_what_is_wrong_and_where(text: str, where: str, what: str, hint: str) -> None:
    with pytest.raises(QueryError) as error:
        parse_query(text)
    assert text[error.value.start : error.value.end] == where
    assert what in str(error.value)
    assert hint in error.value.hint


@given(st.text(st.sampled_from('abqw-!":*<>=.,0189 äß\u202e\0fromwaithascsat'), max_size=40) | st.text(max_size=40))
def test_whatever_is_typed_is_a_query_or_says_where_it_is_not(text: str) -> None:
    query, wrong = None, None
    try:
        query = parse_query(text)
    except QueryError as error:
        wrong = error
    if wrong is not None:
        assert 0 <= wrong.start < wrong.end <= len(text)
        assert wrong.hint
    for each in query.filters if query is not None else ():
        start, end = each.place
        assert 0 <= start < end <= len(text)


def test_no_field_is_listed_twice() -> None:
    assert len(set(FIELDS)) == len(FIELDS)
