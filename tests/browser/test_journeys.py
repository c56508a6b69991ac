"""From the invitation to the meeting, as people go there: with the keyboard alone, and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.pages import JOINING, a_form
from tests.browser.world import Visit, World
from tests.people import found
from tests.visiting import MINUTE

from kallelse.links import issue
from kallelse.models import EventRecord, MailKind, Purpose, Registration, RegistrationState

ADDRESS = "ada@example.org"


@pytest.fixture(params=["keyboard", "without JavaScript"])
def tab(request: pytest.FixtureRequest, browser: Browser, world: World) -> Iterator[Page]:
    world.empty()
    world.get_ready(Visit("/"))
    with browser.new_context(java_script_enabled=request.param == "keyboard", locale="sv-FI") as context:
        context.route(
            "https://webbseminarium.example/**",
            lambda route: route.fulfill(body="Här är mötet", content_type="text/plain; charset=utf-8"),
        )
        yield context.new_page()


def focused(tab: Page) -> Locator:
    return tab.locator(":focus")


def go_to(tab: Page, wanted: Locator) -> None:
    """Press the key until the wanted element has the focus. Fails when it never gets there."""
    for _ in range(99):
        tab.keyboard.press("Tab")
        if focused(tab).count() and wanted.and_(focused(tab)).count():
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


def fill_in(tab: Page, label: str, value: str) -> None:
    go_to(tab, tab.get_by_label(label))
    tab.keyboard.press("ControlOrMeta+A")
    tab.keyboard.type(value)


def press(tab: Page, name: str) -> None:
    """Go to a button or a link, and press it."""
    button = tab.get_by_role("button", name=name, exact=True)
    go_to(tab, button.or_(tab.get_by_role("link", name=name, exact=True)))
    tab.keyboard.press("Enter")
    tab.wait_for_load_state("load")


def ada(world: World, record: EventRecord) -> Registration:
    return found(world.desk, record, ADDRESS)


def a_link(world: World, record: EventRecord, purpose: Purpose) -> str:
    return f"{world.url}/{purpose}/{issue(world.desk, ada(world, record), purpose)}"


def test_one_registers_errs_corrects_confirms_and_cancels(tab: Page, world: World) -> None:
    record = world.event(address_confirmation="PT1H", offer="P1D")
    tab.goto(f"{world.url}/events/{record.event.id}/sv")
    fill_in(tab, "Namn", "Ada Åberg")
    fill_in(tab, "E-postadress", "ada")
    fill_in(tab, "Organisation", "Vasa")
    go_to(tab, tab.get_by_label("en kommun"))
    tab.keyboard.press("Space")
    world.time.now += MINUTE
    press(tab, "Anmäl dig")

    expect(tab).to_have_title(f"Fel: {record.event.title['sv']} – Kallelse")
    summary = tab.get_by_role("alert")
    expect(summary).to_contain_text("E-postadress: Skriv en e-postadress")
    go_to(tab, summary.get_by_role("link"))
    tab.keyboard.press("Enter")
    field = tab.get_by_label("E-postadress")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(tab.get_by_label("Namn")).to_have_value("Ada Åberg")
    expect(tab.get_by_label("en kommun")).to_be_checked()
    tab.keyboard.press("ControlOrMeta+A")
    tab.keyboard.type(ADDRESS)
    press(tab, "Anmäl dig")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Bekräfta din e-postadress")

    tab.goto(a_link(world, record, Purpose.MANAGE))
    press(tab, "Bekräfta min adress")
    expect(tab.get_by_role("status")).to_contain_text("din e-postadress är bekräftad")
    assert ada(world, record).state is RegistrationState.CONFIRMED
    press(tab, "Avboka min anmälan")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Din anmälan är avbokad")
    assert ada(world, record).state is RegistrationState.CANCELLED


def test_one_changes_what_one_told_and_joins(tab: Page, world: World) -> None:
    record = world.event()
    path = f"/events/{record.event.id}/sv/registrations"
    assert world.ask(Visit(path, a_form(record, "sv")), "sv")[0] == 200
    tab.goto(a_link(world, record, Purpose.MANAGE))
    press(tab, "Ändra mina uppgifter")
    fill_in(tab, "Namn", "Ada Öberg")
    press(tab, "Spara ändringarna")
    expect(tab.get_by_role("status")).to_contain_text("Dina ändringar är sparade")
    assert ada(world, record).participant.name == "Ada Öberg"

    world.time.now = JOINING
    tab.goto(a_link(world, record, Purpose.JOIN))
    press(tab, "Delta nu")
    expect(tab).to_have_url(str(record.event.meeting.address))
    expect(tab.get_by_text("Här är mötet")).to_be_visible()
    assert ada(world, record).joined_at == JOINING


def test_one_who_lost_the_link_asks_for_another_and_sends_a_colleague(tab: Page, world: World) -> None:
    record = world.event()
    path = f"/events/{record.event.id}/sv/registrations"
    assert world.ask(Visit(path, a_form(record, "sv")), "sv")[0] == 200
    tab.goto(f"{world.url}/events/{record.event.id}/sv/lost-link")
    fill_in(tab, "E-postadress", ADDRESS)
    press(tab, "Skicka en ny länk till mig")
    expect(tab.get_by_label("E-postadress")).to_have_count(0)
    assert MailKind.LOST_LINK in ada(world, record).outbox

    tab.goto(a_link(world, record, Purpose.MANAGE))
    press(tab, "Skicka en kollega i stället")
    fill_in(tab, "Namn", "Bo Ek")
    fill_in(tab, "E-postadress", "bo@example.org")
    press(tab, "Överlåt min plats")
    expect(tab.get_by_role("status")).to_contain_text("Bo Ek har nu din plats")
    assert found(world.desk, record, "bo@example.org").state is RegistrationState.CONFIRMED
    assert ada(world, record).state is RegistrationState.CANCELLED


@pytest.mark.parametrize("scripts", [True, False])
def test_a_script_would_run_only_where_scripts_are_let(browser: Browser, world: World, scripts: bool) -> None:
    world.texts["/script"] = (
        "<!doctype html><title>Sida</title><p>Kvar<script>document.body.remove()</script>"
    )
    with browser.new_context(java_script_enabled=scripts) as context:
        tab = context.new_page()
        tab.goto(f"{world.url}/script")
        expect(tab.get_by_text("Kvar")).to_have_count(0 if scripts else 1)


def test_switching_the_language_of_a_form_keeps_what_was_typed_and_enter_sends_it(
    tab: Page, world: World
) -> None:
    record = world.event()
    tab.goto(f"{world.url}/events/{record.event.id}/sv")
    fill_in(tab, "Namn", "Ada Åberg")
    tab.get_by_role("button", name="Suomi").click()
    expect(tab).to_have_url(f"{world.url}/events/{record.event.id}/fi")
    expect(tab.get_by_label("Nimi")).to_have_value("Ada Åberg")
    fill_in(tab, "Nimi", "Ada Öberg")
    world.time.now += MINUTE
    tab.keyboard.press("Enter")
    expect(tab).to_have_title(re.compile("^Virhe: "))
    expect(tab.get_by_label("Nimi")).to_have_value("Ada Öberg")


def test_the_code_of_a_page_is_fetched_only_when_it_is_printed(browser: Browser, world: World) -> None:
    world.empty()
    world.get_ready(Visit("/"))
    asked: list[str] = []
    page = f"/events/{world.event().event.id}/sv"
    # Without JavaScript browsers put off no picture (HTML §2.5.7), so there it is fetched at once.
    with browser.new_context() as context:
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url.removeprefix(world.url)))
        tab.goto(world.url + page)
        assert asked == [page]
        tab.pdf()
        assert asked == [page, f"{page}/qr.svg"]


def test_the_first_key_leads_to_a_link_that_skips_what_is_on_every_page(tab: Page, world: World) -> None:
    tab.goto(f"{world.url}/events/{world.event().event.id}/sv")
    tab.keyboard.press("Tab")
    expect(focused(tab)).to_have_text("Gå till innehållet")
    expect(focused(tab)).to_be_in_viewport()
