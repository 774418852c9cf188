"""Getting in: by e-mail address, locked after too many attempts, a forgotten password, no sign-up."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def is_in(client):
    return client.get(reverse("usersessions_list")).status_code == 200


def test_a_person_logs_in_with_the_email_address_in_any_case(client, make_user, log_in):
    make_user("AM", email="proef.persoon@example.org", password=PASSWORD)

    response = log_in(client, "Proef.Persoon@Example.org")

    assert response.url == reverse("usersessions_list")
    assert is_in(client)


def test_a_replaced_address_no_longer_opens_the_account(client, make_user, log_in):
    user = make_user("AM", email="oud@example.org", password=PASSWORD)
    log_in(client, "oud@example.org")
    user.email = "nieuw@example.org"
    user.save()
    fresh = client.__class__()

    log_in(fresh, "oud@example.org")
    assert not is_in(fresh)
    log_in(fresh, "nieuw@example.org")
    assert is_in(fresh)


@pytest.mark.parametrize("password", ["", "iets-anders-getypt"])
def test_a_wrong_password_says_so_beside_the_form_and_keeps_the_address(client, make_user, log_in, password):
    user = make_user("AM", password=PASSWORD)

    response = log_in(client, user.email, password)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert user.email in response.content.decode()
    assert not is_in(client)


def test_a_deactivated_person_stays_out(client, make_user, log_in):
    user = make_user("AM", password=PASSWORD, is_active=False)

    log_in(client, user.email)

    assert not is_in(client)


def test_after_five_wrong_passwords_the_right_one_is_refused_for_a_while(client, make_user, log_in):
    user, other = make_user("AM", password=PASSWORD), make_user("AM", password=PASSWORD)
    for _attempt in range(5):
        log_in(client, user.email, "iets-anders-getypt")

    assert log_in(client, user.email).status_code == 200
    assert not is_in(client)
    log_in(client, other.email)
    assert is_in(client)


def test_nobody_can_sign_up(client):
    response = client.post(
        reverse("account_signup"),
        {"email": "nieuw@example.org", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert response.templates[0].name == "account/signup_closed.html"
    assert not User.objects.exists()


def test_a_forgotten_password_is_replaced_with_the_link_in_the_mail(client, make_user, log_in, settings):
    settings.SITE_URL = "https://crm.example.org"
    user = make_user("AM", password=PASSWORD)

    with translation.override("nl"):
        client.post(reverse("account_reset_password"), {"email": user.email})

    [message] = mail.outbox
    assert message.to == [user.email]
    link = re.search(r"https://crm\.example\.org(/account/wachtwoord/nieuw/\S+/)", message.body)
    assert link, message.body
    page = client.get(link[1], follow=True)
    assert page.status_code == 200
    assert page.context["form"].fields.keys() == {"password1", "password2"}
    new = "een-ander-lang-wachtwoord"
    done = client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert done.url == reverse("account_reset_password_from_key_done")
    log_in(client, user.email, new)
    assert is_in(client)
    # The link worked once.
    again = client.get(link[1], follow=True)
    assert again.context["token_fail"]


def test_the_link_ignores_the_host_somebody_pretends_to_be(client, make_user, settings):
    settings.ALLOWED_HOSTS = ["*"]
    user = make_user("AM", password=PASSWORD)

    client.post(reverse("account_reset_password"), {"email": user.email}, headers={"host": "evil.example"})

    assert settings.SITE_URL in mail.outbox[0].body
    assert "evil.example" not in mail.outbox[0].body


def test_the_page_does_not_tell_whether_an_address_has_an_account(client, make_user):
    user = make_user("AM", password=PASSWORD)

    known = client.post(reverse("account_reset_password"), {"email": user.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "niemand@example.org"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert len(mail.outbox) == 1


def test_a_weak_new_password_is_explained(client_as, make_user):
    user = make_user("AM", password=PASSWORD)

    response = client_as(user).post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "kort", "password2": "kort"},
    )

    assert response.context["form"].errors["password1"]


def test_changing_the_password_keeps_this_session_and_mails_the_person(client, make_user, log_in):
    user = make_user("AM", password=PASSWORD)
    log_in(client, user.email)
    mail.outbox.clear()
    new = "een-ander-lang-wachtwoord"

    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert is_in(client)
    assert [message.to for message in mail.outbox] == [[user.email]]


def test_the_list_of_sessions_ends_the_others(client, make_user, log_in, client_as):
    user = make_user("AM", password=PASSWORD)
    other = client.__class__()
    log_in(client, user.email)
    log_in(other, user.email)
    assert client.get(reverse("usersessions_list")).context["session_count"] == 2

    client.post(reverse("usersessions_list"))

    assert is_in(client)
    assert not is_in(other)


def test_the_language_changes_and_stays(client):
    back = reverse("account_login")

    response = client.post(reverse("set_language"), {"language": "en", "next": back})

    assert response.url == back
    assert '<html lang="en">' in client.get(back).content.decode()


def test_a_next_address_elsewhere_is_not_followed(client, make_user):
    user = make_user("AM", password=PASSWORD)
    away = "https://evil.example/"

    response = client.post(reverse("set_language"), {"language": "nl", "next": away})
    assert response.url == "/"
    response = client.post(
        reverse("account_login"), {"login": user.email, "password": PASSWORD, "next": away}
    )
    assert "evil.example" not in response.url
