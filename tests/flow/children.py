"""Any child, as answers; and any country."""

from typing import Any

from hypothesis import strategies as some

PARAMS = some.fixed_dictionaries(
    {"malaria_area": some.booleans(), "rectal_artesunate": some.booleans()}
)


def subsets(*items: str) -> Any:
    return some.lists(some.sampled_from(items), unique=True).map(
        lambda chosen: [one for one in items if one in chosen]
    )


CHILDREN = some.fixed_dictionaries(
    {
        "age": some.one_of(some.integers(0, 72), some.just("unknown")),
        "unit": some.just("months"),
        "severe": subsets("convulsions", "cannot_drink", "vomits_all", "sleepy", "unsure"),
        "danger_look": subsets("indrawing", "both_feet", "blood_stool", "other", "unsure"),
        "muac": some.sampled_from(["red", "yellow", "green", "not_measured"]),
        "problems": subsets("cough", "diarrhoea", "fever"),
        "long": subsets("cough_long", "diarrhoea_long", "fever_long", "recent", "unsure"),
        "breaths": some.one_of(some.integers(10, 120), some.just("not_counted")),
        "rdt": some.sampled_from(
            ["positive", "negative", "waiting", "invalid", "no_test", "not_done"]
        ),
        "given": subsets("al", "amoxicillin", "ors", "zinc"),
    }
)
