"""Writes of the annual plan: making and renewing it, what people change in it, and making drafts of it."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import CollegeMember
from deventer_crm.core import clock, policy
from deventer_crm.core.models import Tracked
from deventer_crm.core.services import StaleRecord, save_tracked
from employers.models import Area, Employer, Sector
from meetings.models import AnnualPlan, Meeting, MeetingKind, MemberInterest, PlanProposal
from meetings.services import draft_meeting
from meetings.services.drafts import delete_draft

from .gathering import Asked, ask
from .inputs import Proposal, Question, Reason, Unplaced, Visit
from .planner import interest_reasons, place_one, plan
from .reading import college_of, last_spoken, moment_of, place_of
from .wording import Names, say, stored

if TYPE_CHECKING:
    from accounts.models import User

State = PlanProposal.State

#: The kind of meeting that a visit of the plan becomes.
VISIT_KIND = "bedrijfsbezoek-college"
#: Hours at which drafts begin: the first free one of the day of that member.
HOURS = (10, 14, 16, 9, 11, 13, 15)


def default_options(year: int) -> dict[str, Any]:
    """How a plan of that year is asked for the first time, by the policy."""
    settings = policy.values(["plan_visits_a_month", "plan_months_without_visits", "plan_first_days"])
    months = {int(text) for text in settings["plan_months_without_visits"] if text.strip().isdigit()}
    return {
        "first_day": max(dt.date(year, 1, 1), clock.today() + dt.timedelta(days=settings["plan_first_days"])),
        "most_a_month": max(1, settings["plan_visits_a_month"]),
        "months_off": sorted(months & set(range(1, 13))),
        "with_invited": False,
        "with_series": True,
    }


# ── the plan as a whole ──────────────────────────────────────────────────────────────────────────


@transaction.atomic
def make_plan(year: int, *, by: "User", **options: Any) -> AnnualPlan:
    """Propose the year, or propose anew what is only proposed and what fell through; what is fixed, accepted
    or left out stays. `options`: fields of AnnualPlan. Raises ValidationError for a year that is over."""
    if year < clock.today().year:
        raise ValidationError(_("This year is over: there is nothing left to plan."))
    found = AnnualPlan.objects.select_for_update().filter(year=year).first()
    row = found or AnnualPlan(year=year, **default_options(year))
    for name, value in options.items():
        setattr(row, name, value)
    row.planned_at = clock.now()
    save_tracked(row, by=by)
    _renew(row, by)
    return row


def _renew(row: AnnualPlan, by: "User") -> None:
    asked = ask(row, by)
    outcome = plan(asked.question)
    left = {kept.pk: kept for kept in (*asked.rows.values(), *asked.series_rows.values())}
    gone = [*asked.doubles]
    answers: list[Proposal | Unplaced] = [*outcome.proposals, *outcome.unplaced]
    pairs = [(answer, _row_for(row, asked, answer)) for answer in answers]
    for _answer, proposal in pairs:
        left.pop(proposal.pk, None)
    PlanProposal.objects.filter(pk__in=[*left, *gone]).delete()
    for position, (answer, proposal) in enumerate(pairs):
        _put(proposal, answer, position)
        save_tracked(proposal, by=by, validate=False)


def _row_for(row: AnnualPlan, asked: Asked, answer: Proposal | Unplaced) -> PlanProposal:
    if answer.employer is not None:
        return asked.rows.get(answer.employer) or PlanProposal(plan=row, employer_id=answer.employer)
    number = asked.numbers[answer.series or 0, answer.number]
    found = asked.series_rows.get((answer.series or 0, number))
    return found or PlanProposal(plan=row, series_id=answer.series, number=number)


def _put(row: PlanProposal, answer: Proposal | Unplaced, position: int) -> None:
    row.position, row.why = position, stored(answer.reasons)
    row.meeting, row.dropped_reason = None, ""
    row.with_college = answer.with_college
    if answer.employer is not None:
        row.employer_id = answer.employer
    if isinstance(answer, Unplaced):
        row.state, row.day, row.college_member_id = State.UNPLACED, None, None
        return
    row.state, row.day = State.PROPOSED, answer.day
    row.college_member_id = answer.members[0] if answer.employer is not None else None


@transaction.atomic
def set_interests(
    member: CollegeMember, *, sectors: Iterable[Sector], areas: Iterable[Area], by: "User"
) -> None:
    """Make remit and district of a member equal to these. They take effect when a plan is made or renewed."""
    CollegeMember.objects.select_for_update().get(pk=member.pk)
    wanted = {("sector_id", row.pk) for row in sectors} | {("area_id", row.pk) for row in areas}
    for row in MemberInterest.objects.filter(college_member=member):
        key = ("sector_id", row.sector_id) if row.sector_id else ("area_id", row.area_id)
        if key in wanted:
            wanted.discard(key)  # type: ignore[arg-type]  # one of the two is there, by a constraint
        else:
            row.delete()
    for column, pk in sorted(wanted):
        MemberInterest.objects.create(college_member=member, **{column: pk})


# ── one proposal ─────────────────────────────────────────────────────────────────────────────────


def check_version(proposal: PlanProposal, expected_version: int | None) -> None:
    """Raises StaleRecord when somebody saw another version."""
    if expected_version is not None and proposal.version != expected_version:
        stored_row: Tracked = PlanProposal.objects.select_related("modified_by").get(pk=proposal.pk)
        raise StaleRecord(stored_row)


def _lock(proposal: PlanProposal, allowed: Collection[str], expected_version: int | None = None) -> None:
    """The plan first, so that of two people one waits. Raises StaleRecord, ValidationError."""
    AnnualPlan.objects.select_for_update().get(pk=proposal.plan_id)
    rows = PlanProposal.objects.select_for_update(of=("self",)).select_related("plan", "employer", "series")
    proposal.refresh_from_db(from_queryset=rows)
    check_version(proposal, expected_version)
    if proposal.state not in allowed:
        raise ValidationError(
            _("This is “%(state)s” now; that is not possible any more.")
            % {"state": proposal.get_state_display()}
        )


@transaction.atomic
def fix_proposal(proposal: PlanProposal, *, by: "User", expected_version: int | None = None) -> PlanProposal:
    """It stays where it is when the plan is renewed."""
    _lock(proposal, [State.PROPOSED], expected_version)
    proposal.state = State.FIXED
    return save_tracked(proposal, by=by)


@transaction.atomic
def release_proposal(
    proposal: PlanProposal, *, by: "User", expected_version: int | None = None
) -> PlanProposal:
    """It may move again when the plan is renewed."""
    _lock(proposal, [State.FIXED], expected_version)
    proposal.state = State.PROPOSED
    return save_tracked(proposal, by=by)


@transaction.atomic
def move_proposal(
    proposal: PlanProposal,
    *,
    by: "User",
    member: CollegeMember | None = None,
    day: dt.date | None = None,
    month: int | None = None,
    expected_version: int | None = None,
) -> PlanProposal:
    """Another member, another day, or the best day of another month; it is fixed from then on. A day that
    somebody chooses is taken as it is, and the plan shows what it clashes with.

    Raises StaleRecord, and ValidationError for a day outside the year or in the past, and when the month has
    no room."""
    _lock(proposal, [State.PROPOSED, State.FIXED, State.UNPLACED], expected_version)
    chosen = member or proposal.college_member
    if proposal.series_id is None and chosen is None:
        raise ValidationError({"college_member": _("Choose who of the college goes.")})
    if day is None and month is not None:
        day, reasons = _best_of_month(proposal, chosen, month, by)
    else:
        day = day or proposal.day
        if day is None:
            raise ValidationError({"day": _("Choose a day, or a month.")})
        _check_day(proposal, day)
        reasons = [Reason("by_hand"), *_reasons(proposal, chosen)]
    if chosen is not None and not chosen.is_valid_on(day):
        raise ValidationError(
            {"college_member": _("%(member)s is not in the college on that day.") % {"member": chosen}}
        )
    proposal.day, proposal.state, proposal.why = day, State.FIXED, stored(reasons)
    proposal.college_member = chosen if proposal.series_id is None else None
    return save_tracked(proposal, by=by)


def _check_day(proposal: PlanProposal, day: dt.date) -> None:
    if day.year != proposal.plan.year:
        raise ValidationError({"day": _("Choose a day in %(year)s.") % {"year": proposal.plan.year}})
    if day <= clock.today():
        raise ValidationError({"day": _("Choose a day that is still to come.")})


def _visit(proposal: PlanProposal) -> Visit:
    employer = Employer.objects.select_related("main_establishment").get(pk=proposal.employer_id)
    spoken = last_spoken([employer.pk], dt.date(proposal.plan.year + 1, 1, 1))
    root = employer.merged_into_id or employer.pk
    return Visit(root, 0, spoken.get(root), employer.sector_id, employer.area_id, place_of(employer))


def _reasons(proposal: PlanProposal, member: CollegeMember | None) -> list[Reason]:
    if proposal.employer_id is None or member is None:
        return []
    rows = list(MemberInterest.objects.filter(college_member=member))
    sectors = frozenset(row.sector_id for row in rows if row.sector_id)
    areas = frozenset(row.area_id for row in rows if row.area_id)
    return interest_reasons(_visit(proposal), sectors, areas)


def _best_of_month(
    proposal: PlanProposal, member: CollegeMember | None, month: int, by: "User"
) -> tuple[dt.date, list[Reason]]:
    """The best day of a month beside everything that stands, by the planner itself."""
    if not 1 <= month <= 12:
        raise ValidationError({"month": _("Choose a month.")})
    year = proposal.plan.year
    question = ask(proposal.plan, by, planned_around=proposal).question
    if proposal.series_id is not None or member is None:
        return _open_day(question, year, month), [Reason("by_hand")]
    answer = place_one(question, _visit(proposal), members=[member.pk], month=(year, month))
    if isinstance(answer, Unplaced):
        why = " ".join(say(reason, Names()) for reason in answer.reasons[:2])
        raise ValidationError({"month": _("There is no room in this month. %(why)s") % {"why": why}})
    return answer.day, [Reason("by_hand"), *answer.reasons]


def _open_day(question: Question, year: int, month: int) -> dt.date:
    """For a meeting of a series: the working day nearest to the middle of a month without another one."""
    taken = {item.day for item in question.kept if item.series is not None}
    day, days = dt.date(year, month, 1), []
    while day.month == month:
        if day >= question.first and question.rules.is_open(day) and day not in taken:
            days.append(day)
        day += dt.timedelta(days=1)
    if not days:
        raise ValidationError({"month": _("There is no working day left in this month.")})
    return min(days, key=lambda found: (abs(found.day - 15), found))


@transaction.atomic
def drop_proposal(
    proposal: PlanProposal, *, by: "User", reason: str, expected_version: int | None = None
) -> PlanProposal:
    """Leave it out of the plan of this year, with the reason; it stays in the list and can come back."""
    _lock(proposal, [State.PROPOSED, State.FIXED, State.UNPLACED], expected_version)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this is left out of the plan.")})
    proposal.state, proposal.dropped_reason = State.DROPPED, reason.strip()
    return save_tracked(proposal, by=by)


@transaction.atomic
def restore_proposal(
    proposal: PlanProposal, *, by: "User", expected_version: int | None = None
) -> PlanProposal:
    """Back into the plan: on its day when that is still to come, else to be planned."""
    _lock(proposal, [State.DROPPED], expected_version)
    proposal.dropped_reason = ""
    has_place = proposal.series_id is not None or proposal.college_member_id is not None
    if proposal.day is not None and proposal.day > clock.today() and has_place:
        proposal.state = State.PROPOSED
    else:
        proposal.state, proposal.day, proposal.college_member = State.UNPLACED, None, None
        proposal.why = stored([Reason("restored")])
    return save_tracked(proposal, by=by)


# ── into the agenda ──────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def accept_proposals(
    plan_row: AnnualPlan, *, by: "User", only: Collection[int] | None = None
) -> list[Meeting]:
    """Make a draft in the agenda of each proposal on a day to come, all of them or `only` these keys, in one
    transaction. Those that are hidden from who asks are left alone (R10).

    Raises ValidationError when one cannot be made, for instance because its member left the college."""
    AnnualPlan.objects.select_for_update().get(pk=plan_row.pk)
    rows = plan_row.proposals.visible_to(by).filter(state__in=[State.PROPOSED, State.FIXED])
    if only is not None:
        rows = rows.filter(pk__in=only)
    keys = list(rows.order_by("day", "position", "pk").values_list("pk", flat=True))
    locked = PlanProposal.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    listed = locked.select_related("employer", "series", "college_member").order_by("day", "position", "pk")
    kinds = _kinds()
    made = []
    for proposal in listed:
        if proposal.day is None or proposal.day <= clock.today():
            if only is not None:
                raise ValidationError(_("This day is over. Choose another one first."))
            continue
        made.append(_accept(proposal, kinds, by))
    return made


def _kinds() -> dict[str | int, MeetingKind]:
    rows = MeetingKind.objects.filter(disabled_on__isnull=True).order_by("-position", "-pk")
    found: dict[str | int, MeetingKind] = {}
    for row in rows:
        found[row.series_id or row.code] = row
    return found


def _accept(proposal: PlanProposal, kinds: dict[str | int, MeetingKind], by: "User") -> Meeting:
    day: dt.date = proposal.day  # type: ignore[assignment]  # placed, by a constraint
    kind = kinds.get(proposal.series_id or VISIT_KIND)
    if kind is None:
        raise ValidationError(
            _("There is no kind of meeting in use for “%(name)s”.") % {"name": proposal.name}
        )
    employers, members = _who(proposal, day, by)
    starts_at = moment_of(day, _hour(day, members))
    meeting = draft_meeting(
        by=by,
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=1),
        employers=employers,
        college_members=members,
        place=Meeting.Place.COMPANY if proposal.employer_id else Meeting.Place.TOWN_HALL,
    )
    proposal.state, proposal.meeting = State.ACCEPTED, meeting
    save_tracked(proposal, by=by)
    return meeting


def _who(proposal: PlanProposal, day: dt.date, by: "User") -> tuple[list[Employer], list[CollegeMember]]:
    if proposal.employer is not None:
        member = proposal.college_member
        return [proposal.employer.merged_into or proposal.employer], [member] if member else []
    members = list(college_of(day, day)) if proposal.with_college else []
    parties = Employer.objects.visible_to(by).filter(
        series_parties__series=proposal.series_id, retired_on__isnull=True
    )
    return [row.merged_into or row for row in parties.select_related("merged_into")], members


def _hour(day: dt.date, members: Iterable[CollegeMember]) -> int:
    """The first of HOURS at which these members begin nothing else that day."""
    start = clock.start_of(day)
    taken = Meeting.objects.filter(
        participants__college_member__in=list(members),
        starts_at__gte=start,
        starts_at__lt=clock.start_of(day + dt.timedelta(days=1)),
    ).exclude(state=Meeting.State.CANCELLED)
    hours = {clock.local_hour(moment) for moment in taken.values_list("starts_at", flat=True)}
    return next((hour for hour in HOURS if hour not in hours), HOURS[0])


@transaction.atomic
def take_back(proposal: PlanProposal, *, by: "User", expected_version: int | None = None) -> PlanProposal:
    """Delete the draft that was made of it; the proposal stands again, fixed on its day. Raises
    ValidationError when there is more than a draft by now."""
    _lock(proposal, [State.ACCEPTED], expected_version)
    meeting = proposal.meeting
    if meeting is not None and not delete_draft(meeting):
        raise ValidationError(
            _("The appointment is more than a draft by now. Call it off in the agenda instead.")
        )
    proposal.meeting, proposal.state = None, State.FIXED
    return save_tracked(proposal, by=by)


def accepted_words(count: int) -> str:
    """What is said after accepting."""
    return ngettext(
        "%(count)d draft is in the agenda. Nobody is invited yet.",
        "%(count)d drafts are in the agenda. Nobody is invited yet.",
        count,
    ) % {"count": count}
