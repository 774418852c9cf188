"""Log-in, second factor and sessions in our own pages: each renders, in our shell, with what it is for."""

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

PASSWORD = "een-lang-proefwachtwoord"  # made up, of this test only

pytestmark = pytest.mark.django_db


def page(response):
    assert response.status_code == 200
    soup = BeautifulSoup(response.content, "html.parser")
    assert len(soup.find_all("h1")) == 1
    assert soup.find("main", id="main")
    assert soup.title.get_text(strip=True).endswith("Deventer CRM")
    assert not soup.find_all(style=True)
    return soup


def test_pages_before_log_in(client):
    for name in (
        "account_login", "account_reset_password", "account_reset_password_done", "account_signup",
        "account_inactive", "account_reset_password_from_key_done",
    ):  # fmt: skip
        assert not page(client.get(reverse(name))).find("nav", class_="rail"), name


def test_a_spent_link_offers_a_new_one(client):
    soup = page(client.get(reverse("account_reset_password_from_key", args=["1", "abc-def"])))
    assert soup.find("a", href=reverse("account_reset_password"))
    assert not soup.select("main input[type=password]")


def test_sign_up_is_closed(client):
    soup = page(client.get(reverse("account_signup")))
    assert not soup.select("main form")


def test_wrong_password_keeps_the_address_and_says_so_on_top(client, am):
    soup = page(client.post(reverse("account_login"), {"login": am.email, "password": "niet-dit-wachtwoord"}))
    assert soup.find("input", attrs={"name": "login"})["value"] == am.email
    assert soup.find(class_="error-summary").li


def test_second_factor_from_switching_on_to_switching_off(am):
    am.set_password(PASSWORD)
    am.save()
    client = Client()
    client.post(reverse("account_login"), {"login": am.email, "password": PASSWORD})

    overview = page(client.get(reverse("mfa_index")))
    assert overview.find("a", href=reverse("mfa_activate_totp"))
    question = page(client.get(reverse("account_reauthenticate")))  # is it you?
    assert question.find("input", attrs={"name": "password"})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    activate = page(client.get(reverse("mfa_activate_totp")))
    assert activate.find("img", class_="qr")["src"].startswith("data:image/svg+xml")
    secret = activate.find(id="authenticator-secret")["value"]
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302

    overview = page(client.get(reverse("mfa_index")))
    assert overview.find("a", href=reverse("mfa_deactivate_totp"))
    codes = page(client.get(reverse("mfa_view_recovery_codes"))).select(".codes li")
    assert len(codes) == 10
    page(client.get(reverse("mfa_generate_recovery_codes")))
    page(client.get(reverse("mfa_deactivate_totp")))

    other = Client()
    answer = other.post(reverse("account_login"), {"login": am.email, "password": PASSWORD}, follow=True)
    second_step = page(answer)
    assert second_step.find("input", attrs={"name": "code"})
    assert second_step.find("form", id="leave")
    answer = other.post(reverse("mfa_authenticate"), {"code": codes[0].get_text(strip=True)})
    assert answer.status_code == 302
    assert other.session["_auth_user_id"] == str(am.pk)


def test_account_pages_when_logged_in(am):
    am.set_password(PASSWORD)
    am.save()
    client = Client(headers={"user-agent": "Proefbrowser 1.0"})
    client.post(reverse("account_login"), {"login": am.email, "password": PASSWORD})
    assert len(page(client.get(reverse("account_change_password"))).select("main input[type=password]")) == 3
    page(client.get(reverse("account_logout")))
    page(client.get(reverse("account_reauthenticate")))
    sessions = page(client.get(reverse("usersessions_list")))
    assert "Proefbrowser" in sessions.find("tbody").get_text()
    assert sessions.find("nav", class_="rail")


@pytest.mark.parametrize("status", ["403.html", "404.html", "500.html", "403_csrf.html"])
def test_error_pages_need_nothing(status):
    from django.template.loader import get_template

    soup = BeautifulSoup(get_template(status).render(), "html.parser")
    assert len(soup.find_all("h1")) == 1
    assert soup.find("a", href="/")
