"""What each role may do, and what a viewer sees of whom."""

import pytest

from ccm_tui.domain.roles import RIGHTS, Right, Role, Viewer


def test_every_role_has_its_rights() -> None:
    assert set(RIGHTS) == set(Role)
    assert RIGHTS[Role.VIEWER] == frozenset()
    assert RIGHTS[Role.ADMIN] == frozenset(Right)


@pytest.mark.parametrize(
    ("right", "roles"),
    [
        (Right.UNMASK, {Role.LEAD, Role.QUALITY, Role.SUPERVISOR, Role.ADMIN}),
        (Right.EXPORT, {Role.QUALITY, Role.SUPERVISOR, Role.ADMIN}),
        (Right.READ_AUDIT, {Role.SUPERVISOR, Role.ADMIN}),
        (Right.EVALUATE, {Role.QUALITY, Role.SUPERVISOR, Role.ADMIN}),
        (Right.NOTE, {Role.LEAD, Role.QUALITY, Role.SUPERVISOR, Role.ADMIN}),
        (Right.COACH, {Role.LEAD, Role.SUPERVISOR, Role.ADMIN}),
        (Right.DECIDE_DISPUTES, {Role.SUPERVISOR, Role.ADMIN}),
    ],
)
def test_a_right_is_given_to_these_roles(right: Right, roles: set[Role]) -> None:
    assert {role for role in Role if Viewer("ana", role=role, rights=RIGHTS[role]).may(right)} == roles


def test_an_agent_of_another_team_is_not_seen_and_nobody_is_everybodys() -> None:
    lead = Viewer("lea", agents=frozenset({"ben"}))
    assert lead.sees_agent("ben")
    assert not lead.sees_agent("caro")
    assert lead.sees_agent(None)
    assert Viewer("root").sees_agent("caro")


def test_a_contact_is_seen_when_one_of_ours_or_nobody_answered_it() -> None:
    lead = Viewer("lea", agents=frozenset({"ben"}))
    assert lead.sees_contact([None])
    assert lead.sees_contact(["caro", "ben"])
    assert not lead.sees_contact([None, "caro"])


def test_the_status_line_names_the_role() -> None:
    assert Viewer("lea").shown == "lea"
    assert Viewer("lea", "Lea Winter", Role.LEAD).shown == "Lea Winter · lead"
