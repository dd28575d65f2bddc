"""``[ui] keymap`` checked without the screens, so that every start refuses a wrong one in the same words.

The table of actions repeats what the screens bind; ``tests/settings/test_keymap.py`` holds the two together. Textual
itself lets unknown names pass and reports no clash between two changed keys (8.2.8).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from string import ascii_letters, digits
from typing import NamedTuple

from ccm_tui.settings.problems import nearest


class Action(NamedTuple):
    """Something a key does."""

    keys: str
    """Unless the keymap says otherwise; as Textual names them, with commas between."""
    words: str


ACTIONS: Mapping[str, Action] = {
    "agent.copy": Action("y", "Copy"),
    "agent.explain": Action("x", "Explain"),
    "agent.unhappy": Action("m", "Unhappy"),
    "app.commands": Action("colon,ctrl+p", "Commands"),
    "app.help": Action("question_mark,f1", "Help"),
    "app.interrupted": Action("ctrl+c", ""),
    "app.pause": Action("p", "Pause"),
    "app.quit": Action("q", "Quit"),
    "app.quit_now": Action("ctrl+q,f10", "Quit"),
    "app.wallboard": Action("w", "Wallboard"),
    "board.down": Action("down,j", "Down"),
    "board.first": Action("home,g", "First"),
    "board.last": Action("end,G,shift+g", "Last"),
    "board.mark": Action("space", "Mark"),
    "board.open": Action("enter", "Open"),
    "board.page_down": Action("pagedown,ctrl+d", "Page down"),
    "board.page_up": Action("pageup,ctrl+u", "Page up"),
    "board.up": Action("up,k", "Up"),
    "confirm.no": Action("n,N,shift+n,enter,escape", "No"),
    "confirm.yes": Action("y,Y,shift+y", "Yes"),
    "contact.change": Action("e", "Change"),
    "contact.copy": Action("y", "Copy"),
    "contact.history": Action("h", "History"),
    "contact.lines": Action("l", "Log lines"),
    "contact.note": Action("n", "Write"),
    "contact.notes": Action("m", "Notes"),
    "contact.remove": Action("d,delete", "Remove"),
    "contact.talk": Action("t", "Conversation"),
    "contacts.copy": Action("y", "Copy"),
    "contacts.follow_ups": Action("f", "Follow-ups"),
    "contacts.query": Action("slash", "Search"),
    "contacts.saved": Action("s", "Saved"),
    "detail.bottom": Action("end,G,shift+g", "Bottom"),
    "detail.down": Action("down,j", "Down"),
    "detail.page_down": Action("pagedown,ctrl+d", "Page down"),
    "detail.page_up": Action("pageup,ctrl+u", "Page up"),
    "detail.top": Action("home,g", "Top"),
    "detail.up": Action("up,k", "Up"),
    "explain.next": Action("right,l,x", "Next"),
    "explain.pane": Action("tab,shift+tab", "Other pane"),
    "explain.previous": Action("left,h", "Previous"),
    "floor.back": Action("escape", "Back"),
    "floor.copy": Action("y", "Copy"),
    "floor.explain": Action("x", "Explain"),
    "floor.filter": Action("slash", "Filter"),
    "floor.next": Action("tab", "Next pane"),
    "floor.previous": Action("shift+tab", "Previous pane"),
    "follow_ups.assign": Action("a", "Assign"),
    "follow_ups.closed": Action("v", "Closed"),
    "follow_ups.copy": Action("y", "Copy"),
    "follow_ups.dismiss": Action("i,delete", "Dismiss"),
    "follow_ups.done": Action("d", "Done"),
    "follow_ups.due": Action("e", "Extend"),
    "follow_ups.reopen": Action("r", "Reopen"),
    "follow_ups.take": Action("t", "Take"),
    "floor.unmask": Action("u", "Unmask"),
    "go.agents": Action("2", "Agents"),
    "go.contacts": Action("3", "Contacts"),
    "go.feeds": Action("9", "Feeds"),
    "go.queues": Action("1", "Queues"),
    "go.reports": Action("8", "Reports"),
    "note.leave": Action("escape", "Leave"),
    "note.save": Action("ctrl+s,f2", "Save"),
    "pick.close": Action("escape", "Close"),
    "pick.quit": Action("q", "Quit"),
    "prompt.leave": Action("escape", "Leave"),
    "queue.copy": Action("y", "Copy"),
    "queue.explain": Action("x", "Explain"),
    "queues.mine": Action("m", "My queues"),
    "reports.compare": Action("c", "Compare"),
    "reports.copy": Action("y", "Copy"),
    "reports.figures": Action("x", "Figures"),
    "reports.filter": Action("slash", "Filter"),
    "reports.interval": Action("i", "Interval"),
    "reports.kind": Action("r", "Report"),
    "reports.next": Action("right", "Next figure"),
    "reports.period": Action("t", "Period"),
    "reports.previous": Action("left", "Figure before"),
    "reports.save": Action("e", "Save"),
    "reports.whom": Action("f", "Whom"),
    "saved.close": Action("escape", "Close"),
    "saved.drop": Action("d,delete", "Drop"),
    "saved.keep": Action("a,plus", "Keep"),
    "saved.quit": Action("q", "Quit"),
    "sheet.close": Action("escape,enter", "Close"),
    "sheet.quit": Action("q", "Quit"),
}

_ON_EVERY_SCREEN = ("app.", "go.", "floor.back", "floor.next", "floor.previous", "floor.unmask")
_PANES = ("board.", "detail.")
_LIST = ("floor.copy", "floor.explain", "floor.filter")
_SCREENS = (
    (),
    _LIST,
    (*_LIST, "queues."),
    ("queue.",),
    ("agent.",),
    ("contacts.",),
    ("contact.",),
    ("reports.",),
    ("follow_ups.",),
)
"""What a screen adds. A name that ends with a dot stands for all that begin so."""

_NAMED_KEYS = (
    "backspace delete down end enter escape home insert left pagedown pageup return right space tab up ampersand"
    " apostrophe asterisk at backslash circumflex_accent colon comma dollar_sign equals_sign exclamation_mark full_stop"
    " grave_accent greater_than_sign left_curly_bracket left_parenthesis left_square_bracket less_than_sign minus"
    " number_sign percent_sign plus question_mark quotation_mark right_curly_bracket right_parenthesis"
    " right_square_bracket semicolon slash tilde underscore vertical_line"
)
KEYS = frozenset((*_NAMED_KEYS.split(), *ascii_letters, *digits, *(f"f{number}" for number in range(1, 25))))
"""Every key by Textual's name, without modifiers."""
MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_OTHER_NAMES = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}


class Wrong(NamedTuple):
    """What is wrong with one entry of a keymap."""

    action: str
    message: str
    hint: str


def keymap_problems(keymap: Mapping[str, str]) -> Iterator[Wrong]:
    """Names that do not exist and keys that cannot be pressed; else the keys that would mean two things at once."""
    wrong = [problem for name, keys in keymap.items() for problem in _entry_problems(name, keys)]
    yield from wrong or _clashes(keymap)


def normal_keymap(keymap: Mapping[str, str]) -> dict[str, str]:
    """A keymap as Textual takes it."""
    return {name: ",".join(map(normal_key, keys.split(","))) for name, keys in keymap.items()}


def normal_key(key: str) -> str:
    """Textual's name of a key: ``/`` is ``slash``."""
    key = key.strip()
    if len(key) != 1 or key.isalnum():
        return key
    name = re.sub("[- ]", "_", unicodedata.name(key, key).lower())
    return _OTHER_NAMES.get(name, name)


def contexts() -> list[frozenset[str]]:
    """The actions whose keys work at the same time: the app, one screen, and the pane that has the focus."""
    screens = [_named(*_ON_EVERY_SCREEN, *own, pane) for own in _SCREENS for pane in _PANES]
    return [
        *screens,
        _named("sheet.", "detail."),
        _named("sheet.", "explain.", "detail."),
        _named("saved.", "board."),
        _named("pick.", "board."),
        _named("prompt."),
        _named("note."),
        _named("confirm."),
    ]


def _named(*names: str) -> frozenset[str]:
    return frozenset(
        action
        for action in ACTIONS
        for name in names
        if action == name or (name[-1] == "." and action.startswith(name))
    )


def _entry_problems(name: str, keys: str) -> Iterator[Wrong]:
    if name not in ACTIONS:
        near = nearest_action(name)
        hint = f"did you mean {near}?" if near else "the names are in the ? help, in brackets"
        yield Wrong(name, f"there is no action {name!r}", hint)
        return
    for key in keys.split(","):
        *modifiers, last = normal_key(key).split("+")
        usable = last in KEYS or (len(key.strip()) == 1 and key.strip().isprintable())
        if not (last and usable and set(modifiers) <= MODIFIERS):
            near = nearest(last, KEYS) if set(modifiers) <= MODIFIERS else ""
            hint = f"did you mean {'+'.join((*modifiers, near))}?" if near else ""
            yield Wrong(name, f"there is no key {key!r}", hint or "keys are written like x, enter, f5 or ctrl+r")
        elif len(last) == 1 and last.isupper() and not modifiers and name != "board.last":
            small = last.lower()
            yield Wrong(name, f"{key!r}: capital letters order tables", f"take {small} or ctrl+{small}")


def nearest_action(name: str) -> str:
    """The action that was probably meant: what it does says more than where; empty when none is near."""
    area, dot, verb = name.rpartition(".")
    if dot and (near := nearest(verb, {action.rpartition(".")[2] for action in ACTIONS})):
        same = sorted(action for action in ACTIONS if action.endswith(f".{near}"))
        return nearest(f"{area}.{near}", same) or same[0]
    return nearest(name, ACTIONS)


def _clashes(keymap: Mapping[str, str]) -> Iterator[Wrong]:
    """One for each key; ``j`` moves down in a list and in a text, and that is one thing to put right."""
    told: set[tuple[str, str]] = set()
    for active in contexts():
        owner: dict[str, str] = {}
        # What was not changed keeps its keys; so a clash is always put down to a line of the user's
        for name in sorted(active, key=lambda name: (name in keymap, name)):
            for key in map(normal_key, keymap.get(name, ACTIONS[name].keys).split(",")):
                other = owner.setdefault(key, name)
                if other != name and name in keymap and (name, key) not in told:
                    told.add((name, key))
                    words = f"{key} already means {ACTIONS[other].words or other} ({other})"
                    yield Wrong(name, words, f'take another key, or give {other} another one: "{other}" = "..."')
