"""A small card with signs, ages and doses, in two languages; sound as it stands."""

CARD = """
id = "card"
version = 1
kind = "form"
languages = ["en", "fr"]
title.en = "Card"
title.fr = "Fiche"
help.en = "CARD A(months) S(signs) C(cough)"
help.fr = "CARD A(mois) S(signes) C(toux)"

[[keyword]]
word = "CARD"

[params.wait]
value = 15
unit = "minutes"
source = "the manual"
min = 5
max = 60

[[ask]]
id = "age"
letter = "A"
kind = "number"
max = 72
source = "the manual"
special = { "99" = "unknown" }
text.en = "Age in months?"
text.fr = "Age en mois?"

[[ask]]
id = "signs"
letter = "S"
kind = "ticks"
when = [{ age = { max = 59 } }, { age = "unknown" }]
source = "the manual"
text.en = "Type ALL true, 0 none:"
text.fr = "Tapez les vrais, 0 aucun:"

[[ask.choice]]
id = "fits"
text.en = "Fits"
text.fr = "Convulsions"

[[ask.choice]]
id = "tired"
text.en = "Cannot wake up"
text.fr = "Ne se reveille pas"

[[ask.choice]]
id = "unsure"
text.en = "Not sure"
text.fr = "Pas certain"

[[ask]]
id = "cough"
letter = "C"
kind = "one"
text.en = "Cough?"
text.fr = "Toux?"

[[ask.choice]]
id = "yes"
text.en = "Yes"
text.fr = "Oui"

[[ask.choice]]
id = "no"
text.en = "No"
text.fr = "Non"

[[ask]]
id = "go"
letter = "G"
kind = "danger"

[[ask.line]]
text.en = "REFER NOW"
text.fr = "REFERER"

[[ask.choice]]
id = "yes"
text.en = "Going"
text.fr = "En route"

[[class]]
id = "fits"
kind = "danger"
when = { signs = { with = "fits" } }

[[class]]
id = "tired_sign"
kind = "danger"
when = { signs = { with = "tired" } }

[[class]]
id = "unsure_sign"
kind = "danger"
when = { signs = { with = "unsure" } }

[[class]]
id = "urgent"
kind = "classification"
when = { danger = true }

[[class]]
id = "ask_age"
kind = "classification"
when = { danger = false, age = "unknown" }

[[class]]
id = "outside"
kind = "classification"
when = [{ danger = false, age = { max = 1 } }, { danger = false, age = { min = 60 } }]
source = "the manual"

[[class]]
id = "home"
kind = "classification"
when = { danger = false, age = { min = 2, max = 59 } }
source = "the manual"

[[class]]
id = "amox_1"
kind = "action"
group = "amoxicillin"
when = { danger = false, cough = "yes", age = { min = 2, max = 11 } }
source = "the manual"

[[class]]
id = "amox_2"
kind = "action"
group = "amoxicillin"
when = { danger = false, cough = "yes", age = { min = 12, max = 59 } }
source = "the manual"

[[effect]]
id = "alert"
do = "raise_alert"
kind = "danger"
when = { danger = true }

[[effect.first]]
text.en = "Danger. {chw} {chw_phone}. OK {ref}"
text.fr = "Danger. {chw} {chw_phone}. OK {ref}"

[[reply]]
when = { danger = true, outcome.alert = "done" }
text.en = "REFER NOW. We are telling {name}."
text.fr = "REFERER. Nous prévenons {name}."

[[reply]]
when = { danger = true, outcome.alert = "nobody" }
text.en = "REFER NOW. Nobody to tell. Call {phone}"
text.fr = "REFERER. Personne à prévenir. Appelez {phone}"

[[reply]]
when = { class = { with = "home" } }
text.en = "TREAT AT HOME. Within {wait} minutes."
text.fr = "TRAITER A DOMICILE. Dans {wait} minutes."

[[reply]]
when = { class = { with = "amox_1" } }
text.en = "Amox 1"
text.fr = "Amox 1"

[[reply]]
text.en = "Write {ref}"
text.fr = "Notez {ref}"
"""


def card(*changes: tuple[str, str]) -> str:
    """The card with some passages changed; each must stand in it."""
    text = CARD
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
