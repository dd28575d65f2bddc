"""Who is planned to work when: shifts that follow the expected load, sized the Erlang C way, the same every week.

What really happens on a day (late, ill, a forgotten pause) is not here but in ``presence``.
"""

import math
from functools import cache
from typing import NamedTuple

from ccm_tui.demo.people import BILLING, CHAT, MAIL, NIGHT, SALES, SUPPORT, VIP, Agent, list_agents
from ccm_tui.demo.queues import get_queue
from ccm_tui.demo.seasons import BIN_MS, HOUR_MS, MINUTE_MS, day_curve, week_factor

HALF_HOURS = 48
_PER_HALF_HOUR = 30 * MINUTE_MS // BIN_MS
_SHIFT_HALF_HOURS = 17
"""Eight hours and a half, lunch included."""
_DAYS_A_WEEK = 5
_EXTRA_CONTACTS = 1.16
"""Redials, second contacts and transfers come on top of a queue's own volume."""
_PRESENT_SHARE = 0.83
"""The rest of a shift is breaks, lunch, training, coming late and being ill."""

# Whose demand a group of agents is sized for: its own queue, and its part of those it helps with.
_DEMAND: dict[str, tuple[tuple[str, float], ...]] = {
    SUPPORT: ((SUPPORT, 1.0), (VIP, 0.4)),
    BILLING: ((BILLING, 1.0), (VIP, 0.6)),
    SALES: ((SALES, 1.0),),
    CHAT: ((CHAT, 1.0),),
}
_STARTS = (14, 15, 16, 17, 18, 19, 20)
_NIGHT_SHIFTS = ((36, 48), (0, 15), (37, 48), (0, 16))
"""Half hours since midnight. The night line changes shifts at midnight, and nobody works on both sides of it: so that
each of the floor's days can be simulated by itself.
"""
_MAIL_WEEKS = (*[(0, 1, 2, 3, 4)] * 4, (2, 3, 4, 5, 6), (0, 2, 3, 5, 6), (0, 1, 4, 5, 6))
"""Weekdays on which the first, second ... of the mail agents work."""
_PLANNING_ORDER = (5, 6, 0, 1, 2, 3, 4)
"""Weekends are filled first, for nobody comes a sixth day."""
CHAT_AT_ONCE = 3


class Activity(NamedTuple):
    """A planned time away from work."""

    at_ms: int
    """Since the floor's midnight on the shift's first day, as all times of a shift."""
    length_ms: int
    reason: str


class Shift(NamedTuple):
    """A planned working day of one agent."""

    agent: Agent
    start_ms: int
    end_ms: int
    activities: tuple[Activity, ...]


def wait_probability(agents: int, load: float) -> float:
    """Probability that a contact has to wait (Erlang C) with ``load`` in erlang; 1.0 when overloaded."""
    if load >= agents:
        return 1.0
    blocking = 1.0
    for number in range(1, agents + 1):
        blocking = load * blocking / (number + load * blocking)
    return blocking / (1.0 - load / agents * (1.0 - blocking))


def required_agents(contacts_per_hour: float, handle_seconds: float, target: float, within_seconds: float) -> int:
    """The fewest agents that answer the target share in time by Erlang C; 0 when nothing arrives."""
    load = contacts_per_hour * handle_seconds / 3600.0
    agents = 0 if load == 0 else int(load) + 1
    while agents:
        late = wait_probability(agents, load) * math.exp(-(agents - load) * within_seconds / handle_seconds)
        if 1.0 - late >= target:
            break
        agents += 1
    return agents


def required_by_half_hour(group: str, weekday: int) -> list[float]:
    """Agents of a group to plan for each half hour of a weekday, absences included."""
    needed = [0.0] * HALF_HOURS
    own = get_queue(group)
    for half_hour in range(HALF_HOURS):
        contacts = work = 0.0
        for name, share in _DEMAND[group]:
            plan = get_queue(name)
            bins = day_curve(plan.season)[half_hour * _PER_HALF_HOUR : (half_hour + 1) * _PER_HALF_HOUR]
            arriving = 2.0 * plan.volume * week_factor(plan.season, weekday) * sum(bins) * share * _EXTRA_CONTACTS
            at_once = CHAT_AT_ONCE - 1.1 if plan.name == CHAT else 1.0
            contacts += arriving
            work += arriving * (plan.talk + plan.acw + plan.wrapup) / at_once
        if contacts:
            agents = required_agents(contacts, work / contacts, own.target, own.threshold)
            needed[half_hour] = agents / _PRESENT_SHARE
    return needed


@cache
def week_plan() -> tuple[tuple[Shift, ...], ...]:
    """The shifts of each weekday, the floor's Monday first; an agent has at most one a day."""
    days: list[list[Shift]] = [[] for _ in range(7)]
    agents = list_agents()
    for group in _DEMAND:
        members = [agent for agent in agents if agent.group == group]
        worked = dict.fromkeys(members, 0)
        demand = [required_by_half_hour(group, weekday) for weekday in range(7)]
        places_a_need = len(members) * _DAYS_A_WEEK / sum(map(sum, demand))
        planned = 0.0
        for weekday in _PLANNING_ORDER:
            needed = demand[weekday]
            left = needed.copy()
            places = round(planned + sum(needed) * places_a_need) - round(planned)
            planned += sum(needed) * places_a_need
            # who has worked least comes first, and each day another one heads the list
            turn = sorted(members, key=lambda agent: (worked[agent], (members.index(agent) + 3 * weekday) % 7))
            for agent in turn:
                start = max(_STARTS, key=lambda begin: _gain(left, needed, begin))
                if places == 0 or worked[agent] == _DAYS_A_WEEK or _gain(left, needed, start) < 0.4:
                    continue
                places -= 1
                worked[agent] += 1
                for half_hour in range(start, min(HALF_HOURS, start + _SHIFT_HALF_HOURS)):
                    left[half_hour] -= 1.0
                days[weekday].append(_shift(agent, start, start + _SHIFT_HALF_HOURS, weekday))
    for index, agent in enumerate(agent for agent in agents if agent.group == NIGHT):
        for weekday in range(7):
            if (weekday - index) % 7 < _DAYS_A_WEEK:
                start, end = _NIGHT_SHIFTS[index % len(_NIGHT_SHIFTS)]
                days[weekday].append(_shift(agent, start, end, weekday))
    for index, agent in enumerate(agent for agent in agents if agent.group == MAIL):
        for weekday in range(7):
            if weekday in _MAIL_WEEKS[index]:
                start = 15 + index % 3
                days[weekday].append(_shift(agent, start, start + _SHIFT_HALF_HOURS, weekday))
    return tuple(tuple(day) for day in days)


def _gain(left: list[float], needed: list[float], start: int) -> float:
    """What one more agent from ``start`` on is worth: half hours helped, each by how short of people it still is."""
    gain = 0.0
    for half_hour in range(start, min(HALF_HOURS, start + _SHIFT_HALF_HOURS)):
        if left[half_hour] > 0:
            gain += min(1.0, left[half_hour]) * left[half_hour] / needed[half_hour]
    return gain


def _shift(agent: Agent, start: int, end: int, weekday: int) -> Shift:
    """A shift with its breaks, spread by the agent's number so that a team is not out all at once."""
    number = int(agent.extension)
    start_ms, end_ms = start * HOUR_MS // 2, end * HOUR_MS // 2
    spread = number * 7 % 60
    plan = [
        Activity(start_ms + (95 + spread) * MINUTE_MS, 15 * MINUTE_MS, "break"),
        Activity(start_ms + (205 + number * 11 % 80) * MINUTE_MS, 30 * MINUTE_MS, "lunch"),
        Activity(start_ms + (350 + spread) * MINUTE_MS, 15 * MINUTE_MS, "break"),
    ]
    if number % 5 == weekday:
        plan.append(Activity(start_ms + (300 + number * 3 % 20) * MINUTE_MS, 45 * MINUTE_MS, "training"))
    elif number % 9 == weekday + 1:
        plan.append(Activity(start_ms + (60 + number % 4 * 5) * MINUTE_MS, 20 * MINUTE_MS, "coaching"))
    return Shift(agent, start_ms, end_ms, tuple(sorted(plan)))
