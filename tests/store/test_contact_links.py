import json
from pathlib import Path

import pytest

from ccm_tui.store.contact_links import begins_request
from ccm_tui.store.facts import links_of
from ccm_tui.store.names import contact_public_id
from tests.feeding import Feeder, open_writing

BEGAN = 1_795_348_800


def _begins(folder: Path, links: dict[str, str | None]) -> set[str]:
    writing = open_writing(folder / "ccm.db")
    lines = []
    for number, (contact, previous) in enumerate(links.items()):
        line = {"at": BEGAN + number, "event": "queue_entered", "contact": contact, "queue": "sales"}
        lines.append({**line, **({} if previous is None else {"previous_contact": previous})})
    Feeder(writing, folder / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in lines).encode())
    ids = {contact: contact_public_id("main", contact) for contact in links}
    with writing.store.reading() as cursor:
        stored = links_of(cursor, ids.values())
        found = {contact for contact, public in ids.items() if begins_request(cursor, public, stored.get(public))}
    writing.store.close()
    return found


@pytest.mark.parametrize(
    ("links", "first"),
    [
        ({"a": None}, {"a"}),
        ({"a": None, "b": "a", "c": "b"}, {"a"}),
        ({"b": "never read", "c": "b"}, {"b"}),
        ({"a": None, "b": "a", "c": "a"}, {"a"}),
    ],
    ids=["alone", "chain", "beginning not read", "two callbacks"],
)
def test_what_continues_nothing_that_is_stored_begins(
    tmp_path: Path, links: dict[str, str | None], first: set[str]
) -> None:
    assert _begins(tmp_path, links) == first


def test_of_ids_in_a_loop_one_begins(tmp_path: Path) -> None:
    assert len(_begins(tmp_path, {"a": "c", "b": "a", "c": "b"})) == 1


def test_what_leads_into_a_loop_does_not_begin(tmp_path: Path) -> None:
    assert len(_begins(tmp_path, {"a": "b", "b": "a", "c": "a"})) == 1
