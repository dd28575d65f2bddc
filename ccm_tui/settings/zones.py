"""Time zones by name, and which one this machine is in."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from ccm_tui.settings.problems import nearest

LOCALTIME = Path("/etc/localtime")


def known_zone(name: str) -> bool:
    """Whether there is a time zone of that name."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # unknown; a folder such as "Europe"; a path such as "../x"
        return False
    return True


def nearest_zone(name: str) -> str:
    """The zone that was probably meant, also when only its city was given; empty when none is near."""
    zones = sorted(available_timezones())
    cities: dict[str, str] = {}
    for known in zones:
        cities.setdefault(known.rpartition("/")[2].casefold(), known)
    wanted = name.strip().replace(" ", "_")
    if found := cities.get(wanted.casefold()):
        return found
    return nearest(wanted, zones) or cities.get(nearest(wanted.casefold(), cities), "")


def system_zone(environ: Mapping[str, str] | None = None, localtime: Path = LOCALTIME) -> ZoneInfo:
    """The zone of this machine: TZ, else /etc/localtime, else UTC; with its history of summer times."""
    name = (os.environ if environ is None else environ).get("TZ")
    if name is not None:
        return _zone_of_tz(name.removeprefix(":"))
    try:
        if found := _zone_of_path(str(localtime.resolve())):
            return found
        with localtime.open("rb") as rules:
            return ZoneInfo.from_file(rules, key="localtime")
    except (OSError, ValueError):
        return ZoneInfo("UTC")


def _zone_of_tz(name: str) -> ZoneInfo:
    if not name:
        return ZoneInfo("UTC")
    if known_zone(name):
        return ZoneInfo(name)
    if found := _zone_of_path(name):
        return found
    # a rule written out, such as CET-1CEST: its standard offset is all that zone names can say
    fixed = f"Etc/GMT{time.timezone // 3600:+d}"
    return ZoneInfo(fixed if time.timezone % 3600 == 0 and known_zone(fixed) else "UTC")


def _zone_of_path(path: str) -> ZoneInfo | None:
    _before, found, key = path.partition("zoneinfo/")
    return ZoneInfo(key) if found and known_zone(key) else None
