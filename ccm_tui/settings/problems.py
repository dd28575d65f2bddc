"""What is wrong in the configuration, said so that it can be put right: where, which key, what instead."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ccm_tui.errors import ConfigError


class Problem(NamedTuple):
    """One key or value that was refused."""

    where: str
    """``/etc/ccm.toml:12``, ``/etc/ccm.toml`` when no line is to blame, ``CCM_KPI_SL_TARGET`` or ``--set``."""
    key: str
    """``[kpi] sl_target``; empty when the whole file is meant."""
    message: str
    hint: str = ""

    def __str__(self) -> str:
        said = f"{self.where}: {self.key}: {self.message}" if self.key else f"{self.where}: {self.message}"
        return f"{said}; {self.hint}" if self.hint else said


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty when none is near."""
    import difflib

    options = [option for option in known if option]
    close = difflib.get_close_matches(word, options, n=1, cutoff=0.6)
    if not close:
        folded = {option.casefold().replace("-", "_"): option for option in options}
        close = [folded[near] for near in difflib.get_close_matches(word.casefold().replace("-", "_"), folded, n=1)]
    return close[0] if close else ""


def config_error(problems: Sequence[Problem]) -> ConfigError:
    """All problems as one error, one a line."""
    return ConfigError(
        "\n".join(str(problem) for problem in problems),
        "put it right and see with: ccm-tui config check",
    )
