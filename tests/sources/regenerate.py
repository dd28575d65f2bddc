"""Rewrites the expected events beside every golden log: ``python -m tests.sources.regenerate``, then read the diff."""

from tests.sources.golden import get_golden_format, list_samples, parse_all, read_records, render


def main() -> None:
    for path in list_samples():
        expected = render(parse_all(get_golden_format(path), read_records(path)))
        path.with_suffix(".json").write_text(expected, encoding="utf-8")
        print(path.with_suffix(".json"))


if __name__ == "__main__":
    main()
