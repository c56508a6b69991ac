"""The accessibility statement, which Finnish law asks for (306/2019, section 8)."""

from __future__ import annotations

from datetime import date

from ...gateway import Response, Router
from ...http import page
from .wiring import known, switch, wiring

REVIEWED = date(2026, 11, 27)
"""The day on which the pages were last looked through and the statement was written."""

router = Router()


@router.get("/accessibility/<language>")
def show_statement(language: str) -> Response[str]:
    """How accessible the pages are, and where to turn if they are not."""
    context = {"switch": switch(), "reviewed_on": REVIEWED}
    return page(wiring().renderer.render("web/accessibility.html", known(language), **context))
