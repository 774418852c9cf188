"""Accounts: made by a functional admin with roles, invited by mail, deactivated and never deleted."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.sites import NotRegistered
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.forms.models import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import services
from accounts.admin_base import ActAdmin
from accounts.models import User
from accounts.roles import ACT_LABELS, ROLE_LABELS, Act, Role

# Roles are groups that follow a table in code, and allauth's rows follow the account: no pages of their own.
for model in (Group, EmailAddress, Authenticator, UserSession):
    try:
        admin.site.unregister(model)
    except NotRegistered:
        continue  # a newer library that registers nothing is fine


class RolesField(ModelMultipleChoiceField):
    """Groups under the name of their role."""

    def label_from_instance(self, obj: Any) -> str:
        return str(ROLE_LABELS[Role(obj.name)])


class ActsField(ModelMultipleChoiceField):
    """Permissions under the name of their act."""

    def label_from_instance(self, obj: Any) -> str:
        return str(ACT_LABELS[Act(obj.codename)])


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account with its roles; the password is chosen by the person itself."""

    groups = RolesField(
        label=gettext_lazy("Roles"),
        queryset=Group.objects.filter(name__in=[role.value for role in Role]).order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("What a role may do is fixed. Somebody can have more than one."),
    )
    user_permissions = ActsField(
        label=gettext_lazy("Rights besides the roles"),
        queryset=Permission.objects.filter(
            content_type__app_label="accounts", codename__in=[act.value for act in Act]
        ).order_by("codename"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Only for this person, for instance to see confidential records."),
    )

    is_own_account = False

    class Meta:
        model = User
        fields = ("email", "first_name", "last_name", "job_title", "phone", "mails_digest")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_own_account:
            for name in ("groups", "user_permissions"):
                self.fields[name].disabled = True
                self.fields[name].help_text = gettext_lazy("Somebody else changes your rights.")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class UserAdmin(ActAdmin):
    """A new account gets a mail with a link to choose a password."""

    change_acts = (Act.MANAGE_USERS,)
    form = UserForm
    list_display = ("email", "last_name", "first_name", "roles", "is_active", "second_factor", "last_login")
    list_display_links = ("email",)
    list_filter = ("is_active", "groups")
    search_fields = ("email", "first_name", "last_name", "job_title")
    ordering = ("last_name", "first_name", "email")
    fieldsets = (
        (None, {"fields": ("email", ("first_name", "last_name"), "job_title", "phone", "mails_digest")}),
        (gettext_lazy("Roles"), {"fields": ("groups",)}),
        (
            gettext_lazy("Rights besides the roles"),
            {"fields": ("user_permissions",), "classes": ("collapse",)},
        ),
        (gettext_lazy("State"), {"fields": ("is_active", "last_login", "date_joined")}),
    )
    readonly_fields = ("is_active", "last_login", "date_joined")
    actions = ("invite", "deactivate", "activate", "reset_second_factor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        has_factor = Exists(Authenticator.objects.filter(user=OuterRef("pk")))
        return super().get_queryset(request).prefetch_related("groups").annotate(has_factor=has_factor)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.fieldsets if obj else self.fieldsets[:3]

    def get_form(self, request: HttpRequest, obj: User | None = None, **kwargs: Any) -> Any:
        """Nobody widens the own rights: on the own account they are shown and not taken."""
        form = super().get_form(request, obj, **kwargs)
        form.is_own_account = obj is not None and obj.pk == request.user.pk
        return form

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser's account (made on the command line) is changed by superusers only."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            transaction.on_commit(lambda: self._invite(request, form.instance))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        obj.save()

    # ── columns ──────────────────────────────────────────────────────────────────────────────────

    @admin.display(description=gettext_lazy("Roles"))
    def roles(self, obj: User) -> str:
        codes = {group.name for group in obj.groups.all()}
        return ", ".join(str(ROLE_LABELS[role]) for role in Role if role.value in codes)

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def second_factor(self, obj: Any) -> bool:
        return bool(obj.has_factor)

    # ── acts on the selected accounts ────────────────────────────────────────────────────────────

    def _invite(self, request: HttpRequest, user: User) -> None:
        try:
            services.invite_user(user, by=request.user)
        except services.InvitationFailed:
            self.message_user(
                request,
                _("The invitation to %(email)s could not be sent. Choose “Send the invitation” later.")
                % {"email": user.email},
                messages.ERROR,
            )
        else:
            self.message_user(
                request, _("The invitation to %(email)s is sent.") % {"email": user.email}, messages.SUCCESS
            )

    @admin.action(description=gettext_lazy("Send the invitation"), permissions=["change"])
    def invite(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset.filter(is_active=True):
            self._invite(request, user)

    @admin.action(description=gettext_lazy("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        done = 0
        for user in self._changeable(request, queryset):
            try:
                services.deactivate_user(user, by=request.user)
            except ValidationError as refusal:
                self.message_user(request, f"{user}: {' '.join(refusal.messages)}", messages.ERROR)
            else:
                done += 1
        self._tell(request, done, ngettext("%(n)s account deactivated.", "%(n)s accounts deactivated.", done))

    @admin.action(description=gettext_lazy("Activate"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        users = self._changeable(request, queryset)
        for user in users:
            services.activate_user(user)
        done = len(users)
        self._tell(request, done, ngettext("%(n)s account activated.", "%(n)s accounts activated.", done))

    @admin.action(description=gettext_lazy("Take the second factor away"), permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        done = sum(services.reset_second_factor(user) for user in self._changeable(request, queryset))
        self._tell(
            request,
            done,
            ngettext(
                "The second factor of %(n)s account is gone.",
                "The second factors of %(n)s accounts are gone.",
                done,
            ),
        )

    def _changeable(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        return [user for user in queryset if self.has_change_permission(request, user)]

    def _tell(self, request: HttpRequest, done: int, text: str) -> None:
        self.message_user(request, text % {"n": done}, messages.SUCCESS if done else messages.WARNING)
