"""Where the console refuses to start, and what it makes of odd surroundings: no colour, few glyphs, hostile folders."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.floors import small_log
from tests.e2e.terminal import PROGRAM, Place, followers, until

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("command", ["open", "demo"])
@pytest.mark.parametrize("piped", ["input", "error"])
def test_without_a_terminal_it_refuses_and_says_what_to_use(place: Place, command: str, piped: str) -> None:
    master, slave = os.openpty()
    try:
        done = subprocess.run(
            place.command(command),
            env=place.environment,
            stdin=subprocess.DEVNULL if piped == "input" else slave,
            stdout=slave,
            stderr=subprocess.PIPE,
            timeout=30,
            check=False,
        )
    finally:
        os.close(slave)
        os.close(master)
    assert done.returncode == 2
    assert f"standard {piped} is none" in done.stderr.decode()
    assert "ccm-tui board" in done.stderr.decode()
    assert place.all_is_gone()
    assert not any((place.folder / "tmp").iterdir())


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_that_cannot_move_its_cursor_is_refused(place: Place, term: str) -> None:
    with place.console(environment={"TERM": term}) as console:
        assert console.wait() == 2
        said = console.raw
    assert b"move its cursor" in said
    assert b"ccm-tui board" in said
    assert b"\x1b" not in said


def test_results_may_go_to_a_file_while_the_console_is_shown(place: Place) -> None:
    small_log(place)
    command = " ".join(place.command("open", str(place.log)))
    with place.terminal("sh", "-c", f"{command} > {place.folder}/out") as console:
        console.see("first", "live")
        console.send("q")
        assert console.wait() == 0
    assert (place.folder / "out").read_bytes() == b""


@pytest.mark.parametrize(
    "environment",
    [{"TERM": "linux"}, {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}],
    ids=["linux console", "C locale"],
)
def test_few_glyphs_are_enough(place: Place, environment: dict[str, str]) -> None:
    small_log(place)
    with place.console(str(place.log), environment=environment) as console:
        console.see("first", "* live")
        for key, word in (("2", "Chose"), ("9", "Site"), ("?", "Help")):
            console.send(key)
            console.see(word)
        console.send("\x1b")
        console.see("Site")
        console.send("w")
        console.see_that(lambda text: "Site" not in text)
        console.send("q")
        assert console.wait() == 0
        odd = {character for character in console.raw.decode("utf-8", "replace") if ord(character) > 127}
    assert odd <= set("─│┌┐└┘"), odd  # the Linux console has box drawing


def test_no_color_is_heeded(place: Place) -> None:
    small_log(place)
    with place.console(str(place.log), environment={"NO_COLOR": "1", "COLORTERM": "truecolor"}) as console:
        console.see("first", "● live")
        console.send("q")
        assert console.wait() == 0
        for colors in _colors(console.raw):
            assert len(set(colors)) == 1, f"{colors} is no grey"


def _colors(raw: bytes) -> list[tuple[int, int, int]]:
    """The true colours of every style."""
    return [
        (int(red), int(green), int(blue))
        for red, green, blue in re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", raw)
    ]  # fmt: skip


def test_the_environment_cannot_load_code_or_write_files(place: Place) -> None:
    small_log(place)
    trap = place.folder / "trap"
    trap.mkdir()
    (trap / "evil.py").write_text(f"open({str(place.folder / 'sprung')!r}, 'w').close()\nclass Driver: pass\n")
    environment = {
        "PYTHONPATH": f"{place.environment['PYTHONPATH']}{os.pathsep}{trap}",
        "TEXTUAL_DRIVER": "evil:Driver",
        "TEXTUAL_LOG": str(place.folder / "textual.log"),
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_SCREENSHOT_LOCATION": str(place.folder / "shots"),
        "TEXTUAL_PRESS": "q",
        "TEXTUAL_ALLOW_SIGNALS": "1",
        "TEXTUAL_DEBUG": "1",
    }
    with place.console(str(place.log), environment=environment) as console:
        console.see("first", "● live")
        console.send("\x03")
        console.see("q quits")
        console.send("q")
        assert console.wait() == 0
    assert not (place.folder / "sprung").exists()
    assert not (place.folder / "textual.log").exists()
    assert not (place.folder / "shots").exists()


def test_code_in_the_current_folder_is_not_run(place: Place) -> None:
    """The follower is the same Python again; started with -m it would look for modules here first."""
    small_log(place)
    here = place.folder / "here"
    (here / "ccm_tui").mkdir(parents=True)
    for name in ("sqlite3.py", "json.py", "msgspec.py", "ccm_tui/__init__.py", "ccm_tui/__main__.py"):
        (here / name).write_text(f"open({str(place.folder / 'sprung')!r}, 'w').close()\n")
    with place.terminal(*place.command("open", str(place.log)), folder=here) as console:
        console.see("first", "● live")
        console.send("q")
        assert console.wait() == 0
    assert not (place.folder / "sprung").exists()


def test_a_home_that_cannot_be_written_is_no_obstacle(place: Place) -> None:
    small_log(place)
    nowhere = dict.fromkeys(("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), "/proc/nowhere")
    with place.console(str(place.log), environment=nowhere) as console:
        console.see("first", "● live")
        console.send("9")
        console.see("Site")
        console.send("q")
        assert console.wait() == 0, console.text
    assert Path(place.database).exists()


def test_why_there_is_no_follower_is_said_and_stays(place: Place) -> None:
    small_log(place)
    config = place.folder / "ccm.toml"
    config.write_text("")
    with place.terminal(
        *PROGRAM, "--config", str(config), "--db", str(place.database), "open", str(place.log)
    ) as console:
        console.see("first", "● live")
        config.write_text("nonsense = 1\n")  # from now on no follower starts
        (follower,) = followers(place.mark)
        os.kill(follower, signal.SIGKILL)
        console.resize(200, 24)
        console.see("nobody has read the logs", "the follower ended", "nonsense")
        console.send("q")
        assert console.wait() == 0
    config.unlink()
    with place.terminal(*PROGRAM, "--db", "/proc/ccm.db", "open", str(place.log), size=(200, 24)) as console:
        console.see("▲ error", "the follower ended: /proc/ccm.db")
        until(lambda: "no database yet" not in console.text, "the reason stays", 0.1)
        console.send("q")
        assert console.wait() == 0
