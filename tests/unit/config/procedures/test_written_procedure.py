"""Every instruction of the written procedure has its step, in order."""

import pytest

from config.schema.load_settings import catalogue_settings
from config.workflows import WorkflowKind

(OPALEXE,) = [procedure for procedure in catalogue_settings().procedures if procedure.id == "opalexe"]
ACTIVATE, ADD, ASSOCIATE = WorkflowKind.ACTIVATE, WorkflowKind.ADD_WITH_OLD, WorkflowKind.ASSOCIATE_NEW

# The written procedure, in its order: what it says, the step that says it, and the words there.
INSTRUCTIONS: list[tuple[str, WorkflowKind, str, str]] = [
    (
        "lancer le Trusted Key Manager, un raccourci sur le Bureau",
        ACTIVATE,
        "start_tool",
        "raccourci est sur votre Bureau",
    ),
    ("sinon chercher dans vos applications", ACTIVATE, "start_tool", "dans vos applications"),
    ("s'il n'est pas installé, le télécharger et l'installer", ACTIVATE, "start_tool", "https://tkm.certeurope.fr"),
    ("la clé est reconnue et un message vous invite à l'activer", ACTIVATE, "activate", "vous invite à l’activer"),
    ("cliquer sur Activer", ACTIVATE, "activate", "Cliquez sur «\u00a0Activer\u00a0»"),
    ("au clic, le code est envoyé", ACTIVATE, "activate", "vous est envoyé à ce moment-là"),
    ("sur la modalité de la commande ou modifiée sur demande", ACTIVATE, "code", "changé depuis à votre demande"),
    ("par email ou par SMS", ACTIVATE, "code", "par courriel ou par SMS"),
    ("renseignez le code et validez", ACTIVATE, "code", "puis validez"),
    ("choisissez un code à 4 chiffres", ACTIVATE, "choose_pin", "code PIN à 4 chiffres"),
    ("le confirmer", ACTIVATE, "choose_pin", "Confirmez-le"),
    ("retirez la nouvelle carte et placez l'ancienne", ADD, "insert_old", "Retirez {new_key}. Branchez {old_key}."),
    ("se connecter avec l'ancienne carte", ADD, "log_in", "code PIN de l’ancienne clé"),
    ("cliquer en haut à droite sur votre nom", ADD, "ask_for_mail", "votre nom en haut à droite"),
    ("puis sur ajouter un certificat", ADD, "ask_for_mail", "«\u00a0ajouter un certificat\u00a0»"),
    ("un mail a été envoyé à l'adresse", ADD, "ask_for_mail", "vérifiez que c’est la vôtre"),
    ("OK", ADD, "ask_for_mail", "Cliquez sur OK"),
    ("fermez l'application", ADD, "close_browser", "Fermez OPALEXE"),
    ("insérez votre nouvelle carte PUIS", ADD, "insert_new", "avant de cliquer sur le lien"),
    ("allez lire le mail", ADD, "click_link", "Ouvrez le courriel d’OPALEXE"),
    ("cliquez sur le lien", ADD, "click_link", "Cliquez sur son lien"),
    ("entrez le code PIN choisi à l'activation", ADD, "enter_pin", "code PIN choisi à l’activation"),
    ("puis la fenêtre suivante", ADD, "enter_pin", "fenêtre suivante"),
    ("cliquez sur accéder à la plateforme", ADD, "enter_platform", "«\u00a0accéder à la plateforme\u00a0»"),
    ("vous devez retrouver votre environnement", ADD, "enter_platform", "environnement"),
    ("en cliquant en haut à gauche", ADD, "check_new", "Cliquez en haut à gauche"),
    ("le certificat est maintenant actif", ADD, "check_new", "nouveau certificat est actif"),
    ("laissez la nouvelle dans le lecteur", ASSOCIATE, "insert_new", "laissez-la"),
    ("se connecter avec votre nouveau certificat", ASSOCIATE, "open_platform", "Ouvrez OPALEXE"),
    ("nouveau certificat reconnu", ASSOCIATE, "open_platform", "Nouveau certificat reconnu"),
    ("à la question", ASSOCIATE, "have_account", "Disposez-vous d’un compte sur OPALEXE"),
    ("répondre OUI, je dispose d'un compte", ASSOCIATE, "have_account", "Oui, je dispose d’un compte"),
    ("VALIDER", ASSOCIATE, "have_account", "VALIDER"),
    ("suivre les instructions", ASSOCIATE, "have_account", "Suivez les instructions"),
]

EXCEPTIONS = {
    "brancher votre clé": "comes before the tool is started: vigicle has to see which key is to be activated",
    "si vous ne souhaitez pas ajouter un certificat, ne tenez pas compte du mail": "a caption of the site, for others",
    "si l'ancienne carte est encore valide, 2-A; sinon, 2-B": "vigicle chooses by the date, and says why",
    "la carte est activée, il faut maintenant l'ajouter": "the guide goes on with the next workflow by itself",
    "votre précédent certificat n'est plus valide": "the reason above the steps says so",
}


def words_of(workflow: WorkflowKind, id_: str) -> str:
    """Return the whole French wording of a step."""
    (step,) = [step for step in OPALEXE.workflows[workflow].steps if step.id == id_]
    return " ".join(wording.fr for wording in (step.title, step.text, step.done) if wording is not None)


@pytest.mark.parametrize(("what", "workflow", "step", "words"), INSTRUCTIONS, ids=[each[0] for each in INSTRUCTIONS])
def test_an_instruction_has_its_step(what: str, workflow: WorkflowKind, step: str, words: str) -> None:
    assert words in words_of(workflow, step), what


@pytest.mark.parametrize("workflow", [ACTIVATE, ADD, ASSOCIATE])
def test_the_steps_keep_the_order_of_the_written_procedure(workflow: WorkflowKind) -> None:
    order = [step.id for step in OPALEXE.workflows[workflow].steps]
    places = [order.index(step) for _, kind, step, _ in INSTRUCTIONS if kind is workflow]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("workflow", "step"),
    [(ADD, "log_in"), (ADD, "enter_pin"), (ASSOCIATE, "open_platform"), (WorkflowKind.CLEAN_UP, "log_in")],
)
def test_wherever_a_pin_is_typed_the_three_attempts_are_named(workflow: WorkflowKind, step: str) -> None:
    caution = next(each.caution for each in OPALEXE.workflows[workflow].steps if each.id == step)
    assert caution is not None
    assert "Trois codes faux" in caution.fr
