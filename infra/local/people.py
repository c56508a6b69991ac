"""Sixty invented participants from real Finnish municipalities and agencies."""

from __future__ import annotations

MUNICIPALITIES = (
    "Vasa", "Borgå", "Raseborg", "Karleby", "Jakobstad", "Korsholm", "Pargas", "Kimitoön", "Sibbo", "Lovisa",
    "Ingå", "Hangö", "Närpes", "Kristinestad", "Malax", "Vörå", "Nykarleby", "Pedersöre", "Kyrkslätt", "Esbo",
)  # fmt: skip
AGENCIES = (
    "Finansministeriet", "Justitieministeriet", "Folkpensionsanstalten", "Skatteförvaltningen",
    "Statskontoret", "Utbildningsstyrelsen", "Lantmäteriverket", "Migrationsverket",
    "Tullen", "Trafikledsverket",
)  # fmt: skip
FIRST = ("Anna", "Bengt", "Carin", "David", "Eva", "Fredrik")
LAST = (
    "Ahlbäck", "Björkman", "Dahlqvist", "Enholm", "Forsell", "Grönroos",
    "Holmström", "Isaksson", "Jansson", "Kronlund",
)  # fmt: skip


def participants() -> list[dict[str, str]]:
    """What each of them writes in the form."""
    people = []
    for number in range(60):
        municipal = number % 3 < 2
        organisation = MUNICIPALITIES[number % 20] if municipal else AGENCIES[number % 10]
        people.append(
            {
                "name": f"{FIRST[number % 6]} {LAST[number // 6]}",
                "email": f"deltagare{number + 1:02}@example.org",
                "organisation": organisation,
                "organisation_kind": "municipality" if municipal else "agency",
                "language": "en" if number % 10 == 4 else "fi" if number % 15 == 2 else "sv",
            }
        )
    return people
