"""``ccm-tui quality score``: the answers of one evaluation to its score, with the working question by question."""

import argparse
import tomllib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from ccm_tui.commands import output
from ccm_tui.commands.quality_forms import form_in
from ccm_tui.domain.forms import EvaluationForm, QuestionType
from ccm_tui.domain.scoring import Answer, Score, Working, check_answer, lacking, score
from ccm_tui.errors import ExitCode, UsageError
from ccm_tui.formatting import UNDEFINED, percent
from ccm_tui.reports.export import Column, Row
from ccm_tui.settings.form_file import exact
from ccm_tui.settings.problems import nearest

NOT_APPLICABLE = "n/a"
KEYS = ("section", "question", "points", "most", "share", "weight", "contribution", "why", "failed")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("form", metavar="FORM.toml", help="an evaluation form")
    parser.add_argument(
        "answers",
        metavar="ANSWERS.toml",
        help='question = answer, one a line: greeting = "yes", tone = 3, price = "n/a"',
    )
    parser.add_argument("--format", choices=output.REPORT_FORMATS, default="table", help="default: table")


def run(args: argparse.Namespace) -> ExitCode:
    """Score the answers and show how."""
    form = form_in(args.form)
    answers = read_answers(form, args.answers)
    result = score(form, answers)
    missing = [f"{each.question} needs {each.what}" for each in lacking(form, answers)]
    with output.destination(None) as out:
        output.write_rows(
            out,
            args.format,
            map(_row, result.working),
            head={
                "form": form.key,
                "version": form.version,
                "digest": form.digest,
                "method": form.method.value,
                "score": _float(result.value),
                "score_without_fail": _float(result.without_fail),
                "critical_score": _float(result.critical),
                "band": result.band,
                "failed": list(result.failed),
                "missing": missing,
                "sections": {key: _float(value) for key, value in result.sections.items()},
            },
            key="working",
            names=KEYS,
            columns=_COLUMNS,
            title=list(_title(form, result, missing)),
        )
    return ExitCode.DONE


def read_answers(form: EvaluationForm, file: str) -> dict[str, Answer]:
    """Answers from a TOML file. Raises UsageError for a question that the form has not, or an answer it cannot have."""
    try:
        data = tomllib.loads(Path(file).expanduser().read_text(encoding="utf-8-sig"), parse_float=exact)
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}"
        raise UsageError(msg, "Name a file of answers in TOML.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"{file}: {error}"
        raise UsageError(msg, 'Answers are TOML, one a line: greeting = "yes"') from None
    answers = {}
    for key, value in data.items():
        question = form.questions.get(key)
        if question is None:
            near = nearest(key, form.questions)
            msg = f"{file}: {key} is no question of {form.key}"
            raise UsageError(msg, f"Did you mean {near}?" if near else f"It has {', '.join(form.questions)}.")
        answer = _answer(question.type, value)
        wrong = check_answer(question, answer)
        if wrong is not None:
            msg = f"{file}: {key}: {wrong}"
            raise UsageError(msg, f"The question is: {question.text}")
        answers[key] = answer
    return answers


def _answer(type_: QuestionType, value: Any) -> Answer:
    """``value``, or a table of ``answer``, ``comment`` and ``causes``."""
    if isinstance(value, Mapping):
        causes = value.get("causes", ())
        plain = _answer(type_, value.get("answer", NOT_APPLICABLE))
        return Answer(plain.value, str(value.get("comment", "")), tuple(map(str, causes)))
    if value == NOT_APPLICABLE and type_ is not QuestionType.TEXT:
        return Answer()
    if type_ in (QuestionType.SCALE, QuestionType.NUMBER):
        exactly = isinstance(value, int | Fraction) and not isinstance(value, bool)
        return Answer(Fraction(value) if exactly else str(value))
    if isinstance(value, list):
        return Answer(tuple(map(str, value)))
    return Answer((value,) if type_ is QuestionType.CHOICES else str(value))


def _title(form: EvaluationForm, result: Score, missing: list[str]) -> Iterator[str]:
    band = f", {result.band}" if result.band else ""
    yield f"{form.title}, version {form.version}, by {form.method.value}: {percent(_float(result.value)).strip()}{band}"
    if result.critical is not None:
        yield f"critical questions alone: {percent(_float(result.critical)).strip()}"
    if result.failed:
        without = percent(_float(result.without_fail)).strip()
        yield f"failed by {', '.join(result.failed)} ({form.on_fail.value}); without that {without}"
    if missing:
        yield f"not complete: {', '.join(missing)}"


def _row(line: Working) -> Row:
    return {
        "section": line.section,
        "question": line.question,
        "points": _float(line.points),
        "most": _float(line.most),
        "share": _float(line.share),
        "weight": _float(line.weight),
        "contribution": _float(line.contribution),
        "why": None if line.why is None else line.why.value,
        "failed": None if line.failed is None else line.failed.value,
    }


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _plain(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:g}"


_COLUMNS = [
    Column("section", lambda row: str(row["section"]), right=False),
    Column("question", lambda row: str(row["question"]), right=False),
    Column("points", lambda row: _plain(row["points"])),
    Column("of", lambda row: _plain(row["most"])),
    Column("weight", lambda row: percent(row["weight"])),
    Column("adds", lambda row: percent(row["contribution"])),
    Column("", lambda row: row["why"] or (f"fails the {row['failed']}" if row["failed"] else "") or "", right=False),
]
