"""The bytes of one opened log, plain or .gz, addressed by their offset in the (decompressed) text.

Knows handles and bytes only. A handle stays valid when its path is renamed or deleted: that is how the rest of a
rotated file is read.
"""

import os
import stat
import zlib
from pathlib import Path
from typing import Protocol

from ccm_tui.errors import SourceError

BLOCK_BYTES = 1 << 17
"""Measured: larger blocks are no faster, and a block of nothing but line ends takes no more than 10 MB once split."""

WINDOW_BYTES = 1024
"""A .gz can be read again this far back without starting over."""

_OTHER_COMPRESSION = {b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"PK\x03\x04": "zip"}
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WBITS = 31


class ContentReplaced(Exception):  # noqa: N818 - a fact about the file, not a failure of the program
    """The bytes already read are no longer in the file: it was truncated or written anew."""


class LogContent(Protocol):
    """An opened log. Every read error is a SourceError that names the file."""

    path: Path
    """The path it was opened as; a rotation may have renamed it since."""
    device: int
    inode: int
    """Folded to 63 bits, so that SQLite can hold it."""
    compressed: bool

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``; fewer only at the end of what is there now."""
        ...

    def beginning(self, length: int) -> bytes:
        """The first bytes; leaves the place that ``read_at`` reached alone, so it is cheap for .gz too."""
        ...

    def size(self) -> int | None:
        """Bytes in the file now; None when only reading it to the end could tell (.gz)."""
        ...

    def close(self) -> None:
        """Give the handle back; closing twice is allowed."""
        ...


def open_content(path: Path) -> LogContent:
    """Open a log, .gz recognised by name or first bytes.

    FileNotFoundError when there is nothing at the path; every other obstacle is a SourceError that says which.
    """
    try:
        # O_NONBLOCK: opening a named pipe must not wait for its writer
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(error.errno, error.strerror, str(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
            raise SourceError(f"{path} is {kind}", "name a log file; '-' reads standard input")
        start = os.pread(handle, 8, 0)
        for magic, name in _OTHER_COMPRESSION.items():
            if start.startswith(magic):
                raise SourceError(f"{path} is compressed with {name}", "decompress it first, or use gzip")
    except OSError as error:
        os.close(handle)
        raise _unreadable(path, error) from error
    except SourceError:
        os.close(handle)
        raise
    if start.startswith(_GZIP_MAGIC) or path.suffix == ".gz":
        return GzipContent(path, handle, status)
    return PlainContent(path, handle, status)


class PlainContent:
    """A log as it is written."""

    compressed = False

    def __init__(self, path: Path, handle: int, status: os.stat_result) -> None:
        self.path = path
        self.device, self.inode = inode_key(status)
        self._handle: int | None = handle

    def read_at(self, offset: int, length: int) -> bytes:
        """See LogContent."""
        try:
            return os.pread(_opened(self._handle, self.path), length, offset)
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def beginning(self, length: int) -> bytes:
        """See LogContent."""
        return self.read_at(0, length)

    def size(self) -> int | None:
        """See LogContent."""
        try:
            return os.fstat(_opened(self._handle, self.path)).st_size
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def close(self) -> None:
        """See LogContent."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class GzipContent:
    """A compressed log. Read forwards; going back further than WINDOW_BYTES starts over.

    All whole data come out before a broken or half-written end raises SourceError, again at every further read.
    """

    compressed = True

    def __init__(self, path: Path, handle: int, status: os.stat_result) -> None:
        self.path = path
        self.device, self.inode = inode_key(status)
        self._handle: int | None = handle
        self._start_over()

    def _start_over(self) -> None:
        self._stream = _Inflater(self.path, _opened(self._handle, self.path))
        self._position = 0
        self._window = b""

    def read_at(self, offset: int, length: int) -> bytes:
        """See LogContent."""
        if offset < self._position - len(self._window):
            self._start_over()
        while self._position < offset:
            if not self._forward(min(offset - self._position, BLOCK_BYTES)):
                return b""
        behind = self._position - offset
        pieces = [self._window[len(self._window) - behind :][:length]] if behind else []
        wanted = length - sum(map(len, pieces))
        while wanted > 0:
            try:
                piece = self._forward(wanted)
            except SourceError:
                if pieces:
                    break
                raise
            if not piece:
                break
            pieces.append(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def _forward(self, length: int) -> bytes:
        data = self._stream.read(length)
        self._position += len(data)
        self._window = data[-WINDOW_BYTES:] if len(data) >= WINDOW_BYTES else (self._window + data)[-WINDOW_BYTES:]
        return data

    def beginning(self, length: int) -> bytes:
        """See LogContent."""
        stream = _Inflater(self.path, _opened(self._handle, self.path))
        found = b""
        while len(found) < length:
            try:
                piece = stream.read(length - len(found))
            except SourceError:
                if found:
                    break
                raise
            if not piece:
                break
            found += piece
        return found

    def size(self) -> int | None:
        """See LogContent."""
        return None

    def close(self) -> None:
        """See LogContent."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class _Inflater:
    """One pass over the gzip members of a file, in bounded memory.

    Not gzip.GzipFile: that one loses what it had already decompressed when it meets a broken end.
    """

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle
        self._place = 0
        self._produced = 0
        self._input = b""
        self._member: zlib._Decompress | None = zlib.decompressobj(_GZIP_WBITS)

    def read(self, length: int) -> bytes:
        """1 to ``length`` bytes; b"" at a proper end of the file."""
        while True:
            if self._member is None and not self._next_member():
                return b""
            assert self._member is not None
            try:
                data = self._member.decompress(self._input, length)
            except zlib.error as error:
                hint = "the file is damaged; whole lines before the damage were read"
                raise SourceError(f"{self._path}: broken gzip data ({error}); {self._told()}", hint) from error
            self._input = self._member.unconsumed_tail
            if self._member.eof:
                self._input = self._member.unused_data
                self._member = None
            if data:
                self._produced += len(data)
                return data
            if self._member is not None and not self._input and not self._refill():
                hint = "it is still being written or was cut; reading goes on from here once it is whole"
                raise SourceError(f"{self._path}: the gzip data end too early; {self._told()}", hint)

    def _next_member(self) -> bool:
        """Step over the zero padding that tapes and some rotators leave; False at the end of the file."""
        while True:
            self._input = self._input.lstrip(b"\0")
            if self._input:
                self._member = zlib.decompressobj(_GZIP_WBITS)
                return True
            if not self._refill():
                return False

    def _refill(self) -> bool:
        try:
            self._input = os.pread(self._handle, BLOCK_BYTES, self._place)
        except OSError as error:
            raise _unreadable(self._path, error) from error
        self._place += len(self._input)
        return bool(self._input)

    def _told(self) -> str:
        return f"{self._produced} bytes before it are whole"


def inode_key(status: os.stat_result) -> tuple[int, int]:
    """Device and inode, each folded to 63 bits: some file systems use all 64, and SQLite's integers are signed."""
    mask = (1 << 63) - 1
    return status.st_dev & mask, status.st_ino & mask


def _opened(handle: int | None, path: Path) -> int:
    if handle is None:
        raise SourceError(f"{path} was closed")
    return handle


def _unreadable(path: Path, error: OSError) -> SourceError:
    return SourceError(
        f"{path} cannot be read: {error.strerror or error}", "check the permissions of the file and its folders"
    )
