"""Follow-ups as a table and as lines. Pure; what comes from logs and people is cleaned where it is painted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ccm_tui.domain.follow_ups import Act, Step
from ccm_tui.formatting import UNDEFINED, age, mask_line, moment, number
from ccm_tui.reports.follow_ups import done_words, given_at_ms
from ccm_tui.screens.queue_lines import customer_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import BoardRow, Cell, Column
from ccm_tui.widgets.lines import Band, Line, line
from ccm_tui.widgets.wrapping import wrapped

if TYPE_CHECKING:
    from ccm_tui.reports.follow_ups import Task
    from ccm_tui.screens.desk import Desk

COLUMNS = (
    Column("due", "Due", 10, description="Until somebody should have followed up; late: since when it is overdue."),
    Column("owner", "Owner", 10, grow=True, max_width=20, description="Whose it is."),
    Column("answer", "Answer", 12, sortable=False, description="What the customer answered that is bad."),
    Column("customer", "Customer", 9, priority=1, sortable=False, wanted=(14, 6), description="Masked as elsewhere."),
    Column("queue", "Queue", 9, grow=True, max_width=20, priority=2, description="The queue it was about."),
    Column("agent", "Agent", 9, grow=True, max_width=20, priority=4, description="Who had answered."),
    Column("age", "Age", 5, "right", priority=3, description="Since when the customer's answer is there."),
    Column(
        "said", "Said", 12, grow=True, max_width=60, priority=7, sortable=False, description="In the customer's words."
    ),
)
UNASSIGNED = "unassigned"
LABEL = 12
"""As wide as the day and time of an act."""


def answer_text(task: "Task", *, bad_only: bool = False) -> str:
    """``csat 1 nps 3``; an answer that is none any more is a dash."""
    names = ("csat", "nps", "ces")
    said = [
        f"{name} {number(milli / 1000, digits=0 if milli % 1000 == 0 else 1)}"
        for name, milli in zip(names, task.answer.ratings, strict=True)
        if milli is not None and (not bad_only or name in task.follow_up.bad or not task.follow_up.bad)
    ]
    return " ".join(said) or UNDEFINED


def due_text(task: "Task", now_ms: int) -> str:
    """``in 3h10``, ``late 1d04``, ``done``."""
    follow_up = task.follow_up
    if not follow_up.state.open:
        return follow_up.state.value
    if follow_up.due_at_ms is None:
        return UNDEFINED
    left_seconds = (follow_up.due_at_ms - now_ms) / 1000
    return f"late {age(-left_seconds)}" if left_seconds < 0 else f"in {age(left_seconds)}"


def comment_text(task: "Task", desk: "Desk") -> str:
    """The customer's words, without his number."""
    return _masked(task.comment, task, desk)


def note_text(task: "Task", desk: "Desk") -> str:
    """The last note that anybody left, without the customer's number."""
    return _masked(task.follow_up.note, task, desk)


def task_row(task: "Task", desk: "Desk", now_ms: int) -> BoardRow:
    """A follow-up as a row; one that is overdue stands out by a sign, a word and a colour."""
    visit, follow_up = task.visit, task.follow_up
    overdue = follow_up.overdue
    given_ms = given_at_ms(task)
    answer = answer_text(task, bad_only=True)
    cells = {
        "due": Cell(due_text(task, now_ms), follow_up.due_at_ms, Tone.BREACH if overdue else None),
        "owner": Cell(follow_up.owner or UNASSIGNED, follow_up.owner, None if follow_up.owner else Tone.WARNING),
        "answer": Cell(f"{answer} now" if follow_up.corrected else answer),
        "customer": Cell(customer_text(None if visit is None else visit.customer, desk)),
        "queue": _name(None if visit is None else visit.queue),
        "agent": _name(None if visit is None else visit.agent),
        "age": Cell(age((now_ms - given_ms) / 1000), now_ms - given_ms),
        "said": Cell(comment_text(task, desk)),
    }
    return BoardRow(task.contact, cells, Band.BREACH if overdue else Band.NORMAL)


def count_line(tasks: Sequence["Task"], *, closed: bool) -> Line:
    """How many there are, the overdue first."""
    if closed:
        return line("  ", (f"{len(tasks)} done or dismissed, the latest first", Tone.HEAD))
    overdue = sum(task.follow_up.overdue for task in tasks)
    nobodys = sum(task.follow_up.owner is None for task in tasks)
    said = [(f"{overdue} overdue", Tone.BREACH), ("  ", Tone.NORMAL)] if overdue else []
    said.append((f"{len(tasks)} to do", Tone.HEAD))
    if nobodys:
        said.append((f"  {nobodys} {UNASSIGNED}", Tone.HEAD))
    return line("  ", *said)


def task_lines(task: "Task", desk: "Desk", now_ms: int, width: int) -> list[Line]:
    """The follow-up under the cursor: how it stands, what the customer said, what was done about it."""
    visit, follow_up = task.visit, task.follow_up
    zone = desk.zone(task.site)
    lines: list[Line] = [_state_line(task, desk, now_ms)]

    def add(label: str, text: str, tone: Tone = Tone.NORMAL) -> None:
        head = line("   ", (f"{label:<{LABEL}}", Tone.HEAD))
        lines.extend(wrapped(text, width - 1, indent=3 + LABEL, head=head, tone=tone))

    if follow_up.state.open:
        add("due", moment(follow_up.due_at_ms, zone, seconds=False))
    if follow_up.corrected:
        add("corrected", f"the answer is {answer_text(task)} by now, which is not bad: close it, or act", Tone.WARNING)
    comment = comment_text(task, desk)
    add("answered", f"{answer_text(task)}{f'  “{comment}”' if comment else ''}")
    where = [moment(given_at_ms(task), zone, seconds=False)]
    if visit is not None:
        where += [visit.channel.value, customer_text(visit.customer, desk), visit.queue, visit.agent or UNDEFINED]
    add("about", "  ".join([*where, task.native_id or "a contact that is not stored here"]))
    for act in reversed(follow_up.acts):
        add(moment(act.at_ms, zone, seconds=False)[5:], _act_text(act, task, desk))
    return lines


def follow_up_line(task: "Task", desk: "Desk", now_ms: int) -> Line:
    """``overdue 26h04  owner ana  due 2026-11-22 16:12``: how it stands in a line."""
    stands = _state_line(task, desk, now_ms)
    if not task.follow_up.state.open:
        return stands
    due = moment(task.follow_up.due_at_ms, desk.zone(task.site), seconds=False)
    return (*stands, *line(("  due ", Tone.HEAD), due))


def _state_line(task: "Task", desk: "Desk", now_ms: int) -> Line:
    follow_up = task.follow_up
    overdue = follow_up.overdue
    state = f"{desk.symbols.breach} overdue" if overdue else follow_up.state.value
    if follow_up.state.open and follow_up.due_at_ms is not None:
        left = age(abs(follow_up.due_at_ms - now_ms) / 1000)
        state += f" {left}" if overdue else f", due in {left}"
    tone = Tone.BREACH if overdue else Tone.STRONG
    return line("   ", (state, tone), ("  owner ", Tone.HEAD), follow_up.owner or UNASSIGNED)


def _act_text(act: Act, task: "Task", desk: "Desk") -> str:
    until = ""
    if act.change.step is Step.DUE:
        until = f" to {moment(act.change.due_at_ms, desk.zone(task.site), seconds=False)}"
    note = f": {_masked(act.change.note, task, desk)}" if act.change.note else ""
    return f"{act.who} {done_words(act)}{until}{note}"


def _masked(text: str, task: "Task", desk: "Desk") -> str:
    customer = None if task.visit is None else task.visit.customer
    return mask_line(text, (customer,), screen=True) if desk.masked else text


def _name(name: str | None) -> Cell:
    return Cell(name or UNDEFINED, name)
