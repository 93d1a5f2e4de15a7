"""When two certificates are of one person, of two, or in doubt."""

from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daemon.core.model import Certificate
from daemon.core.registration_numbers import organization_number, person_number
from daemon.core.same_holder import HolderMatch, match_holders, name_of, person_of
from support.core.factories import certificate, changed

SAME, DOUBT, ANOTHER = HolderMatch.SAME, HolderMatch.IN_DOUBT, HolderMatch.ANOTHER
SIREN, OTHER_SIREN = "NTRFR-123456789", "NTRFR-987654321"


def person(
    given_name: str = "", surname: str = "", cn: str = "", organization: str = "", number: str = ""
) -> Certificate:
    return changed(
        certificate(),
        given_name=given_name,
        surname=surname,
        subject_cn=cn,
        organization_identifier=organization,
        subject_serial=number,
    )


def jeanne(
    organization: str = "", number: str = "", surname: str = "Martin", given_name: str = "Jeanne"
) -> Certificate:
    return person(given_name, surname, "Jeanne MARTIN", organization, number)


def check(one: Certificate, other: Certificate, expected: HolderMatch) -> None:
    assert match_holders(one, other) is expected
    assert match_holders(other, one) is expected, "whichever comes first"


# Each row: one, other, what they are; the id says why.
NAMES = [
    pytest.param(("Jean", "Martin", "A"), ("Jean", "Martin", "B"), SAME, id="attributes count before the CN"),
    pytest.param(("Jean", "Martin"), ("JEAN", "MARTIN"), SAME, id="case"),
    pytest.param(("Élise", "Façon"), ("ELISE", "FACON"), SAME, id="accents"),
    pytest.param(("Élise", "Façon"), ("E\u0301lise", "Fac\u0327on"), SAME, id="composed and decomposed"),
    pytest.param(("Jean-Luc", "Roy"), ("JEAN LUC", "ROY"), SAME, id="hyphen and blank"),
    pytest.param(("Jean\u2011Luc", "Roy"), ("Jean-Luc", "Roy"), SAME, id="a hyphen that does not break"),
    pytest.param(("Jean - Luc", "Roy"), ("Jean–Luc", "Roy"), SAME, id="a dash, and a hyphen between blanks"),
    pytest.param(("Jean-Luc", "Roy"), ("Jeanluc", "Roy"), SAME, id="hyphen left out"),
    pytest.param(("Anne", "d’Arc"), ("ANNE", "D'ARC"), SAME, id="two apostrophes"),
    pytest.param(("Anne", "d'Arc"), ("ANNE", "DARC"), SAME, id="apostrophe left out"),
    pytest.param(("Anne", "D ARC"), ("ANNE", "D´ARC"), SAME, id="apostrophe or blank"),
    pytest.param(("Anne", "Le Goff"), ("ANNE", "LEGOFF"), SAME, id="blank left out"),
    pytest.param(("Zoé", "Lecœur"), ("ZOE", "LECOEUR"), SAME, id="oe"),
    pytest.param(("Lætitia", "Roy"), ("LAETITIA", "ROY"), SAME, id="ae"),
    pytest.param(("Lech", "Wałęsa"), ("LECH", "WALESA"), SAME, id="l with stroke"),
    pytest.param(("Søren", "Bjørn"), ("SOREN", "BJORN"), SAME, id="o with stroke"),
    pytest.param(("Đorđe", "Đukić"), ("DORDE", "DUKIC"), SAME, id="d with stroke"),
    pytest.param(("Jürgen", "Weiß"), ("JURGEN", "WEISS"), SAME, id="sharp s"),
    pytest.param(("Işık", "Yıldız"), ("ISIK", "YILDIZ"), SAME, id="i without dot"),
    pytest.param(("İpek", "Şahin"), ("IPEK", "SAHIN"), SAME, id="capital i with dot"),
    pytest.param(("Élise", "Façon"), ("Ã‰lise", "FaÃ§on"), SAME, id="UTF-8 read as Windows-1252"),
    pytest.param(("Hélène", "Façon"), ("HÃ©lÃ¨ne", "FaÃ§on"), SAME, id="UTF-8 read as Latin-1"),
    pytest.param(("Me Jeanne", "Martin"), ("Jeanne", "Martin"), SAME, id="title of a lawyer"),
    pytest.param(("Jeanne", "Dr Martin"), ("Mme Jeanne", "Martin"), SAME, id="titles in either attribute"),
    pytest.param(("M. Claude", "Roy"), ("Mme Claude", "Roy"), DOUBT, id="a couple with one given name"),
    pytest.param(("", "", "M. Mme Roy"), ("", "", "Monsieur, Madame ROY"), SAME, id="both titles of a couple"),
    pytest.param(("", "", "M. Mme Roy"), ("", "", "M. Roy"), DOUBT, id="a couple, and one of it"),
    pytest.param(("Jean", "Martin"), ("Anne", "Martin"), ANOTHER, id="a couple"),
    pytest.param(("Jean", "Martin", "M"), ("Anne", "Martin", "M"), ANOTHER, id="a couple with one CN"),
    pytest.param(("Jean", "Roy"), ("Jean-Marc", "Roy"), ANOTHER, id="a hyphenated given name is one"),
    pytest.param(("Jean Paul", "Roy"), ("Jean-Marc", "Roy"), ANOTHER, id="two names, and another hyphenated one"),
    pytest.param(("Jean", "Roy"), ("Jeanne", "Roy"), ANOTHER, id="one name begins with the other"),
    pytest.param(("Jean", "Martin"), ("Martin", "Jean"), DOUBT, id="attributes the other way round"),
    pytest.param(("Jeanne", "Durand"), ("Jeanne", "Martin"), DOUBT, id="married"),
    pytest.param(("Jeanne", "Martin"), ("Jeanne", "Martin-Durand"), DOUBT, id="added to with a hyphen"),
    pytest.param(("Jeanne", "Martin"), ("Jeanne", "MARTIN EP. DURAND"), DOUBT, id="added to with ep."),
    pytest.param(("Jeanne", "Martin née Durand"), ("Jeanne", "Durand"), DOUBT, id="added to with née"),
    pytest.param(("J.", "Martin"), ("Jeanne", "Martin"), DOUBT, id="an initial with a dot"),
    pytest.param(("J", "Martin"), ("Jeanne", "Martin"), DOUBT, id="an initial"),
    pytest.param(("J.-P.", "Roy"), ("Jean-Pierre", "Roy"), DOUBT, id="initials of a hyphenated name"),
    pytest.param(("Ph.", "Roy"), ("Philippe", "Roy"), DOUBT, id="cut short"),
    pytest.param(("A.", "Martin"), ("Jeanne", "Martin"), ANOTHER, id="another initial"),
    pytest.param(("J.-P.", "Roy"), ("Jean-Marc", "Roy"), ANOTHER, id="another second initial"),
    pytest.param(("J.", "Martin"), ("Jeanne", "Durand"), ANOTHER, id="an initial, and another surname"),
    pytest.param(("Jeanne", "Martin"), ("Jeanne Marie Louise", "Martin"), DOUBT, id="given names without a number"),
    pytest.param(("Jeanne Anne", "Martin"), ("Jeanne Marie", "Martin"), DOUBT, id="other names beside the first"),
    pytest.param(("Marie Jeanne", "Roy"), ("Jeanne Marie", "Roy"), DOUBT, id="given names in another order"),
    pytest.param(("Marie-Jeanne", "Roy"), ("Jeanne", "Roy"), ANOTHER, id="a part of a hyphenated given name"),
    pytest.param(("Anne", "Martin"), ("", "", "Dr. med. Anne MARTIN"), DOUBT, id="a title that is not known"),
    pytest.param(("Jean", "Martin"), ("", "", "M. le Président Jean MARTIN"), DOUBT, id="an office before the name"),
    pytest.param(("", "", "Nguyen Van An"), ("", "", "An Van Nguyen"), DOUBT, id="a name turned round"),
    pytest.param(("", "", "Jean MARTIN"), ("", "", "jean  martin"), SAME, id="CN alone"),
    pytest.param(("", "", "MARTIN Jeanne"), ("", "", "Jeanne MARTIN"), SAME, id="CN, surname first or last"),
    pytest.param(("", "", "LE GOFF JEANNE"), ("", "", "Jeanne Legoff"), SAME, id="CN, surname of two words first"),
    pytest.param(("", "", "MARTIN, Jeanne"), ("", "", "Maître Jeanne Martin"), SAME, id="CN with comma and title"),
    pytest.param(("Jean", "Martin", "Jean Martin"), ("", "", "JEAN MARTIN"), SAME, id="CN where one has no names"),
    pytest.param(("Jeanne", "Le Goff"), ("", "", "LEGOFF JEANNE"), SAME, id="attributes and CN"),
    pytest.param(("Jean", "Roy", "Cabinet Roy"), ("", "", "Cabinet Roy"), DOUBT, id="an office's CN, and one of it"),
    pytest.param(("Jean", "Roy", "Cabinet A"), ("", "Roy", "Cabinet A"), DOUBT, id="an office's CN, and a surname"),
    pytest.param(("", "", "Jean MARTIN"), ("", "", "Anne MARTIN"), ANOTHER, id="CN of a couple"),
    pytest.param(("", "", "Jean Martin"), ("", "", "Anne Martin"), ANOTHER, id="CN of a couple without capitals"),
    pytest.param(("", "", "Jean MARTIN"), ("", "", "Martin JEAN"), DOUBT, id="capitals show which is the surname"),
    pytest.param(("", "", "Jean Martin"), ("", "", "Jean Martine"), DOUBT, id="CN with another surname"),
    pytest.param(("", "", "J. MARTIN"), ("Jeanne", "Martin"), DOUBT, id="CN with an initial"),
    pytest.param(("", "", "M. Martin"), ("", "", "Mme Martin"), DOUBT, id="titles and one surname"),
    pytest.param(("", "", "Martin"), ("Jean", "Martin"), DOUBT, id="a surname alone"),
    pytest.param(("Anne", "Roy"), ("", "", "Martin"), ANOTHER, id="no common ground"),
    pytest.param(("", "", "Card 1 23"), ("", "", "Card 12 3"), DOUBT, id="two numbers"),
    pytest.param(("", "", "MARTIN Jeanne, Me"), ("", "", "Jeanne MARTIN"), SAME, id="title behind a comma"),
    pytest.param(("", "", "Jeanne MARTIN (Mme)"), ("", "", "MARTIN Jeanne"), SAME, id="title in brackets"),
    pytest.param(("", "", "Jeanne MARTIN Me"), ("", "", "Jeanne MARTIN"), SAME, id="title at the end"),
    pytest.param(("", "", "Pr Jean MARTIN"), ("", "", "Mr Jean MARTIN"), SAME, id="two titles of one man"),
    pytest.param(("", "", "Mrs Jane ROY"), ("", "", "ROY, Jane, Dr"), SAME, id="English titles"),
    pytest.param(("", "", "Dipl.-Ing. Karl MAYER"), ("", "", "Mag. Karl MAYER"), SAME, id="Austrian titles"),
    pytest.param(("", "", "Dott.ssa Maria ROSSI"), ("", "", "Avv. Maria ROSSI"), SAME, id="Italian titles"),
    pytest.param(("", "", "Jean LE MAITRE"), ("", "", "Jean MAITRE"), DOUBT, id="a title that is a surname"),
    pytest.param(("", "", "Jeanne D´ARC"), ("", "", "Jeanne D ARC"), SAME, id="a letter alone before the surname"),
    pytest.param(("", "", "Jeanne P MARTIN"), ("", "", "Jeanne MARTIN"), DOUBT, id="a letter alone as an initial"),
    pytest.param(("Anne", "DꞌARC"), ("Anne", "D‛ARC"), SAME, id="rare apostrophes"),
    pytest.param(("Jean\u00adMarc", "Roy"), ("Jean-Marc", "Roy"), SAME, id="soft hyphen"),
    pytest.param(("Zo\u200bé", "\ufeffRoy"), ("Zoé", "Ro\u2060y"), SAME, id="what cannot be seen"),
    pytest.param(("Zoé", "\u200eRoy\u200f"), ("ZOE", "ROY"), SAME, id="marks of the direction"),
    pytest.param(("Ｚｏé", "ＲＯＹ"), ("Zoé", "Roy"), SAME, id="wide letters"),
    pytest.param(("Þór", "Þórsson"), ("THOR", "THORSSON"), SAME, id="thorn"),
    pytest.param(("ÃƒÂ‰lise", "FaÃƒÂ§on"), ("Élise", "Façon"), SAME, id="UTF-8 read as Latin-1 twice"),
    pytest.param(("Élise", "FaÃ§on"), ("ELISE", "FACON"), SAME, id="read as Latin-1 in one attribute"),
    pytest.param(("Anne", "C\x8cUR"), ("Anne", "Cœur"), SAME, id="a letter of Windows-1252 read as Latin-1"),
    pytest.param(("", "", "Élise FAÃ‡ON"), ("", "", "Élise FAÇON"), SAME, id="read as Latin-1 in one word"),
    pytest.param(("Jörg", "Müller"), ("JOERG", "MUELLER"), DOUBT, id="ue for ü"),
    pytest.param(("Søren", "Åse"), ("SOEREN", "AASE"), DOUBT, id="oe and aa"),
    pytest.param(("Manuel", "Roy"), ("Emmanuel", "Roy"), ANOTHER, id="one name within another"),
    pytest.param(("Joël", "Roy"), ("Joëlle", "Roy"), ANOTHER, id="a brother and a sister"),
    pytest.param(("", "", "Jean MARTIN père"), ("", "", "Jean MARTIN fils"), DOUBT, id="a father and a son"),
    pytest.param(("", "", "Jan NOVÁK st."), ("", "", "Jan NOVÁK ml."), DOUBT, id="the same in Czech"),
    pytest.param(("", "", "Ann ROY (Signature)"), ("", "", "Ann ROY (Authentication)"), SAME, id="Belgium's purposes"),
    pytest.param(("", "", "ROY, ANN (AUTENTICACIÓN)"), ("", "", "ROY, ANN (FIRMA)"), SAME, id="Spain's purposes"),
    pytest.param(("", "", "Ann ROY – SIGNATURE"), ("", "", "Ann ROY"), SAME, id="a purpose behind a dash"),
    pytest.param(("", "", "Ann ROY - Signature"), ("", "", "Ann ROY - Auth"), SAME, id="two purposes behind dashes"),
    pytest.param(("", "", "Ann ROY - SIGNORET"), ("", "", "Ann ROY"), DOUBT, id="a surname behind a dash"),
    pytest.param(("", "", "ROY ANN - NIF 12345678Z"), ("", "", "ANN ROY 12345678Z"), SAME, id="a number in either CN"),
    pytest.param(("", "", "ROY ANN - 12345678Z"), ("", "", "ROY ANN - 12345679Z"), DOUBT, id="other numbers in CNs"),
    pytest.param(("", "", "ROY ANN - 12345678Z"), ("", "", "ANN ROY"), DOUBT, id="a number in one CN"),
    pytest.param(("", "", "Signature"), ("", "", "Signature"), SAME, id="a purpose alone"),
    pytest.param(("B?reng?re", "L?VY"), ("Bérengère", "Lévy"), DOUBT, id="letters lost as question marks"),
    pytest.param(("B??reng??re", "Roy"), ("Bérengère", "Roy"), DOUBT, id="two question marks a letter"),
    pytest.param(("B\ufffdrengère", "Roy"), ("Bérengère", "Roy"), DOUBT, id="letters lost, as Unicode writes it"),
    pytest.param(("Andr¿", "Roy"), ("André", "Roy"), DOUBT, id="letters lost, as Oracle writes it"),
    pytest.param(("", "", "?lodie L?VY"), ("", "", "LÉVY Élodie"), DOUBT, id="letters lost in a CN"),
    pytest.param(("Jean?Luc", "Roy"), ("Jean-Luc", "Roy"), DOUBT, id="a sign lost"),
    pytest.param(("Andr?", "Roy"), ("Andr?", "Roy"), SAME, id="the same letters lost"),
    pytest.param(("Andr?", "Roy"), ("Andréanne", "Roy"), ANOTHER, id="more letters than were lost"),
    pytest.param(("?" * 9, "Roy"), ("Jeanne", "Martin"), ANOTHER, id="letters lost, and another surname"),
    pytest.param(("Jeanne", "Roy ?"), ("Jeanne", "Roy"), SAME, id="a question"),
    pytest.param(("Ирина", "Иванова"), ("Irina", "Ivanova"), DOUBT, id="two scripts"),
    pytest.param(("Jeanne", "Roy"), ("J\u0435anne", "Roy"), DOUBT, id="a letter of another script that looks alike"),
    pytest.param(("Ирина", "Иванова"), ("ИРИНА", "ИВАНОВА"), SAME, id="one other script"),
    pytest.param(("Ирина", "Иванова"), ("Ольга", "Петрова"), ANOTHER, id="two people in another script"),
    pytest.param(("", "", "12345678"), ("Jeanne", "Roy"), ANOTHER, id="a number has no script"),
    pytest.param((), (), DOUBT, id="no names at all"),
    pytest.param(("Jean",), ("Jean",), DOUBT, id="half a name"),
    pytest.param(("", "", "--"), ("", "", "-"), DOUBT, id="nothing but signs"),
]


@pytest.mark.parametrize(
    ("given", "cn", "expected"),
    [
        pytest.param("Jean Paul", "Jean-Paul ROY", ANOTHER, id="the common name says that it is one name"),
        pytest.param("JEAN PAUL", "ROY Jean-Paul", ANOTHER, id="surname first"),
        pytest.param("Jean Paul", "Jean Paul ROY", SAME, id="the common name says the same"),
        pytest.param("Jean Paul", "", SAME, id="no common name"),
        pytest.param("Jean Paul Marie", "Jean Paul-Marie ROY", SAME, id="the first name stands alone"),
    ],
)
def test_two_given_names_of_one_company_beside_the_first_alone(given: str, cn: str, expected: HolderMatch) -> None:
    check(person("Jean", "Roy", "Jean ROY", SIREN), person(given, "Roy", cn, SIREN), expected)


@pytest.mark.parametrize(("one", "other", "expected"), NAMES)
def test_names_without_numbers(one: tuple[str, ...], other: tuple[str, ...], expected: HolderMatch) -> None:
    check(person(*one), person(*other), expected)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("SI:FR-123456789", SIREN, SAME, id="national scheme"),
        pytest.param("ntrfr-123456789", SIREN, SAME, id="lower case"),
        pytest.param("VATFR-32123456789", SIREN, SAME, id="French VAT number"),
        pytest.param("VATFR-32 123 456 789", "SI:FR-12345678900012", SAME, id="VAT number and SIRET"),
        pytest.param("NTRFR-12345678900012", "NTRFR-12345678900020", SAME, id="two places of one company"),
        pytest.param("0002 123456789", SIREN, SAME, id="directory of companies"),
        pytest.param("0009 12345678900012", SIREN, SAME, id="directory of places"),
        pytest.param("123456789", SIREN, SAME, id="digits alone"),
        pytest.param("VATEL-123456789", "NTRGR-123456789", SAME, id="Greece, as tax offices write it"),
        pytest.param("NTRDE-HRB74346", "NTRDE-HRB 74346", SAME, id="letters in a number"),
        pytest.param("SIREN 123 456 789", SIREN, SAME, id="SIREN as a word"),
        pytest.param("SIRET: 123 456 789 00012", SIREN, SAME, id="SIRET as a word"),
        pytest.param("N° SIREN : 123456789", "SIRET-12345678900012", SAME, id="words before and between"),
        pytest.param("RCS Paris B 123 456 789", SIREN, SAME, id="register of commerce"),
        pytest.param("FR 32 123456789", SIREN, SAME, id="VAT number without a scheme"),
        pytest.param("TVA FR32123456789", SIREN, SAME, id="VAT as the French write it"),
        pytest.param("TVA BE0123456789", "NTRBE-123456789", SAME, id="Belgium, without its first nought"),
        pytest.param("TVA BE0123456789", SIREN, DOUBT, id="a Belgian number is no French one"),
        pytest.param("NTR FR-123456789", "NTRFR_123456789", SAME, id="blank or underscore in the scheme"),
        pytest.param("NTRFR–123456789", "NTRFR−123456789", SAME, id="a dash, and a minus sign"),
        pytest.param("\ufeffNTRFR-123456789\u200b", "ＮＴＲＦＲ-123456789", SAME, id="unseen and wide letters"),
        pytest.param("0002:123456789", "NTRFR-0002 123456789", SAME, id="directory with a colon"),
        pytest.param("NTRFR-SIREN 123456789", SIREN, SAME, id="SIREN as a word behind the scheme"),
        pytest.param("NTRFR-SIREN 123456789", "NTRFR-SIREN 123499999", DOUBT, id="five letters are no digits"),
        pytest.param("NTRFR-SIRET 12345678900012", SIREN, SAME, id="SIRET as a word behind the scheme"),
        pytest.param("NTRFR-RCS PARIS B 123 456 789", "NTRFR-123456789 RCS PARIS", SAME, id="register in the scheme"),
        pytest.param("NTRLU-RCS 123456789", SIREN, DOUBT, id="a French word in another country's scheme"),
        pytest.param("0225:123456789", "0009:12345678900012", SAME, id="directory of invoices"),
        pytest.param("DE 122788238", "VATDE-122788238", SAME, id="Germany without a scheme"),
        pytest.param("VATES-Q2826004J", "Q2826004J", SAME, id="a country known of one"),
        pytest.param("CHE-123.456.789", "NTRCH-CHE123456789", SAME, id="Switzerland"),
        pytest.param("VATAT-U12345678", "ATU12345678", SAME, id="Austria"),
        pytest.param("TVA intracommunautaire : FR 32 123 456 789", SIREN, SAME, id="VAT with its French words"),
        pytest.param("N° TVA FR32123456789", "TVA : 32123456789", SAME, id="VAT with and without the country"),
        pytest.param("numéro de TVA FR K7 123456789", "VATFR-K7123456789", SAME, id="a VAT key with letters"),
        pytest.param("VAT No FR32123456789", "T.V.A. FR32123456789", SAME, id="No is no Norway"),
        pytest.param("123 456 789 R.C.S. Nanterre", "RCS Paris 2 123 456 789", SAME, id="register behind, or numbered"),
        pytest.param("SIREN 123 456 789 - TVA FR32123456789", SIREN, SAME, id="one number in two ways"),
        pytest.param("SIRET 123 456 789 00012 APE 6910Z", SIREN, SAME, id="a trade's code behind"),
        pytest.param("ISO6523:0002:123456789", SIREN, SAME, id="directory with its standard"),
        pytest.param("ISO6523:0060:123456789", SIREN, DOUBT, id="another directory"),
        pytest.param("SIREN 123456789 SIREN 987654321", SIREN, DOUBT, id="two numbers in one"),
        pytest.param("USt-IdNr. DE123456789", "VATDE-123456789", SAME, id="German VAT with its words"),
        pytest.param("USt-IdNr.: DE 123 456 789", SIREN, DOUBT, id="a German number is no French one"),
        pytest.param("Amtsgericht Bonn HRB 74346", "NTRDE-HRB74346", SAME, id="German register"),
        pytest.param("HRB 74346 Bonn", "NTRDE-HRB74346", DOUBT, id="a court behind is not understood"),
        pytest.param("P. IVA 01879020517", "Partita IVA IT01879020517", SAME, id="Italian VAT with its words"),
        pytest.param("CIF B-12345678", "VATES-B12345678", SAME, id="Spanish number with its word"),
        pytest.param("BTW BE 0123.456.789", "BCE 123.456.789", SAME, id="Belgian register and VAT"),
        pytest.param("CHE-123.456.789 TVA", "UID CHE-123.456.789 MWST", SAME, id="Swiss VAT in two languages"),
        pytest.param("CHE-123.456.789 TVA", SIREN, DOUBT, id="a Swiss number is no French one"),
        pytest.param("LEI 9695005MSX1OYEMGDF46", "LEIXG-9695005MSX1OYEMGDF46", SAME, id="identifier of legal entities"),
        pytest.param("RCS Luxembourg B123456", "NTRLU-B123456", DOUBT, id="the same word in another country"),
        pytest.param("FR 1 " * 60, SIREN, DOUBT, id="a long text"),
        pytest.param("CNBF 123456", SIREN, DOUBT, id="what is not understood"),
        pytest.param(SIREN, "", SAME, id="known of one"),
        pytest.param("", "", SAME, id="unknown"),
        pytest.param(SIREN, OTHER_SIREN, DOUBT, id="two organisations"),
        pytest.param("VATFR-32987654321", SIREN, DOUBT, id="two organisations, in two ways"),
        pytest.param("NTRBE-123456789", SIREN, DOUBT, id="two countries"),
        pytest.param("VATDE-12345678900012", "VATDE-12345678900020", DOUBT, id="only France has SIRETs"),
        pytest.param("NTRFR-000000000", SIREN, SAME, id="a number of noughts is none"),
    ],
)
def test_numbers_of_organisations(one: str, other: str, expected: HolderMatch) -> None:
    check(jeanne(one), jeanne(other), expected)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(jeanne(number="PNOFR-1"), jeanne(number="pnofr-1", surname="Durand"), SAME, id="married"),
        pytest.param(jeanne(SIREN, "TINFR-1"), jeanne(OTHER_SIREN, "TINFR-1"), SAME, id="of two organisations"),
        pytest.param(jeanne(number="TAXIT-RSS"), jeanne(number="TINIT-RSS"), SAME, id="the older word for tax numbers"),
        pytest.param(jeanne(number="PNOES-1"), jeanne(number="TINES-1"), SAME, id="one number for both"),
        pytest.param(jeanne(number="PNOFR-1"), jeanne(number="PNOFR-2"), ANOTHER, id="namesakes"),
        pytest.param(jeanne(SIREN, "PNOFR-1"), jeanne(SIREN, "PNOFR-2"), ANOTHER, id="namesakes of one office"),
        pytest.param(jeanne(number="PNOFR-1"), jeanne(number="PNOBE-1"), ANOTHER, id="two countries"),
        pytest.param(jeanne(number="PNOFR-1"), jeanne(number="TINFR-2"), DOUBT, id="not to be compared"),
        pytest.param(jeanne(number="PNOFR-1"), jeanne(), SAME, id="known of one"),
        pytest.param(jeanne(number="IDCFR-1"), jeanne(number="IDCFR-2"), SAME, id="identity cards are renewed"),
        pytest.param(
            jeanne(number="PASFR-1"), jeanne(number="PASFR-1", surname="Durand"), DOUBT, id="a passport proves nothing"
        ),
        pytest.param(
            jeanne(number="RSSMRA80A01H501U"), jeanne(number="TINIT-RSSMRA80A01H501U", surname="D"), SAME, id="Italy"
        ),
        pytest.param(jeanne(number="IT:RSSMRA80A01H501U"), jeanne(number="TINIT-RSSMRA80A01H501V"), ANOTHER, id="IT:"),
        pytest.param(
            person(cn="RSSMRA80A01H501U/7430010007654321.abc"),
            person(cn="RSSMRA80A01H501U/7430019999999999.def"),
            SAME,
            id="an Italian card with numbers alone",
        ),
        pytest.param(jeanne(number="PNOFR_1"), jeanne(number="PNOFR-1"), SAME, id="an underscore for the hyphen"),
        pytest.param(jeanne(number="S161"), jeanne(number="S162"), SAME, id="counted by the issuer"),
    ],
)
def test_numbers_of_people(one: Certificate, other: Certificate, expected: HolderMatch) -> None:
    check(one, other, expected)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param({}, {"given_name": "Jeanne Marie Louise"}, SAME, id="given names held together by the number"),
        pytest.param({}, {"given_name": "Jeanne, Marie, Louise"}, SAME, id="given names with commas"),
        pytest.param({}, {"given_name": "Jeanne M."}, DOUBT, id="a second initial"),
        pytest.param({}, {"given_name": "Marie Jeanne"}, DOUBT, id="any given name may be the usual one"),
        pytest.param({}, {"surname": "Durand"}, DOUBT, id="married"),
        pytest.param({}, {"given_name": "Anne"}, ANOTHER, id="a couple with one office"),
        pytest.param({}, {"given_name": "Jeanne Marie", "organization": OTHER_SIREN}, DOUBT, id="two organisations"),
        pytest.param({}, {"surname": "Durand", "organization": OTHER_SIREN}, ANOTHER, id="nothing else in common"),
        pytest.param(
            {}, {"surname": "Durand", "organization": "CNBF 123456"}, DOUBT, id="not understood is not another"
        ),
        pytest.param(
            {}, {"given_name": "Jeanne Marie", "organization": "CNBF 1"}, DOUBT, id="not understood holds nothing"
        ),
        pytest.param(
            {}, {"surname": "Durand", "organization": "NTRFR-W751234567"}, DOUBT, id="an association has two numbers"
        ),
        pytest.param(
            {}, {"surname": "Durand", "organization": f"{SIREN};{OTHER_SIREN}"}, DOUBT, id="two numbers in one"
        ),
        pytest.param({}, {"surname": "Martin Durand", "organization": OTHER_SIREN}, DOUBT, id="one surname in common"),
    ],
)
def test_names_and_the_number_of_the_organisation(
    one: dict[str, str], other: dict[str, str], expected: HolderMatch
) -> None:
    given_in = {"organization": SIREN}
    check(jeanne(**{**given_in, **one}), jeanne(**{**given_in, **other}), expected)


# Made up, in the way that issuers of these countries write: each row is one person, over the years.
PEOPLE = {
    "France, an expert": [
        person("Jeanne", "LE GOFF", "Jeanne LE GOFF", "SI:FR-123456789", "S161"),
        person("JEANNE MARIE", "LEGOFF", "LEGOFF JEANNE", "NTRFR-12345678900012", "d2f1"),
    ],
    "France, his wife": [person("Yann", "LE GOFF", "Yann LE GOFF", "SI:FR-123456789")],
    "Belgium": [
        person("Luc Marie", "Peeters", "Luc Peeters (Authentication)", "", "85073003328"),
        person("Luc Marie", "Peeters", "Luc Peeters (Signature)", "", "PNOBE-85073003328"),
    ],
    "Estonia": [
        person("MARI-LIIS", "MÄNNIK", "MÄNNIK,MARI-LIIS,47101010033", "", "PNOEE-47101010033"),
        person("MARI-LIIS", "TAMM", "TAMM,MARI-LIIS,47101010033", "", "PNOEE-47101010033"),
    ],
    "Spain": [
        person("JUAN", "ESPAÑOL ESPAÑOL", "ESPAÑOL ESPAÑOL JUAN - 00000000T", "", "IDCES-00000000T"),
        person("JUAN", "ESPAÑOL ESPAÑOL", "00000000T JUAN ESPAÑOL", "VATES-B12345674", "IDCES-00000000T"),
    ],
    "Italy": [
        person("Mario", "Rossi", "Mario Rossi", "", "TINIT-RSSMRA80A01H501U"),
        person("MARIO", "ROSSI", "ROSSI MARIO", "VATIT-01879020517", "TINIT-RSSMRA80A01H501U"),
    ],
    "Italy, a namesake": [person("Mario", "Rossi", "Mario Rossi", "", "TINIT-RSSMRA75B02F205X")],
    "Germany": [
        person("Jürgen", "Groß", "Dr. Jürgen Groß", "NTRDE-HRB74346"),
        person("Jürgen", "GROSS", "Jürgen GROSS", "NTRDE-HRB 74346"),
    ],
    "Poland": [
        person("Stanisław", "Wąsik", "Stanisław Wąsik", "", "PNOPL-75010112345"),
        person("STANISLAW", "WASIK", "STANISLAW WASIK", "VATPL-5260250274", "PNOPL-75010112345"),
    ],
    "Spain, an older card": [
        person(cn="GARCÍA ROY ANA - NIF 99999999R"),
        person("ANA", "GARCÍA ROY", "GARCÍA ROY ANA - 99999999R", "", "IDCES-99999999R"),
    ],
    "Lithuania": [
        person("JONAS", "ŽUKAUSKAS", "JONAS ŽUKAUSKAS,38001085718", "", "PNOLT-38001085718"),
        person("JONAS", "ŽUKAUSKAS", "ŽUKAUSKAS,JONAS,38001085718", "", "PNOLT-38001085718"),
    ],
    "Latvia": [
        person("ILZE", "BĒRZIŅA", "ILZE BĒRZIŅA", "", "PNOLV-010180-12345"),
        person("ILZE", "KALNIŅA", "ILZE KALNIŅA", "", "PNOLV-01018012345"),
    ],
    "Finland": [
        person("MATTI", "MEIKÄLÄINEN", "MEIKÄLÄINEN MATTI 100001234A", "", "100001234A"),
        person("Matti", "Meikäläinen", "MEIKALAINEN MATTI 100001234A"),
    ],
    "Portugal": [
        person("MARIA DA", "CONCEIÇÃO", "MARIA DA CONCEIÇÃO", "", "BI099999990"),
        person("MARIA DA", "CONCEICAO", "MARIA DA CONCEICAO", "", "BI099999991"),
    ],
    "Czechia": [
        person("Jiří", "Dvořák", "Ing. Jiří Dvořák", "NTRCZ-12345678", "P123456"),
        person(cn="Jiří DVOŘÁK", number="P654321"),
    ],
    "Slovakia": [
        person("Ľubomír", "Šťastný", "Ľubomír Šťastný", "", "PNOSK-8001011234"),
        person("LUBOMIR", "STASTNY", "LUBOMIR STASTNY", "", "PNOSK-800101/1234"),
    ],
    "Switzerland": [
        person("Reto", "Bühler", "Reto Bühler (Authentication)", "CHE-123.456.789"),
        person("Reto", "Bühler", "Reto Bühler (Qualified Signature)", "NTRCH-CHE123456789"),
    ],
    "The Netherlands": [
        person("Sanne", "van den Berg", "Sanne van den Berg", "NTRNL-12345678", "000001234"),
        person("SANNE", "VAN DEN BERG", "S. van den Berg", "NTRNL-12345678", "000001235"),
    ],
    "Croatia": [person("Đuro", "Đaković", "Đuro Đaković"), person("", "", "DAKOVIC DURO", "", "1234.5.6")],
}


@pytest.mark.parametrize("who", PEOPLE)
def test_one_person_is_recognised_over_the_years(who: str) -> None:
    for one, other in combinations(PEOPLE[who], 2):
        check(one, other, SAME)


@pytest.mark.parametrize(("who", "whom"), list(combinations(PEOPLE, 2)))
def test_two_people_of_the_corpus_are_never_paired(who: str, whom: str) -> None:
    for one in PEOPLE[who]:
        for other in PEOPLE[whom]:
            check(one, other, ANOTHER)


PARTS = st.sampled_from(
    [
        "Jean",
        "Jean-Marc",
        "JEAN MARC",
        "J.",
        "Jeanne",
        "Martin",
        "MARTIN",
        "Le Goff",
        "Durand",
        "M.",
        "Mme",
        "d'Arc",
        "1",
    ]
)
WRITTEN = st.one_of(st.text(max_size=20), st.lists(PARTS, max_size=4).map(" ".join))
NUMBERS = st.sampled_from(["", SIREN, "SI:FR-123456789", OTHER_SIREN, "NTRBE-1"])
PERSONS = st.builds(person, WRITTEN, WRITTEN, WRITTEN, NUMBERS, st.sampled_from(["", "PNOFR-1", "PNOFR-2", "TINFR-1"]))


@given(PERSONS, PERSONS)
@example(person(cn="LE GOFF ANNE"), person(cn="anne legoff"))
def test_the_order_of_two_certificates_never_matters(one: Certificate, other: Certificate) -> None:
    assert match_holders(one, other) is match_holders(other, one)


@given(PERSONS)
@example(person(cn="M:MME:0"))
def test_a_certificate_is_like_itself_where_it_has_a_name(one: Certificate) -> None:
    assert (match_holders(one, one) is SAME) is (name_of(one) is not None or person_of(one) is not None)


DIGITS = st.text("0123456789", min_size=1, max_size=16)


@given(DIGITS, DIGITS, st.sampled_from(["PNOFR-", "TINDE-", "PNOEE-"]))
def test_two_numbers_of_people_never_become_one(one: str, other: str, scheme: str) -> None:
    numbers = [person_number(scheme + digits) for digits in (one, other)]
    if None not in numbers:
        assert (numbers[0] == numbers[1]) == (one == other)
    if None not in numbers and one != other:
        check(jeanne(number=scheme + one), jeanne(number=scheme + other), ANOTHER)


@given(DIGITS, DIGITS, st.sampled_from(["NTRDE-", "VATIT-", "SI:LU-"]))
def test_two_numbers_of_foreign_organisations_never_become_one(one: str, other: str, scheme: str) -> None:
    numbers = [organization_number(scheme + digits) for digits in (one, other)]
    if None not in numbers:
        assert (numbers[0] == numbers[1]) == (one == other)


@given(st.integers(1, 999_999_999), st.integers(1, 999_999_999), st.integers(0, 99), st.integers(0, 99_999))
def test_two_companies_of_france_never_become_one(one: int, other: int, key: int, place: int) -> None:
    for form in (f"NTRFR-{other:09}", f"VATFR-{key:02}{other:09}", f"SI:FR-{other:09}{place:05}"):
        assert (organization_number(f"NTRFR-{one:09}") == organization_number(form)) == (one == other)


@given(DIGITS, DIGITS)
def test_two_numbers_in_a_name_never_become_one(one: str, other: str) -> None:
    expected = SAME if one == other else DOUBT
    assert match_holders(person(cn=f"Card {one}"), person(cn=f"Card {other}")) is expected
