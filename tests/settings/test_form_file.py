"""Forms as files: what is read, and what is said of mistakes."""

from fractions import Fraction
from pathlib import Path

import pytest

from ccm_tui.domain.forms import Condition, Critical, Method, Option, QuestionType, Range
from ccm_tui.errors import ConfigError
from ccm_tui.settings.form_file import read_form
from tests.conftest import DATA

FORMS = sorted((DATA / "forms").glob("*.toml"))

HEAD = 'key = "f"\ntitle = "F"\nmethod = "points"\n'
SECTION = '[[section]]\nkey = "s"\ntitle = "S"\n'
QUESTION = '[[section.question]]\nkey = "q"\ntext = "Q?"\ntype = "yes-no"\n'
SMALL = HEAD + SECTION + QUESTION


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_the_forms_that_ship_are_read(path: Path) -> None:
    form = read_form(path.read_text(encoding="utf-8"), path.name)
    assert form.key == path.stem
    assert len(form.questions) > 5


def test_the_smallest_form() -> None:
    form = read_form(SMALL, "f.toml")
    assert (form.key, form.version, form.method) == ("f", 1, Method.POINTS)
    question = form.questions["q"]
    assert question.options == (Option("yes", "Yes", Fraction(1)), Option("no", "No", Fraction(0)))
    assert (question.critical, question.when, question.required) == (None, None, True)


def test_everything_that_a_question_may_have() -> None:
    form = read_form(
        SMALL
        + """
[[section.question]]
key = "n"
text = "How long?"
type = "number"
weight = 2.5
ranges = [{ high = 0.1, points = 1 }, { low = 0.2, points = 0 }]
when = { question = "q", answers = ["no"] }
critical = "section"
fail_below = 0.3
not_applicable = true

[[section.question]]
key = "p"
text = "Pressed?"
type = "yes-no"
good = "no"
points = 3
bonus = true
""",
        "f.toml",
    )
    number, pressed = form.questions["n"], form.questions["p"]
    # Exactly what the file says: 0.1 is a tenth
    assert number.ranges == (Range(None, Fraction(1, 10), Fraction(1)), Range(Fraction(1, 5), None, Fraction(0)))
    assert (number.weight, number.fail_below, number.critical) == (Fraction(5, 2), Fraction(3, 10), Critical.SECTION)
    assert (number.when, number.type) == (Condition("q", ("no",)), QuestionType.NUMBER)
    assert [option.points for option in pressed.options] == [0, 3]
    assert pressed.bonus


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key = ", "f.toml: Invalid value (at end of document)"),
        (SECTION + QUESTION, "f.toml: has no key"),
        (HEAD, "f.toml: has no section"),
        (HEAD + "section = []\n", "f.toml:4: section: has no sections; begin one with [[section]]"),
        (HEAD + "section = 3\n", "f.toml:4: section: is not a list of tables"),
        (HEAD + SECTION, "f.toml:4: section 1: has no question"),
        (SMALL.replace("title", "titel", 1), "f.toml:2: titel: is no key here; did you mean title?"),
        (SMALL.replace('"f"', '"F f"'), "f.toml:1: key: 'F f' is not a key of small letters"),
        (SMALL.replace("points", "sums"), "f.toml:3: method: 'sums' is not one of groups"),
        (SMALL + 'weight = "2"\n', "f.toml:11: section 1, question 1, weight: '2' is not a weight"),
        (SMALL + "weight = inf\n", "f.toml:11: section 1, question 1, weight: inf is not a weight"),
        (SMALL + "weight = 1e999999999\n", "f.toml:11: section 1, question 1, weight: inf is not a weight"),
        (SMALL + f"causes = {'[' * 5000}{']' * 5000}\n", "f.toml: is nested too deeply"),
        (SMALL + "comment_below = 80\n", "comment_below: 80 is not a share from 0 to 1; write 80 % as 0.8"),
        (SMALL + "points = 0\n", "f.toml:11: section 1, question 1, points: 0.0 is not above 0"),
        (SMALL + "low = 1\n", "section 1, question 1, low: a question of type yes-no has none; for: scale"),
        (SMALL.replace("yes-no", "choice"), "section 1, question 1: has no options"),
        (SMALL.replace("yes-no", "number"), "section 1, question 1: has no ranges"),
        (SMALL.replace("yes-no", "scale") + "low = 5\nhigh = 5\n", "question 1, low: 5 is not below high, 5"),
        (
            SMALL.replace("yes-no", "number") + "ranges = [{ high = 3, points = 1 }, { low = 3, points = 0 }]\n",
            "ranges 2: has numbers in common with a range before",
        ),
        (
            SMALL.replace("yes-no", "choice")
            + 'options = [{ key = "a", text = "A", points = 1 }, { key = "a", text = "B", points = 0 }]\n',
            "options 2, key: 'a' is another option's key",
        ),
        (
            SMALL.replace("yes-no", "choice") + 'options = [{ key = "a", text = "A", points = 0 }]\n',
            "question 1: no answer is worth more than another",
        ),
        (SMALL + QUESTION, "f.toml:12: section 1, question 2, key: 'q' is had before"),
        (SMALL + SECTION + QUESTION.replace('"q"', '"r"'), "f.toml:12: section 2, key: 's' is had before"),
        (SMALL + 'when = { question = "z", answers = ["no"] }\n', "when, question: 'z' is no question before this one"),
        (
            SMALL + QUESTION.replace('"q"', '"r"') + 'when = { question = "q", answers = ["never"] }\n',
            "when, answers: 'never' is no answer to q; it can be yes, no",
        ),
        (SMALL + "bonus = true\n", "f.toml: no question counts for the score"),
        (SMALL.replace("yes-no", "text"), "f.toml: no question counts for the score"),
        (HEAD + "fail_cap = 0.4\n" + SECTION + QUESTION, 'f.toml:4: fail_cap: counts with on_fail = "cap" only'),
        (
            HEAD + '[[band]]\nat_least = 0.5\nname = "a"\n[[band]]\nat_least = 0.5\nname = "b"\n' + SECTION + QUESTION,
            "f.toml:8: band 2, at_least: is not above the band before",
        ),
    ],
)
def test_a_mistake_is_named_with_line_key_and_remedy(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_form(text, "f.toml")
    assert said in str(caught.value)
    assert caught.value.hint


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read_form(SMALL.replace("title", "titel", 1).replace("yes-no", "yesno"), "f.toml")
    said = [line.split("; ")[0] for line in str(caught.value).splitlines()]
    assert said[:2] == ["f.toml:2: titel: is no key here", "f.toml: has no title"]
    assert said[2].startswith("f.toml:10: section 1, question 1, type: 'yesno' is not one of")
    assert len(said) == 3
