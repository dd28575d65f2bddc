"""Outcomes of whole logs of each kind of source, checked against the logs by hand or by counting their lines."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ccm_tui.reports.outcome_figures import By
from ccm_tui.reports.outcome_report import read_outcome_report
from ccm_tui.reports.query import Query
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import open_reader
from tests.conftest import GOLDEN, RealRun
from tests.reports.databases import import_files, settings_of
from tests.sources.shared_samples import SHARED, needs_shared_samples

NOW_MS = 1_795_420_800_000
Rows = dict[str | None, dict[str, Any]]


def _rows(database: Path, by: By = By.QUEUE, **options: str) -> Rows:
    with open_reader(database) as store:
        definitions = Definitions(settings_of(), overrides=options)
        rows = read_outcome_report(store, definitions, Query(NOW_MS), by).rows()
        return {row.get(by.value): row for row in rows}


def _read(folder: Path, files: Iterable[Path], by: By = By.QUEUE, **options: str) -> Rows:
    return _rows(import_files(folder / "ccm.db", files), by, **options)


def _of(row: dict[str, Any], names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names.split())


def test_amazon_connects_contact_records(tmp_path: Path) -> None:
    """Support: c-1 takes 480 s, c-3 and its callback c-4 1280 s, c-14 65 s; menus of 30, 20, 10, 10 and 10 s."""
    rows = _read(tmp_path, [GOLDEN / "amazon-connect-contact" / "records.log"])
    support = rows["Support"]
    assert _of(support, "contacts offered answered resolved") == (6, 7, 3, 3)
    assert support["resolution_seconds"] == pytest.approx((480 + 1280 + 65) / 3)
    assert _of(support, "callbacks_requested callbacks_attempted callbacks_done callbacks_open") == (1, 1, 1, 0)
    assert _of(support, "menu_contacts average_menu_seconds") == (5, 16.0)
    assert _of(support, "surveys_answered response_rate") == (1, pytest.approx(1 / 3))
    assert _of(rows["Outbound"], "outbound_attempts outbound_reached average_outbound_talk_seconds") == (2, 1, 108.0)
    (site,) = _rows(tmp_path / "ccm.db", By.SITE).values()
    assert _of(site, "menu_contacts self_service_contained containment_rate") == (8, 1, 0.125)


def test_genesys_clouds_conversations(tmp_path: Path) -> None:
    rows = _read(tmp_path, [GOLDEN / "genesys-cloud" / "conversations.log"])
    support = rows["q-support"]
    assert _of(support, "callbacks_requested callbacks_attempted callbacks_done callbacks_open") == (1, 1, 1, 0)
    assert _of(support, "nps nps_n surveys_answered") == (100.0, 1, 1)
    assert _of(rows["q-sales"], "outbound_attempts outbound_reached callbacks_requested") == (3, 2, 0)
    (site,) = _rows(tmp_path / "ccm.db", By.SITE).values()
    assert _of(site, "callbacks_requested self_service_contained") == (1, 1)


def test_freeswitchs_call_records(tmp_path: Path) -> None:
    """Two callers stayed in the dialplan for 51 and 30 s; one was put through, one met a busy line."""
    (site,) = _read(tmp_path, [GOLDEN / "freeswitch-cdr" / "calls.log"], By.SITE).values()
    names = "contacts menu_contacts self_service_contained average_menu_seconds outbound_attempts"
    assert _of(site, names) == (4, 2, 2, 40.5, 0)


def test_chatwoots_conversations(tmp_path: Path) -> None:
    rows = _read(tmp_path, [GOLDEN / "chatwoot" / "events.log"])
    assert _of(rows["Website"], "contacts csat csat_n response_rate dropped_rate") == (1, 1.0, 1, 1.0, 0.0)


def test_twilios_events_tell_of_no_survey_and_no_callback(tmp_path: Path) -> None:
    (site,) = _read(tmp_path, [GOLDEN / "twilio-taskrouter" / "events.log"], By.SITE).values()
    assert _of(site, "contacts callbacks_requested surveys_answered sentiment csat") == (6, 0, 0, None, None)


def test_what_a_running_asterisk_logged(
    real_run: Callable[[str], RealRun], real_database: Callable[[str], Path]
) -> None:
    """Transfers and calls made, counted in the lines themselves; queue_log knows no menu, survey or sentiment."""
    events: Counter[str] = Counter()
    for line in real_run("run1").log.decode("utf-8", "replace").splitlines():
        cells = line.split("|")
        events[cells[4] if len(cells) > 4 else ""] += 1
        events[f"OUTCALL {cells[5]}"] += len(cells) > 5 and cells[4] == "OUTCALL"
    (site,) = _rows(real_database("run1"), By.SITE).values()
    assert site["transferred"] == events["BLINDTRANSFER"] + events["ATTENDEDTRANSFER"]
    assert site["outbound_attempts"] == events["OUTCALL"] == sum(site["outbound_results"].values())
    assert site["outbound_reached"] == events["OUTCALL ANSWER"]
    unknown = "menu_contacts containment_rate average_menu_seconds csat sentiment negative_rate"
    assert _of(site, unknown) == (None,) * 6


@pytest.mark.parametrize("name", ["run1", "run4"])
@pytest.mark.parametrize(
    "options", [{}, {"fcr_window_days": "0.001"}, {"fcr_window_days": "0.001", "fcr_channels": "same"}]
)
def test_queues_of_a_real_log_add_up_to_the_site(
    real_database: Callable[[str], Path], name: str, options: dict[str, str]
) -> None:
    database = real_database(name)
    (site,) = _rows(database, By.SITE, **options).values()
    for by in (By.QUEUE, By.AGENT):
        rows = _rows(database, by, **options).values()
        for key in ("contacts", "offered", "answered", "dropped", "resolved", "first_contact_counted"):
            assert sum(row[key] for row in rows) == site[key], key
    judged, pending = site["first_contact_counted"], site["first_contact_pending"]
    assert judged if options else pending


@needs_shared_samples
def test_a_callback_that_the_line_cut_off(tmp_path: Path) -> None:
    """Two records: a transfer and a callback, both ended by TELECOM_PROBLEM after the agent had talked."""
    rows = _read(tmp_path, [SHARED / "amazon-connect" / "ctr-sparse-test-records.ndjson"])
    assert _of(rows["TestQueue"], "callbacks_requested callbacks_done dropped_rate resolved") == (1, 1, 1.0, 0)
    assert _of(rows["Test"], "contacts dropped resolved") == (1, 1, 0)


@needs_shared_samples
def test_a_campaigns_callbacks_are_calls_made(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, [SHARED / "genesys-cloud" / "conversation-details-callback-2016.json"]).values()
    assert _of(row, "contacts callbacks_requested outbound_attempts outbound_reached") == (0, 0, 2, 2)


@needs_shared_samples
@pytest.mark.parametrize(
    "sample",
    [
        "twilio-taskrouter/events-list.json",
        "freeswitch/cdr_csv-Master.csv",
        "chatwoot/webhook-message_created-attachment-redacted.json",
        "transcripts/transcribe-call-analytics-example-call.json",
    ],
)
def test_samples_without_a_visit_claim_nothing(tmp_path: Path, sample: str) -> None:
    for row in _read(tmp_path, [SHARED / sample]).values():
        assert _of(row, "offered answered callbacks_requested outbound_attempts") == (0, 0, 0, 0)
        assert _of(row, "transfer_rate dropped_rate csat response_rate") == (None,) * 4
