"""Bad input at every address: nothing that somebody types, or puts in an address, may end in an error page.
The addresses come from the permission matrix, so a new page is attacked from its first day."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import reverse

from budget.models import TimeEntry
from deventer_crm.core import clock
from employers.models import ContactMoment, Employer, EmployerGrouping, Position
from employers.services import refresh_employers
from employers.spreadsheets.refused import write_refused
from meetings.models import Invitation, Meeting
from tests.accounts.factories import UserFactory
from tests.budget.factories import TimeEntryFactory
from tests.employers.factories import (
    AccountAssignmentFactory,
    ContactMomentFactory,
    EmployerFactory,
    EstablishmentFactory,
    JobCountFactory,
    PositionFactory,
    TrackFactory,
)
from tests.home.factories import ReminderFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory, MeetingKindFactory
from tests.permission_matrix import FA, ROWS, TL, Row
from tests.support.walk import asker, forms_of, looks_at_htmx, names_asked

pytestmark = pytest.mark.django_db

#: What no field is meant for. NUL: PostgreSQL cannot store it. "²" is a digit to Python, and no number.
NONSENSE = (
    "\x00",
    "naam\x00",
    "²",
    "-1",
    "NaN",
    "Infinity",
    "1e400",
    "9" * 30,
    "9" * 5_000,
    "x" * 10_000,
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-02-30T10:00:00",
    "2026-01-01T10:00:00",
    "9999-12-31T23:59:59+00:00",
    "24:99",
    "abc",
    "' OR 1=1 --",
    "%s %(x)s {0}",
    "een " * 3_000,
    "Ünïcødé 名前 🏭\u202e",
)
#: Tried in one field after the other; the rest only in all at once.
SHARP = ("\x00", "²", "9" * 5_000, "2026-02-30T10:00:00", "9999-12-31T23:59:59+00:00", "9999-12-31", "-1")
#: A page of htmx asks for parts of it.
HTMX = {"HX-Request": "true", "HX-Target": "timeline"}
EXPECTED = {200, 204, 302, 303, 400, 403, 404, 405, 409, 413, 422}


def attack(
    client: Client, method: str, url: str, data: Any, *, also: frozenset[int] = frozenset(), **headers: Any
) -> str:
    """Nothing, or what went wrong; the database is as it was before."""
    said = ""
    try:
        with transaction.atomic():
            response = getattr(client, method)(url, data, headers=headers or None)
            if response.status_code not in EXPECTED | also:
                said = f"status {response.status_code}"
            transaction.set_rollback(True)
    except Exception as error:  # whatever a view lets through is the finding
        return f"{type(error).__name__}: {error}"[:200]
    return said


def one_of_each(names: Iterable[str]) -> list[str]:
    """Rows of a form are the same fields with another number: of those the first."""
    found: dict[str, str] = {}
    for name in sorted(names):
        found.setdefault(re.sub(r"\d+", "#", name), name)
    return list(found.values())


def shown(value: str) -> str:
    return value[:12] + ("…" if len(value) > 12 else "")


@pytest.mark.parametrize("row", [row for row in ROWS if row.get], ids=lambda row: row.name)
def test_no_parameter_of_an_address_breaks_a_page(row: Row, client_as: Any):
    user = asker(row)
    client = client_as(user)
    url = reverse(row.name, args=row.arguments(user))
    with names_asked() as names:
        answers = client.get(url, row.query), client.get(url, row.query, headers=HTMX)
    names = (names | {"page", "q"}) - {"csrfmiddlewaretoken"}
    ways: tuple[dict[str, str], ...] = ({}, HTMX) if looks_at_htmx(*answers) else ({},)

    found = []
    trials = [("all", value, dict.fromkeys(names, value), way) for value in NONSENSE for way in ways]
    trials += [(name, value, {name: value}, {}) for name in one_of_each(names) for value in SHARP]
    for which, value, params, headers in trials:
        said = attack(client, "get", url, params, also=row.also, **headers)
        if said:
            found.append(f"{which}={shown(value)!r}: {said}")
    assert not found, "\n".join([url, *found])


@pytest.mark.parametrize("row", [row for row in ROWS if row.post], ids=lambda row: row.name)
def test_no_value_of_a_form_breaks_it(row: Row, client_as: Any):
    """The form as a person would fill it in, with nonsense in one field at a time; and in all of them."""
    user = asker(row, "post")
    client = client_as(user)
    url = reverse(row.name, args=row.arguments(user))
    with names_asked() as asked:
        attack(client, "post", url, {})
        filled = {name: [value] for name, value in row.data.items()} | filled_in(client, row, url)
        attack(client, "post", url, filled)
    names = (asked | set(filled)) - {"csrfmiddlewaretoken"}

    found = []
    trials = [("all", value, dict.fromkeys(names, value)) for value in NONSENSE]
    trials += [(name, value, {**filled, name: value}) for name in one_of_each(names) for value in SHARP]
    for which, value, trial in trials:
        said = attack(client, "post", url, trial)
        if said:
            found.append(f"{which}={shown(value)!r}: {said}")
    assert not found, "\n".join([url, *found])


def filled_in(client: Client, row: Row, url: str) -> dict[str, list[str]]:
    """What a person would send from the page of that address."""
    response = client.get(url) if row.get else None
    if response is None or response.status_code != 200:
        return {}
    found: dict[str, list[str]] = {}
    for action, values in forms_of(response):
        if action in {"", url}:
            found |= values
    return found


# ── the same form twice ──────────────────────────────────────────────────────────────────────────


def hours_form(user: Any) -> tuple[str, type[Any], dict[str, Any]]:
    track = TrackFactory()
    sent = {"day": clock.today(), "hours": "1,5", "track": track.pk, "kind": "internal"}
    return reverse("budget:hours"), TimeEntry, sent


def contact_form(user: Any) -> tuple[str, type[Any], dict[str, Any]]:
    sent = {"kind": "call", "subject": "Twee keer gedrukt"}
    return reverse("employers:contact_add", args=[EmployerFactory().pk]), ContactMoment, sent


def employer_form(user: Any) -> tuple[str, type[Any], dict[str, Any]]:
    # The third form is about one that exists by then; whoever sends it has seen that.
    sent = {"name": "Tweemaal Proef B.V.", "kind": "company", "anyway": "1"}
    return reverse("employers:add"), Employer, sent


def meeting_form(user: Any) -> tuple[str, type[Any], dict[str, Any]]:
    sent = {
        "kind": MeetingKindFactory(visit=True).pk,
        "starts_on": clock.today() + dt.timedelta(days=9),
        "start_time": "10:00",
        "place": "company",
        "direction": "out",
        "employers": EmployerFactory().pk,
    }
    return reverse("meetings:plan"), Meeting, sent


@pytest.mark.parametrize("make", [hours_form, contact_form, employer_form, meeting_form])
def test_a_form_that_is_sent_twice_does_its_work_once(make: Any, client_as: Any, am: Any):
    """Two presses send the same token; a form that was drawn anew is another form."""
    url, model, sent = make(am)
    client = client_as(am)
    before = model.objects.count()

    first = client.post(url, {**sent, "csrfmiddlewaretoken": "a" * 64})
    second = client.post(url, {**sent, "csrfmiddlewaretoken": "a" * 64})
    assert (first.status_code, second.status_code) == (302, 302), first.content.decode()[-3000:]
    assert second.url == first.url
    assert model.objects.count() == before + 1

    client.post(url, {**sent, "csrfmiddlewaretoken": "b" * 64})
    assert model.objects.count() == before + 2


def test_a_contact_sent_twice_by_htmx_reloads_the_page(client_as: Any, am: Any):
    url, model, sent = contact_form(am)
    client = client_as(am)

    for expected in (200, 204):
        response = client.post(url, {**sent, "csrfmiddlewaretoken": "a" * 64}, headers={"HX-Request": "true"})
        assert response.status_code == expected
    assert response.headers["HX-Refresh"] == "true"
    assert model.objects.count() == 1


def test_a_form_that_was_refused_may_be_sent_again(client_as: Any, am: Any):
    """Nothing was done, so the second answer is the same page with its errors."""
    url, _model, sent = hours_form(am)
    sent |= {"hours": "25", "csrfmiddlewaretoken": "a" * 64}
    client = client_as(am)

    assert [client.post(url, sent).status_code for _press in range(2)] == [422, 422]


# ── what people type is text, wherever it comes back ─────────────────────────────────────────────

MARKUP = {"text/html", "application/xhtml+xml", "image/svg+xml", "application/xml", "text/xml"}
MARK = "<img src=x onerror=alert(1)>"
TYPED = f"\"'><script>alert(1)</script>{MARK}"


def test_what_people_type_is_never_markup(client_as: Any):
    """Names, subjects, notes and reasons with markup in them, at every address and in the administration."""
    today = clock.today()
    lead = UserFactory(roles=[TL, FA], first_name=TYPED[:100], password="een-lang-wachtwoord")
    employer = EmployerFactory(name=f"Proef {TYPED}", retired_reason=TYPED)
    JobCountFactory(establishment=EstablishmentFactory(employer=employer, street=TYPED, is_main=True))
    AccountAssignmentFactory(employer=employer, user=lead)
    person = PositionFactory(
        employer=employer, title=TYPED, person__last_name=TYPED, person__source=TYPED
    ).person
    ContactMomentFactory(
        employers=[employer], people=[person], subject=TYPED, notes=TYPED, user=lead, happened_at=clock.now()
    )
    made = MeetingFactory(
        planned=True, on=today + dt.timedelta(4), title=TYPED, purpose=TYPED, location=TYPED, owner=lead,
        employers=[employer], people=[(person, employer)], college=True,
    )  # fmt: skip
    gone = MeetingFactory(
        cancelled=True, on=today - dt.timedelta(4), title=TYPED, owner=lead, employers=[employer]
    )
    invitation = InvitationFactory(employer=employer, person=person, sent_on=today)
    TimeEntryFactory(user=lead, employer=employer, day=today, note=TYPED)
    ReminderFactory(recipient=lead, target=made)
    refresh_employers([employer.pk], today)
    ours = {
        "employer": [employer.pk],
        "person": [person.pk],
        "a_meeting": [made.pk],
        "an_invitation": [invitation.pk],
    }
    client = client_as(lead)
    urls = [made.get_absolute_url(), gone.get_absolute_url()]
    for row in ROWS:
        if row.get and row.get & {TL, FA}:
            group = row.args.__qualname__.split(".")[0] if callable(row.args) else ""
            urls.append(reverse(row.name, args=ours.get(group) or row.arguments(lead)))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        urls.append(reverse(f"{name}_changelist"))
        last = model._default_manager.order_by("-pk").first()
        if last is not None:
            urls += [reverse(f"{name}_change", args=[last.pk]), reverse(f"{name}_history", args=[last.pk])]

    shown = 0
    for url in urls:
        for query in ({}, {"q": TYPED, "page": TYPED, "kind": TYPED, "spoor": TYPED, "naam": TYPED}):
            for headers in ({}, HTMX):
                response = client.get(url, query, headers=headers)
                if response.streaming or response["Content-Type"].split(";")[0] not in MARKUP:
                    continue  # a file to save or a document, never read as a page by a browser
                text = response.content.decode()
                assert MARK not in text, f"{url} {query}"
                assert "<script>alert" not in text, f"{url} {query}"
                shown += "&lt;img src=x" in text
    assert shown > 20, "the walk must see what was typed"


# ── what belongs to others ───────────────────────────────────────────────────────────────────────


def test_a_hidden_record_cannot_be_chosen_by_its_number(client_as: Any, am: Any):
    """A form takes only what its reader may see, whatever numbers are sent."""
    secret = EmployerFactory(is_confidential=True)
    hidden = PositionFactory(employer=secret).person
    mine = EmployerFactory()
    secret_meeting = MeetingFactory(planned=True, employers=[secret, mine])
    client = client_as(am)
    url, _model, sent = meeting_form(am)
    trials = [
        (url, {**sent, "employers": [secret.pk]}),
        (url, {**sent, "employers": [mine.pk], "people": [hidden.pk]}),
        (url, {**sent, "employers": [mine.pk], "organisers": [secret.pk]}),
        (hours_form(am)[0], {**hours_form(am)[2], "employer": secret.pk}),
        (f"{hours_form(am)[0]}?employer={secret.pk}", {**hours_form(am)[2], "employer": secret.pk}),
        (reverse("employers:contact_add", args=[mine.pk]), {**contact_form(am)[2], "person": hidden.pk}),
        (
            f"{reverse('meetings:invitation_add')}?employer={mine.pk}",
            {"direction": "out", "purpose": "appointment", "channel": "mail", "sent_on": clock.today(),
             "meeting": secret_meeting.pk},
        ),
        (
            f"{reverse('meetings:invitation_add')}?employer={mine.pk}",
            {"direction": "out", "purpose": "appointment", "channel": "mail", "sent_on": clock.today(),
             "person": hidden.pk},
        ),
        (
            reverse("employers:group", args=[mine.pk]),
            {"q": secret.name, "absorbed": secret.pk, "reason": "proef"},
        ),
        (
            reverse("employers:position_add", args=[PositionFactory().person_id]),
            {"q": secret.name, "employer": secret.pk, "title": "proef", "starts_on": clock.today()},
        ),
    ]  # fmt: skip
    models = (Meeting, TimeEntry, ContactMoment, Invitation, EmployerGrouping, Position)
    before = [model.objects.count() for model in models]

    for where, data in trials:
        response = client.post(where, data)
        # The contact form leaves out what it did not offer when nobody can be chosen at all.
        assert response.status_code == 422 or "/contact/" in where, f"{where}: {response.status_code}"

    after = [model.objects.count() for model in models]
    assert [new - old for old, new in zip(before, after, strict=True)] == [0, 0, 1, 0, 0, 0]
    assert not ContactMoment.people.through.objects.filter(contactperson=hidden).exists()


def test_nobody_touches_somebody_elses_hours_or_reminders(client_as: Any, am: Any, tl: Any):
    entry, reminder = TimeEntryFactory(user=am), ReminderFactory(recipient=am)
    client = client_as(tl)

    assert client.post(reverse("budget:remove_hours", args=[entry.pk])).status_code == 404
    until = {"until": clock.today() + dt.timedelta(3)}
    assert client.post(reverse("home:snooze", args=[reminder.pk]), until).status_code == 404
    assert client.post(reverse("home:wake", args=[reminder.pk])).status_code == 404
    assert TimeEntry.objects.filter(pk=entry.pk).exists()


@pytest.mark.parametrize("row", [row for row in ROWS if row.post], ids=lambda row: row.name)
def test_another_site_cannot_send_a_form(row: Row):
    user = asker(row, "post")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    assert client.post(reverse(row.name, args=row.arguments(user)), row.data).status_code == 403


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elders.example.org/", "//elders.example.org/", "/\\elders.example.org", "javascript:x"],
)
def test_no_address_leads_to_another_site(elsewhere: str, client_as: Any, am: Any, tl: Any):
    am.set_password("een-lang-wachtwoord")
    am.save()
    inside = client_as(tl)
    answers = [
        Client().post(
            f"{reverse('account_login')}?next={elsewhere}",
            {"login": am.email, "password": "een-lang-wachtwoord", "next": elsewhere},
        ),
        inside.post(reverse("set_language"), {"language": "en", "next": elsewhere}),
        inside.get(reverse("account_login"), {"next": elsewhere}),
        inside.get(reverse("admin:login"), {"next": elsewhere}),
        inside.post(reverse("account_logout"), {"next": elsewhere}),
    ]
    for answer in answers:
        assert "elders" not in answer.headers.get("Location", "").split("?")[0]
        assert not answer.headers.get("Location", "").startswith("javascript")


# ── two editors ──────────────────────────────────────────────────────────────────────────────────

EDIT_PAGES = (
    "meetings:blocked_edit",
    "employers:edit",
    "employers:person_edit",
    "employers:position_edit",
    "employers:contact_edit",
    "meetings:edit",
    "meetings:report",
    "meetings:invitation_edit",
)


def text_form(client: Client, url: str) -> dict[str, list[str]]:
    """The form of the page as it is sent, without new rows of what is kept apart from the text."""
    ((_action, sent),) = [form for form in forms_of(client.get(url)) if form[0] in {"", url}]
    return sent | {key: [""] for key in sent if key.startswith(("outcome", "signal"))}


@pytest.mark.parametrize("name", EDIT_PAGES)
def test_the_second_of_two_editors_is_told(name: str, client_as: Any):
    """Both opened the page; the second one's form comes back with what was typed, and is not saved."""
    row = next(row for row in ROWS if row.name == name)
    user = asker(row, "post")
    client = client_as(user)
    url = reverse(name, args=row.arguments(user))
    opened = text_form(client, url)
    if name == "meetings:report":
        assert client.post(url, {**opened, "csrfmiddlewaretoken": "c" * 64}).status_code == 302
        opened = text_form(client, url)
    opened.pop("csrfmiddlewaretoken", None)
    if name == "employers:edit":  # what was guessed for these is refused, rightly
        guessed = [field for field in opened if field.endswith("_reason") or field in {"phone", "website"}]
        opened |= {key: [""] for key in guessed}
        choices = [field.removesuffix("_reason") for field in guessed if field.endswith("_reason")]
        opened |= {key: [""] for key in choices}

    if name == "meetings:blocked_edit":  # what is blocked takes time
        opened["end_time"] = ["11:00"]
    if name == "employers:person_edit":  # a guess is no phone number
        opened["mobile"] = [""]

    first = client.post(url, opened)
    assert first.status_code == 302, first.content.decode()[-4000:]
    second = client.post(url, opened)
    assert second.status_code == 422
    assert f'value="{int(opened["record_version"][0]) + 1}"' in second.content.decode()


def test_a_cell_is_no_formula():
    """A spreadsheet runs what begins like one; it must not when the refused rows are opened."""
    cells = ["=1+1", "+31", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "-12,5", "gewoon"]
    out = io.StringIO()
    row = {"row": 2, "reason": "no_name", "column": "A", "reason_values": {}, "cells": cells}

    assert write_refused(out, [f"k{at}" for at in range(len(cells))], [row]) == 1
    out.seek(0)
    written = list(csv.reader(out, delimiter=";"))[1]
    assert [cell[:1] for cell in written[:7]] == ["'"] * 7
    assert written[7:9] == ["-12,5", "gewoon"]
