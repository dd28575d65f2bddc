"""Evaluation forms as files: TOML to a form, every mistake named with file, line, key and remedy."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ccm_tui.domain.forms import (
    Band,
    Condition,
    Critical,
    EvaluationForm,
    Method,
    NotApplicable,
    OnFail,
    Option,
    Question,
    QuestionType,
    Range,
    Section,
)
from ccm_tui.errors import ConfigError
from ccm_tui.settings import kinds
from ccm_tui.settings.keys import KeyPath
from ccm_tui.settings.kinds import Kind, Rejected
from ccm_tui.settings.lines import key_lines
from ccm_tui.settings.problems import Problem, nearest

MOST = 1_000_000
"""No weight and no number of points is larger."""
SCALE_MOST = 1000
_FEWEST, _MOST = 1e-12, 1e12

_NAME = kinds.text(r"[a-z0-9][a-z0-9_-]{0,63}", "a key of small letters, digits, - and _")
_WORDS = kinds.text(r"(?s).*\S.*", "a text with something in it")


def _amount(low: int, high: int, what: str) -> Kind:
    """An exact number from ``low`` to ``high``."""

    def accept(value: Any) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, int | Fraction):
            raise Rejected(f"{_shown(value)} is not {what}", "write it as a number, without quotes")
        if not low <= value <= high:
            hint = "write 80 % as 0.8" if high == 1 and 1 < value <= 100 else ""
            raise Rejected(f"{_shown(value)} is not {what} from {low} to {high}", hint)
        return Fraction(value)

    return Kind(accept, str)


_POINTS = _amount(-MOST, MOST, "a number of points")
_WEIGHT = _amount(0, MOST, "a weight")
_SHARE = _amount(0, 1, "a share")
_NUMBER = _amount(-MOST, MOST, "a number")
_TABLES = Kind(lambda value: value, str)
"""Checked where it is read."""

_FORM: Mapping[str, Kind] = {
    "key": _NAME,
    "title": _WORDS,
    "version": kinds.whole(1, MOST),
    "method": kinds.word(Method),
    "na_rule": kinds.word(NotApplicable),
    "on_fail": kinds.word(OnFail),
    "fail_cap": _SHARE,
    "bonus_above": kinds.flag(),
    "band": _TABLES,
    "section": _TABLES,
}
_BAND: Mapping[str, Kind] = {"at_least": _SHARE, "name": _WORDS}
_SECTION: Mapping[str, Kind] = {"key": _NAME, "title": _WORDS, "weight": _WEIGHT, "question": _TABLES}
_QUESTION: Mapping[str, Kind] = {
    "key": _NAME,
    "text": _WORDS,
    "type": kinds.word(QuestionType),
    "points": _POINTS,
    "good": kinds.choice("yes", "no"),
    "options": _TABLES,
    "low": kinds.whole(-SCALE_MOST, SCALE_MOST),
    "high": kinds.whole(-SCALE_MOST, SCALE_MOST),
    "ranges": _TABLES,
    "weight": _WEIGHT,
    "not_applicable": kinds.flag(),
    "required": kinds.flag(),
    "bonus": kinds.flag(),
    "critical": kinds.word(Critical),
    "fail_below": _SHARE,
    "comment_below": _SHARE,
    "guidance": kinds.text(),
    "causes": kinds.texts(),
    "when": _TABLES,
}
_OPTION: Mapping[str, Kind] = {"key": _NAME, "text": _WORDS, "points": _POINTS}
_RANGE: Mapping[str, Kind] = {"low": _NUMBER, "high": _NUMBER, "points": _POINTS}
_WHEN: Mapping[str, Kind] = {"question": _NAME, "answers": kinds.texts(_NAME)}

_ONLY: Mapping[str, frozenset[QuestionType]] = {
    "good": frozenset({QuestionType.YES_NO}),
    "options": frozenset({QuestionType.CHOICE, QuestionType.CHOICES}),
    "low": frozenset({QuestionType.SCALE}),
    "high": frozenset({QuestionType.SCALE}),
    "ranges": frozenset({QuestionType.NUMBER}),
    "points": frozenset({QuestionType.YES_NO, QuestionType.SCALE}),
    "bonus": frozenset(QuestionType) - {QuestionType.TEXT},
    "critical": frozenset(QuestionType) - {QuestionType.TEXT},
    "weight": frozenset(QuestionType) - {QuestionType.TEXT},
    "comment_below": frozenset(QuestionType) - {QuestionType.TEXT},
}
"""Keys that only some types of question have."""


def read_form(text: str, name: str) -> EvaluationForm:
    """The form that a file says. Raises ConfigError with everything that is wrong, by line; ``name`` is the file's."""
    try:
        data = tomllib.loads(text, parse_float=exact)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: {error}", "A form is TOML: key = value, texts in quotes.") from None
    except RecursionError:
        raise ConfigError(f"{name}: is nested too deeply", "A form has sections, and these questions.") from None
    reader = _Reader(name, key_lines(text))
    form = reader.form(data)
    if reader.problems or form is None:
        raise ConfigError(
            "\n".join(str(problem) for problem in reader.problems),
            f"put it right and see with: ccm-tui quality forms check {name}",
        )
    return form


def exact(text: str) -> Fraction | float:
    """A TOML float to the last digit it has; as a float, which no key takes, what is no number or takes forever."""
    number = float(text)
    if number and not _FEWEST < abs(number) < _MOST:
        return number
    return Fraction(text.replace("_", ""))


def _shown(value: object) -> str:
    return str(float(value)) if isinstance(value, Fraction) else kinds.quoted(value)


class _Reader:
    """One file, from the outside in; goes on after a mistake, so that all are told."""

    def __init__(self, name: str, lines: Mapping[KeyPath, int]) -> None:
        self._name = name
        self._lines = lines
        self.problems: list[Problem] = []

    def form(self, data: Mapping[str, Any]) -> EvaluationForm | None:
        held = self._table(data, (), _FORM, needed=("key", "title", "method", "section"))
        bands = self._bands(data.get("band", []))
        sections = [
            section
            for path, table in self._tables(data.get("section", []), ("section",))
            if (section := self._section(table, path)) is not None
        ]
        if "section" in data and not sections and not self.problems:
            self._refuse(("section",), "has no sections", "begin one with [[section]]")
        if "fail_cap" in held and held.get("on_fail") is not OnFail.CAP:
            self._refuse(("fail_cap",), 'counts with on_fail = "cap" only')
        self._check_keys(data)
        if self.problems:
            return None
        rest = {name: value for name, value in held.items() if name not in ("band", "section")}
        form = EvaluationForm(**{"version": 1, **rest, "bands": bands, "sections": tuple(sections)})
        self._check_whole(form)
        return form

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _bands(self, value: Any) -> tuple[Band, ...]:
        bands: list[Band] = []
        for path, table in self._tables(value, ("band",)):
            held = self._table(table, path, _BAND, needed=("at_least", "name"))
            if len(held) < len(_BAND):
                continue
            if bands and held["at_least"] <= bands[-1].at_least:
                self._refuse((*path, "at_least"), "is not above the band before", "list bands from the lowest")
            bands.append(Band(**held))
        return tuple(bands)

    def _section(self, table: Mapping[str, Any], path: KeyPath) -> Section | None:
        held = self._table(table, path, _SECTION, needed=("key", "title", "question"))
        questions = [
            question
            for below, inner in self._tables(table.get("question", []), (*path, "question"))
            if (question := self._question(inner, below)) is not None
        ]
        if "key" not in held or "title" not in held:
            return None
        held.pop("question", None)
        return Section(**held, questions=tuple(questions))

    def _question(self, table: Mapping[str, Any], path: KeyPath) -> Question | None:
        held = self._table(table, path, _QUESTION, needed=("key", "text", "type"))
        if not {"key", "text", "type"} <= held.keys():
            return None
        type_ = held["type"]
        for name in held:
            if name in _ONLY and type_ not in _ONLY[name]:
                having = ", ".join(sorted(each.value for each in _ONLY[name]))
                self._refuse((*path, name), f"a question of type {type_.value} has none", f"for: {having}")
        good, points = held.pop("good", "yes"), held.pop("points", Fraction(1))
        if points <= 0:
            self._refuse((*path, "points"), f"{_shown(points)} is not above 0")
        options = self._options(table, (*path, "options")) if "options" in held else ()
        if type_ is QuestionType.YES_NO:
            worth = {"yes": points, "no": Fraction(0)} if good == "yes" else {"yes": Fraction(0), "no": points}
            options = tuple(Option(key, key.capitalize(), worth[key]) for key in ("yes", "no"))
        elif type_ in _ONLY["options"] and not options:
            self._refuse(path, "has no options", 'write options = [{ key = "a", text = "...", points = 1 }, ...]')
        ranges = self._ranges(table, (*path, "ranges")) if "ranges" in held else ()
        if type_ is QuestionType.NUMBER and not ranges:
            self._refuse(path, "has no ranges", "write ranges = [{ low = 0, high = 30, points = 5 }, ...]")
        question = Question(
            **{**held, "options": options, "ranges": ranges, "points": points, "when": self._when(table, path)}
        )
        if type_ is QuestionType.SCALE and question.low >= question.high:
            self._refuse((*path, "low"), f"{question.low} is not below high, {question.high}")
        if type_ is not QuestionType.TEXT and (options or ranges) and not question.scored:
            self._refuse(path, "no answer is worth more than another", "give one of them points above 0")
        return question

    def _options(self, table: Mapping[str, Any], path: KeyPath) -> tuple[Option, ...]:
        found: list[Option] = []
        for below, inner in self._tables(table["options"], path):
            held = self._table(inner, below, _OPTION, needed=("key", "text", "points"))
            if len(held) < len(_OPTION):
                continue
            if any(option.key == held["key"] for option in found):
                self._refuse((*below, "key"), f"{held['key']!r} is another option's key")
            found.append(Option(**held))
        return tuple(found)

    def _ranges(self, table: Mapping[str, Any], path: KeyPath) -> tuple[Range, ...]:
        found: list[Range] = []
        for below, inner in self._tables(table["ranges"], path):
            held = self._table(inner, below, _RANGE, needed=("points",))
            if "points" not in held:
                continue
            each = Range(held.get("low"), held.get("high"), held["points"])
            if each.low is not None and each.high is not None and each.low > each.high:
                self._refuse((*below, "low"), "is above high")
            elif any(_overlap(each, other) for other in found):
                self._refuse(below, "has numbers in common with a range before", "ends belong to their range")
            found.append(each)
        return tuple(found)

    def _when(self, table: Mapping[str, Any], path: KeyPath) -> Condition | None:
        if "when" not in table:
            return None
        path = (*path, "when")
        if not isinstance(table["when"], Mapping):
            self._refuse(path, "is not a table", 'write when = { question = "...", answers = ["no"] }')
            return None
        held = self._table(table["when"], path, _WHEN, needed=("question", "answers"))
        return Condition(**held) if len(held) == len(_WHEN) else None

    # -- the whole -----------------------------------------------------------------------------------------------------

    def _check_keys(self, data: Mapping[str, Any]) -> None:
        """Keys are had once, and a condition names a question before its own."""
        sections: set[str] = set()
        before: dict[str, Mapping[str, Any]] = {}
        for path, table in _plain_tables(data.get("section"), ("section",)):
            self._check_once(table, path, sections)
            for below, question in _plain_tables(table.get("question"), (*path, "question")):
                self._check_condition(question, below, before)
                self._check_once(question, below, before.keys())
                before[str(question.get("key"))] = question

    def _check_once(self, table: Mapping[str, Any], path: KeyPath, known: Iterable[str]) -> None:
        key = str(table.get("key"))
        if key in known:
            self._refuse((*path, "key"), f"{key!r} is had before", "every key once in a form")
        if isinstance(known, set):
            known.add(key)

    def _check_condition(
        self, question: Mapping[str, Any], path: KeyPath, before: Mapping[str, Mapping[str, Any]]
    ) -> None:
        when = question.get("when")
        if not isinstance(when, Mapping) or not isinstance(when.get("question"), str):
            return
        other = before.get(when["question"])
        if other is None:
            near = nearest(when["question"], before)
            hint = f"did you mean {near}?" if near else "name a question that stands before this one"
            self._refuse((*path, "when", "question"), f"{when['question']!r} is no question before this one", hint)
            return
        if other.get("type") == QuestionType.YES_NO.value:
            known = ["yes", "no"]
        else:
            known = [str(option.get("key")) for _, option in _plain_tables(other.get("options"), ())]
        given = when.get("answers")
        for answer in [given] if isinstance(given, str) else given if isinstance(given, list) else []:
            if answer not in known:
                can = f"it can be {', '.join(known)}" if known else "only yes-no, choice and choices can be a condition"
                self._refuse((*path, "when", "answers"), f"{answer!r} is no answer to {when['question']}", can)

    def _check_whole(self, form: EvaluationForm) -> None:
        expected = [
            (section, question)
            for section in form.sections
            for question in section.questions
            if question.scored and not question.bonus
        ]
        if form.method in (Method.GROUPS, Method.SECTIONS):
            expected = [pair for pair in expected if pair[0].weight]
        elif form.method in (Method.CATEGORIES, Method.QUESTIONS):
            expected = [pair for pair in expected if pair[1].weight]
        if not expected:
            self._refuse((), "no question counts for the score", "one at least needs points and a weight, and no bonus")

    # -- tables --------------------------------------------------------------------------------------------------------

    def _table(
        self, table: Mapping[str, Any], path: KeyPath, spec: Mapping[str, Kind], *, needed: Sequence[str]
    ) -> dict[str, Any]:
        held: dict[str, Any] = {}
        for name, value in table.items():
            if name not in spec:
                near = nearest(name, spec)
                known = f"did you mean {near}?" if near else f"keys are {', '.join(spec)}"
                self._refuse((*path, name), "is no key here", known)
                continue
            try:
                held[name] = spec[name].accept(value)
            except Rejected as error:
                self._refuse((*path, name, *error.inside), str(error), error.hint)
        for name in needed:
            if name not in table:
                self._refuse(path, f"has no {name}")
        return held

    def _tables(self, value: Any, path: KeyPath) -> list[tuple[KeyPath, Mapping[str, Any]]]:
        if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
            self._refuse(path, "is not a list of tables", f"begin each with [[{'.'.join(map(str, path[-1:]))}]]")
        return _plain_tables(value, path)

    def _refuse(self, path: KeyPath, message: str, hint: str = "") -> None:
        above = [path[:length] for length in range(len(path), 0, -1)]
        line = next((self._lines[each] for each in above if each in self._lines), None)
        where = f"{self._name}:{line}" if line else self._name
        self.problems.append(Problem(where, _spoken(path), message, hint))


def _plain_tables(value: Any, path: KeyPath) -> list[tuple[KeyPath, Mapping[str, Any]]]:
    """The tables of a list, with their places; whatever else is in it is told elsewhere."""
    entries = value if isinstance(value, list) else []
    return [((*path, place), each) for place, each in enumerate(entries) if isinstance(each, Mapping)]


def _overlap(one: Range, other: Range) -> bool:
    below = one.high is not None and other.low is not None and one.high < other.low
    above = one.low is not None and other.high is not None and one.low > other.high
    return not below and not above


def _spoken(path: KeyPath) -> str:
    """``section 2, question 1, weight``."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(str(part))
    return ", ".join(words)
