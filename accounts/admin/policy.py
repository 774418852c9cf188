"""Policy settings: what the municipality decides, as dated rows. The list shows every registered setting with
its value today; a change is a new row, and a row that has begun is history."""

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_base import ActAdmin
from accounts.roles import Act
from deventer_crm.core import clock, policy
from deventer_crm.core.models import PolicySetting


class DayMonthField(forms.CharField):
    """A day of any year, typed as 31-12, kept as 12-31 (policy's month_day)."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "day_month": gettext_lazy("Fill in day and month, as 01-04 for 1 April.")
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", self.default_error_messages["day_month"])
        super().__init__(max_length=5, **kwargs)

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        if not typed:
            return ""
        day, _dash, month = typed.partition("-")
        try:
            found = dt.date(2024, int(month), int(day))
        except ValueError as problem:
            raise forms.ValidationError(self.error_messages["day_month"], code="day_month") from problem
        return f"{found:%m-%d}"

    def prepare_value(self, value: Any) -> Any:
        """Stored values are turned around; typed ones come back as they were typed."""
        return shown_day_month(value) if isinstance(value, StoredDay) else value


class StoredDay(str):
    """A month_day from the database, to tell it from one that somebody typed."""

    __slots__ = ()


def shown_day_month(value: str) -> str:
    return f"{value[3:]}-{value[:2]}"


class LinesField(forms.CharField):
    """A list of texts, one to a line."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in super().to_python(value).splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class DaysField(LinesField):
    """A list of days, typed as 05-05-2026 one to a line, kept in order as 2026-05-05."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "day": gettext_lazy("“%(typed)s” is not a day. Write it as 05-05-2026.")
    }

    def to_python(self, value: Any) -> Any:
        days = set()
        for typed in super().to_python(value):
            try:
                days.add(dt.datetime.strptime(typed, "%d-%m-%Y").date().isoformat())  # noqa: DTZ007 - a day
            except ValueError as problem:
                raise forms.ValidationError(
                    self.error_messages["day"], code="day", params={"typed": typed}
                ) from problem
        return sorted(days)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(shown_day, value)) if isinstance(value, list) else value


def shown_day(value: str) -> str:
    return f"{dt.date.fromisoformat(value):%d-%m-%Y}"


YES_NO = [(True, gettext_lazy("yes")), (False, gettext_lazy("no"))]


def value_field(kind: str) -> forms.Field:
    """The field in which a value of that kind is typed."""
    label = gettext_lazy("Value")
    made: dict[str, Callable[[], forms.Field]] = {
        "bool": lambda: forms.TypedChoiceField(
            label=label, choices=YES_NO, coerce=lambda text: text == "True", widget=forms.RadioSelect
        ),
        "count": lambda: forms.IntegerField(label=label, min_value=0),
        "number": lambda: forms.FloatField(label=label, min_value=0),
        "month_day": lambda: DayMonthField(label=label),
        "texts": lambda: LinesField(label=label, help_text=gettext_lazy("One to a line.")),
        "days": lambda: DaysField(
            label=label, required=False, help_text=gettext_lazy("One to a line, as 05-05-2026.")
        ),
    }
    return made.get(kind, lambda: forms.CharField(label=label))()


def shown(definition: policy.Definition, value: Any) -> str:
    """A value as people read it, with its unit."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        listed = map(shown_day, value) if definition.kind == "days" else map(str, value)
        return ", ".join(listed) or _("none")
    if definition.kind == "month_day":
        return shown_day_month(str(value))
    return f"{value} {definition.unit}".strip()


class PolicySettingForm(forms.ModelForm):  # type: ignore[type-arg]
    """One value from a day on. The setting comes from the address, the field follows its kind."""

    setting: ClassVar[str] = ""
    value = forms.Field()

    class Meta:
        model = PolicySetting
        fields = ("value", "starts_on", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.name = self.instance.name or self.setting
        definition = policy.DEFINITIONS[self.instance.name]
        field = value_field(definition.kind)
        stored = self.instance.value if self.instance.pk else policy.value(self.instance.name)
        field.initial = StoredDay(stored) if definition.kind == "month_day" else stored
        field.help_text = field.help_text or definition.unit
        self.initial["value"] = field.initial
        self.fields["value"] = field
        self.fields["note"].required = True
        if not self.instance.pk:
            self.fields["starts_on"].initial = clock.today()

    def _get_validation_exclusions(self) -> set[str]:
        # The name is not in the form, but its uniqueness with the day is what matters.
        return super()._get_validation_exclusions() - {"name"}  # type: ignore[misc,no-any-return]


@admin.register(PolicySetting)
class PolicySettingAdmin(ActAdmin):
    """Changed by the lead and the functional admin (R9)."""

    change_acts = (Act.MANAGE_SETTINGS,)
    form = PolicySettingForm
    fields = ("value", "starts_on", "note")

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """No "add" in the menus: a value is added from the list, where the setting is chosen."""
        return {**super().get_model_perms(request), "add": False}

    def has_change_permission(self, request: HttpRequest, obj: PolicySetting | None = None) -> bool:
        """A value that has begun is history: figures of those days were made with it."""
        if obj is not None and obj.starts_on <= clock.today():
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PolicySetting | None = None) -> bool:
        return obj is not None and self.has_change_permission(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        name = obj.name if obj else request.GET.get("name", "")
        # fields=…: a new class each time, so that the name of one request is not seen by another.
        form = super().get_form(request, obj, change, **kwargs)
        form.setting = name
        return form

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """`?name=` says which setting; an unknown one leads to the list."""
        definition = policy.DEFINITIONS.get(request.GET.get("name", ""))
        if definition is None:
            self.message_user(request, _("Choose a setting from the list."), messages.WARNING)
            return HttpResponseRedirect(reverse("admin:core_policysetting_changelist"))
        extra = {**self._page(definition), **(extra_context or {})}
        return super().add_view(request, form_url, extra)  # type: ignore[no-any-return]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        definition = policy.DEFINITIONS.get(row.name) if row else None
        extra: dict[str, Any] = {**(extra_context or {})}
        if definition:
            extra |= self._page(definition)
        return super().change_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Every registered setting, with what holds today and what is to come."""
        today = clock.today()
        stored: dict[str, list[PolicySetting]] = {}
        for row in PolicySetting.objects.order_by("name", "starts_on"):
            stored.setdefault(row.name, []).append(row)
        settings = []
        for definition in sorted(policy.DEFINITIONS.values(), key=lambda one: str(one.label)):
            rows = stored.get(definition.name, [])
            begun = [row for row in rows if row.starts_on <= today]
            coming = [row for row in rows if row.starts_on > today]
            settings.append(
                {
                    "definition": definition,
                    "value": shown(definition, begun[-1].value if begun else definition.default),
                    "since": begun[-1].starts_on if begun else None,
                    "coming": [(row, shown(definition, row.value)) for row in coming],
                }
            )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Policy settings"),
            "opts": self.opts,
            "settings": settings,
            "may_change": self.has_add_permission(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/policy_settings.html", context)

    def _page(self, definition: policy.Definition) -> dict[str, Any]:
        """What the page of one setting shows around its form."""
        rows: QuerySet[PolicySetting] = PolicySetting.objects.filter(name=definition.name)
        return {
            "title": definition.label,
            "history": [(row, shown(definition, row.value)) for row in rows.order_by("-starts_on")],
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
