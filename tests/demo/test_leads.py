"""The simulated leads: open, overdue, done and dismissed follow-ups, the same for a seed, none from the future."""

from collections import Counter
from pathlib import Path

from ccm_tui.demo.leads import LEADS, Leads, acts_about, rating_of
from ccm_tui.demo.model import FloorModel
from ccm_tui.demo.records import Record
from ccm_tui.domain.follow_ups import FollowUpRule, check_change, fold_follow_up
from ccm_tui.store.engine import open_reader
from ccm_tui.store.follow_ups import acted_on
from ccm_tui.store.notes import list_notes
from tests.demo.conftest import NOW_MS, SEED


def test_there_are_follow_ups_of_every_state(week: tuple[FloorModel, list[Record]]) -> None:
    states: Counter[str] = Counter()
    rated = [found for found in map(rating_of, week[1]) if found is not None]
    assert {"chat" in contact for contact, _ in rated} == {True, False}
    for contact, answer in rated:
        acts = [act for _, act in acts_about(contact, answer, str(SEED), NOW_MS)]
        if not acts:
            continue
        assert answer.given_at_ms is not None
        assert all(answer.given_at_ms < act.at_ms <= NOW_MS and act.who in LEADS for act in acts)
        for place, act in enumerate(acts):
            before = fold_follow_up(act.answer, FollowUpRule(), acts[:place], act.at_ms)
            assert before is not None
            check_change(before, act.change, act.at_ms)
        found = fold_follow_up(acts[0].answer, FollowUpRule(), acts, NOW_MS)
        assert found is not None
        states[found.state] += 1
    assert states["done"] > states["overdue"] > 0
    assert states["dismissed"] > 0


def test_the_same_seed_does_the_same(week: tuple[FloorModel, list[Record]], tmp_path: Path) -> None:
    stored = []
    for name in ("one.db", "two.db"):
        leads = Leads(tmp_path / name, SEED, NOW_MS)
        leads.see(week[1])
        leads.write()
        leads.write()
        with open_reader(tmp_path / name) as store, store.reading() as cursor:
            stored.append(sorted(acted_on(cursor)))
            acts = cursor.execute("SELECT COUNT(*) FROM follow_up_act").fetchone()[0]
    assert stored[0] == stored[1]
    assert acts > len(stored[0]) > 10


def test_some_contacts_have_notes_none_from_the_future(week: tuple[FloorModel, list[Record]], tmp_path: Path) -> None:
    kept = []
    for name in ("one.db", "two.db"):
        leads = Leads(tmp_path / name, SEED, NOW_MS)
        leads.see(week[1])
        leads.write()
        with open_reader(tmp_path / name) as store, store.reading() as cursor:
            kept.append(list(list_notes(cursor)))
    notes = kept[0]
    assert notes == kept[1]
    assert 10 < len(notes) < 100
    assert any(note.edits for note in notes)
    assert all(version.at_ms <= NOW_MS and version.who in LEADS for note in notes for version in note.versions)
    assert len({note.subject for note in notes}) == len(notes)


def test_a_folder_that_has_gone_stays_gone(week: tuple[FloorModel, list[Record]], tmp_path: Path) -> None:
    leads = Leads(tmp_path / "gone" / "ccm.db", SEED, NOW_MS)
    leads.see(week[1])
    leads.write()
    assert not (tmp_path / "gone").exists()
