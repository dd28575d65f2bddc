"""What was computed says so wherever it comes out."""

import json
from pathlib import Path

from tests.program import program

AT = 1_795_420_800


def _log(folder: Path) -> Path:
    def line(second: int, event: str, contact: str, **more: object) -> str:
        told = {"at": AT + second, "event": event, "contact": contact, "queue": "web", "channel": "chat", **more}
        return json.dumps(told) + "\n"

    lines = ""
    for contact, text, more in (
        ("a", "this is terrible, I am angry", {}),
        ("b", "whatever", {"sentiment": "positive"}),
        ("c", "die Rechnung ist falsch", {}),
    ):
        lines += line(0, "queue_entered", contact) + line(5, "answered", contact, agent="ana")
        lines += line(9, "said", contact, speaker="customer", text=text, **more)
        lines += line(60, "completed", contact, agent="ana")
    log = folder / "chat.jsonl"
    log.write_text(lines)
    return log


def test_reports_and_exports_name_the_source_of_a_mood(tmp_path: Path) -> None:
    database, log = tmp_path / "ccm.db", _log(tmp_path)
    (tmp_path / "ccm.toml").write_text('[sentiment]\nlexicon = "vader"\n')
    assert program(database, "import", log, "--source", "ccm-jsonl", cwd=tmp_path).code == 0
    rows = program(database, "report", "contacts", "--format", "json", cwd=tmp_path).json["contacts"]
    found = {row["native_id"]: (row["sentiment"], row["sentiment_source"]) for row in rows}
    assert found == {"a": (-5.0, "vader"), "b": (5.0, "source"), "c": (None, None)}
    exported = [json.loads(line) for line in program(database, "export", "contacts", cwd=tmp_path).out.splitlines()]
    assert {row["native_id"]: (row["sentiment"], row["sentiment_source"]) for row in exported} == found
    table = program(database, "report", "contacts", "--format", "table", cwd=tmp_path).out
    assert "-5.0*" in table
    assert "5.0 " in table
    searched = program(database, "report", "contacts", "--search", "sentiment:neg", "--format", "json", cwd=tmp_path)
    assert [row["native_id"] for row in searched.json["contacts"]] == ["a"]
    verified = program(database, "db", "verify", cwd=tmp_path)
    assert verified.code == 0, verified
    (tmp_path / "ccm.toml").unlink()
    assert program(database, "db", "verify", cwd=tmp_path).code == 3, "stored by another configuration"
