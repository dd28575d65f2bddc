"""Who somebody is by the configuration."""

from pathlib import Path

from ccm_tui.domain.roles import RIGHTS, Right, Role, Viewer
from ccm_tui.settings import read_settings
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.people import viewer_of
from ccm_tui.settings.sections import AgentSettings, PersonSettings, PrivacySettings

PEOPLE = {
    "lea": PersonSettings(role="lead", teams=("north",), title="Lea Winter"),
    "max": PersonSettings(role="lead", may_unmask=False),
    "kim": PersonSettings(may_unmask=True),
}
AGENTS = {"ben": AgentSettings(team="north"), "caro": AgentSettings(team="south"), "dan": AgentSettings()}
SETTINGS = Settings(people=PEOPLE, agents=AGENTS)


def test_without_people_whoever_is_here_may_do_everything() -> None:
    assert viewer_of(Settings(), "anybody") == Viewer("anybody", rights=frozenset(Right))


def test_with_people_a_name_not_among_them_is_a_viewer() -> None:
    assert viewer_of(SETTINGS, "anybody") == Viewer("anybody", role=Role.VIEWER, rights=frozenset())


def test_a_person_has_the_rights_of_the_role_and_sees_the_teams_agents() -> None:
    assert viewer_of(SETTINGS, "lea") == Viewer("lea", "Lea Winter", Role.LEAD, RIGHTS[Role.LEAD], frozenset({"ben"}))


def test_may_unmask_comes_before_the_role() -> None:
    assert not viewer_of(SETTINGS, "max").may(Right.UNMASK)
    assert viewer_of(SETTINGS, "max").may(Right.COACH)
    assert viewer_of(SETTINGS, "kim").may(Right.UNMASK)


def test_definitions_made_for_nobody_are_a_viewers_as_soon_as_there_are_people() -> None:
    assert Definitions(SETTINGS).viewer.role is Role.VIEWER
    assert Definitions(Settings()).viewer.may(Right.UNMASK)


def test_masking_that_is_off_holds_only_for_who_may_unmask() -> None:
    open_to_some = Settings(people=PEOPLE, privacy=PrivacySettings(mask=False))
    assert Definitions(open_to_some, viewer=viewer_of(open_to_some, "max")).masked
    assert not Definitions(open_to_some, viewer=viewer_of(open_to_some, "lea")).masked
    assert Definitions(SETTINGS, viewer=viewer_of(SETTINGS, "lea")).masked


def test_unknown_roles_and_teams_are_told_with_the_nearest_right_one(tmp_path: Path) -> None:
    (tmp_path / "ccm.toml").write_text(
        '[agent.ben]\nteam = "north"\n[people."lead.north"]\nrole = "leed"\nteams = ["nroth"]\n', encoding="utf-8"
    )
    told = [str(problem) for problem in read_settings(environ={"CCM_AS": "ana"}, cwd=tmp_path).problems]
    assert len(told) == 2
    assert "leed" in told[0]
    assert "lead" in told[0]
    assert "there is no team 'nroth'" in told[1]
    assert "did you mean north?" in told[1]


def test_people_have_no_database_folded_anew() -> None:
    assert Settings(people=PEOPLE).fold_fingerprint() == Settings().fold_fingerprint()
