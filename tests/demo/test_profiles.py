"""The simulated shop knows most of those who call, the same for the same seed."""

from pathlib import Path

from ccm_tui.demo.configuration import demo_config_toml
from ccm_tui.demo.people import CUSTOMERS, customer
from ccm_tui.demo.profiles import customers_csv
from ccm_tui.ingest.customers import CustomerReading
from ccm_tui.settings import load_settings
from ccm_tui.store.customers import list_profiles, profiles_of
from tests.feeding import open_writing


def test_the_same_seed_makes_the_same_customers() -> None:
    assert customers_csv(1) == customers_csv(1) != customers_csv(2)


def test_every_row_is_taken_and_knows_its_customer_by_number_and_address(tmp_path: Path) -> None:
    file, config = tmp_path / "customers.csv", tmp_path / "ccm.toml"
    file.write_text(customers_csv(1), encoding="utf-8", newline="")
    config.write_text(demo_config_toml(customers=str(file)))
    settings = load_settings(config, environ={}, cwd=tmp_path)
    writing = open_writing(tmp_path / "ccm.db", settings)
    reading = CustomerReading(settings.customers, settings.customers.path)
    while reading.step(1):
        pass
    reading.store(writing.store, 0)
    reading.close()
    assert (reading.refused, reading.identities) == (0, 2 * reading.profiles)
    assert 0.8 < reading.profiles / CUSTOMERS < 0.95
    with writing.store.reading() as cursor:
        profiles = list(list_profiles(cursor))
        named = [name for who in map(customer, range(240)) for name in (who.number, who.email)]
        assert len(profiles_of(cursor, named)) == len(named), "all regulars"
    assert 0.02 < sum(bool(each.urgent_issues) for each in profiles) / len(profiles) < 0.08
    assert any(each.value_milli is None for each in profiles)
    assert any((each.value_milli or 0) > 1_000_000 for each in profiles)
    writing.store.close()
