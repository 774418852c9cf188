"""One person per role (R9), loaded for all tests by tests/conftest.py."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role

from .factories import CollegeMemberFactory, UserFactory

MakeUser = Callable[..., User]


@pytest.fixture
def make_user(db: None) -> MakeUser:
    """`make_user("AM", last_name="…")`; without a role somebody who may nothing."""

    def make(role: Role | str | None = None, **fields: Any) -> User:
        return UserFactory(role=role, **fields)

    return make


@pytest.fixture
def client_as() -> Callable[[User], Client]:
    """`client_as(user).get(url)`: a client of its own, logged in without the log-in form."""

    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter


@pytest.fixture
def am(make_user: MakeUser) -> User:
    """An account manager."""
    return make_user(Role.ACCOUNT_MANAGER)


@pytest.fixture
def cm(make_user: MakeUser) -> User:
    """A college member with a row in the college."""
    user = make_user(Role.COLLEGE_MEMBER)
    CollegeMemberFactory(user=user)
    return user


@pytest.fixture
def es(make_user: MakeUser) -> User:
    """An executive secretary, without a mandate."""
    return make_user(Role.SECRETARY)


@pytest.fixture
def tl(make_user: MakeUser) -> User:
    """The team lead."""
    return make_user(Role.TEAM_LEAD)


@pytest.fixture
def ed(make_user: MakeUser) -> User:
    """Somebody of the employer desk."""
    return make_user(Role.EMPLOYER_DESK)


@pytest.fixture
def rd(make_user: MakeUser) -> User:
    """A reader of another department."""
    return make_user(Role.READER)


@pytest.fixture
def fa(make_user: MakeUser) -> User:
    """The functional admin."""
    return make_user(Role.FUNCTIONAL_ADMIN)
