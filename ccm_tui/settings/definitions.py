"""What settings mean for numbers and folds, in the domain's own values; looked up once per site and queue, then kept.

The only place where ``[kpi]``, ``[queue.NAME]`` and ``[site.NAME]`` become ``KpiRules``, opening hours and fold rules,
so that board, reports, rollups and ``explain`` cannot disagree.
"""

from collections.abc import Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING

from ccm_tui.domain.roles import Right

if TYPE_CHECKING:
    from datetime import time
    from zoneinfo import ZoneInfo

    from ccm_tui.domain.follow_ups import FollowUpRule
    from ccm_tui.domain.opening import OpeningHours
    from ccm_tui.domain.roles import Viewer
    from ccm_tui.domain.tally import OpenTime
    from ccm_tui.domain.variants import KpiRules
    from ccm_tui.domain.visit_fold import ContactRules
    from ccm_tui.settings.model import Settings


class Definitions:
    """The definitions in force. ``overrides`` are a command's ``--set`` options, ``preset`` its ``--preset``."""

    def __init__(
        self,
        settings: "Settings",
        preset: str | None = None,
        overrides: Mapping[str, str] | None = None,
        viewer: "Viewer | None" = None,
    ) -> None:
        self.settings = settings
        self._viewer = viewer
        self._preset = preset
        self._overrides = dict(overrides or {})
        self.rules = cache(self._rules)
        """(site, queue) -> how that queue's figures are defined."""
        self.opening = cache(self._opening)
        """(site, queue) -> its opening hours; None: always open."""
        self.follow_up_rule = cache(self._follow_up_rule)
        """(site, queue) -> which survey answers ask for somebody to act, until when, and whom."""
        self.day_starts_at = cache(self._day_starts_at)
        """Site -> when its day begins."""
        self.zone = cache(settings.site_zone)
        """Site -> its time zone."""

    @cached_property
    def viewer(self) -> "Viewer":
        """For whom things are read. Not said: somebody who is not among the people, if there are any."""
        from ccm_tui.settings.people import viewer_of

        return viewer_of(self.settings, "") if self._viewer is None else self._viewer

    @property
    def masked(self) -> bool:
        """Whether the viewer sees no customer's number in full before he has unmasked it."""
        return self.settings.privacy.mask or not self.viewer.may(Right.UNMASK)

    @cached_property
    def base(self) -> "KpiRules":
        """The definitions without what single queues change; raises UsageError for a wrong override."""
        from dataclasses import replace

        from ccm_tui.domain.rule_settings import with_preset, with_settings
        from ccm_tui.settings.kpi import kpi_rules

        rules = kpi_rules(self.settings.kpi, self.settings.pause)
        rules = replace(rules, lost_after_seconds=self.settings.follower.age_limit_hours * 3600)
        if self._preset is not None:
            rules = with_preset(rules, self._preset)
        return with_settings(rules, self._overrides)

    def agent_rules(self, site: str) -> "KpiRules":
        """How agents' figures of a site are defined."""
        return self.base

    @property
    def silence_ms(self) -> int:
        """How long a login goes on without a sign of life."""
        return round(self.settings.follower.no_sign_of_life_hours * 3_600_000)

    def open_time(self, site: str, queue: str) -> "OpenTime | None":
        """Measures time owed in the queue's opening hours; None: by the clock."""
        opening = self.opening(site, queue)
        return None if opening is None else opening.open_ms_between

    def contact_rules(self, site: str) -> "ContactRules":
        """What the fold of contacts must know of the site's queues."""
        from ccm_tui.domain.events import Channel
        from ccm_tui.domain.visit_fold import ContactRules

        queues = {name: queue for name, queue in self.settings.queues.items() if queue.site in ("", site)}
        return ContactRules(
            channels={name: Channel(queue.channel) for name, queue in queues.items() if queue.channel},
            wrapup_ms={name: round(q.wrapup_seconds * 1000) for name, q in queues.items() if q.wrapup_seconds},
        )

    def _day_starts_at(self, site: str) -> "time":
        from ccm_tui.domain.opening import parse_clock

        return parse_clock(self.settings.site(site).day_starts_at)

    def _rules(self, site: str, queue: str) -> "KpiRules":
        from ccm_tui.domain.rule_settings import with_settings

        own = self.settings.queue_rules(site, queue)
        changes = {
            "sl_threshold_seconds": repr(own.threshold_seconds),
            "sl_target": repr(own.target),
            "resolution_target_seconds": repr(own.resolution_target_seconds),
        }
        if self._preset is None:
            changes["sl_variant"] = own.sl_variant
        rules = with_settings(self.base, {key: value for key, value in changes.items() if key not in self._overrides})
        return with_settings(rules, self._overrides)

    def _opening(self, site: str, queue: str) -> "OpeningHours | None":
        own = self.settings.queue_rules(site, queue)
        if not own.opening_hours:
            return None
        from ccm_tui.domain.opening import parse_opening_week

        zone: ZoneInfo = self.zone(site)
        return parse_opening_week(own.opening_hours, zone, own.holidays)

    def _follow_up_rule(self, site: str, queue: str) -> "FollowUpRule":
        from ccm_tui.domain.follow_ups import FollowUpRule

        everywhere, own = self.settings.follow_ups, self.settings.queue_settings(site, queue)

        def either(of_queue: float | None, of_all: float) -> float:
            return of_all if of_queue is None else of_queue

        return FollowUpRule(
            csat_at_most=either(own.follow_up_csat_at_most, everywhere.csat_at_most),
            nps_at_most=either(own.follow_up_nps_at_most, everywhere.nps_at_most),
            ces_worst=either(own.follow_up_ces_worst, everywhere.ces_worst),
            ces_scale=self.base.ces_scale,
            ces_direction=self.base.ces_direction,
            due_hours=either(own.follow_up_due_hours, everywhere.due_hours),
            owner=own.follow_up_owner or everywhere.owner or None,
            lapse_days=everywhere.lapse_days or None,
            opening=self.opening(site, queue),
        )

    def loosest_follow_up_rule(self) -> "FollowUpRule":
        """What is bad by any queue's rule is bad by this; nothing else of it means anything."""
        rule = self.follow_up_rule("", "")
        own = self.settings.queues.values()
        return rule._replace(
            csat_at_most=max([rule.csat_at_most, *(each.follow_up_csat_at_most or -1 for each in own)]),
            nps_at_most=max(
                [rule.nps_at_most, *(-1 if (most := each.follow_up_nps_at_most) is None else most for each in own)]
            ),
            ces_worst=max([rule.ces_worst, *(each.follow_up_ces_worst or -1 for each in own)]),
        )
