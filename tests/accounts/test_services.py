"""What an administrator does with accounts."""

import re
import smtplib

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import services
from accounts.models import User
from accounts.roles import Act
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def is_in(client):
    return client.get(reverse("usersessions_list")).status_code == 200


def test_an_invitation_leads_to_a_password_of_ones_own(client, fa, make_user, log_in, settings):
    settings.SITE_URL = "https://crm.example.org"
    user = make_user("AM", email="nieuw@example.org", first_name="Nieuw")

    services.invite_user(user, by=fa)

    [message] = mail.outbox
    assert message.to == ["nieuw@example.org"]
    path = re.search(r"https://crm\.example\.org(/account/\S+/)", message.body)[1]
    page = client.get(path, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    log_in(client, user.email)
    assert is_in(client)


def test_an_invitation_that_cannot_be_sent_is_told(fa, make_user, monkeypatch):
    def refuse(*args, **kwargs):
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refuse)

    with pytest.raises(services.InvitationFailed):
        services.invite_user(make_user("AM"), by=fa)


def test_deactivating_shuts_every_browser_out_at_once(client, fa, make_user, log_in):
    user = make_user("AM", password=PASSWORD)
    log_in(client, user.email)

    services.deactivate_user(user, by=fa)

    assert not is_in(client)
    assert log_in(client, user.email).url == reverse("account_inactive")
    assert not is_in(client)
    services.activate_user(user)
    log_in(client, user.email)
    assert is_in(client)


def test_nobody_deactivates_the_own_account(fa):
    with pytest.raises(ValidationError):
        services.deactivate_user(fa, by=fa)


def test_somebody_stays_who_can_manage_users(fa, make_user):
    superuser = User.objects.create_superuser("baas@example.org")
    services.deactivate_user(fa, by=superuser)
    services.activate_user(fa)
    with pytest.raises(ValidationError):
        services.deactivate_user(superuser, by=superuser)
    User.objects.filter(pk=superuser.pk).update(is_active=False)

    other = make_user("AM")
    with pytest.raises(ValidationError):
        services.deactivate_user(User.objects.get(pk=fa.pk), by=other)
    assert list(User.objects.who_can(Act.MANAGE_USERS)) == [fa]


def test_there_is_not_always_a_second_factor_to_take_away(make_user):
    assert services.reset_second_factor(make_user("AM")) is False
