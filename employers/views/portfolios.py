"""Portfolios, proposals and cover."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.paging import page_of
from deventer_crm.core.parsing import whole_number
from employers.forms.portfolios import CoverForm, PortfolioForm
from employers.models import AccountCover, Portfolio
from employers.portfolios.cover import covers_to_show, end_cover, plan_cover
from employers.portfolios.proposals import accept_proposals, divided_on, proposable, proposals_for
from employers.portfolios.selectors import division, hand_overs_for
from employers.portfolios.services import end_portfolio, start_portfolio

SHOWN_HAND_OVERS = 10


@require_safe
@require(Act.SEE_PORTFOLIOS)
def portfolio_list(request: HttpRequest) -> HttpResponse:
    """Whose is what, what falls outside, who stands in for whom, and what was handed over."""
    today, keeps = clock.today(), request.user.can(Act.KEEP_PORTFOLIOS)
    divided = divided_on(today)
    context = {
        "division": division(request.user, today),
        "proposals": proposable(request.user, today, divided).count() if keeps else 0,
        "covers": list(covers_to_show(today)[:20]),
        "hand_overs": list(hand_overs_for(request.user, keeps=keeps)[:SHOWN_HAND_OVERS]),
        "keeps": keeps,
        "today": today,
    }
    return render(request, "employers/portfolio_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.KEEP_PORTFOLIOS)
def portfolio_add(request: HttpRequest) -> HttpResponse:
    """A sector or area goes to somebody; whoever had it ends the day before."""
    initial = {
        "sector": whole_number(request.GET.get("sector")),
        "area": whole_number(request.GET.get("area")),
    }
    form = PortfolioForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        saved = form.attempt(lambda: start_portfolio(form.instance, by=request.user))
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("employers:portfolios")
    return _portfolio_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.KEEP_PORTFOLIOS)
def portfolio_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct whose portfolio it is, or its days."""
    portfolio = get_object_or_404(Portfolio.objects.select_related("user", "sector", "area"), pk=pk)
    form = PortfolioForm(request.POST or None, instance=portfolio, user=request.user)
    if request.method == "POST" and form.is_valid() and form.save_as(request.user) is not None:
        messages.success(request, _("Saved."))
        return redirect("employers:portfolios")
    return _portfolio_page(request, form, portfolio)


def _portfolio_page(request: HttpRequest, form: PortfolioForm, portfolio: Portfolio | None) -> HttpResponse:
    context = {"form": form, "portfolio": portfolio}
    return render(request, "employers/portfolio_form.html", context, status=422 if form.errors else 200)


@require_POST
@require(Act.KEEP_PORTFOLIOS)
def portfolio_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody's any more, from today on."""
    end_portfolio(get_object_or_404(Portfolio, pk=pk), by=request.user)
    messages.success(
        request, _("This is nobody's portfolio any more. The employers keep their account manager.")
    )
    return redirect("employers:portfolios")


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.KEEP_PORTFOLIOS)
def proposals(request: HttpRequest) -> HttpResponse:
    """Employers without an account manager and who is proposed for them; accept one, some or all."""
    today = clock.today()
    if request.method == "POST":
        everything = request.POST.get("all") == "1"
        keys = [whole_number(value) for value in request.POST.getlist("employer")]
        chosen = None if everything else [key for key in keys if key is not None]
        accepted = accept_proposals(chosen, by=request.user)
        if accepted:
            text = ngettext(
                "%(count)d employer has an account manager now.",
                "%(count)d employers have an account manager now.",
                len(accepted),
            )
            messages.success(request, text % {"count": len(accepted)})
        else:
            messages.warning(request, _("Nothing was changed. Tick at least one employer."))
        return redirect("employers:proposals")
    divided = divided_on(today)
    page = page_of(proposable(request.user, today, divided), request.GET.get("page"), 50)
    context = {"page_obj": page, "proposals": proposals_for(page.object_list, divided)}
    return render(request, "employers/portfolio_proposals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.KEEP_PORTFOLIOS)
def cover_add(request: HttpRequest) -> HttpResponse:
    """Somebody stands in for an account manager for a time."""
    initial = {"user": whole_number(request.GET.get("user"))}
    return _cover_page(request, CoverForm(request.POST or None, user=request.user, initial=initial), None)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.KEEP_PORTFOLIOS)
def cover_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other days or another substitute."""
    cover = get_object_or_404(AccountCover.objects.select_related("user", "substitute"), pk=pk)
    return _cover_page(request, CoverForm(request.POST or None, instance=cover, user=request.user), cover)


def _cover_page(request: HttpRequest, form: CoverForm, cover: AccountCover | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        saved = form.attempt(
            lambda: plan_cover(form.instance, by=request.user, expected_version=form.expected_version)
        )
        if saved is not None:
            messages.success(request, _("Saved. The substitute gets the reminders in these days."))
            return redirect("employers:portfolios")
    context = {"form": form, "cover": cover}
    return render(request, "employers/portfolio_cover.html", context, status=422 if form.errors else 200)


@require_POST
@require(Act.KEEP_PORTFOLIOS)
def cover_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Back early, or not away after all."""
    end_cover(get_object_or_404(AccountCover, pk=pk), by=request.user)
    messages.success(request, _("The cover has ended."))
    return redirect("employers:portfolios")
