"""What one who cancelled still can do: take the own data away, or have them erased."""

from __future__ import annotations

from ...gateway import Response, Router
from ...models import Purpose
from .manage import Visit, behind_link, data_of, erase

router = Router()

_behind_link = behind_link(Purpose.DATA)


@router.get("/data/<token>")
@_behind_link
def show_data(visit: Visit) -> Response[str]:
    """What is kept until when, with what can be done about it."""
    return visit.page("data")


@router.get("/data/<token>/data.json")
@_behind_link
def download_data(visit: Visit) -> Response[str]:
    """The own data, to take away."""
    return data_of(visit)


@router.get("/data/<token>/erase")
@_behind_link
def show_erase(visit: Visit) -> Response[str]:
    """What erasing deletes, with the button for it."""
    return visit.page("erase")


@router.post("/data/<token>/erase")
@_behind_link
def erase_data(visit: Visit) -> Response[str]:
    """Delete everything that is kept about the participant at this event."""
    return erase(visit)
