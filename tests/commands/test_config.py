"""``ccm-tui config`` writes, shows and checks, also when the file is broken."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ccm_tui.commands import config
from ccm_tui.errors import ExitCode, UsageError

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
