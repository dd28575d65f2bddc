"""``ccm-tui quality forms check``: whether a file is an evaluation form, and what it comes to."""

import argparse
from pathlib import Path

from ccm_tui.commands import output
from ccm_tui.domain.forms import EvaluationForm
from ccm_tui.errors import ConfigError, ExitCode
from ccm_tui.reports.export import dump
from ccm_tui.settings.form_file import read_form


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="check")
    check = actions.add_parser("check", help="whether files are forms; every mistake with line, key and remedy")
    check.add_argument("files", metavar="FILE", nargs="+", help="a form in TOML; data/forms has three")
    check.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(args: argparse.Namespace) -> ExitCode:
    """Read every file; all mistakes are told before it fails."""
    forms: list[tuple[str, EvaluationForm]] = []
    wrong: list[str] = []
    for file in args.files:
        try:
            forms.append((file, form_in(file)))
        except ConfigError as error:
            wrong.append(str(error))
    with output.destination(None) as out:
        for file, form in forms:
            said = _facts(file, form)
            out.write(dump(said) + "\n" if args.format == "json" else _line(said))
    if wrong:
        raise ConfigError("\n".join(wrong), "Nothing was changed anywhere: correct the lines and check again.")
    return ExitCode.DONE


def form_in(file: str) -> EvaluationForm:
    """The form in a file. Raises ConfigError when it cannot be read or is none."""
    try:
        text = Path(file).expanduser().read_bytes().decode("utf-8-sig")
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}"
        raise ConfigError(msg, "Name a form in TOML.") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        msg = f"{file}:{line}: is not UTF-8"
        raise ConfigError(msg, "Save the file as UTF-8.") from None
    return read_form(text, file)


def _facts(file: str, form: EvaluationForm) -> dict[str, object]:
    return {
        "file": file,
        "key": form.key,
        "title": form.title,
        "version": form.version,
        "method": form.method.value,
        "sections": len(form.sections),
        "questions": len(form.questions),
        "critical": [key for key, question in form.questions.items() if question.critical is not None],
        "digest": form.digest,
    }


def _line(said: dict[str, object]) -> str:
    return (
        f"{said['file']}: {said['title']} ({said['key']}, version {said['version']}): {said['questions']} questions in"
        f" {said['sections']} sections, by {said['method']}\n"
    )
