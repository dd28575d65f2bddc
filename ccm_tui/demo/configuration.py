"""What a ``ccm.toml`` for the demo's floor says: targets, teams, what pauses and survey answers mean."""

import json

from ccm_tui.demo.people import list_agents
from ccm_tui.demo.queues import QUEUES
from ccm_tui.demo.seasons import FloorClock

_SITE = "main"
_PAUSES = {
    "break_reasons": ("break", "lunch"),
    "acw_reasons": ("ACW",),
    "productive_reasons": ("training", "coaching", "meeting", "closing"),
}


def demo_config_toml(clock: FloorClock | None = None, folder: str | None = None, customers: str | None = None) -> str:
    """A configuration that ``ccm-tui --config`` accepts. With a clock the site gets its zone, so that the day on the
    screens is the floor's; with a folder, the floor's logs are the source; ``customers`` is the shop's file of them.
    """
    lines = ["# The simulated floor of ccm-tui demo.", ""]
    if folder is not None:
        lines += ["[[source]]", f"path = {_text(folder)}", ""]
    if customers is not None:
        lines += ["[customers]", f"path = {_text(customers)}", ""]
    if clock is not None:
        lines += [f"[site.{_SITE}]", f"timezone = {_text(clock.zone)}", ""]
    for plan in QUEUES:
        lines += [f"[queue.{plan.name}]", f"channel = {_text(plan.channel.value)}", f"target = {plan.target}"]
        if plan.channel.deferred:
            lines.append(f"resolution_target_seconds = {plan.threshold}")
        else:
            lines.append(f"threshold_seconds = {plan.threshold}")
        lines.append("")
    agents = list_agents()
    for team in dict.fromkeys(agent.team for agent in agents):
        lines += [f"[team.{team}]", f"name = {_text(f'Team {team.capitalize()}')}", ""]
    for agent in agents:
        lines += [f"[agent.{_text(agent.name)}]", f"team = {_text(agent.team)}", ""]
    lines.append("[pause]")
    lines += [f"{key} = [{', '.join(map(_text, reasons))}]" for key, reasons in _PAUSES.items()]
    lines += ["", "[custom_events]", 'SURVEY = { csat = "p1" }', 'CALLBACK = { callback = "p1" }']
    lines.append('OUTCALL = { customer = "parameters" }')
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A TOML basic string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
