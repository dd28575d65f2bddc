"""Writing a note, over a screen: the text, what became of it, and a draft that outlives the console.

Whatever was typed is in the store half a second later. It ends as a note, or stays as a draft until it is emptied.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.timer import Timer

from ccm_tui.domain.notes import Draft
from ccm_tui.errors import UsageError
from ccm_tui.formatting import moment
from ccm_tui.reports.notes import NoteMovedError
from ccm_tui.screens import STYLES
from ccm_tui.screens.keys import action_hints, active_keys
from ccm_tui.screens.sheet import Unread, in_worker
from ccm_tui.theme import Tone
from ccm_tui.widgets.confirm import Confirm
from ccm_tui.widgets.hint_line import HintLine
from ccm_tui.widgets.lines import line
from ccm_tui.widgets.rule import Rule
from ccm_tui.widgets.text_editor import TextEditor, safe

if TYPE_CHECKING:
    from ccm_tui.domain.notes import Note
    from ccm_tui.screens.desk import Desk

KEPT_SECONDS = 0.5
T = TypeVar("T")


class On(NamedTuple):
    """What a note is on."""

    contact: str
    """Public id."""
    site: str
    native_id: str


class NoteEditor(ModalScreen["Note | None"], inherit_bindings=False):
    """``push_screen(NoteEditor(...), callback)``; closes with the note as it was saved, or with None."""

    CSS_PATH = STYLES / "note.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "save", "Save", id="note.save", tooltip="Save the note and close"),
        Binding("escape", "leave", "Leave", id="note.leave", tooltip="Close; what is not saved stays as your draft"),
    ]
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (("note.save", "save"), ("note.leave", "leave"))

    def __init__(self, desk: "Desk", about: On, note: "Note | None", draft: Draft | None) -> None:
        """``note``: the one to change; None: a new one. ``draft``: what was typed of it before and not saved."""
        super().__init__()
        self._desk = desk
        self._about = about
        self._begun = note
        self._number = None if note is None else note.number
        self._seen = draft.seen if draft is not None else 0 if note is None else len(note.versions)
        self._draft = draft
        self._old = "" if note is None else safe(note.text)
        """What is no change."""
        text = self._old if draft is None else safe(draft.text)
        self._kept = text
        """What the store has, as draft or as note."""
        self._refused = False
        """Whether it says why what was typed is not saved: that matters more than what became of the draft."""
        self._over = False
        """Whether it was saved or left: nothing is kept any more."""
        self._storing = asyncio.Lock()
        """A draft must not be stored after the note that it became."""
        self._timer: Timer | None = None
        self._head = Rule(**desk.drawn)
        self.editor = TextEditor(text)
        self._foot = Rule(**desk.drawn)
        self._hints = HintLine(**desk.drawn)

    def compose(self) -> ComposeResult:
        with Container(classes="page"):
            yield self._head
            yield self.editor
            yield self._foot
        yield self._hints

    def on_mount(self) -> None:
        """Ready to type, behind what is there."""
        self.editor.focus()
        self.editor.move_cursor(self.editor.document.end)
        doing = "New note on" if self._begun is None else f"Note {self._begun.number} on"
        self._head.say(line((f"{doing} {self._record}", Tone.STRONG)))
        if self._draft is not None:
            at = moment(self._draft.at_ms, self._desk.zone(self._about.site), seconds=False)
            self._foot.say(line((f"your draft of {at}: not saved yet", Tone.WARNING)))
        self._hints.show(action_hints(active_keys(self.active_bindings), self.HINTS), ())

    @property
    def _record(self) -> str:
        return f"contact {self._about.native_id}"

    @on(HintLine.Pressed)
    def _press(self, event: HintLine.Pressed) -> None:
        event.stop()
        self.app.simulate_key(event.hint.press)

    # The draft

    @on(TextEditor.Changed)
    def _type(self, event: TextEditor.Changed) -> None:
        event.stop()
        if self._timer is None and self.editor.text != self._kept:
            self._foot.say()
            self._refused = False
            self._timer = self.set_timer(KEPT_SECONDS, self._keep_soon)

    def _keep_soon(self) -> None:
        self._timer = None
        self._keep_typed()

    @work(group="keep", exit_on_error=False)
    async def _keep_typed(self) -> None:
        await self._keep()

    async def _keep(self) -> bool:
        """Store what is typed as a draft; whether it is there."""
        async with self._storing:
            text = self.editor.text
            if self._over or text == self._kept:
                return True
            # what is as it was is no draft
            draft = Draft(self._number, self._seen, self._desk.now_ms(), "" if text == self._old else text)
            readers, contact = self._desk.readers, self._about.contact
            failed = await in_worker(lambda: readers.keep_draft(contact, draft))
            if isinstance(failed, Unread):
                if self._refused:
                    return False
                self._foot.say(line((f"no draft is kept: {failed.what}. {failed.hint}", Tone.WARNING)))
                return False
            self._kept = text
            return True

    async def on_unmount(self) -> None:
        """The console was left meanwhile."""
        await self._keep()

    # Saving

    def action_save(self) -> None:
        """Store it; the screen stays when that cannot be."""
        self._save()

    @work(exclusive=True, group="save", exit_on_error=False)
    async def _save(self) -> None:
        text, now_ms = self.editor.text, self._desk.now_ms()
        readers, contact, number, seen = self._desk.readers, self._about.contact, self._number, self._seen
        async with self._storing:
            if self._over:
                return
            saved = await _told(lambda: readers.save_note(contact, text, now_ms, number, seen))
            if number is None and self._begun is not None and not isinstance(saved, UsageError | Unread):
                # what was a change of a note that is gone has become a note of its own
                ended = Draft(self._begun.number, seen, now_ms, "")
                await in_worker(lambda: readers.keep_draft(contact, ended))
            if not isinstance(saved, NoteMovedError | UsageError | Unread):
                self._over = True
        if isinstance(saved, NoteMovedError):
            self._ask_again(saved.note)
        elif isinstance(saved, UsageError):
            self._refuse(f"not saved: {saved}. {saved.hint}")
        elif isinstance(saved, Unread):
            self._refuse(f"not saved: {saved.what}. {saved.hint}")
        else:
            self.dismiss(saved)

    def _refuse(self, why: str) -> None:
        self._refused = True
        self._foot.say(line((why, Tone.WARNING)))

    def _ask_again(self, moved: "Note") -> None:
        """Somebody was first. Both texts stay, whatever is answered."""

        def answer(sure: bool | None) -> None:
            if sure:
                self._number, self._seen = (None, 0) if moved.removed else (moved.number, len(moved.versions))
                self._save()
            else:
                self._refuse(f"not saved: {moved.last.who} was first; yours is kept as your draft")

        did = "removed" if moved.removed else "changed"
        goes_on = "Save yours as a new note?" if moved.removed else "Save yours all the same?"
        question = f"{moved.last.who} has {did} it meanwhile. {goes_on}"
        detail = "Both texts stay in the history of the note." if not moved.removed else "Nothing is lost either way."
        self.app.push_screen(Confirm(question, record=self._record, detail=detail, **self._desk.drawn), answer)

    # Leaving

    def action_leave(self) -> None:
        """Close; ask first when something is not saved."""
        text = self.editor.text
        if text == self._old or not text.strip():
            self._leave()
            return

        def answer(sure: bool | None) -> None:
            if sure:
                self._leave()

        detail = "It stays as your draft: open it again to go on."
        question = "It is not saved. Leave all the same?"
        self.app.push_screen(Confirm(question, record=self._record, detail=detail, **self._desk.drawn), answer)

    @work(exclusive=True, group="save", exit_on_error=False)
    async def _leave(self) -> None:
        if await self._keep():
            self._over = True
            self.dismiss(None)


async def _told(saving: Callable[[], T]) -> T | UsageError | Unread:
    """What saving gives, or why it was refused."""

    def tried() -> T | UsageError:
        try:
            return saving()
        except UsageError as refusal:
            return refusal

    return await in_worker(tried)
