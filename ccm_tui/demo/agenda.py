"""The heart of a discrete-event simulation: what happens next."""

import heapq
from collections.abc import Callable


class Agenda:
    """Actions in time order; those of one instant in the order in which they were put down."""

    def __init__(self, start_ms: int) -> None:
        self.now_ms = start_ms
        """The instant being simulated: that of the action running, or that ran last."""
        self._heap: list[tuple[int, int, Callable[..., None], tuple[object, ...]]] = []
        self._count = 0

    def at(self, at_ms: int, action: Callable[..., None], *arguments: object) -> None:
        """Put an action down; one meant for the past happens now."""
        self._count += 1
        heapq.heappush(self._heap, (max(at_ms, self.now_ms), self._count, action, arguments))

    def after(self, delay_ms: float, action: Callable[..., None], *arguments: object) -> None:
        """Put an action down for ``delay_ms`` from now."""
        self.at(self.now_ms + int(delay_ms), action, *arguments)

    @property
    def next_at_ms(self) -> int | None:
        """When the next action is due; None when nothing is planned."""
        return self._heap[0][0] if self._heap else None

    def step(self) -> None:
        """Run the next action. Moves the clock to it; raises IndexError when nothing is planned."""
        self.now_ms, _, action, arguments = heapq.heappop(self._heap)
        action(*arguments)
