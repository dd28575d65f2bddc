"""This machine's time zone, and the nearest name for a mistyped one."""

from pathlib import Path

import pytest

from ccm_tui.settings.zones import known_zone, nearest_zone, system_zone

ZONES = Path("/usr/share/zoneinfo")


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_known_zones(name: str) -> None:
    assert known_zone(name)


@pytest.mark.parametrize(
    "name", ["", "Berlin", "Europe", "../etc/passwd", "/etc/localtime", "Europe/Berlin\0", "CET-1CEST,M3"]
)
def test_other_names_are_no_zones(name: str) -> None:
    assert not known_zone(name)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("Europe/Berln", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Viena", "Europe/Vienna"),
        ("%%%%", ""),
    ],
)
def test_the_nearest_zone(given: str, meant: str) -> None:
    assert nearest_zone(given) == meant


@pytest.mark.parametrize(
    ("tz", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (":Europe/Berlin", "Europe/Berlin"),
        ("/usr/share/zoneinfo/Europe/Berlin", "Europe/Berlin"),
        ("", "UTC"),
    ],
)
def test_tz_decides(tz: str, zone: str) -> None:
    assert system_zone({"TZ": tz}).key == zone


def test_else_the_link_of_the_system_decides(tmp_path: Path) -> None:
    (tmp_path / "zoneinfo" / "Europe").mkdir(parents=True)
    target = tmp_path / "zoneinfo" / "Europe" / "Berlin"
    target.touch()
    link = tmp_path / "localtime"
    link.symlink_to(target)
    assert system_zone({}, link).key == "Europe/Berlin"


def test_a_system_without_a_zone_is_in_utc(tmp_path: Path) -> None:
    assert system_zone({}, tmp_path / "none").key == "UTC"
    (tmp_path / "broken").write_bytes(b"no zone")
    assert system_zone({}, tmp_path / "broken").key == "UTC"
