"""R13: log-in, failed log-in and refusal leave a line; what was typed is never in it."""

import json

import pytest
from django.core import serializers
from django.urls import reverse

from deventer_crm.core.models import AccessEvent
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
Verb = AccessEvent.Verb


def lines():
    return list(AccessEvent.objects.order_by("pk").values_list("verb", "user_id", "origin"))


def test_a_log_in_leaves_a_line_with_the_address(client, make_user, log_in):
    user = make_user("AM", password=PASSWORD)

    log_in(client, user.email)

    assert lines() == [(Verb.LOGIN, user.pk, "127.0.0.1")]


def test_a_wrong_password_names_the_account_and_not_what_was_typed(client, make_user, log_in):
    user = make_user("AM", password=PASSWORD)

    log_in(client, user.email.upper(), "geheim-dat-niet-mag-blijven")

    assert lines() == [(Verb.LOGIN_FAILED, user.pk, "127.0.0.1")]
    stored = serializers.serialize("json", AccessEvent.objects.all())
    assert "geheim" not in stored
    assert user.email.lower() not in stored.lower()


def test_an_address_of_nobody_is_not_kept(client, log_in):
    log_in(client, "onbekend.iemand@example.org", "geheim-dat-niet-mag-blijven")

    assert lines() == [(Verb.LOGIN_FAILED, None, "127.0.0.1")]
    assert "onbekend" not in serializers.serialize("json", AccessEvent.objects.all())


def test_a_locked_account_is_told_apart(client, make_user, log_in):
    user = make_user("AM", password=PASSWORD)
    for _attempt in range(6):
        log_in(client, user.email, "iets-anders-getypt")

    reasons = AccessEvent.objects.order_by("pk").values_list("detail__reason", flat=True)

    assert list(reasons) == ["password"] * 5 + ["locked"]


def test_the_address_is_the_browsers_behind_a_trusted_proxy_only(client, make_user, log_in, settings):
    user = make_user("AM", password=PASSWORD)
    client.defaults["HTTP_X_FORWARDED_FOR"] = "203.0.113.7"
    log_in(client, user.email)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    log_in(client.__class__(HTTP_X_FORWARDED_FOR="203.0.113.7"), user.email)

    assert [origin for _verb, _user, origin in lines()] == ["127.0.0.1", "203.0.113.7"]


def test_a_refusal_leaves_a_line_with_the_page_and_without_the_query(rd, client_as):
    response = client_as(rd).get(reverse("admin:index"), {"q": "Geheime naam"})

    assert response.status_code == 403
    [event] = AccessEvent.objects.all()
    assert (event.verb, event.user, event.target) == (Verb.REFUSED, rd, "admin:index")
    assert "Geheime" not in json.dumps(event.detail)


def test_not_being_logged_in_is_no_refusal(client):
    client.get(reverse("usersessions_list"))

    assert not AccessEvent.objects.exists()
