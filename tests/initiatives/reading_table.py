"""What is accepted and refused in every field of the form: data for ``test_reading_fields``."""

from typing import Any

from rallynov.initiatives.form import Field, Kind
from rallynov.initiatives.service import load_form

FORM = load_form()
EMOJI = "\U0001f469\u200d\U0001f467"

Accepted = list[tuple[str, Any]]


class Asked:
    """A value that is accepted after a yes."""

    def __init__(self, value: Any, *others: Any) -> None:
        self.value, self.others = value, others


def _lengths(field: Field) -> tuple[Accepted, list[str]]:
    """What any line or text accepts and refuses, by its own lengths."""
    least, most = field.least or 1, field.most or 1
    accepted = [
        ("a" * least, "a" * least),
        ("é" * most, "é" * most),
        ("œ" * (least + 1), "œ" * (least + 1)),
        (EMOJI * most, EMOJI * most),
        ("  " + "b" * least + " \n", "b" * least),
        ("c\u202e" + "d" * least, "c" + "d" * least),
        ("e\0\u0301" + "f" * least, "é" + "f" * least),
        (
            "g" * least + "\n" + "h" * least,
            "g" * least + ("\n" if field.kind is Kind.TEXT else " ") + "h" * least,
        ),
    ]
    refused = [
        "",
        " \n\t ",
        "\u200b\u2060",
        "\u202e",
        "a" * (least - 1),
        "é" * (most + 1),
        EMOJI * (most + 1),
    ]
    return [one for one in accepted if len(one[1]) <= 16_000], refused


def _texts() -> dict[str, tuple[Accepted, list[str]]]:
    return {field.id: _lengths(field) for field in FORM.fields if field.kind in {Kind.LINE, Kind.TEXT}}


_MUST: tuple[Accepted, list[str]] = (
    [
        (typed, True)
        for typed in ("oui", "OUI !", "1", "d'accord", "j'accepte", "lu et approuvé", "yes", "I agree")
    ],
    ["", "non", "2", "pas encore", "peut-être", "oui et non", "no", "je ne sais pas"],
)
BESANCON = {"insee": "25056", "name": "Besançon", "postcode": "25000"}
BELFORT = {"insee": "90010", "name": "Belfort", "postcode": "90000"}
LONS = {"insee": "39300", "name": "Lons-le-Saunier", "postcode": "39000"}
ROW = {"label": "Absences", "before": "12 jours", "after": "8", "date": "2013-03"}

KINDS: dict[str, tuple[Accepted, list[str]]] = {
    "registry": (
        [
            ("732 829 320 00074", "73282932000074"),
            ("12345678200010", "12345678200010"),
            ("35600000000001", "35600000000001"),
            ("35600000000048", "35600000000048"),
            ("SIRET : 732.829.320.00074", "73282932000074"),
            ("RCS Besançon 732 829 320 00074", "73282932000074"),
            ("w250000000", "W250000000"),
            ("RNA n° W9R 0000001", "W9R0000001"),
        ],
        ["", "73282932000047", "7328293200007", "732829320000741", "732 829 320", "FR44732829320", "W25000000",
         "W2500000000", "WX50000000", "je n'en ai pas", "35600000000002", "0" * 15_000],
    ),
    "legal": (
        [("SARL", "sarl"), ("10", "association"), ("asso", "association"), ("s.a.s.", "sas"), ("la 7", "scop"),
         ("mairie", "local_authority"), ("mutuele", Asked("mutual")), ("sole trader", "sole"),
         ("assoc", Asked("association", "public_interest"))],
        ["", "19", "0", "une grande famille", "je ne sais pas", "-1", "LLC", "bonjour"],
    ),
    "flags": (
        [("1 3", ["ess", "adapted"]), ("aucune", []), ("none", []), ("ESS, Ésat", ["ess", "esat"]),
         ("toutes sauf 2", ["ess", "adapted", "esat", "iae"]), ("iae et ess", ["ess", "iae"]),
         ("1-2", Asked(["ess", "esus"]))],
        ["", "6", "0", "1 9", "label bio", "ess, label bio", "?"],
    ),
    "naf": (
        [("25.62B", "25.62B"), ("2562b", "25.62B"), ("25 62 B", "25.62B"), ("APE : 94.99Z", "94.99Z"),
         ("6201Z Programmation", "62.01Z"), ("code NAF 25-62 b", "25.62B")],
        ["", "2562", "25.6B", "B25.62", "25.62BB", "mécanique", "256.2B"],
    ),
    "headcount": (
        [("42", 42), ("1 200", 1200), ("0", 0), ("42 salariés", 42), ("quarante-deux", 42), ("1,200", 1200),
         ("environ 40", Asked(40)), ("une quarantaine", Asked(40)), ("about 40", Asked(40)), ("aucun", Asked(0)),
         ("quatre-vingt-dix-sept", 97), ("two hundred", 200)],
        ["", "beaucoup", "-5", "12,5", "100 001", "40 à 50", "50 %", "9" * 5_000],
    ),
    "commune": (
        [("25000 besancon", BESANCON), ("Besançon", BESANCON), ("lons le saunier", LONS),
         ("25 besac", Asked(BESANCON)),
         ("belfor", Asked(BELFORT)), ("90000", Asked(BELFORT)), ("12 rue des Cras, 25000 BESANÇON", BESANCON),
         ("st claude", {"insee": "39478", "name": "Saint-Claude", "postcode": "39200"}),
         ("Besançon, Doubs, France", BESANCON)],
        ["", "21000 Dijon", "75011", "Dijon", "25300", "Berne", "39", "villers", "99999 Nulle-Part"],
    ),
    "website": (
        [("www.structure.fr", "https://www.structure.fr"), ("https://structure.fr", "https://structure.fr"),
         ("HTTP://Structure.FR/Page", "http://structure.fr/Page"),
         ("structure.fr:8080/a?b=c#d", "https://structure.fr:8080/a?b=c#d"),
         ("www.société.fr.", "https://www.société.fr"), ("Site : structure.fr", "https://structure.fr")],
        ["", "structure", "ftp://structure.fr", "javascript:alert(1)", "nom@structure.fr", "http://", "http://[",
         "https://moi:secret@structure.fr", "http://192.168.1.1", "a.fr/" + "x" * 2_000],
    ),
    "email": (
        [("Nom@Structure.FR", "Nom@structure.fr"), ("Camille <c@structure.fr>", "c@structure.fr"),
         ("mailto:c@structure.fr", "c@structure.fr"), ("c@structure.fr.", "c@structure.fr"),
         ("c @ structure.fr", "c@structure.fr"),
         ("c@mail.com", "c@mail.com"), ("c@gmial.com", Asked("c@gmail.com", "c@gmial.com")),
         ("c@structure.con", Asked("c@structure.com", "c@structure.con")),
         ("c@structure,fr", Asked("c@structure.fr"))],
        ["", "c", "c@", "@structure.fr", "c@structure", "a@structure.fr b@structure.fr", "c..d@structure.fr",
         "c@structure.local"],
    ),
    "phone": (
        [("03 81 00 00 00", "+33381000000"), ("+33 (0)3 81 00 00 00", "+33381000000"),
         ("0033381000000", "+33381000000"),
         ("03.81.00.00.00", "+33381000000"), ("(03) 81-00-00-00", "+33381000000"), ("06 39 98 00 00", "+33639980000"),
         ("+41 32 123 45 67", "+41321234567"), ("0041 32 123 45 67", "+41321234567"),
         ("+49 30 123456", Asked("+4930123456"))],
        ["", "3 81 00 00 00", "03 81 00 00 0", "03 81 00 00 00 0", "03 81 00 00 00 / 06 39 98 00 00",
         "0381 poste 12", "+33",
         "pas de téléphone", "0" * 10_000],
    ),
    "head_informed": (
        [("oui", True), ("NON", False), ("1", True), ("2", False), ("bien sûr", True), ("pas encore", False),
         ("yes", True)],
        ["", "peut-être", "oui et non", "3", "demain", "?", "bof"],
    ),
    "themes": (
        [("1 3 5", ["health", "working_conditions", "engagement"]), ("1,3", ["health", "working_conditions"]),
         ("3 et 1", ["health", "working_conditions"]), ("santé, emploi", ["health", "employment"]),
         ("health, jobs", ["health", "employment"]),
         ("santé emploi mobilité", ["health", "employment", "mobility"]), ("mobilitée", Asked(["mobility"])),
         ("1 à 3", Asked(["health", "employment", "working_conditions"])),
         ("1-3-5", ["health", "working_conditions", "engagement"]),
         ("toutes sauf 1, 2, 3", ["mobility", "engagement", "cohesion"])],
        ["", "toutes", "aucune", "1 2 3 4", "7", "0", "santé, jardinage", "1 3 banane"],
    ),
    "shape": (
        [("1", "practice"), ("Service", "service"), ("organisation du travail", "work_organisation"),
         ("autre", "other"),
         ("prduit", Asked("product")), ("product", "product"), ("circuits courts", "distribution")],
        ["", "7", "0", "un festival", "1,5", "bonjour", "je ne sais pas"],
    ),
    "stage": (
        [("1", "idea"), ("à l'essai", "trial"), ("EN PLACE", "running"),
         ("en place depuis deux ans", Asked("running")),
         ("idée", "idea"), ("in place", "running"), ("en plase", Asked("running"))],
        ["", "4", "0", "bientôt", "2,5", "fini", "100 %"],
    ),
    "started": (
        [("3 mars 2013", "2013-03-03"), ("03/03/2013", "2013-03-03"), ("mars 2013", "2013-03"),
         ("2013-03-03", "2013-03-03"),
         ("March 3, 2013", "2013-03-03"), ("depuis 2009", "2009"), ("il y a deux ans", Asked("2011-03")),
         ("two years ago", Asked("2011-03")), ("03/03/12", Asked("2012-03-03")), ("fevirer 2012", Asked("2012-02"))],
        ["", "13 mars 2013", "avril 2013", "2014", "31/02/2012", "0/3/2012", "mars", "bientôt", "1850", "12"],
    ),
    "beneficiaries": (
        [("1", ["employees"]),
         ("1 2 3 4 5 6", ["employees", "users", "inhabitants", "families", "jobseekers", "other"]),
         ("tous", ["employees", "users", "inhabitants", "families", "jobseekers", "other"]),
         ("usagers et clients", ["users"]),
         ("salariés et familles", ["employees", "families"]), ("n°1, n°4", ["employees", "families"]),
         ("1-4, 6", Asked(["employees", "users", "inhabitants", "families", "other"]))],
        ["", "aucun", "7", "0", "les chats", "1 8", "?"],
    ),
    "reach": (
        [("1", 1), ("120", 120), ("10 000 000", 10_000_000), ("environ 120", Asked(120)),
         ("une centaine", Asked(100)),
         ("1 200 habitants", 1200), ("12k", 12_000)],
        ["", "0", "10 000 001", "plusieurs", "-3", "1,5", "12 000 à 15 000"],
    ),
    "indicators": (
        [("Absences ; 12 jours ; 8 ; mars 2013", [ROW]), ("Absences;12 jours;8;03/2013", [ROW]),
         ("Absences\n12 jours\n8\nmars 2013", [ROW]), ("Absences\t12 jours\t8\tMarch 2013", [ROW]),
         ("- Absences ; 12 jours ; 8 ; mars 2013\n- Absences ; 12 jours ; 8 ; 2013-03", [ROW, ROW]),
         ("Absences ; 12 jours ; 8 ; il y a 1 an", Asked([ROW | {"date": "2012-03"}])),
         ("\n".join(["Absences ; 12 jours ; 8 ; mars 2013"] * 5), [ROW] * 5)],
        ["", "Absences ; 12 ; 8", "Absences", "ab ; 12 ; 8 ; 2013", "Absences ; ; 8 ; 2013",
         "Absences ; 12 ; 8 ; un jour",
         "Absences ; 12 ; 8 ; 31/02/2013", "\n".join(["Absences ; 12 ; 8 ; 2013"] * 6), "a ; b ; c ; d ; e"],
    ),
    "budget": (
        [("12 000 €", 12_000), ("12,5 k€", 12_500), ("€12,000", 12_000), ("0", 0), ("1 234,56", 1234.56),
         ("1,2 M€", 1_200_000),
         ("douze mille euros", 12_000), ("environ 12 000", Asked(12_000)), ("12 000 € par an", Asked(12_000))],
        ["", "cher", "-3 €", "12 000 CHF", "$500", "200 millions", "12 000 € dont 3 000 de la Région", "20 %"],
    ),
    "days": (
        [("30", 30), ("30 jours", 30), ("trente jours", 30), ("0", 0), ("une trentaine", Asked(30)),
         ("thirty days", 30), ("~30", Asked(30))],
        ["", "longtemps", "-1", "2,5", "100 001", "10 ou 12", "½"],
    ),
    "links": (
        [("https://a.fr/v", ["https://a.fr/v"]), ("a.fr b.fr", ["https://a.fr", "https://b.fr"]),
         ("a.fr, b.fr", ["https://a.fr", "https://b.fr"]),
         ("a.fr\nhttp://b.fr", ["https://a.fr", "http://b.fr"]), ("a.fr a.fr", ["https://a.fr"]),
         ("a.fr b.fr c.fr d.fr e.fr", [f"https://{one}.fr" for one in "abcde"])],
        ["", "a.fr b.fr c.fr d.fr e.fr f.fr", "a.fr nul", "javascript:alert(1)", "a.fr ftp://b.fr", "une vidéo",
         "http://"],
    ),
    "rules": _MUST,
    "accuracy": _MUST,
    "availability": _MUST,
    "published": (
        [("tout", ["all"]), ("rien", ["none"]), ("non", ["none"]), ("1", ["all"]),
         ("3 9 10", ["name", "title", "summary"]),
         ("nom et titre", ["name", "title"]), ("everything", ["all"]), ("1 3", Asked(["all"])),
         ("tout sauf 5 à 30", Asked(["name", "legal"]))],
        ["", "tout, rien", "33", "oui", "comme vous voulez", "nom, adresse postale", "tout sauf tout"],
    ),
    "news": (
        [("2 3", ["calendar", "stages"]), ("aucune", ["none"]),
         ("toutes", ["calendar", "stages", "advice", "partners"]),
         ("calendrier et conseils", ["calendar", "advice"]), ("none", ["none"]), ("1", ["none"]),
         ("étapes", ["stages"])],
        ["", "1 2", "6", "0", "la météo", "calendrier, météo", "aucune, conseils"],
    ),
}  # fmt: skip

TABLES = _texts() | KINDS
