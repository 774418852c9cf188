"""What people keep of the lists they work with: saved views, and bulk acts that can be taken back."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.trail import leaves_trail

from .base import Tracked


class SavedView(Tracked):
    """A list with its filters, order and columns under a name: of one person, or shared with the team.
    A locked one is changed only by its owner or a team lead."""

    list_key = models.CharField(_("list"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.CASCADE,
        related_name="saved_views",
    )
    is_shared = models.BooleanField(_("shared with the team"), default=False)
    is_locked = models.BooleanField(_("locked"), default=False)
    #: The address of the list behind the question mark, in one fixed order; columns are part of it.
    query = models.TextField(_("filters"), blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["list_key", "owner", "name"],
                name="core_savedview_name_once",
                violation_error_message=_("You already have a view with this name."),
            ),
            models.CheckConstraint(
                condition=Q(is_locked=False) | Q(is_shared=True),
                name="core_savedview_locked_is_shared",
                violation_error_message=_("Only a view that is shared with the team can be locked."),
            ),
        ]
        triggers = [leaves_trail(hidden=("name", "query"))]

    def __str__(self) -> str:
        return self.name


class BulkAct(models.Model):
    """One act on many rows of a list, with what is needed to take it back. Written by core.lists."""

    list_key = models.CharField(_("list"), max_length=40)
    act = models.CharField(_("act"), max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    #: Only keys: which rows were changed, and what the act needs to put them back.
    undo = models.JSONField(_("to take back"), default=dict)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("bulk act")
        verbose_name_plural = _("bulk acts")
        ordering = ["-at"]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.list_key} {self.act} {self.row_count}"
