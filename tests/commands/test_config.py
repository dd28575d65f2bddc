"""``ccm-tui config`` writes, shows and checks, also when the file is broken."""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from ccm_tui.app import CcmApp
from ccm_tui.commands import config
from ccm_tui.errors import ExitCode, UsageError
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.listing import config_template
from ccm_tui.settings.load import load_settings
from tests.program import program

Run = Callable[..., ExitCode]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for variable in ("CCM_CONFIG", "CCM_DB", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)

    def call(*arguments: str, **given: str | None) -> ExitCode:
        parser = argparse.ArgumentParser()
        config.configure(parser)
        known = {"config": None, "db": None, "as_name": None, **given}
        return config.run(parser.parse_args(arguments, argparse.Namespace(**known)))

    return call


def test_init_writes_a_file_that_check_finds_right(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("init") is ExitCode.DONE
    assert capsys.readouterr().out == "wrote ccm.toml\n"
    assert run("check") is ExitCode.DONE
    assert capsys.readouterr().out.endswith("ccm.toml: no problems\n")


def test_init_writes_where_it_is_told(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("init", "deep/in/my.toml")
    run("init", config="other.toml")
    assert (tmp_path / "deep/in/my.toml").read_text(encoding="utf-8") == Path("other.toml").read_text(encoding="utf-8")
    capsys.readouterr()
    run("init", "-")
    assert capsys.readouterr().out == Path("other.toml").read_text(encoding="utf-8")


def test_init_replaces_a_file_only_with_force(run: Run) -> None:
    Path("ccm.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"ccm\.toml exists") as caught:
        run("init")
    assert "--force" in caught.value.hint
    assert Path("ccm.toml").read_text(encoding="utf-8") == "mine"
    assert run("init", "--force") is ExitCode.DONE
    assert "[kpi]" in Path("ccm.toml").read_text(encoding="utf-8")


def test_init_says_when_it_cannot_write(run: Run) -> None:
    Path("file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        run("init", "file/ccm.toml")


def test_check_prints_every_problem(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path("ccm.toml").write_text(
        '[kpi]\nsl_tarket = 1\nmin_n = 0\n[[source]]\npath = "x"\nformat = "asterix"\n', encoding="utf-8"
    )
    assert run("check") is ExitCode.CONFIG
    told = capsys.readouterr()
    assert told.out == ""
    assert [line.partition("ccm.toml:")[2][:1] for line in told.err.splitlines()] == ["2", "3", "6"]


def test_check_asks_the_csv_reader(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path("ccm.toml").write_text('[csv.calls]\ncolumns = { agent = "A" }\n', encoding="utf-8")
    assert run("check") is ExitCode.CONFIG
    assert "ccm.toml:2: [csv.calls]: " in capsys.readouterr().err


def test_check_without_a_file_says_where_it_looked(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check") is ExitCode.DONE
    assert "home/.config/ccm_tui/ccm.toml: the defaults hold" in capsys.readouterr().out


def test_show_says_where_values_come_from(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path("ccm.toml").write_text("[kpi]\nmin_n = 3\n", encoding="utf-8")
    assert run("show", db="/tmp/x.db") is ExitCode.DONE
    lines = capsys.readouterr().out.splitlines()
    assert 'path = "/tmp/x.db"  # --db' in lines
    assert f"min_n = 3  # {Path.cwd() / 'ccm.toml'}:2" in lines
    assert "sl_target = 0.8  # default" in lines


def test_show_works_on_a_broken_file(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path("ccm.toml").write_text("[kpi", encoding="utf-8")
    assert run("show") is ExitCode.CONFIG
    told = capsys.readouterr()
    assert "sl_target = 0.8  # default" in told.out
    assert "ccm.toml:1: " in told.err


def test_show_as_json(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path("ccm.toml").write_text(
        '[queue."a b"]\ntarget = 0.9\n[site.n]\nholidays = [2026-12-25]\n[kpi]\nabandon_includes = ["key"]\n',
        encoding="utf-8",
    )
    assert run("show", "--format", "json") is ExitCode.DONE
    shown = json.loads(capsys.readouterr().out)
    keys = {key["key"]: key for key in shown["keys"]}
    assert shown["file"] == str(Path.cwd() / "ccm.toml")
    assert keys['queue."a b".target'] == {
        "key": 'queue."a b".target',
        "value": 0.9,
        "origin": "file",
        "where": f"{Path.cwd() / 'ccm.toml'}:2",
        "line": 2,
        "environment": "CCM_QUEUE_A_B_TARGET",
    }
    assert keys["site.n.holidays"]["value"] == ["2026-12-25"]
    assert keys["kpi.abandon_includes"]["value"] == ["key"]
    assert keys['queue."a b".cost_per_contact']["value"] is None


def _examples() -> list[str]:
    """What somebody gets who takes the marks away: every key as it stands, and what a comment gives as an example."""
    template = config_template()
    examples = [re.sub(r"(?m)^#(?! )", "", template)]
    section = ""
    comment = ""
    for line in template.splitlines():
        if head := re.fullmatch(r"#?(\[+[\w.]+\]+)", line):
            section = head[1]
        elif line.startswith("# "):
            comment += line
        else:
            name = line.lstrip("#").partition(" = ")[0]
            examples += [
                f"{section}\n{name} = {each}\n" for each in re.findall(r"for example (\{.*?\}|\[.*?\])", comment)
            ]
            comment = ""
    return examples


def test_every_example_of_init_is_right_and_starts_the_console(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    examples = _examples()
    assert len(examples) > 1
    assert "[ui]" in examples[1]
    for example in examples:
        Path("ccm.toml").write_text(example, encoding="utf-8")
        assert run("check") is ExitCode.DONE, capsys.readouterr().err
        settings = load_settings("ccm.toml", environ={}, cwd=Path.cwd())
        app = CcmApp(Definitions(settings), cast(Any, None), cast(Any, None), now_ms=lambda: 0, record=lambda _: None)
        assert app.theme in app.available_themes


def test_a_wrong_keymap_is_refused_by_check_and_by_every_start_in_the_same_words(tmp_path: Path) -> None:
    config = tmp_path / "my.toml"
    config.write_text('[ui.keymap]\n"queues.opn" = "o"\n"board.open" = "nokey"\n', encoding="utf-8")
    checked = program(None, "--config", config, "config", "check")
    assert checked.code == 3
    assert checked.err.splitlines()[0] == (
        f"{config}:2: [ui] keymap: queues.opn: there is no action 'queues.opn'; did you mean board.open?"
    )
    assert checked.err.splitlines()[1].startswith(f"{config}:3: [ui] keymap: board.open: there is no key 'nokey'; ")
    for words in (["watch", "--once"], ["report", "queues"]):
        started = program(tmp_path / "ccm.db", "--config", config, *words)
        assert started.code == 3
        assert checked.err.strip() in started.err, words
