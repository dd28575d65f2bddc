from pathlib import Path

import pytest

from tests.commands.conftest import Ccm
from tests.reports.databases import call, database_of, in_order, left, settings_of

PERIOD = ("--from", "2026-11-22T12:00", "--to", "2026-11-22T13:00")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    lines = in_order(call(1, 0, customer="2125550101"), left(2, 5), left(3, 9, "EXITWITHTIMEOUT"), call(4, 9, "mail"))
    return database_of(tmp_path, lines)


def test_a_figure_opens_to_its_parts_and_their_log_lines(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "explain", "service_level", "--queue", "sales", *PERIOD, "--format", "json").json
    assert (said["kpi"], said["sl_variant"]) == ("service_level", "offered")
    (explanation,) = said["explanations"]
    assert (explanation["value"], explanation["numerator"], explanation["denominator"]) == (0.5, 1, 2)
    assert explanation["exclusions"] == [{"what": "left by timeout", "contacts": 1}]
    answered, abandoned, excluded = sorted(explanation["contacts"], key=lambda row: row["native_id"])
    assert [row["counted"] for row in (answered, abandoned, excluded)] == ["numerator", "denominator", "excluded"]
    assert [line["event"] for line in abandoned["lines"]] == ["ENTERQUEUE", "ABANDON"]
    assert "2125550101" not in str(said)


def test_the_text_says_the_same(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "explain", "sl", "--queue", "sales", *PERIOD)
    assert "main / sales / voice: 50.0 %" in said.lines
    assert "  answered within 20 s / (answered + abandoned)" in said.lines
    assert "  1 / 2" in said.lines
    assert any(line.lstrip().startswith(f"{database.with_name('ccm-main.log')}:0  ") for line in said.lines)


def test_a_score_tells_how_many_answered_and_why_there_is_none(ccm: Ccm, tmp_path: Path) -> None:
    lines = in_order(
        call(1, 0), call(2, 10), call(3, 20), ["+100|c.1|sales|ana|SURVEY|5", "+100|c.2|sales|ana|SURVEY|2"]
    )
    database = database_of(tmp_path, lines, settings_of(custom_events={"SURVEY": {"csat": "p1"}}))
    config = '[custom_events]\nSURVEY = { csat = "p1" }\n'
    said = ccm(database, "explain", "csat", *PERIOD, "--format", "json", config=config).json
    (explanation,) = said["explanations"]
    assert (explanation["value"], explanation["numerator"], explanation["denominator"]) == (0.5, 1, 2)
    assert explanation["parts"] == {"ratings": 2, "answered": 3, "response_rate": pytest.approx(2 / 3)}
    few = ccm(database, "explain", "csat", *PERIOD, "--set", "score_min_n=3", config=config)
    assert "main / sales / voice: —" in few.lines
    assert any(line.endswith("; no score under 3 ratings") for line in few.lines)
    assert "  ratings 2, answered 3, response rate 66.7 %" in few.lines
    report = ccm(database, "report", "queues", *PERIOD, "--format", "json", config=config + "[kpi]\nscore_min_n = 3\n")
    assert report.json["queues"][0]["csat"] is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("asa", "average_speed_of_answer_seconds"),
        ("fcr", "first_contact_resolution"),
        ("longest-wait", "longest_wait_seconds"),
    ],
)
def test_figures_go_by_their_short_names(ccm: Ccm, database: Path, name: str, key: str) -> None:
    assert ccm(database, "explain", name, *PERIOD, "--format", "json").json["kpi"] == key


def test_a_figure_of_both_is_the_queues_unless_said(ccm: Ccm, database: Path) -> None:
    queues = ccm(database, "explain", "aht", *PERIOD, "--format", "json").json["explanations"]
    agents = ccm(database, "explain", "aht", "--of", "agents", *PERIOD, "--format", "json").json["explanations"]
    assert [each["queue"] for each in queues] == ["mail", "sales"]
    assert [(each["agent"], each["denominator"]) for each in agents] == [("ana", 2)]


def test_only_so_many_contacts_are_listed(ccm: Ccm, database: Path) -> None:
    arguments = ("explain", "offered", "--queue", "sales", *PERIOD, "--format", "json", "--contacts")
    assert len(ccm(database, *arguments, "1").json["explanations"][0]["contacts"]) == 1
    assert len(ccm(database, *arguments, "all").json["explanations"][0]["contacts"]) == 3


def test_a_contact_opens_to_its_visits_and_lines(ccm: Ccm, database: Path) -> None:
    (contact,) = ccm(database, "explain", "contact", "c.1", "--format", "json").json["contacts"]
    assert [row["outcome"] for row in contact["segments"]] == ["completed"]
    assert [line["event"] for line in contact["lines"]] == ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"]
    by_id = ccm(database, "explain", "contact", contact["contact"])
    assert "customer ******0101" in by_id.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("servicelevel",), "did you mean service_level"),
        (("occupancy", "--of", "queues"), "there is no figure"),
        (("contact",), "needs an id"),
        (("contact", "none"), "no contact"),
        (("sl", "extra"), "one argument too many"),
        (("sl", "--contacts", "some"), "a number, or all"),
    ],
)
def test_what_cannot_be_explained_is_refused(ccm: Ccm, database: Path, arguments: tuple[str, ...], says: str) -> None:
    said = ccm(database, "explain", *arguments)
    assert (said.code, said.out) == (2, "")
    assert says in said.err


def test_an_outcome_opens_to_its_definition_parts_and_lines(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "explain", "resolution", *PERIOD, "--format", "json").json
    assert said["kpi"] == "resolution_seconds"
    mail, sales = said["explanations"]
    assert (sales["site"], sales["queue"], sales["value"]) == ("main", "sales", 64.0)
    assert (sales["numerator"], sales["denominator"]) == (64.0, 1)
    assert sales["exclusions"] == [{"what": "not settled", "contacts": 2}]
    settled = next(row for row in sales["contacts"] if row["counted"] == "numerator")
    assert settled["what"] == "settled"
    assert [line["event"] for line in settled["lines"]] == ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"]
    assert mail["value"] == 64.0


def test_a_figure_by_team_is_an_outcome(ccm: Ccm, database: Path) -> None:
    config = '[agent.ana]\nteam = "north"\n'
    said = ccm(database, "explain", "transfer_rate", "--by", "team", *PERIOD, config=config)
    assert "main / north: 0.0 %" in said.lines
    assert "  0 / 2" in said.lines
    wrong = ccm(database, "explain", "transfer_rate", "--by", "team", "--of", "agents", *PERIOD)
    assert (wrong.code, wrong.out) == (2, "")


def test_containment_of_a_queue_says_why_there_is_none(ccm: Ccm, database: Path) -> None:
    said = ccm(database, "explain", "containment", "--queue", "sales", *PERIOD)
    assert "main / sales: —" in said.lines
    assert "of sites and channels only" in said.out
