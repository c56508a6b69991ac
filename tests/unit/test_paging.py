"""Pages of a list: everything once, whatever comes and goes between two pages."""

from __future__ import annotations

from itertools import count

import pytest

from kallelse.paging import page


def read(items: list[str], limit: int, *, backwards: bool = False) -> list[list[str]]:
    """All pages, read one after another."""
    pages: list[list[str]] = []
    cursor = None
    for _ in count():
        shown, cursor = page(items, str, cursor, limit, backwards=backwards)
        pages.append(shown)
        if cursor is None:
            return pages
    raise AssertionError


@pytest.mark.parametrize(
    ("limit", "pages"), [(2, [["a", "b"], ["c"]]), (3, [["a", "b", "c"]]), (1, [["a"], ["b"], ["c"]])]
)
def test_each_item_is_on_one_page_in_the_order_of_its_place(limit: int, pages: list[list[str]]) -> None:
    assert read(["c", "a", "b"], limit) == pages
    assert read(["c", "a", "b"], limit, backwards=True) == [
        ["cba"[n] for n in range(start, min(start + limit, 3))] for start in range(0, 3, limit)
    ]


def test_what_comes_before_the_cursor_between_two_pages_doubles_nothing_and_what_goes_hides_nothing() -> None:
    shown, cursor = page(["b", "c", "d"], str, None, 2)
    assert (shown, cursor) == (["b", "c"], "c")
    assert page(["a", "b", "d"], str, cursor, 2) == (["d"], None)


def test_an_empty_list_has_one_empty_page() -> None:
    assert page([], str, None, 100) == ([], None)
