"""From what a user names (a file, a folder, a pattern) to the logs meant, oldest first. Opens nothing.

``expand`` is for a one-time import: what is named must be there. ``Discovery`` is for following: a name also means
its rotated siblings (``NAME.*``, ``NAME-*``), may not be there yet, and is looked up again at every ``rescan``.
A folder means the regular files directly in it. Never taken: hidden files, our own database with what SQLite and the
follower keep beside it, and a folder's subfolders.
"""

import glob
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccm_tui.errors import SourceError
from ccm_tui.ingest.content import inode_key

_OWN_FILES = (".db", ".db-wal", ".db-shm", ".db-journal", ".lock")
_ROTATED = re.compile(r"[.-](\d[\d_.:T-]*|old|bak)?(\.?gz)?")
"""What a rotator appends to a name: .1, .0.gz, -20240131, -2024-01-31.gz, .1706659200, .old, .gz"""


@dataclass(frozen=True, slots=True)
class LogFile:
    """A log as the directory shows it."""

    path: Path
    compressed: bool
    """By its name; opening it tells for sure."""
    live: bool
    """More lines are expected: follow it. A rotated sibling and a .gz are read to their end instead."""
    device: int = 0
    inode: int = 0
    """0: not there yet."""
    size: int = 0
    modified_ns: int = 0

    @property
    def key(self) -> tuple[int, int]:
        """Which file it is, whatever its name."""
        return self.device, self.inode


@dataclass(frozen=True, slots=True)
class Findings:
    """What a rescan saw."""

    files: list[LogFile]
    """All there is now: rotated ones oldest first, then the live ones, also those not there yet."""
    new: list[LogFile]
    """Those of ``files`` whose path or inode the rescan before did not see."""
    gone: list[LogFile]
    """Seen before, not any more."""


def absolute(named: str) -> str:
    """The name as it means the same from any folder: absolute, with symbolic links kept save in front of a ``..``."""
    path = Path(named).expanduser().absolute()
    if ".." not in path.parts:
        return str(path)
    # link/.. is beside what the link leads to, so text alone cannot take the two away
    up_to = len(path.parts) - path.parts[::-1].index("..")
    return str(Path(*path.parts[:up_to]).resolve().joinpath(*path.parts[up_to:]))


def is_there(named: str) -> bool:
    """Whether a name to follow means something by now: a file, a folder, a rotated sibling. A pattern always may."""
    path = Path(named).expanduser()
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return glob.has_magic(named) or bool(_siblings(path))
    except OSError:
        return True  # there may be something, only we may not look
    return True


def nearest_name(named: str) -> str:
    """A hint for a name that means nothing: the similar one that is there, or the folder that is missing."""
    import difflib

    path = Path(named).expanduser()
    if not path.parent.is_dir():
        return f"the folder {path.parent} does not exist"
    if path.is_symlink():
        return f"it is a link to {path.readlink()}, which is not there"
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        names = []
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"did you mean {path.parent / close[0]}?" if close else f"{path.parent} holds no such name"


def expand(named: str) -> list[LogFile]:
    """The logs a name means now, with absolute paths, for an import. SourceError when it means none."""
    path = Path(absolute(named))
    try:
        if path.is_dir():
            found = _in_folder(path)
            missing = SourceError(f"{named}: the folder holds no log", "hidden files and subfolders are not read")
        elif path.exists():
            return [_log_file(path, live=path.suffix != ".gz")]
        elif glob.has_magic(named):
            found = [_log_file(Path(absolute(str(match))), live=True) for match in _matches(named)]
            missing = SourceError(
                f"{named}: no file matches this pattern", "check the pattern; '**' also searches subfolders"
            )
        else:
            raise SourceError(f"{named}: no such file or folder", nearest_name(named))
    except OSError as error:
        raise SourceError(f"{named} cannot be read: {error.strerror}", "check the permissions") from error
    if not found:
        raise missing
    return _ordered(_mark_rotated(found))


def order_by_first_time(files: Iterable[LogFile], first_time: Callable[[Path], float | None]) -> list[LogFile]:
    """The files by the time of their first line; those without one last; equal ones as they came."""
    timed = [(first_time(file.path), file) for file in files]
    return [file for _, file in sorted(timed, key=lambda pair: (pair[0] is None, pair[0] or 0.0))]


class Discovery:
    """What a source to follow consists of, looked up again at every rescan. Never raises for what is missing."""

    def __init__(self, named: Sequence[str]) -> None:
        self._named = list(named)
        self._known: dict[tuple[Path, int, int], LogFile] = {}

    def rescan(self) -> Findings:
        """Look at the directories now: one listing a folder, one stat a file."""
        found: dict[Path, LogFile] = {}
        for named in self._named:
            for file in self._look_up(named):
                # A name that is given itself is live even where another name makes it a sibling
                if file.path not in found or file.live:
                    found[file.path] = file
        files = _ordered(found.values())
        known = {(file.path, *file.key): file for file in files}
        new = [file for key, file in known.items() if key not in self._known]
        gone = [file for key, file in self._known.items() if key not in known]
        self._known = known
        return Findings(files, new, gone)

    def watched(self) -> list[Path]:
        """What a Watcher should be given: folders, and files (it watches their folders)."""
        return [_fixed_folder(named) if _is_pattern(named) else Path(named).expanduser() for named in self._named]

    def _look_up(self, named: str) -> list[LogFile]:
        try:
            if _is_pattern(named):
                matches = _mark_rotated([_log_file(path, live=True) for path in _matches(named)])
                bases = [match.path for match in matches if match.live]
                return matches + [sibling for base in bases for sibling in _siblings(base)]
            path = Path(named).expanduser()
            if path.is_dir():
                return _mark_rotated(_in_folder(path))
            return [_log_file(path, live=path.suffix != ".gz"), *_siblings(path)]
        except OSError:
            return []  # the tail of the path says why it cannot be read


def _is_pattern(named: str) -> bool:
    return glob.has_magic(named) and not os.path.lexists(Path(named).expanduser())


def _matches(named: str) -> Iterator[Path]:
    # Path.glob takes no absolute pattern
    for match in glob.iglob(str(Path(named).expanduser()), recursive=True):  # noqa: PTH207
        path = Path(match)
        if _is_log_name(path.name) and path.is_file():
            yield path


def _fixed_folder(named: str) -> Path:
    """The part of a pattern before its first wildcard."""
    path = Path(named).expanduser()
    while glob.has_magic(str(path)):
        path = path.parent
    return path


def _is_log_name(name: str) -> bool:
    return not name.startswith(".") and not name.endswith(_OWN_FILES)


def _in_folder(folder: Path, prefix: str = "") -> list[LogFile]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(prefix) and _is_log_name(entry.name):
                try:
                    if entry.is_file():
                        found.append(_seen(Path(entry.path), entry.stat(), live=True))
                except OSError:
                    continue  # gone, or its link leads nowhere
    return found


def _siblings(path: Path) -> list[LogFile]:
    """``NAME.*`` and ``NAME-*``. One that no rotator would name so is followed like a log of its own."""
    try:
        beside = _in_folder(path.parent, path.name)
    except OSError:
        return []
    return [
        _rotated(file) if _ROTATED.fullmatch(file.path.name, len(path.name)) else file
        for file in beside
        if file.path.name[len(path.name) :][:1] in (".", "-") and file.path.name != path.name
    ]


def _mark_rotated(files: list[LogFile]) -> list[LogFile]:
    """Mark what is a rotated sibling of another file in the list, or compressed, as no longer live."""
    paths = {file.path for file in files}
    return [_rotated(file) if file.compressed or _has_base(file.path, paths) else file for file in files]


def _has_base(path: Path, paths: set[Path]) -> bool:
    name = path.name
    return any(
        name[place] in ".-" and path.with_name(name[:place]) in paths and _ROTATED.fullmatch(name, place)
        for place in range(1, len(name))
    )


def _rotated(file: LogFile) -> LogFile:
    return LogFile(file.path, file.compressed, False, file.device, file.inode, file.size, file.modified_ns)


def _log_file(path: Path, *, live: bool) -> LogFile:
    try:
        return _seen(path, path.stat(), live=live)
    except OSError:
        return LogFile(path, path.suffix == ".gz", live)


def _seen(path: Path, status: os.stat_result, *, live: bool) -> LogFile:
    device, inode = inode_key(status)
    size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    return LogFile(path, path.suffix == ".gz", live, device, inode, size, status.st_mtime_ns)


def _ordered(files: Iterable[LogFile]) -> list[LogFile]:
    """Rotated before live, then by last change: a rotated log's number may count either way, its time does not."""
    return sorted(files, key=lambda file: (file.live, file.modified_ns, file.path))
