"""Where the configuration file and the database are: flags, variables and the user's folders (XDG)."""

from collections.abc import Mapping
from pathlib import Path

FILE_NAME = "ccm.toml"
FOLDER = "ccm_tui"
DATABASE_NAME = "ccm.db"
EXPORTS_NAME = "exports"


def config_home(environ: Mapping[str, str]) -> Path:
    """The user's folder for configuration."""
    return _xdg(environ, "XDG_CONFIG_HOME", ".config")


def data_home(environ: Mapping[str, str]) -> Path:
    """The user's folder for data."""
    return _xdg(environ, "XDG_DATA_HOME", ".local/share")


def config_candidates(environ: Mapping[str, str], cwd: Path) -> tuple[Path, Path]:
    """Where a file is looked for when none is named, the first found wins."""
    return cwd / FILE_NAME, config_home(environ) / FILE_NAME


def named_config(config: str | Path | None, environ: Mapping[str, str], cwd: Path) -> Path | None:
    """The file that the flag, else CCM_CONFIG, names; None when neither does. It need not exist."""
    given = str(config or "") or environ.get("CCM_CONFIG", "")
    return absolute(given, cwd, environ) if given else None


def default_database(environ: Mapping[str, str]) -> str:
    """The database when nothing names one."""
    return str(data_home(environ) / DATABASE_NAME)


def default_exports(environ: Mapping[str, str]) -> str:
    """Where screens save reports when no folder is named."""
    return str(data_home(environ) / EXPORTS_NAME)


def absolute(path: str, folder: Path, environ: Mapping[str, str]) -> Path:
    """The path with ``~`` resolved, relative to a folder; globs stay as they are."""
    if path == "~" or path.startswith("~/"):
        return _home(environ) / path[2:]
    return folder / path


def absolute_database(given: str, folder: Path, environ: Mapping[str, str]) -> str:
    """A database's path made absolute; a URL (``postgresql://...``) and ``:memory:`` stay."""
    if "://" in given or given == ":memory:":
        return given
    return str(absolute(given, folder, environ))


def _xdg(environ: Mapping[str, str], variable: str, otherwise: str) -> Path:
    """XDG: a relative path in the variable is to be ignored."""
    given = Path(environ.get(variable, ""))
    return (given if given.is_absolute() else _home(environ) / otherwise) / FOLDER


def _home(environ: Mapping[str, str]) -> Path:
    given = environ.get("HOME", "")
    return Path(given) if given else Path.home()
