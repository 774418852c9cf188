"""The texts of mails that come with the product, in Dutch. Runs after every migrate: it adds the text that is
missing and never undoes what somebody changed. Texts for one kind of meeting are made in /beheer/."""

from django.db import transaction

from meetings.models import MailTemplate

Use = MailTemplate.Use

GREETING = "{aanhef},\n\n"
END = "\n\nMet vriendelijke groet,\n{afzender}\nGemeente {gemeente}\n"
ANSWER = (
    "\n\nLaat u ons weten of u komt? Dat kan met één klik, zonder account:\n{antwoordlink}\n\n"
    "De link werkt tot en met {antwoorddatum}. U kunt ook gewoon op deze mail antwoorden."
)

#: use → subject, text
TEXTS: dict[str, tuple[str, str]] = {
    Use.APPOINTMENT: (
        "Verzoek om een afspraak",
        GREETING
        + "Graag maken wij namens {collegelid} een afspraak met {bedrijf}. Wij horen graag hoe het met uw"
        " bedrijf gaat en wat u van de gemeente nodig heeft."
        "\n\nVoelt u daarvoor? Laat het weten via deze link, zonder account:\n{antwoordlink}\n\n"
        "De link werkt tot en met {antwoorddatum}. U kunt ook gewoon op deze mail antwoorden." + END,
    ),
    Use.PERSONAL: (
        "Uitnodiging van {collegelid}",
        GREETING + "Namens {collegelid} nodig ik u uit voor een gesprek.\n\n"
        "Datum: {datum}\nTijd: {tijd}\nPlaats: {plaats}" + ANSWER + END,
    ),
    Use.GROUP: (
        "Uitnodiging: {onderwerp}",
        GREETING + "Namens {collegelid} nodig ik u uit voor: {onderwerp}.\n\n"
        "Datum: {datum}\nTijd: {tijd}\nPlaats: {plaats}" + ANSWER + END,
    ),
    Use.ASK_AGAIN: (
        "Komt u ook? {onderwerp}",
        GREETING + "Eerder nodigden wij u uit voor: {onderwerp}. Wij hebben nog geen antwoord van u.\n\n"
        "Datum: {datum}\nTijd: {tijd}\nPlaats: {plaats}" + ANSWER + END,
    ),
    Use.MOVED: (
        "Andere datum: {onderwerp}",
        GREETING + "De bijeenkomst waarvoor wij u uitnodigden is verzet: {onderwerp}.\n\n"
        "Nieuwe datum: {datum}\nTijd: {tijd}\nPlaats: {plaats}\n\n"
        "Kunt u dan ook? Laat het weten via deze link:\n{antwoordlink}" + END,
    ),
    Use.CHANGED: (
        "Gewijzigd: {onderwerp}",
        GREETING + "Er is iets veranderd aan de bijeenkomst waarvoor wij u uitnodigden: {onderwerp}.\n\n"
        "Datum: {datum}\nTijd: {tijd}\nPlaats: {plaats}\n\n"
        "Uw antwoord blijft staan. Komt het zo niet uit? Laat het weten via deze link:\n{antwoordlink}" + END,
    ),
    Use.WITHDRAWN: (
        "Uitnodiging ingetrokken: {onderwerp}",
        GREETING + "Wij nodigden u uit voor: {onderwerp}, {datum}, {tijd}. Deze uitnodiging trekken wij in."
        " U hoeft niets te doen.\n\nOnze excuses voor het ongemak." + END,
    ),
    Use.CANCELLED: (
        "Gaat niet door: {onderwerp}",
        GREETING
        + "De bijeenkomst waarvoor wij u uitnodigden gaat niet door: {onderwerp}, {datum}, {tijd}.\n\n"
        "Onze excuses voor het ongemak." + END,
    ),
    Use.DISCREET: (
        "Bericht van de gemeente {gemeente}",
        GREETING
        + "De gemeente {gemeente} heeft een bericht voor u over een uitnodiging. U leest het via deze link:\n"
        "{antwoordlink}\n\n"
        "De link is alleen voor u bedoeld. Stuur deze mail niet door." + END,
    ),
}


@transaction.atomic
def load_mail_texts() -> None:
    """Make the text for every use exist."""
    present = set(MailTemplate.objects.filter(kind__isnull=True).values_list("use", flat=True))
    MailTemplate.objects.bulk_create(
        MailTemplate(use=use, subject=subject, text=text)
        for use, (subject, text) in TEXTS.items()
        if use not in present
    )
