"""Reading the settings: defaults, then the file, then the environment, then flags; every key checked, all at once.

What is refused leaves the value of the layer below, so that ``config show`` can show a broken configuration; everybody
else uses ``load_settings``, which raises when anything is wrong.
"""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from ccm_tui.settings import checks, places
from ccm_tui.settings.keys import KeyPath
from ccm_tui.settings.layers import Layers, Origin, OriginKind
from ccm_tui.settings.model import Settings
from ccm_tui.settings.problems import Problem, config_error

DEFAULT_ORIGIN = Origin(OriginKind.DEFAULT)


class Loaded(NamedTuple):
    """The settings, what was wrong with them, and where each value came from."""

    settings: Settings
    problems: tuple[Problem, ...]
    file: Path | None
    """The file that was read or should have been; None: there is none."""
    origins: Mapping[KeyPath, Origin]
    """For keys that are not at their default: ``("queue", "billing", "target")``, ``("source", 0, "path")``."""

    def origin(self, *path: str | int) -> Origin:
        """Where the value of a key came from."""
        return self.origins.get(path, DEFAULT_ORIGIN)


def load_settings(
    config: str | Path | None = None,
    db: str | None = None,
    flags: Mapping[str, object] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    formats: Collection[str] = (),
) -> Settings:
    """The settings that hold; raises ConfigError naming every key and value that is wrong.

    ``config`` and ``db`` are the global flags. ``flags`` are further keys by dotted name (``kpi.sl_target``; a bare
    name is of ``[kpi]``), None for those not given; a string is read as the environment would be. A service level
    flag holds for every queue. ``formats``: the log formats there are; without them a source's format is not checked.
    """
    loaded = read_settings(config, db, flags, environ=environ, cwd=cwd, formats=formats)
    if loaded.problems:
        raise config_error(loaded.problems)
    return loaded.settings


def read_settings(
    config: str | Path | None = None,
    db: str | None = None,
    flags: Mapping[str, object] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    formats: Collection[str] = (),
) -> Loaded:
    """As ``load_settings``, but what is wrong is returned beside the settings that hold without it."""
    variables = os.environ if environ is None else environ
    folder = Path.cwd() if cwd is None else cwd
    layers = Layers(variables, folder)
    file = places.named_config(config, variables, folder)
    if file is None:
        file = next((each for each in places.config_candidates(variables, folder) if each.is_file()), None)
    if file is not None:
        layers.read_file(file)
    layers.read_environment()
    layers.read_flags(db, flags or {})
    settings = layers.settings()
    problems = (*layers.problems, *checks.check(settings, layers.where, formats))
    return Loaded(settings, problems, file, {path: entry.origin for path, entry in layers.entries.items()})
