"""``[follow_ups]``: the rule of a queue, and the loosest of all."""

from ccm_tui.domain.follow_ups import FollowUpRule, Ratings
from ccm_tui.domain.variants import CesDirection
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.kpi import KpiSettings
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import FollowUpSettings, QueueSettings, SiteSettings

SETTINGS = Settings(
    sites={"main": SiteSettings(timezone="UTC", opening_hours={"mon": "08:00-18:00"})},
    queues={
        "vip": QueueSettings(site="main", follow_up_csat_at_most=4, follow_up_owner="vera", follow_up_due_hours=1),
        "sales": QueueSettings(follow_up_csat_at_most=0, follow_up_nps_at_most=0, follow_up_ces_worst=3),
    },
    kpi=KpiSettings(ces_scale=5, ces_direction=CesDirection.HIGH_IS_EFFORT),
    follow_ups=FollowUpSettings(owner="ana", nps_at_most=-1),
)


def test_the_defaults_are_the_domains() -> None:
    assert Definitions(Settings()).follow_up_rule("main", "x") == FollowUpRule(lapse_days=30)


def test_a_queue_overrides_what_holds_everywhere_where_it_is_meant() -> None:
    definitions = Definitions(SETTINGS)
    vip = definitions.follow_up_rule("main", "vip")
    assert (vip.csat_at_most, vip.nps_at_most, vip.owner, vip.due_hours) == (4, -1, "vera", 1)
    assert (vip.ces_scale, vip.ces_direction) == (5, CesDirection.HIGH_IS_EFFORT)
    assert vip.opening is not None
    assert definitions.follow_up_rule("wien", "vip").owner == "ana", "a queue of another site"
    assert definitions.follow_up_rule("wien", "sales").opening is None
    assert definitions.follow_up_rule("main", "sales").csat_at_most == 0, "off is no default"


def test_what_is_bad_anywhere_is_bad_by_the_loosest_rule() -> None:
    definitions = Definitions(SETTINGS)
    loosest = definitions.loosest_follow_up_rule()
    assert (loosest.csat_at_most, loosest.nps_at_most, loosest.ces_worst) == (4, 0, 3)
    for rating in range(-1, 11):
        for ratings in (Ratings(rating * 1000), Ratings(None, rating * 1000), Ratings(None, None, rating * 1000)):
            for queue in ("vip", "sales", "x"):
                assert set(definitions.follow_up_rule("main", queue).bad(ratings)) <= set(loosest.bad(ratings))


def test_another_rule_refolds_nothing() -> None:
    assert (
        SETTINGS.fold_fingerprint()
        == Settings(
            sites=SETTINGS.sites, kpi=SETTINGS.kpi, follow_ups=FollowUpSettings(csat_at_most=4)
        ).fold_fingerprint()
    )
