"""Profiles put into a database as a reading of a file puts them."""

from ccm_tui.domain.customers import Profile
from ccm_tui.store.customers import ProfileReading
from ccm_tui.store.engine import Store
from ccm_tui.store.profile_staging import StagedProfiles

READING = ProfileReading("/crm/customers.csv", 1, 2, "r", 3, 4, 0, None)


def know(store: Store, *profiles: Profile, reading: ProfileReading = READING) -> None:
    """These and no others."""
    staged = StagedProfiles()
    assert [staged.add(profile, line) for line, profile in enumerate(profiles, 2)] == [None] * len(profiles)
    with store.writing() as cursor:
        staged.put(cursor, reading)
    staged.close()
