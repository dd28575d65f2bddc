"""Follow-ups. For the lead who asks: which unhappy customers has nobody talked to yet, and whose are they?

Everyone on every console sees the same list. Whoever acts on what somebody else has just acted on is told so first.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from ccm_tui.domain.follow_ups import Change, Step
from ccm_tui.errors import CcmError, UsageError
from ccm_tui.formatting import moment
from ccm_tui.reports.follow_ups import FollowUpMovedError, done_words
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.follow_up_rows import COLUMNS, UNASSIGNED, answer_text, count_line, task_lines, task_row
from ccm_tui.screens.freshness import trouble
from ccm_tui.screens.queue_lines import customer_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.confirm import Confirm
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.lines import Line
from ccm_tui.widgets.prompt import Prompt
from ccm_tui.widgets.rule import Rule

if TYPE_CHECKING:
    from ccm_tui.messages import Floor
    from ccm_tui.reports.follow_ups import Task
    from ccm_tui.screens.desk import Desk

AGAIN_MS = 5000
"""What others do is seen no later than this."""
NOTES = {Step.DONE: "What came of it?", Step.DISMISS: "Why does nobody need to act?"}
EXAMPLES = {
    Step.DUE: "tomorrow, 2026-11-24, 2026-11-24 16:00",
    Step.DONE: "called back, refund agreed",
    Step.DISMISS: "same survey answered twice",
}
EMPTY = {
    False: "Nothing to follow up.\nA customer's bad answer to a survey comes here; [follow_ups] in ccm.toml says which",
    True: "Nothing was closed yet.\nv goes back to what is to be done",
}


class FollowUpsScreen(FloorScreen):
    """What is to be done, the earliest due first; or what was closed."""

    NAME = "follow_ups"
    HELP = (
        "Customers who gave a bad answer to a survey, each a task with an owner and a due date; [follow_ups] in the"
        " configuration says what is bad. Nothing that anybody does is overwritten: the history stands below. space"
        " marks several to act on at once. A task on which nobody acts leaves the list after lapse_days."
    )
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("board.open", "open"),
        ("follow_ups.take", "take"),
        ("follow_ups.assign", "assign"),
        ("follow_ups.done", "done"),
        ("follow_ups.closed", "closed"),
        ("app.help", "help"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "act('take')", "Take", id="follow_ups.take", tooltip="It is mine now"),
        Binding("a", "act('assign')", "Assign", id="follow_ups.assign", tooltip="Give it to somebody"),
        Binding("e", "act('due')", "Extend", id="follow_ups.due", tooltip="Another due date"),
        Binding("d", "act('done')", "Done", id="follow_ups.done", tooltip="Close it, with what came of it"),
        Binding("i,delete", "act('dismiss')", "Dismiss", id="follow_ups.dismiss", tooltip="Nobody needs to act: why"),
        Binding("r", "act('reopen')", "Reopen", id="follow_ups.reopen", tooltip="It is to be done after all"),
        Binding(
            "v", "closed", "Closed", id="follow_ups.closed", tooltip="What was done or dismissed, or what is to do"
        ),
        Binding("y", "copy", "Copy", id="follow_ups.copy", tooltip="Copy the id of the contact to the clipboard"),
    ]

    class Acted(Message):
        """Somebody's change was stored, or why it was not."""

        def __init__(self, wanted: "Wanted", tasks: "Sequence[Task]", error: CcmError | None) -> None:
            super().__init__()
            self.wanted = wanted
            self.tasks = tasks
            self.error = error

    def __init__(self, desk: "Desk") -> None:
        super().__init__(desk)
        self.board = Board(COLUMNS, placeholder="Reading follow-ups …", **desk.drawn)
        self.pane = DetailPane(can_focus=True, classes="detail", **desk.drawn)
        self.closed = False
        """Whether what was closed is shown, not what is to be done."""
        self.tasks: dict[str, Task] | None = None
        """By contact; None: not read yet."""

    @property
    def heading(self) -> str:
        return "Follow-ups closed" if self.closed else "Follow-ups"

    @property
    def clock_site(self) -> str:
        task = self.task_at(self.board.cursor_key)
        return "" if task is None else task.site

    def compose_body(self) -> Iterable[Widget]:
        yield self.trouble_rule
        yield Container(self.board, Rule(**self.desk.drawn), self.pane, classes="zones")

    def on_mount(self) -> None:
        """The keys go to the list."""
        self.board.focus()

    def task_at(self, key: str | None) -> "Task | None":
        """What a row is about."""
        return (self.tasks or {}).get(key) if key is not None else None

    # Reading

    def _ask(self) -> None:
        readers, now_ms, closed = self.desk.readers, self.desk.now_ms(), self.closed
        asked = "closed" if closed else "to do"
        self.look_up(asked, now_ms, AGAIN_MS, lambda: readers.follow_ups(now_ms, closed=closed), self._take_tasks)

    def update_floor(self, *, ticking: bool = False) -> None:
        """What people do goes on when no line is read any more."""
        super().update_floor(ticking=ticking)
        if not self.desk.paused or self.tasks is None:
            self._ask()

    def show_floor(self, floor: "Floor") -> None:
        """Nothing here is of the floor."""

    def show_old(self, old: bool) -> None:
        self.board.set_stale(old)

    def reading_failed(self, what: str, hint: str) -> None:
        if self.tasks is None:
            self.board.set_placeholder(f"{what}\n{hint}", Tone.BREACH)
        else:
            super().reading_failed(what, hint)

    def _take_tasks(self, tasks: "Sequence[Task]") -> None:
        first, self.tasks = not self.tasks, {task.contact: task for task in tasks}
        now_ms = self.desk.now_ms()
        self.board.set_placeholder(EMPTY[self.closed])
        shown = tasks[: self.desk.definitions.settings.limits.table_rows]
        self.board.set_rows([task_row(task, self.desk, now_ms) for task in shown])
        if (first or self.board.cursor_key is None) and tasks:
            self.board.move_cursor(tasks[0].contact)
        self._show_pane(keep_place=not first)
        self.show_status(now_ms)
        self.show_hints()

    def show_status(self, now_ms: int) -> None:
        super().show_status(now_ms)
        if not trouble(self.desk, now_ms, self.clock_site) and self.tasks is not None:
            self.trouble_rule.say(count_line(list(self.tasks.values()), closed=self.closed))

    @on(Board.RowHighlighted)
    def _follow_cursor(self) -> None:
        self._show_pane(keep_place=False)
        self.show_hints()

    @on(DetailPane.Resized)
    def _wrap_again(self) -> None:
        self._show_pane(keep_place=True)

    def _show_pane(self, *, keep_place: bool) -> None:
        task, width = self.task_at(self.board.cursor_key), self.pane.scrollable_content_region.width
        lines: list[Line] = []
        if task is not None and width:
            lines = task_lines(task, self.desk, self.desk.now_ms(), width)
        self.pane.show(lines, keep_place=keep_place)

    @on(Board.RowSelected)
    def _open(self, event: Board.RowSelected) -> None:
        event.stop()
        task = self.task_at(event.key)
        if task is not None and task.native_id is not None:
            from ccm_tui.screens.contact import ContactScreen

            self.app.push_screen(ContactScreen(self.desk, task.site, task.contact))

    # Acting

    def _meant(self) -> "list[Task]":
        """The marked ones, else the one under the cursor."""
        keys = self.board.marked or (self.board.cursor_key,)
        return [task for task in map(self.task_at, keys) if task is not None]

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action in ("act", "copy") and not self._meant():
            return "There is no follow-up to act on."
        if action == "act" and self.closed != (parameters == (Step.REOPEN.value,)):
            return "It is closed: r reopens it." if self.closed else "It is not closed."
        return super().why_not(action, parameters)

    def action_act(self, step: str) -> None:
        """Ask for what the step needs, then do it. About the rows that are meant now, whatever moves meanwhile."""
        wanted = Wanted(self._meant(), Change(Step(step)))
        if wanted.change.step in (Step.TAKE, Step.REOPEN):
            self._act(wanted)
        else:
            self._prompt(wanted, wanted.text(self.desk))

    def _prompt(self, wanted: "Wanted", text: str, wrong: str = "") -> None:
        """Ask for the step's one line; ``text`` is what was typed before, ``wrong`` why that was not taken."""
        step = wanted.change.step
        question = {Step.ASSIGN: "Whose is it? Empty: nobody's.", Step.DUE: "Until when?", **NOTES}[step]
        example = {Step.ASSIGN: self.desk.viewer.name, **EXAMPLES}[step]

        def refuse(typed: str) -> str:
            try:
                wanted.filled(typed, self.desk)
            except UsageError as error:
                return f"{error}: {error.hint}"
            return ""

        def take(typed: str | None) -> None:
            if typed is None:
                return
            filled = wanted.filled(typed, self.desk)
            if step is Step.DISMISS:
                self._confirm("Dismiss? Nobody will follow up.", filled, filled.change.note)
            else:
                self._act(filled)

        record = wanted.record(self.desk)
        prompt = Prompt(
            question, record=record, text=text, example=example, wrong=wrong, refuse=refuse, **self.desk.drawn
        )
        self.app.push_screen(prompt, take)

    def _confirm(self, question: str, wanted: "Wanted", detail: str) -> None:
        def answer(sure: bool | None) -> None:
            if sure:
                self._act(wanted)

        self.app.push_screen(
            Confirm(question, record=wanted.record(self.desk), detail=detail, **self.desk.drawn), answer
        )

    @work(thread=True, group="act", exit_on_error=False)
    def _act(self, wanted: "Wanted") -> None:
        """Store it, in a worker that nothing cancels."""
        tasks: Sequence[Task] = ()
        error: CcmError | None = None
        try:
            tasks = self.desk.readers.change_follow_ups(
                [task.contact for task in wanted.tasks],
                wanted.change,
                self.desk.viewer.name,
                self.desk.now_ms(),
                {task.contact: len(task.follow_up.acts) for task in wanted.tasks},
            )
        except CcmError as failure:
            error = failure
        except Exception as failure:  # noqa: BLE001 - a thread's edge: who acted must hear that nothing was stored
            error = CcmError(f"unexpected: {type(failure).__name__}", "ccm-tui doctor may say more.")
        self.post_message(self.Acted(wanted, tasks, error))

    @on(Acted)
    def _take_acted(self, event: Acted) -> None:
        event.stop()
        wanted, error = event.wanted, event.error
        self.look_anew()
        if isinstance(error, FollowUpMovedError):
            last = error.task.follow_up.acts[-1]
            closed = not error.task.follow_up.state.open and wanted.change.step is not Step.REOPEN
            words = f"{last.who} {done_words(last)} meanwhile"
            if closed:
                self.say(f"{words}; nothing was done", warning=True)
            else:
                self._confirm(f"{words}. Go on all the same?", wanted.seeing(error.task), wanted.typed(self.desk))
        elif error is not None and wanted.change.step in (Step.TAKE, Step.REOPEN):
            self.say(f"{error}. {error.hint}", warning=True)
        elif error is not None:
            self._prompt(wanted, wanted.typed(self.desk), f"not stored: {error}")
        else:
            self.board.clear_marks()
            self.say(wanted.said())

    def look_anew(self) -> None:
        """Read again at once."""
        readers, now_ms, closed = self.desk.readers, self.desk.now_ms(), self.closed
        self.read(lambda: readers.follow_ups(now_ms, closed=closed), self._take_tasks)

    def action_closed(self) -> None:
        """What was closed, or what is to be done."""
        self.closed, self.tasks = not self.closed, None
        self.board.clear_marks()
        self.board.set_placeholder("Reading follow-ups …")
        self.board.set_rows(())
        self.look_anew()

    def action_copy(self) -> None:
        """The source's own ids."""
        self.copy(*(task.native_id or task.contact for task in self._meant()))


class Wanted:
    """What somebody wants to do about which follow-ups, as he saw them."""

    def __init__(self, tasks: "Sequence[Task]", change: Change) -> None:
        self.tasks = tuple(tasks)
        self.change = change

    def filled(self, typed: str, desk: "Desk") -> "Wanted":
        """With what was typed. Raises UsageError for what cannot be meant."""
        change = self.change
        if change.step is Step.ASSIGN:
            change = change._replace(owner=typed or None)
        elif change.step is Step.DUE:
            from ccm_tui.reports.moments import parse_moment

            site = self.tasks[0].site
            parsed = parse_moment(typed, "until")
            definitions = desk.definitions
            due_at_ms = parsed.resolve(definitions.zone(site), definitions.day_starts_at(site), desk.now_ms())
            if due_at_ms <= desk.now_ms():
                raise UsageError("that is not after now", "give a later one")
            change = change._replace(due_at_ms=due_at_ms)
        else:
            if not typed:
                raise UsageError("there is no note", "a few words are enough")
            change = change._replace(note=typed)
        return Wanted(self.tasks, change)

    def seeing(self, moved: "Task") -> "Wanted":
        """The same, now that he has seen what somebody else did."""
        return Wanted([moved if task.contact == moved.contact else task for task in self.tasks], self.change)

    def text(self, desk: "Desk") -> str:
        """What the field begins with: what holds now, where there is one task."""
        if len(self.tasks) != 1 or self.change.step not in (Step.ASSIGN, Step.DUE):
            return ""
        follow_up = self.tasks[0].follow_up
        if self.change.step is Step.ASSIGN:
            return follow_up.owner or ""
        return self._moment(follow_up.due_at_ms, desk)

    def typed(self, desk: "Desk") -> str:
        """What was typed for it."""
        if self.change.step is Step.DUE:
            return self._moment(self.change.due_at_ms, desk)
        return self.change.note or self.change.owner or ""

    def _moment(self, at_ms: int | None, desk: "Desk") -> str:
        return "" if at_ms is None else moment(at_ms, desk.zone(self.tasks[0].site), seconds=False)

    def record(self, desk: "Desk") -> str:
        """Which tasks, in words."""
        if len(self.tasks) > 1:
            return f"{len(self.tasks)} follow-ups"
        task = self.tasks[0]
        customer = customer_text(None if task.visit is None else task.visit.customer, desk)
        return "  ".join([customer, answer_text(task), task.native_id or task.contact])

    def said(self) -> str:
        """What was done."""
        change = self.change
        words = {
            Step.TAKE: "taken",
            Step.ASSIGN: f"given to {change.owner}" if change.owner else UNASSIGNED,
            Step.DUE: "due date moved",
            Step.DONE: "done",
            Step.DISMISS: "dismissed",
            Step.REOPEN: "reopened",
        }[change.step]
        return words if len(self.tasks) == 1 else f"{len(self.tasks)} {words}"
