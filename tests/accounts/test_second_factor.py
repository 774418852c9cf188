"""The second factor: an app with codes, recovery codes, and roles that must have one."""

import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.checks import check_required_roles
from accounts.services import reset_second_factor
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def set_up(client):
    """Switch the app on through the pages; returns the secret."""
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    return secret


@pytest.fixture
def person(make_user):
    return make_user("AM", password=PASSWORD)


def is_in(client):
    return client.get(reverse("usersessions_list")).status_code == 200


def test_the_app_is_asked_for_from_then_on(client, person, log_in):
    log_in(client, person.email)
    secret = set_up(client)
    assert TOTP(Authenticator.objects.get(user=person, type="totp")).validate_code("000000") is False
    fresh = client.__class__()

    assert log_in(fresh, person.email).url.startswith(reverse("mfa_authenticate"))
    assert not is_in(fresh)
    fresh.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not is_in(fresh)
    fresh.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert is_in(fresh)


def test_a_wrong_code_does_not_switch_the_app_on(client, person, log_in):
    log_in(client, person.email)
    client.get(reverse("mfa_activate_totp"))

    response = client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert response.context["form"].errors["code"]
    assert not Authenticator.objects.exists()


def test_a_recovery_code_works_once(client, person, log_in):
    log_in(client, person.email)
    set_up(client)
    page = client.get(reverse("mfa_view_recovery_codes"))
    code = page.context["unused_codes"][0]
    assert code in page.content.decode()
    downloaded = client.get(reverse("mfa_download_recovery_codes"))
    assert re.search(rf"^{code}$", downloaded.content.decode(), re.MULTILINE)

    for expected in (True, False):
        fresh = client.__class__()
        log_in(fresh, person.email)
        fresh.post(reverse("mfa_authenticate"), {"code": code})
        assert is_in(fresh) is expected


def test_a_session_of_this_morning_asks_for_the_password_first(client, person, log_in):
    with time_machine.travel("2026-11-23 09:00", tick=False) as clock:
        log_in(client, person.email)
        assert client.get(reverse("mfa_activate_totp")).status_code == 200
        clock.shift(3600)
        assert client.get(reverse("mfa_activate_totp")).url.startswith(reverse("account_reauthenticate"))

        client.post(reverse("account_reauthenticate"), {"password": "iets-anders-getypt"})
        assert client.get(reverse("mfa_activate_totp")).status_code == 302
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_a_role_that_does_not_exist_stops_the_start(settings):
    settings.MFA_REQUIRED_ROLES = ["AM", "XX"]

    assert [problem.id for problem in check_required_roles()] == ["accounts.E001"]


class TestRolesThatMust:
    @pytest.fixture(autouse=True)
    def _required(self, settings):
        settings.MFA_REQUIRED_ROLES = ["AM", "FA"]

    def test_without_one_every_page_leads_to_setting_it_up(self, client, person, log_in):
        log_in(client, person.email)

        for name in ("usersessions_list", "mfa_index", "admin:index"):
            assert client.get(reverse(name)).url == reverse("mfa_activate_totp")
        assert client.get("/bestaat-niet/").url == reverse("mfa_activate_totp")
        assert client.post(reverse("usersessions_list")).url == reverse("mfa_activate_totp")

    def test_a_fragment_takes_the_whole_browser_there(self, client, person, log_in):
        log_in(client, person.email)

        response = client.get(reverse("usersessions_list"), headers={"HX-Request": "true"})

        assert response.headers["HX-Redirect"] == reverse("mfa_activate_totp")

    def test_setting_it_up_opens_the_doors_and_costs_no_query_per_page(self, client, person, log_in):
        log_in(client, person.email)
        set_up(client)

        assert is_in(client)
        with CaptureQueriesContext(connection) as queries:
            assert is_in(client)
        assert not [query for query in queries if "mfa_authenticator" in query["sql"]]

    def test_leaving_and_the_language_stay_possible(self, client, person, log_in):
        log_in(client, person.email)

        assert client.post(reverse("set_language"), {"language": "nl"}).url == "/"
        client.post(reverse("account_logout"))
        assert not is_in(client)

    def test_other_roles_may_go_without(self, client, make_user, log_in):
        reader = make_user("RD", password=PASSWORD)
        log_in(client, reader.email)

        assert is_in(client)

    def test_who_loses_it_is_logged_out_and_sets_a_new_one_up(self, client, person, log_in):
        log_in(client, person.email)
        set_up(client)
        assert is_in(client)

        assert reset_second_factor(person) is True

        assert client.get(reverse("usersessions_list")).url.startswith(reverse("account_login"))
        log_in(client, person.email)
        assert client.get(reverse("usersessions_list")).url == reverse("mfa_activate_totp")
