"""Which logged names are one agent without being told."""

import pytest

from ccm_tui.domain.agent_names import agent_number


@pytest.mark.parametrize(
    "name", ["Agent/1127", "Local/1127@from-queue/n", "Local/1127@callback-agent", "Local/1127@a b"]
)
def test_names_made_from_one_number(name: str) -> None:
    assert agent_number(name) == "1127"


@pytest.mark.parametrize(
    "name",
    ["SIP/1127", "PJSIP/1127", "Agent/ana", "Agent/1127 x", "Local/1127", "1127", "", "Local/١٢@x", "agent/1127"],
)
def test_every_other_name_stands_for_itself(name: str) -> None:
    assert agent_number(name) is None
