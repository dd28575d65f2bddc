"""Promise 1: the store is a function of the set of lines, whatever the cut, order, names, repeats and compression."""

import atexit
import gzip
import shutil
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccm_tui.ingest.importer import ImportRequest, import_logs
from tests.conftest import GOLDEN, RealRun
from tests.feeding import open_writing, store_content

TEMPLATE_FOLDER = TemporaryDirectory(prefix="ccm-template-")
atexit.register(TEMPLATE_FOLDER.cleanup)


@cache
def _template() -> Path:
    """An empty database to copy: making the schema anew for every example would be all the time."""
    path = Path(TEMPLATE_FOLDER.name) / "empty.db"
    open_writing(path).store.close()
    return path


def _imported(files: list[tuple[str, bytes]]) -> tuple[dict[str, list[tuple[object, ...]]], int]:
    """The content of a store that imported these files one call after the other; and how many lines were repeats."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(_template(), folder / "ccm.db")
        writing = open_writing(folder / "ccm.db")
        repeats = 0
        for number, (label, data) in enumerate(files):
            path = folder / str(number) / label
            path.parent.mkdir()
            path.write_bytes(gzip.compress(data) if label.endswith(".gz") else data)
            progress = import_logs(writing, ImportRequest([str(path)], "main"))
            counts = progress.counts
            assert counts.lines == counts.records + counts.repeats + counts.quarantined + counts.blank
            repeats += counts.repeats
        content = store_content(writing)
        writing.store.close()
        return content, repeats


@cache
def _real(name: str, first: int, last: int) -> bytes:
    folder = GOLDEN / "real" / name
    log = b"".join((folder / file).read_bytes() for file in ("queue_log.0", "queue_log.1", "queue_log"))
    return b"".join(log.splitlines(keepends=True)[first:last])


@cache
def _whole(data: bytes) -> dict[str, list[tuple[object, ...]]]:
    return _imported([("queue_log", data)])[0]


def _consecutive(data: bytes, cuts: list[int]) -> list[bytes]:
    """The log cut at line ends, no two whole files within one second (``design.md`` excepts that)."""
    lines = data.splitlines(keepends=True)
    bounds = sorted({cut % (len(lines) + 1) for cut in cuts} | {0, len(lines)})
    parts: list[bytes] = []
    for start, end in pairwise(bounds):
        part = lines[start:end]
        if parts and part[0].split(b"|")[0] == part[-1].split(b"|")[0]:
            parts[-1] += b"".join(part)
        else:
            parts.append(b"".join(part))
    return parts


@given(
    window=st.sampled_from([("run1", 0, 900), ("run1", 6300, 7600), ("run4", 9000, 9800), ("run1", 8700, 9900)]),
    cuts=st.lists(st.integers(0, 2000), max_size=6),
    order=st.randoms(use_true_random=False),
    again=st.lists(st.integers(0, 20), max_size=3),
    compressed=st.sets(st.integers(0, 8)),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_cut_in_any_order_any_number_of_times(
    window: tuple[str, int, int],
    cuts: list[int],
    order: Random,
    again: list[int],
    compressed: set[int],
) -> None:
    data = _real(*window)
    parts = _consecutive(data, cuts)
    files = [(f"queue_log.{n}" + (".gz" if n in compressed else ""), part) for n, part in enumerate(parts)]
    files += [files[n % len(files)] for n in again]
    order.shuffle(files)
    content, _ = _imported(files)
    expected = _whole(data)
    for what, rows in expected.items():
        assert content[what] == rows, what


@given(cut=st.integers(1, 899), overlap=st.integers(1, 300), whole_first=st.booleans())
@settings(max_examples=15, deadline=None)
def test_overlapping_copies_count_once(cut: int, overlap: int, whole_first: bool) -> None:
    data = _real("run1", 0, 900)
    lines = data.splitlines(keepends=True)
    first, second = b"".join(lines[:cut]), b"".join(lines[max(0, cut - overlap) :])
    files = [("copy", second), ("queue_log", first)]
    if whole_first:
        files.reverse()
    content, _ = _imported(files)
    assert content["events"] == _whole(data)["events"]
    assert content["segments"] == _whole(data)["segments"]


LINE = st.builds(
    lambda second, call, queue, agent, event: f"{1_700_000_000 + second}|{call}|{queue}|{event.format(agent=agent)}",
    st.integers(0, 40),
    st.sampled_from(["1.1", "1.2", "2.1", "3.7"]),
    st.sampled_from(["sales", "billing"]),
    st.sampled_from(["SIP/1", "Ana"]),
    st.sampled_from(
        [
            "NONE|ENTERQUEUE||5551234|1",
            "{agent}|CONNECT|3|9.9|2",
            "{agent}|COMPLETEAGENT|3|5|1",
            "{agent}|COMPLETECALLER|0|0|1",
            "NONE|ABANDON|1|1|4",
            "NONE|EXITWITHTIMEOUT|1|1|9",
            "{agent}|RINGNOANSWER|3000",
            "{agent}|RINGNOANSWER|0",
            "{agent}|BLINDTRANSFER|8|ctx|3|5|1",
            "{agent}|PAUSE|lunch",
            "{agent}|UNPAUSE|",
            "{agent}|ADDMEMBER|",
            "{agent}|REMOVEMEMBER|",
            "NONE|QUEUESTART|",
            "{agent}|PAUSEALL|tea",
            "NONE|FULL|",
            "{agent}|SYSCOMPAT|",
        ]
    ),
)


@given(lines=st.lists(LINE, min_size=1, max_size=60), cuts=st.lists(st.integers(0, 60), max_size=3), order=st.randoms())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nonsense_is_a_function_of_its_lines_too(lines: list[str], cuts: list[int], order: Random) -> None:
    """Random lines in random order within one file, then cut: times go back and forth, ends come before entries."""
    ordered = sorted(lines, key=lambda line: int(line.split("|")[0]))
    data = "".join(line + "\n" for line in ordered).encode()
    parts = [("part", part) for part in _consecutive(data, cuts)]
    order.shuffle(parts)
    content, _ = _imported(parts)
    expected, _ = _imported([("queue_log", data)])
    for what, rows in expected.items():
        assert content[what] == rows, what


@pytest.mark.parametrize("name", ["run1", "run4"])
def test_rotated_files_in_reverse_order_give_the_same(name: str, real_run: Callable[[str], RealRun]) -> None:
    run = real_run(name)
    forward, _ = _imported([(file.name, file.read_bytes()) for file in run.files])
    backward, _ = _imported([(f"{n}.gz", file.read_bytes()) for n, file in enumerate(reversed(run.files))])
    assert forward == backward


def test_an_unchanged_file_counts_all_its_lines_as_repeats(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.write_bytes(_real("run1", 0, 300))
    writing = open_writing(tmp_path / "ccm.db")
    first = import_logs(writing, ImportRequest([str(log)], "main")).counts
    again = import_logs(writing, ImportRequest([str(log)], "main")).counts
    assert (first.lines, first.records) == (300, 300)
    assert (again.lines, again.repeats, again.records) == (300, 300, 0)
    writing.store.close()


NUMBERED = [
    b"1767258100|NONE|sales|Local/1127@floor/n|ADDMEMBER|\n",
    b"1767258110|1.1|sales|NONE|ENTERQUEUE||5551234567|1\n",
    b"1767258120|1.1|sales|Agent/1127|CONNECT|10|1.2|5\n",
    b"1767258150|1.1|sales|Agent/1127|COMPLETECALLER|10|30|1\n",
    b"1767258160|NONE|sales|Local/1127@desk|PAUSE|lunch\n",
    b"1767258170|NONE|sales|Local/2001@floor/n|ADDMEMBER|\n",
]


@given(order=st.permutations(range(len(NUMBERED))))
@settings(max_examples=10, deadline=None)
def test_names_made_from_one_number_are_one_agent_in_any_order(order: list[int]) -> None:
    content, _ = _imported([(f"queue_log.{number}", NUMBERED[number]) for number in order])
    assert content == _imported([("queue_log", b"".join(NUMBERED))])[0]
    names = {value for row in content["spans"] for value in row if isinstance(value, str) and "/" in value}
    assert names == {"Agent/1127", "Local/2001@floor/n"}
