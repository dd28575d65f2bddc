"""Plans and people: sized by Erlang C, a week of five days, nobody twice, and only what is invented."""

import re
from collections import Counter

import pytest

from ccm_tui.demo.people import CUSTOMERS, customer, list_agents
from ccm_tui.demo.queues import QUEUES
from ccm_tui.demo.roster import required_agents, wait_probability, week_plan
from ccm_tui.demo.seasons import day_curve


def test_erlang_c_agrees_with_the_textbook() -> None:
    # 200 calls an hour of 180 s: 10 erlang; 14 agents give a service level of 88.8 % in 20 s
    assert wait_probability(14, 10.0) == pytest.approx(0.1741, abs=0.0005)
    assert required_agents(200, 180, 0.8, 20) == 14
    assert required_agents(0, 180, 0.8, 20) == 0
    assert wait_probability(10, 10.0) == 1.0


def test_nobody_works_more_than_five_days_or_twice_a_day() -> None:
    days: Counter[str] = Counter()
    for shifts in week_plan():
        names = [shift.agent.name for shift in shifts]
        assert len(names) == len(set(names))
        days.update(names)
    assert max(days.values()) == 5
    assert days.keys() == {agent.name for agent in list_agents()}


def test_agents_have_one_to_three_queues_of_their_own() -> None:
    agents = list_agents()
    names = {agent.name for agent in agents}
    assert len(names) == len(agents) >= 45
    assert not any("|" in name for name in names)
    assert any(not name.isascii() for name in names)
    known = {plan.name for plan in QUEUES}
    assert all(1 <= len(agent.queues) <= 3 and set(agent.queues) <= known for agent in agents)


def test_customers_are_fictitious_and_distinct() -> None:
    everyone = [customer(index) for index in range(CUSTOMERS)]
    assert len({who.number.removeprefix("+1") for who in everyone}) == CUSTOMERS
    assert len({who.email for who in everyone}) == CUSTOMERS
    assert all(re.fullmatch(r"(\+1)?[2-9]\d\d55501\d\d", who.number) for who in everyone)
    assert all(re.fullmatch(r"[a-z.0-9]+@example\.(com|org|net)", who.email) for who in everyone)


def test_a_days_shares_add_up() -> None:
    assert all(sum(day_curve(plan.season)) == pytest.approx(1.0) for plan in QUEUES)
