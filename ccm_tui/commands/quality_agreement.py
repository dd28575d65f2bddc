"""``ccm-tui quality agreement``: how far evaluators agree who rated the same items."""

import argparse
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path

from ccm_tui.commands import output
from ccm_tui.domain.agreement import RESAMPLES, Agreement, Level, agreement
from ccm_tui.errors import ExitCode, SourceError, UsageError
from ccm_tui.formatting import UNDEFINED, percent
from ccm_tui.reports.export import dump
from ccm_tui.sources.ratings_csv import read_ratings

HELP = "percent agreement, kappa and alpha of ratings in a CSV"


def configure(agreeing: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    agreeing.add_argument("ratings", metavar="RATINGS.csv", help="columns item, rater, score; - for standard input")
    agreeing.add_argument(
        "--level",
        choices=[level.value for level in Level],
        default=Level.NOMINAL.value,
        help="what scores are: names, an order, distances, distances and a zero (default: nominal)",
    )
    agreeing.add_argument("--seed", type=int, default=1, metavar="N", help="of the bootstrap (default: 1)")
    agreeing.add_argument(
        "--resamples", type=int, default=RESAMPLES, metavar="N", help=f"of the bootstrap (default: {RESAMPLES})"
    )
    agreeing.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(args: argparse.Namespace) -> ExitCode:
    """Read the ratings and say how far they agree."""
    if args.resamples < 0:
        msg = f"--resamples {args.resamples} is below 0"
        raise UsageError(msg, "0 leaves the interval out.")
    level = Level(args.level)
    items = _read(args.ratings, level)
    found = agreement(items, level, seed=args.seed, resamples=args.resamples)
    with output.destination(None) as out:
        if args.format == "json":
            out.write(dump(_keys(found, level)) + "\n")
        else:
            out.writelines(f"{line}\n" for line in _words(found, level))
    return ExitCode.DONE


def _read(path: str, level: Level) -> list[dict[str, str | float]]:
    name = "standard input" if path == "-" else path
    try:
        with nullcontext(sys.stdin) if path == "-" else Path(path).open(encoding="utf-8", newline="") as lines:
            return read_ratings(lines, name, level)
    except OSError as error:
        msg = f"{name} cannot be read: {error.strerror}"
        raise SourceError(msg, "Name a CSV with the columns item, rater and score.") from None
    except UnicodeDecodeError as error:
        msg = f"{name} is not UTF-8: byte {error.start}"
        raise SourceError(msg, "Save it as UTF-8.") from None


def _keys(found: Agreement, level: Level) -> dict[str, object]:
    interval = found.krippendorff_alpha_interval
    return {
        "level": level.value,
        "items": found.items,
        "raters": found.raters,
        "percent_agreement": found.percent_agreement,
        "cohen_kappa": found.cohen_kappa,
        "fleiss_kappa": found.fleiss_kappa,
        "krippendorff_alpha": found.krippendorff_alpha,
        "krippendorff_alpha_low": None if interval is None else interval.low,
        "krippendorff_alpha_high": None if interval is None else interval.high,
    }


def _words(found: Agreement, level: Level) -> Iterable[str]:
    interval = found.krippendorff_alpha_interval
    between = "" if interval is None else f"95 % of resamples: {interval.low:.3f} to {interval.high:.3f}"
    yield f"{found.items} items, {found.raters} raters, {level.value} scores"
    yield ""
    for name, value, note in (
        ("percent agreement", percent(found.percent_agreement), "of the pairs who rated the same item"),
        ("Cohen's kappa", _three(found.cohen_kappa), "" if found.raters == 2 else "for exactly two raters"),
        ("Fleiss' kappa", _three(found.fleiss_kappa), ""),
        ("Krippendorff's alpha", _three(found.krippendorff_alpha), between),
    ):
        yield f"{name:<20}  {value.strip():>7}  {note}".rstrip()
    if found.krippendorff_alpha is None:
        yield ""
        yield "Undefined: no item was rated twice, or all scores are the same, so chance cannot be told from agreement."


def _three(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.3f}"
