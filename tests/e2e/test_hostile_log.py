"""Promise 8, at the terminal: whatever the logs contain, only what the console itself means to say reaches the tty."""

import base64
import json
import re
import time
import unicodedata
from datetime import UTC, datetime

import pytest

from tests.e2e.terminal import Place, Terminal

pytestmark = pytest.mark.e2e

PAYLOADS = (
    "\x1b[2J\x1b[H",
    "\x1b]0;owned\x07",
    "\x1b]52;c;b3duZWQ=\x1b\\",
    "\x1b]8;;file:///etc/passwd\x1b\\link\x1b]8;;\x1b\\",
    "\x1bc\x1b(0\x1b#8",
    "\x1bP$q\x1b\\\x1b_Gi=1;\x1b\\\x1b^x\x1b\\",
    "\x9b2J\x9d0;owned\x9c\x90q\x9c",
    "\x07\x08\x0b\x0c\x0e\x0f\x7f\x00",
    "\u202eevil\u2066\u200f\u200b\ufeff\U000e0041",
    "\u2028\u2029\x85",
    "[@click=app.quit]x[/]",
    "[@click=app.screenshot('owned','/tmp')]x[/]",
    "[/] [red] [x=1] [link=file:///etc/passwd]y[/link] $x \\[",
    "Z͌̕a̴͌̕l̴g̸o̵" + "́" * 200,
    "👨‍👩‍👧‍👦⚠️🇩🇪日本語",
    "x" * 5000,
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"),
    "\udcff\udcfe",
    "=cmd()",
)

# All that Textual 8.2 says to a terminal here: positions, styles, modes it switches, questions it asks, mouse pointers
MODES = "1000|1003|1004|1006|1015|1016|1049|2004|2026|2048|25|7"
OWN = re.compile(rf"\x1b\[(?:\d+;\d+H|[\d;]*m|\?(?:{MODES})[hl]|\?(?:2026|2048)\$p|>\d+u|<u)|\x1b\]22;[a-z-]+\x07")
COPIED = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


def hostile_logs(place: Place) -> list[str]:
    """A queue_log and a JSONL that have every payload as every name."""
    now = int(time.time())
    place.append(f"{now}|NONE|NONE|NONE|QUEUESTART|")
    at = datetime.fromtimestamp(now, UTC).isoformat()
    records: list[dict[str, object]] = []
    for number, payload in enumerate(PAYLOADS):
        name = f"{payload}{number}"
        place.append(
            f"{now}|{now}.{number}|{name}|{name}|ADDMEMBER|",
            f"{now}|{now}.{number}|{name}|{name}|PAUSE|{name}",
            f"{now}|{now}.{number}|{name}|NONE|DID|{name}",
            f"{now}|{now}.{number}|{name}|NONE|ENTERQUEUE|{name}|{name}|1",
            f"{now}|{name}|{name}|NONE|ENTERQUEUE||{name}|1",
            f"{now}|{now}.{number}|{name}|{name}|{name}|{name}",
            f"{name}|broken|{name}",
        )
        shared: dict[str, object] = {
            "at": at,
            "queue": f"chat {name}\n\t{name}",
            "channel": "chat",
            "customer": name,
            "contact": name,
        }
        records.append({**shared, "event": "queue_entered", "customer_name": name})
        records.append({**shared, "event": "answered", "agent": f"Ana {name}", "wait_seconds": 1})
        records.append({"at": at, "event": "paused", "agent": f"Ben {name}", "reason": f"{name}\n{name}"})
        records.append({"at": at, "event": name, "agent": f"Ana {name}", "note": name})
    chat = place.folder / "chat\x1b[2J.jsonl"
    lines = [json.dumps(record).encode() + b"\n" for record in records]
    lines += [json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n" for record in records]
    chat.write_bytes(b"".join(lines))
    return [str(place.log), str(chat)]


def leaks(raw: bytes) -> list[str]:
    """What came through that is neither the console's own nor harmless text."""
    text = raw.decode("utf-8", "backslashreplace")
    for copied in COPIED.findall(text):
        text += base64.b64decode(copied).decode().replace("\n", "")
    rest = OWN.sub("", COPIED.sub("", text)).replace("\r\n", "").replace("\r", "").replace("\n", "").replace("\x07", "")
    found = [
        repr(rest[max(0, at - 20) : at + 20])
        for at, character in enumerate(rest)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    ]
    return found[:10]


ESCAPE_SECONDS = 0.4
"""A key that follows an escape sooner may be taken for one key with it, as terminals send alt and a key."""


def go(console: Terminal, key: str, word: str) -> None:
    """To a screen, out of whatever is open."""
    for _ in range(20):
        console.send("\x1b")
        console.settle(ESCAPE_SECONDS)
        console.send(key)
        console.settle()
        if word in console.text and "esc closes" not in console.text:
            return
    raise AssertionError(console.text)


def test_nothing_in_a_log_reaches_the_terminal_as_more_than_text(place: Place) -> None:
    paths = hostile_logs(place)
    with place.console(*paths, size=(140, 40)) as console:
        console.see_that(lambda text: "chat" in text and ("● live" in text or "! partial" in text), "all is read")
        tour = "jjjx\x1b", "y", "\r", "\t\t", "x\x1b", "\x1b", "w", "\x1b", "p", "p", "?", "\x1b"
        for screen in "129":
            go(console, screen, {"1": "SLday", "2": "Chose", "9": "Site"}[screen])
            for _ in range(2):
                for keys in tour:
                    console.send(keys)
                    console.settle()
        for column, row in ((5, 8), (60, 8), (110, 8), (110, 20), (5, 30), (100, 30)):
            for _ in range(2):
                console.send(f"\x1b[<35;{column};{row}M\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")
                console.settle()
        console.send("\x1b\x1b")
        console.settle()
        for columns, rows in ((80, 24), (60, 15), (200, 50)):
            console.resize(columns, rows)
            console.settle()
        assert console.process.poll() is None, console.raw[-6000:].decode(errors="replace")
        console.send("\x11")
        assert console.wait() == 0
        assert leaks(console.raw) == []
    assert place.database.exists()


def test_what_a_refusal_repeats_is_clean_too(place: Place) -> None:
    """Names of files reach standard error."""
    with place.terminal(*place.command("watch", "--once", "--tz", "\x1b[2J\x1b]0;x\x07", "x\x1b[2Jy")) as terminal:
        terminal.wait()
        assert b"\x1b" not in terminal.raw
    with place.terminal(*place.command("import", "x\x1b[2Jy\x9b2J")) as terminal:
        assert terminal.wait() != 0
        assert b"\x1b" not in terminal.raw
        assert b"\xc2\x9b" not in terminal.raw
