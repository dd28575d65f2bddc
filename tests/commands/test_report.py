import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Ccm
from tests.reports.databases import call, database_of, in_order, left, settings_of

QUEUE_KEYS = [
    "site", "queue", "channel", "offered", "answered", "transferred", "abandoned", "short_abandoned", "exited_timeout",
    "exited_key", "exited_empty", "withdrawn", "transferred_out", "refused", "lost", "answered_lost", "waiting",
    "in_progress", "outbound", "service_level", "service_level_threshold_seconds", "average_speed_of_answer_seconds",
    "average_abandon_seconds", "longest_wait_seconds", "average_handle_seconds", "average_talk_seconds",
    "average_hold_seconds", "average_acw_seconds", "transfer_rate", "abandonment_rate", "first_contact_resolution",
    "csat", "nps", "ces", "cost_per_contact", "backlog", "oldest_owed_seconds", "first_response_seconds",
    "next_response_seconds", "resolved", "resolved_within_target",
]  # fmt: skip
AGENT_KEYS = [
    "site", "agent", "name", "team", "answered", "ring_no_answer", "transferred", "talk_seconds", "hold_seconds",
    "acw_seconds", "login_seconds", "pause_seconds", "pauses", "available_seconds", "occupancy", "utilisation",
    "average_handle_seconds",
]  # fmt: skip
CONTACT_KEYS = [
    "contact", "site", "native_id", "channel", "direction", "customer", "queue", "agent", "offered_at", "answered_at",
    "ended_at", "wait_seconds", "talk_seconds", "hold_seconds", "acw_seconds", "outcome", "ended_by", "entry_seen",
    "sentiment", "sentiment_source",
]  # fmt: skip
PERIOD = ("--from", "2026-11-22T12:00", "--to", "2026-11-22T13:00")
LINES = in_order(call(1, 0, talk=61), left(2, 5), call(3, 20, "mail", customer="+49 170 5550123"))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return database_of(tmp_path, LINES)


def test_queues_have_the_keys_of_the_contract(ccm: Ccm, database: Path) -> None:
    report = ccm(database, "report", "queues", *PERIOD, "--format", "json").json
    assert list(report) == ["from", "to", "timezone", "sl_variant", "queues"]
    assert (report["from"], report["to"]) == ("2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z")
    assert (report["timezone"], report["sl_variant"]) == ("UTC", "offered")
    assert [row["queue"] for row in report["queues"]] == ["mail", "sales"]
    assert all(list(row) == QUEUE_KEYS for row in report["queues"])


def test_intervals_are_queues_by_half_hours(ccm: Ccm, database: Path) -> None:
    report = ccm(database, "report", "intervals", *PERIOD, "--format", "json").json
    assert len(report["queues"]) == 4
    assert list(report["queues"][0]) == [*QUEUE_KEYS[:3], "start", "end", *QUEUE_KEYS[3:]]
    same = ccm(database, "report", "queues", "--interval", "30m", *PERIOD, "--format", "json")
    assert same.json == report


def test_agents_and_contacts_have_the_keys_of_the_contract(ccm: Ccm, database: Path) -> None:
    agents = ccm(database, "report", "agents", *PERIOD, "--format", "json").json["agents"]
    assert [list(row) for row in agents] == [AGENT_KEYS]
    contacts = ccm(database, "report", "contacts", *PERIOD, "--format", "json").json["contacts"]
    assert [list(row) for row in contacts] == [CONTACT_KEYS] * 3
    assert [row["native_id"] for row in contacts] == ["c.1", "c.2", "c.3"]


def test_the_same_question_gives_the_same_bytes(ccm: Ccm, database: Path) -> None:
    for form in ("table", "json", "jsonl", "csv", "md"):
        for kind in ("queues", "agents", "intervals", "contacts"):
            first, second = (ccm(database, "report", kind, *PERIOD, "--format", form) for _ in range(2))
            assert first.out == second.out
            assert (first.code, first.err) == (0, "")
            assert "\x1b" not in first.out


def test_lines_of_json_are_the_rows_and_say_their_variant(ccm: Ccm, database: Path) -> None:
    rows = ccm(database, "report", "queues", *PERIOD, "--format", "json").json["queues"]
    lines = ccm(database, "report", "queues", *PERIOD, "--format", "jsonl").lines
    assert [json.loads(line) for line in lines] == [{**row, "sl_variant": "offered"} for row in rows]


def test_csv_has_a_header_even_without_rows(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "report", "queues", *PERIOD, "--queue", "nobody", "--format", "csv")
    assert said.lines == [",".join([*QUEUE_KEYS, "sl_variant"])]
    assert "no queue 'nobody'" in said.err


def test_no_cell_of_a_csv_is_a_formula(ccm: Ccm, tmp_path: Path) -> None:
    lines = call(1, 0, "=cmd|' /C calc'!A0".replace("|", "/"), "@SUM(1)\x1b[31m")
    database = database_of(tmp_path, lines)
    said = ccm(database, "report", "contacts", *PERIOD, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(said.out))
    assert row["queue"] == "'=cmd/' /C calc'!A0"
    assert row["agent"] == "'@SUM(1)\ufffd[31m"


def test_tables_and_markdown_hold_visible_characters_only(ccm: Ccm, tmp_path: Path) -> None:
    database = database_of(tmp_path, call(1, 0, "sa\x1b[31mles\u202e", "a**b|x".replace("|", "/")))
    for form in ("table", "md", "json"):
        for kind in ("queues", "agents", "contacts"):
            said = ccm(database, "report", kind, *PERIOD, "--format", form)
            assert all(char == "\n" or char.isprintable() for char in said.out)
    assert "a\\*\\*b/x" in ccm(database, "report", "agents", *PERIOD, "--format", "md").out


def test_customers_show_their_last_four_digits(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "report", "contacts", "--queue", "mail", *PERIOD, "--format", "json")
    assert said.json["contacts"][0]["customer"] == "******0123"
    config = "[privacy]\nmask = false\n"
    said = ccm(database, "report", "contacts", "--queue", "mail", *PERIOD, "--format", "json", config=config)
    assert said.json["contacts"][0]["customer"] == "+49 170 5550123"


def test_a_table_says_what_is_counted_and_what_cannot_be(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "report", "queues", *PERIOD, "--preset", "asterisk", "--sl-threshold", "15")
    assert "2026-11-22 12:00:00 – 2026-11-22 13:00:00 UTC  SL answered ≤15 s" in said.lines[0]
    assert "abandon_includes=empty,timeout,withdrawn" in said.lines[1]
    header, mail, sales = said.lines[3:]
    assert header.split()[0] == "queue"
    assert mail.split()[:4] == ["mail", "1", "1", "0"]
    assert "100.0 %" in sales
    assert "·" in sales  # hold and wrap-up: not in this source
    assert "—" in mail  # nobody abandoned


def test_options_narrow_the_report(ccm: Ccm, database: Path) -> None:
    def queues(*options: str) -> list[str]:
        said = ccm(database, "report", "queues", *PERIOD, *options, "--format", "json")
        return [row["queue"] for row in said.json["queues"] if row["offered"]]

    assert queues("--queue", "sales") == ["sales"]
    assert queues("--queue", "sales", "--queue", "mail") == ["mail", "sales"]
    assert queues("--channel", "chat") == []
    assert queues("--agent", "ana") == ["mail", "sales"]
    assert queues("--hours", "13:00-14:00") == []
    assert queues("--days", "mon-sat") == []
    assert queues("--site", "main") == ["mail", "sales"]


def test_a_preset_can_be_set_like_any_key_and_ours_is_one(ccm: Ccm, database: Path) -> None:
    def variant(*options: str, config: str = "") -> str:
        said = ccm(database, "report", "queues", *PERIOD, *options, "--format", "json", config=config)
        return str(said.json["sl_variant"])

    assert variant("--set", "preset=cisco") == variant("--preset", "cisco") == "ex_fast_abandon"
    assert variant("--set", "preset=cisco", "--set", "sl_variant=answered") == "answered"
    assert variant(config='[kpi]\npreset = "cisco"\n') == "ex_fast_abandon"
    assert variant("--preset", "default", config='[kpi]\npreset = "cisco"\n') == "offered"


def test_contacts_have_their_outcome_of_today(ccm: Ccm, database: Path) -> None:
    period = ("--from", "2026-11-22T12:00", "--to", "2026-11-22T12:00:06")
    for report in (("report", "contacts", *period, "--format", "jsonl"), ("export", "contacts", *period)):
        rows = [json.loads(line) for line in ccm(database, *report).lines]
        assert [(row["native_id"], row["outcome"]) for row in rows] == [("c.1", "completed"), ("c.2", "abandoned")]


def test_groups_teams_and_shown_names_stand_for_who_they_hold(ccm: Ccm, database: Path) -> None:
    config = (
        '[queue.sales]\ngroup = "front"\n[queue.mail]\ngroup = "front"\n[agent.ana]\nname = "Ana L"\nteam = "north"\n'
    )
    for options in (("--queue", "front"), ("--team", "north"), ("--agent", "Ana L")):
        said = ccm(database, "report", "queues", *PERIOD, *options, "--format", "json", config=config)
        assert sum(row["answered"] for row in said.json["queues"]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("queues", "--from", "22.11.2026"), "2026-11-22"),
        (("queues", "--from", "2026-11-23", "--to", "2026-11-22"), "not before --to"),
        (("queues", "--preset", "asterik"), "did you mean asterisk"),
        (("queues", "--set", "sl_varant=answered"), "did you mean sl_variant"),
        (("queues", "--set", "sl_variant"), "KEY=VALUE"),
        (("queues", "--sl-threshold", "soon"), "seconds"),
        (("queues", "--interval", "20m"), "15m, 30m, 1h, 1d"),
        (("queues", "--tz", "Europe/Berln"), "Europe/Berlin"),
        (("queues", "--hours", "8-18"), "08:00-18:00"),
        (("queues", "--days", "mo-fri"), "mon"),
        (("queues", "--team", "north"), "team"),
        (("queues", "--preset", "cisco", "--set", "preset=wazo"), "two presets"),
        (("contacts", "--interval", "30m"), "--interval"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_could(
    ccm: Ccm, database: Path, arguments: tuple[str, ...], says: str
) -> None:
    said = ccm(database, "report", *arguments)
    assert (said.code, said.out) == (2, "")
    assert says in said.err


@pytest.mark.parametrize(
    ("option", "says"), [("--sl-variant", "choose from 'answered', "), ("--channel", "choose from 'voice', ")]
)
def test_choices_are_named_as_they_are_written(
    ccm: Ccm, database: Path, option: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        ccm(database, "report", "queues", option, "bogus")
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_without_a_database_it_says_so(ccm: Ccm, tmp_path: Path) -> None:
    said = ccm(tmp_path / "none.db", "report", "queues")
    assert (said.code, said.out) == (5, "")
    assert "ccm-tui import" in said.err


def test_another_zone_moves_days_and_hours(ccm: Ccm, database: Path) -> None:
    arguments = ("report", "queues", "--from", "2026-11-22T13:00", "--to", "2026-11-22T14:00", "--format", "json")
    report = ccm(database, *arguments, "--tz", "Europe/Berlin").json
    assert (report["from"], report["timezone"]) == ("2026-11-22T12:00:00Z", "Europe/Berlin")


def test_contacts_stream_in_the_order_they_came(ccm: Ccm, real_database: Callable[[str], Path]) -> None:
    said = ccm(real_database("run1"), "report", "contacts", "--to", "2026-11-22T08:00Z", "--format", "jsonl")
    times = [json.loads(line)["offered_at"] for line in said.lines]
    assert times == sorted(times)
    queues = ccm(real_database("run1"), "report", "queues", "--to", "2026-11-22T08:00Z", "--format", "json").json
    counted = sum(row["offered"] + row["refused"] + row["outbound"] for row in queues["queues"])
    assert len(times) == counted


def test_lines_dated_after_now_are_told_of(ccm: Ccm, tmp_path: Path) -> None:
    in_2090 = (2090 - 2026) * 365 * 86_400
    database = database_of(tmp_path, ["+0|NONE|NONE|NONE|QUEUESTART|", *call(1, in_2090)])
    for asked in (("report", "queues"), ("board",)):
        said = ccm(database, *asked, "--format", "json")
        assert said.code == 0
        assert "the newest line stored is of 2090-11-06T12:01:04Z, after now" in said.err
    assert "after now" not in ccm(database_of(tmp_path, call(1, 0), name="past"), "report", "queues").err


def test_contacts_may_be_those_that_a_search_finds(ccm: Ccm, database: Path) -> None:
    found = ccm(database, "report", "contacts", *PERIOD, "--search", "talk:>60", "--format", "json").json["contacts"]
    assert [row["talk_seconds"] for row in found] == [61]
    everything = ccm(database, "report", "contacts", *PERIOD, "--search", "", "--format", "json").json["contacts"]
    assert everything == ccm(database, "report", "contacts", *PERIOD, "--format", "json").json["contacts"]
    number = ccm(database, "report", "contacts", "--search", 'customer:"+49 170 5550123"', "--format", "json").json
    assert [row["queue"] for row in number["contacts"]] == ["mail"]


def test_a_search_that_means_nothing_shows_where(ccm: Ccm, database: Path) -> None:
    ended = ccm(database, "report", "contacts", "--search", "queue:sales wait:soon")
    assert ended.code == 2
    assert "wait cannot be soon, at 'soon'" in ended.err
    assert ccm(database, "report", "queues", "--search", "x").code == 2


def test_reasons_have_the_figures_of_their_queue(ccm: Ccm, database: Path) -> None:
    rows = ccm(database, "report", "reasons", *PERIOD, "--format", "json").json["reasons"]
    assert list(rows[0]) == ["site", "queue", "channel", "reason", "share", *QUEUE_KEYS[3:]]
    assert {row["reason"] for row in rows} == {None}
    assert "reason" in ccm(database, "report", "reasons", *PERIOD).out


TREND_KEYS = [
    "site", "view", "weekday", "hour", "start", "end", "offered", "refused", "outbound", "share", "days", "silent_days",
    "mean_per_day", "previous_offered", "previous_mean_per_day",
]  # fmt: skip


def test_trends_have_the_keys_of_the_contract_in_every_format(ccm: Ccm, database: Path) -> None:
    report = ccm(database, "report", "trends", *PERIOD, "--format", "json").json
    head = ["from", "to", "timezone", "sl_variant", "previous_from", "previous_to", "trends"]
    assert list(report) == head
    assert all(list(row) == TREND_KEYS for row in report["trends"])
    (period,) = (row for row in report["trends"] if row["view"] == "period")
    assert (period["offered"], period["share"], period["mean_per_day"]) == (3, 1.0, 3.0)
    written = list(csv.DictReader(io.StringIO(ccm(database, "report", "trends", *PERIOD, "--format", "csv").out)))
    assert [row["offered"] for row in written] == [str(row["offered"]) for row in report["trends"]]
    shown = ccm(database, "report", "trends", *PERIOD, "--interval", "1d").out
    assert "busiest half hour  Sun 22 Nov 12:00" in shown
    assert "weekday            Sun" in shown
    refused = ccm(database, "report", "trends", *PERIOD, "--interval", "15m")
    assert refused.code == 2
    assert "--interval 1h, 1d or 1w" in refused.err


def test_trends_say_which_period_they_are_compared_with(ccm: Ccm, database: Path) -> None:
    period = ("--from", "2026-11-22T12:00:10", "--to", "2026-11-22T13:00")
    assert "before:" not in ccm(database, "report", "trends", *period).out
    later = ccm(database, "report", "trends", "--from", "2026-11-23T12:00", "--to", "2026-11-23T13:00").out
    assert "before: 2026-11-22 12:00:00 – 2026-11-22 13:00:00" in later


def test_queues_by_week(ccm: Ccm, database: Path) -> None:
    rows = ccm(database, "report", "queues", *PERIOD, "--interval", "1w", "--format", "json").json["queues"]
    assert [row["offered"] for row in rows] == [1, 2]


OUTCOME_KEYS = [
    "contacts", "offered", "answered", "transferred", "transfer_rate", "dropped", "dropped_rate",
    "first_contact_resolution", "first_contact_counted", "first_contact_pending", "resolved", "resolution_seconds",
    "outbound_attempts", "outbound_reached", "reach_rate", "average_outbound_talk_seconds", "outbound_results",
    "callbacks_requested", "callbacks_attempted", "callbacks_done", "callbacks_failed", "callbacks_open",
    "oldest_callback_seconds", "menu_contacts", "self_service_contained", "containment_rate", "average_menu_seconds",
    "csat", "csat_n", "nps", "nps_n", "ces", "ces_n", "surveys_answered", "response_rate", "sentiment", "negative_rate",
    "sentiment_n",
]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ((), ["site", "queue"]),
        (("--by", "site"), ["site"]),
        (("--by", "agent"), ["site", "agent", "name", "team"]),
        (("--by", "team"), ["site", "team"]),
        (("--by", "channel"), ["site", "channel"]),
    ],
    ids=["queue", "site", "agent", "team", "channel"],
)
def test_outcomes_have_the_keys_of_the_contract(
    ccm: Ccm, database: Path, by: tuple[str, ...], names: list[str]
) -> None:
    report = ccm(database, "report", "outcomes", *by, *PERIOD, "--format", "json").json
    assert list(report) == ["from", "to", "timezone", "sl_variant", "by", "outcomes"]
    assert report["outcomes"]
    assert all(list(row) == [*names, *OUTCOME_KEYS] for row in report["outcomes"])
    hours = ccm(database, "report", "outcomes", *by, "--interval", "30m", *PERIOD, "--format", "json").json["outcomes"]
    assert list(hours[0]) == [*names, "start", "end", *OUTCOME_KEYS]
    said = ccm(database, "report", "outcomes", *by, *PERIOD, "--format", "csv")
    assert next(csv.reader(io.StringIO(said.out))) == [*names, *OUTCOME_KEYS]


def test_outcomes_as_a_table_leave_out_what_says_nothing(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "report", "outcomes", *PERIOD)
    assert said.lines[2].split("  ")[0] == "queue"
    assert "callbacks" not in said.out
    assert ccm(database, "report", "outcomes", "--by", "agent", *PERIOD).lines[-1].startswith("nobody")
    assert ccm(database, "report", "outcomes", "--queue", "nosuch", *PERIOD).code == 0


def test_only_outcomes_are_grouped(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "report", "queues", "--by", "agent")
    assert (said.code, said.out) == (2, "")
    assert "queues are not grouped" in said.err


def test_a_wish_that_a_dial_plan_logs_is_a_callback(ccm: Ccm, tmp_path: Path) -> None:
    lines = in_order(
        left(1, 0, "EXITWITHKEY"),
        ["+10|c.1|sales|NONE|CALLBACK|5550001|requested"],
        left(2, 5, "EXITWITHKEY"),
        ["+15|c.2|sales|NONE|CALLBACK|5550002|requested"],
        call(3, 60, customer="5550002"),
    )
    database = database_of(tmp_path, lines, settings_of(custom_events={"CALLBACK": {"callback": "p1"}}))
    config = '[custom_events]\nCALLBACK = { callback = "p1" }\n'
    (row,) = ccm(database, "report", "outcomes", *PERIOD, "--format", "json", config=config).json["outcomes"]
    assert [row[f"callbacks_{name}"] for name in ("requested", "done", "open")] == [2, 1, 1]


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "md"])
def test_what_a_log_says_of_a_call_cannot_harm(ccm: Ccm, tmp_path: Path, form: str) -> None:
    hostile = "=cmd()\x1b[31m\u202eno [red]"
    database = database_of(tmp_path, [f"+0|o.1|{hostile}|{hostile}|OUTCALL|{hostile}|4|5550123"])
    for by in ("queue", "agent", "team"):
        said = ccm(database, "report", "outcomes", "--by", by, *PERIOD, "--format", form)
        assert said.code == 0
        assert not {"\x1b", "\u202e"} & set(said.out)
        if form == "csv":
            assert not re.search("^=|,=", said.out, re.MULTILINE)
    shown = ccm(database, "explain", "reach_rate", *PERIOD)
    assert not {"\x1b", "\u202e"} & set(shown.out)
