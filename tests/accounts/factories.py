"""Users, members of the college and mandates: made up and looking it, mail at example.org."""

import datetime as dt
from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from accounts.models import BlockedTime, CollegeMember, Mandate, User
from accounts.roles import Role, sync_roles


def group_of(role: Role | str) -> Group:
    """The group of a role; a flushed database (transactional tests) gets its groups back."""
    code = Role(role).value
    found = Group.objects.filter(name=code).first()
    if found is None:
        sync_roles()
        found = Group.objects.get(name=code)
    return found


class UserFactory(DjangoModelFactory):
    """`UserFactory(role="AM")`, `UserFactory(roles=["AM", "TL"])`, `UserFactory(password="…")`.

    Without a password nobody can log in by form; tests use client_as."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"gebruiker{n}@example.org")
    first_name = "Proef"
    last_name = factory.Sequence(lambda n: f"Gebruiker{n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", None)
        return model_class.objects.create_user(kwargs.pop("email"), password, **kwargs)

    @factory.post_generation
    def role(self, create: bool, extracted: Role | str | None, **options: Any) -> None:
        if create and extracted:
            self.groups.add(group_of(extracted))

    @factory.post_generation
    def roles(self, create: bool, extracted: list[Role | str] | None, **options: Any) -> None:
        if create and extracted:
            self.groups.add(*(group_of(role) for role in extracted))


class CollegeMemberFactory(DjangoModelFactory):
    class Meta:
        model = CollegeMember

    name = factory.Sequence(lambda n: f"Proefwethouder{n}")
    office = CollegeMember.Office.ALDERMAN
    remit = "Economie"
    starts_on = dt.date(2020, 1, 1)


class MandateFactory(DjangoModelFactory):
    class Meta:
        model = Mandate

    secretary = factory.SubFactory(UserFactory, role="ES")
    college_member = factory.SubFactory(CollegeMemberFactory)
    starts_on = dt.date(2020, 1, 1)


class BlockedTimeFactory(DjangoModelFactory):
    """One whole day for the whole college; `weekday=2, start_time=…` for more."""

    class Meta:
        model = BlockedTime

    label = "Proefblokkade"
    starts_on = dt.date(2026, 7, 1)
    ends_on = factory.LazyAttribute(lambda o: o.starts_on if o.weekday is None else None)
    weekday = None
