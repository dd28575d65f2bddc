"""Finds the data that ships with the program: ``data/`` in a checkout, ``ccm_tui/_data`` in an installed wheel.

Input only: nothing is ever written there. Paths are given in parts: ``resource("forms", "voice-service.toml")``.
"""

from collections.abc import Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from ccm_tui.errors import CcmError


class ResourceMissingError(CcmError):
    """Data that belongs to the program is not there: the installation is damaged."""


def data_roots() -> Sequence[Traversable]:
    """Where packaged data may be, the installed wheel first."""
    package = resources.files("ccm_tui")
    checkout = Path(__file__).resolve().parent.parent / "data"
    return (package / "_data", checkout)


def resource(*parts: str, roots: Sequence[Traversable] | None = None) -> Traversable:
    """One packaged file or folder. Raises ResourceMissingError, naming every place that was tried."""
    _check(parts)
    tried = data_roots() if roots is None else roots
    for root in tried:
        found = root.joinpath(*parts)
        if found.is_file() or found.is_dir():
            return found
    places = ", ".join(str(root) for root in tried)
    raise ResourceMissingError(
        f"packaged data {'/'.join(parts)} is missing (looked in {places})",
        "install ccm-tui again, or run it from a complete checkout",
    )


def _check(parts: tuple[str, ...]) -> None:
    for part in parts:
        if part in ("", ".", "..") or "/" in part or "\\" in part:
            raise ValueError(f"not a part of a resource's path: {part!r}")
