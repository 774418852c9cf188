"""The admin: accounts, policy settings and norms are changed there; business records are only looked at."""

import datetime as dt

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.urls import reverse

from accounts.models import User
from accounts.roles import Act, Role
from budget.models import TimeEntry
from deventer_crm.core import policy
from deventer_crm.core.models import Commitment, CommitmentNorm, PolicyDocument, PolicySetting, TrailEvent
from employers.models import Area, AreaPostcode, ContactMoment, Employer, Theme
from tests.employers.factories import (
    ContactMomentFactory,
    ContactPersonFactory,
    EmployerFactory,
    EstablishmentFactory,
    PositionFactory,
    TrackFactory,
)
from tests.meetings.factories import InvitationFactory, MeetingFactory

pytestmark = pytest.mark.django_db

SECRET = "Qwyxvorbius"


@pytest.fixture
def office(client_as, fa):
    """The browser of the functional admin."""
    return client_as(fa)


def errors_of(response):
    return response.context["adminform"].form.errors if response.context else "moved on"


def no_inlines(*prefixes):
    names = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
    return {f"{prefix}-{name}": 0 for prefix in prefixes for name in names}


class TestUsers:
    def post(self, office, **changes):
        data = {
            "email": "Nieuwe.Collega@Example.org",
            "first_name": "Nieuwe",
            "last_name": "Collega",
            "groups": [Group.objects.get(name=Role.ACCOUNT_MANAGER.value).pk],
            "mails_digest": "on",
            **changes,
        }
        return office.post(reverse("admin:accounts_user_add"), data)

    def test_a_new_account_gets_its_roles_and_an_invitation(self, office, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            response = self.post(office)

        assert response.status_code == 302, errors_of(response)
        user = User.objects.get(email="nieuwe.collega@example.org")
        assert user.can(Act.LOG_CONTACT)
        assert not user.has_usable_password()
        assert not user.is_superuser
        assert [message.to for message in mail.outbox] == [["nieuwe.collega@example.org"]]

    @pytest.mark.django_db(transaction=True)
    def test_a_mail_server_that_is_away_is_told_and_the_account_stays(self, office, monkeypatch):
        def refuse(*args, **kwargs):
            raise ConnectionRefusedError

        monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refuse)
        response = self.post(office)

        page = office.get(response.url)
        assert "error" in [message.level_tag for message in page.context["messages"]]
        assert User.objects.filter(email="nieuwe.collega@example.org").exists()

    def test_the_same_address_in_other_capitals_is_refused_beside_the_field(self, office, make_user):
        make_user("RD", email="nieuwe.collega@example.org")

        response = self.post(office)

        assert response.status_code == 200
        assert "email" in errors_of(response)
        assert "Nieuwe.Collega@Example.org" in response.content.decode()

    def test_roles_change_and_leave_a_trail(self, office, fa, make_user):
        user = make_user("AM")
        TL = Group.objects.get(name=Role.TEAM_LEAD.value)
        right = Permission.objects.get(codename=Act.VIEW_CONFIDENTIAL.value)

        response = office.post(
            reverse("admin:accounts_user_change", args=[user.pk]),
            {"email": user.email, "last_name": "Anders", "groups": [TL.pk], "user_permissions": [right.pk]},
        )

        assert response.status_code == 302, errors_of(response)
        user = User.objects.get(pk=user.pk)
        assert user.role_codes == {"TL"}
        assert user.can(Act.VIEW_CONFIDENTIAL)
        events = TrailEvent.objects.filter(table_name="accounts_user_groups").order_by("-pk")[:2]
        assert {event.action for event in events} == {"I", "D"}
        assert {event.context.metadata["user"] for event in events} == {fa.pk}

    def test_nobody_widens_the_own_rights(self, office, fa):
        TL = Group.objects.get(name=Role.TEAM_LEAD.value)

        response = office.post(
            reverse("admin:accounts_user_change", args=[fa.pk]),
            {"email": fa.email, "last_name": "Anders", "groups": [TL.pk], "is_superuser": "on"},
        )

        assert response.status_code == 302, errors_of(response)
        fa = User.objects.get(pk=fa.pk)
        assert (fa.last_name, fa.role_codes, fa.is_superuser) == ("Anders", {"FA"}, False)

    def test_a_superuser_is_out_of_reach(self, office):
        boss = User.objects.create_superuser("baas@example.org", "een-lang-wachtwoord")

        response = office.post(
            reverse("admin:accounts_user_change", args=[boss.pk]), {"email": "kaper@example.org"}
        )
        self.act(office, "deactivate", boss)

        assert response.status_code == 403
        boss.refresh_from_db()
        assert (boss.email, boss.is_active) == ("baas@example.org", True)

    def act(self, office, name, *users):
        return office.post(
            reverse("admin:accounts_user_changelist"),
            {"action": name, admin.helpers.ACTION_CHECKBOX_NAME: [user.pk for user in users]},
        )

    def test_accounts_are_deactivated_and_activated_and_never_deleted(self, office, fa, make_user):
        user = make_user("AM")

        self.act(office, "deactivate", user, fa)
        assert list(User.objects.filter(is_active=False)) == [user]
        self.act(office, "activate", user)
        assert not User.objects.filter(is_active=False).exists()
        self.act(office, "delete_selected", user)
        assert office.post(reverse("admin:accounts_user_delete", args=[user.pk])).status_code == 403
        assert User.objects.filter(pk=user.pk).exists()

    def test_a_lost_phone_is_helped(self, office, make_user):
        user = make_user("AM")
        Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})

        self.act(office, "reset_second_factor", user)

        assert not Authenticator.objects.exists()

    def test_an_invitation_is_sent_again(self, office, make_user):
        user, gone = make_user("AM"), make_user("AM", is_active=False)

        self.act(office, "invite", user, gone)

        assert [message.to for message in mail.outbox] == [[user.email]]

    def test_the_list_costs_the_same_for_many_people(self, office, make_user, django_assert_max_num_queries):
        for _ in range(12):
            make_user("AM")
        with django_assert_max_num_queries(14):
            office.get(reverse("admin:accounts_user_changelist"))


class TestPolicySettings:
    def change(self, client, name, **data):
        return client.post(
            reverse("admin:core_policysetting_add") + f"?name={name}",
            {"starts_on": "2026-01-01", "note": "Zo afgesproken", **data},
        )

    def test_every_registered_setting_is_in_the_list(self, office):
        page = office.get(reverse("admin:core_policysetting_changelist"))

        shown = {row["definition"].name for row in page.context["settings"]}
        assert shown == set(policy.DEFINITIONS)

    @pytest.mark.parametrize(
        ("kind", "typed", "stored", "wrong"),
        [
            ("bool", "False", False, "misschien"),
            ("count", "12", 12, "-1"),
            ("month_day", "31-12", "12-31", "31-02"),
            ("texts", "lisa\r\n\r\n own ", ["lisa", "own"], " "),
            ("number", "1.5", 1.5, "veel"),
            ("text", "bezoeknotitie", "bezoeknotitie", ""),
        ],
    )
    def test_a_value_is_typed_by_its_kind(self, office, kind, typed, stored, wrong, monkeypatch):
        defaults = {
            "bool": True, "count": 1, "month_day": "04-01", "texts": ["a"], "number": 1, "text": "x"
        }  # fmt: skip
        definition = policy.Definition("proefinstelling", "Proefinstelling", defaults[kind], kind)
        monkeypatch.setitem(policy.DEFINITIONS, "proefinstelling", definition)

        refused = self.change(office, "proefinstelling", value=wrong)
        assert refused.status_code == 200
        assert "value" in errors_of(refused)
        accepted = self.change(office, "proefinstelling", value=typed)
        assert accepted.status_code == 302, errors_of(accepted)
        assert PolicySetting.objects.get().value == stored
        assert policy.value("proefinstelling", dt.date(2026, 1, 1)) == stored
        assert policy.value("proefinstelling", dt.date(2025, 12, 31)) == defaults[kind]
        # A form on the stored value shows it the way it is typed, so saving it again changes nothing.
        page = office.get(reverse("admin:core_policysetting_add") + "?name=proefinstelling")
        again = page.context["adminform"].form["value"].value()
        field = page.context["adminform"].form.fields["value"]
        assert field.clean(field.prepare_value(again)) == stored

    def test_a_reason_is_asked(self, office):
        assert "note" in errors_of(self.change(office, "top_list_includes_ties", value="False", note=""))

    def test_two_values_from_one_day_are_refused(self, office):
        self.change(office, "top_list_includes_ties", value="False")

        response = self.change(office, "top_list_includes_ties", value="True")

        assert response.status_code == 200
        assert errors_of(response)
        assert PolicySetting.objects.count() == 1

    def test_an_unknown_setting_leads_back_to_the_list(self, office):
        response = office.get(reverse("admin:core_policysetting_add") + "?name=bestaat-niet")

        assert response.url == reverse("admin:core_policysetting_changelist")

    def test_what_has_begun_is_history_and_what_is_to_come_is_not(self, office):
        with time_machine.travel("2026-06-01"):
            past = PolicySetting.objects.create(
                name="top_list_includes_ties", value=False, starts_on="2026-01-01"
            )
            coming = PolicySetting.objects.create(
                name="top_list_includes_ties", value=True, starts_on="2027-01-01"
            )
            data = {"value": "False", "starts_on": "2027-02-01", "note": "Later"}
            change, delete = "admin:core_policysetting_change", "admin:core_policysetting_delete"

            assert office.post(reverse(change, args=[past.pk]), data).status_code == 403
            assert office.post(reverse(delete, args=[past.pk]), {"post": "yes"}).status_code == 403
            assert office.post(reverse(change, args=[coming.pk]), data).status_code == 302
            coming.refresh_from_db()
            assert coming.starts_on == dt.date(2027, 2, 1)
            assert office.post(reverse(delete, args=[coming.pk]), {"post": "yes"}).status_code == 302
            assert list(PolicySetting.objects.all()) == [past]


class TestCommitments:
    @pytest.fixture
    def commitment(self):
        document = PolicyDocument.objects.create(name="Proefnota", starts_on="2026-01-01")
        commitment = Commitment.objects.create(
            document=document,
            code="P1",
            sentence_nl="Zo is het",
            sentence_en="So it is",
            strength="hard",
            owner="municipality",
            warn_from="07-01",
            starts_on="2026-01-01",
        )
        CommitmentNorm.objects.create(commitment=commitment, value=20, starts_on="2026-01-01")
        return commitment

    def data(self, commitment, **changes):
        norm = commitment.norms.get()
        return {
            "document": commitment.document_id,
            "code": "P1",
            "sentence_nl": "Zo is het nu",
            "sentence_en": "So it is now",
            "strength": "hard",
            "owner": "municipality",
            "unit": "count",
            "measure": "",
            "warn_from": "01-09",
            "starts_on": "2026-01-01",
            "position": 0,
            "norms-TOTAL_FORMS": 2,
            "norms-INITIAL_FORMS": 1,
            "norms-MIN_NUM_FORMS": 0,
            "norms-MAX_NUM_FORMS": 1000,
            "norms-0-id": norm.pk,
            "norms-0-commitment": commitment.pk,
            "norms-0-value": 1,
            "norms-1-commitment": commitment.pk,
            "norms-1-value": 25,
            "norms-1-tolerance": 0,
            "norms-1-starts_on": "2027-01-01",
            **changes,
        }

    def test_the_lead_adds_a_norm_and_the_one_that_holds_stays(self, client_as, tl, commitment):
        url = reverse("admin:core_commitment_change", args=[commitment.pk])

        response = client_as(tl).post(url, self.data(commitment))

        assert response.status_code == 302, errors_of(response)
        commitment.refresh_from_db()
        assert (commitment.sentence_nl, commitment.warn_from, commitment.modified_by) == (
            "Zo is het nu",
            "09-01",
            tl,
        )
        values = list(commitment.norms.order_by("starts_on").values_list("value", flat=True))
        assert values == [20, 25]

    def test_the_functional_admin_looks_and_does_not_touch(self, office, commitment):
        url = reverse("admin:core_commitment_change", args=[commitment.pk])

        assert office.get(url).status_code == 200
        assert office.post(url, self.data(commitment)).status_code == 403

    def test_a_day_that_does_not_exist_is_refused(self, client_as, tl, commitment):
        url = reverse("admin:core_commitment_change", args=[commitment.pk])

        response = client_as(tl).post(url, self.data(commitment, warn_from="31-02"))

        assert "warn_from" in errors_of(response)
        assert 'value="31-02"' in response.content.decode()


class TestReferenceData:
    def test_postcodes_come_and_go_with_their_area(self, office):
        area = Area.objects.create(code="proefpark", name="Proefpark", kind="business_park")
        gone = AreaPostcode.objects.create(area=area, postcode="9998")

        response = office.post(
            reverse("admin:employers_area_change", args=[area.pk]),
            {
                "name": "Proefpark Oost",
                "kind": "business_park",
                "position": 5,
                "postcodes-TOTAL_FORMS": 2,
                "postcodes-INITIAL_FORMS": 1,
                "postcodes-0-id": gone.pk,
                "postcodes-0-area": area.pk,
                "postcodes-0-postcode": "9998",
                "postcodes-0-DELETE": "on",
                "postcodes-1-area": area.pk,
                "postcodes-1-postcode": "9999ZZ",
            },
        )

        assert response.status_code == 302, errors_of(response)
        area.refresh_from_db()
        assert (area.name, area.code) == ("Proefpark Oost", "proefpark")
        assert list(area.postcodes.values_list("postcode", flat=True)) == ["9999ZZ"]

    def test_reference_data_is_put_out_of_use_and_not_deleted(self, office):
        theme = Theme.objects.create(code="proefthema", name="Proefthema")

        deleted = office.post(reverse("admin:employers_theme_delete", args=[theme.pk]), {"post": "yes"})
        office.post(
            reverse("admin:employers_theme_change", args=[theme.pk]),
            {"name": "Proefthema", "code": "anders", "position": 0, "disabled_on": "2026-05-01"},
        )

        assert deleted.status_code == 403
        theme.refresh_from_db()
        assert (theme.code, theme.disabled_on) == ("proefthema", dt.date(2026, 5, 1))


class TestBusinessRecords:
    """R10 holds in the admin: whoever may not know of a record does not find it there."""

    @pytest.fixture
    def hidden(self, am):
        employer = EmployerFactory(name=f"{SECRET} B.V.", is_confidential=True)
        EstablishmentFactory(employer=employer, name=f"{SECRET} vestiging")
        person = ContactPersonFactory(last_name=SECRET)
        PositionFactory(person=person, employer=employer, title=SECRET)
        moment = ContactMomentFactory(employers=[employer], subject=SECRET)
        meeting = MeetingFactory(employers=[employer], title=SECRET)
        InvitationFactory(employer=employer, note=SECRET)
        TimeEntry.objects.create(
            user=am, day="2026-02-02", hours=1, track=TrackFactory(), employer=employer, note=SECRET
        )
        return employer, moment, meeting

    @pytest.fixture
    def pages(self):
        return [
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            for model in admin.site._registry
            if model is not PolicySetting
        ]

    def test_a_list_an_object_page_and_the_history_do_not_know_it(self, office, hidden, pages):
        for page in pages:
            for url in (page, f"{page}?q={SECRET}"):
                answer = office.get(url)
                body = (
                    answer.content.decode()
                    .replace(f"q={SECRET}", "")
                    .replace(f"q%3D{SECRET}", "")
                    .replace(f'value="{SECRET}"', "")
                )
                assert SECRET not in body, url
        for record in hidden:
            base = f"admin:{record._meta.app_label}_{record._meta.model_name}"
            for name in (f"{base}_change", f"{base}_history"):
                response = office.get(reverse(name, args=[record.pk]), follow=True)
                assert SECRET not in response.content.decode()
                assert response.redirect_chain

    def test_the_trail_does_not_tell_that_it_exists(self, office, hidden):
        open_one = EmployerFactory()
        url = reverse("admin:core_trailevent_changelist")

        def rows(**query):
            found = office.get(url, query).context["cl"].queryset
            return {(event.table_name, event.object_id) for event in found}

        seen = rows()
        assert ("employers_employer", open_one.pk) in seen
        employer, moment, meeting = hidden
        assert ("employers_employer", employer.pk) not in seen
        assert ("employers_contactmoment", moment.pk) not in seen
        assert ("meetings_meeting", meeting.pk) not in seen
        assert ("meetings_meetingemployer", meeting.employer_rows.get().pk) not in seen
        assert ("employers_establishment", employer.establishments.get().pk) not in seen

    def test_with_the_right_it_is_there(self, office, fa, hidden):
        fa.user_permissions.add(Permission.objects.get(codename=Act.VIEW_CONFIDENTIAL.value))

        page = office.get(reverse("admin:employers_employer_changelist"))

        assert SECRET in page.content.decode()

    def test_the_autocomplete_of_associations_does_not_offer_it(self, office, hidden):
        query = {
            "app_label": "meetings",
            "model_name": "seriesparty",
            "field_name": "association",
            "term": SECRET,
        }

        assert office.get(reverse("admin:autocomplete"), query).json()["results"] == []

    def test_nothing_is_changed_or_deleted_there(self, office):
        employer = EmployerFactory(name="Proefwerkplaats Zilverlinde B.V.")
        url = reverse("admin:employers_employer_change", args=[employer.pk])

        assert office.get(url).status_code == 200
        assert office.post(url, {"name": "Anders"}).status_code == 403
        assert office.post(reverse("admin:employers_employer_delete", args=[employer.pk])).status_code == 403
        office.post(
            reverse("admin:employers_employer_changelist"),
            {"action": "delete_selected", admin.helpers.ACTION_CHECKBOX_NAME: [employer.pk], "post": "yes"},
        )
        assert Employer.objects.get().name == "Proefwerkplaats Zilverlinde B.V."

    def test_the_lists_cost_the_same_for_many_rows(self, office, django_assert_max_num_queries):
        for _ in range(12):
            moment = ContactMomentFactory(employers=[EmployerFactory(working=5)])
            InvitationFactory(employer=moment.employers.get())
        for name in (
            "employers_employer",
            "employers_establishment",
            "employers_contactmoment",
            "meetings_invitation",
            "core_trailevent",
        ):
            with django_assert_max_num_queries(16):
                office.get(reverse(f"admin:{name}_changelist"))

    def test_the_history_of_a_record_names_who_and_fields(self, office, am):
        from deventer_crm.core.services import save_tracked

        theme = Theme.objects.create(code="proefthema", name="Proefthema")
        office.post(
            reverse("admin:employers_theme_change", args=[theme.pk]), {"name": "Nieuw", "position": 0}
        )
        save_tracked(ContactMomentFactory(), by=am)

        page = office.get(reverse("admin:employers_theme_history", args=[theme.pk]))

        events = list(page.context["events"])
        assert [event.changed for event in events] == [["name"], []]
        assert events[0].who_name.strip()

    def test_the_admins_own_log_keeps_no_names(self, office, make_user):
        user = make_user("AM", last_name=SECRET)
        office.post(
            reverse("admin:accounts_user_change", args=[user.pk]), {"email": user.email, "last_name": SECRET}
        )

        assert not LogEntry.objects.exists()
        assert ContactMoment.objects.count() == 0
