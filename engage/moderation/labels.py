"""The words for the reason classes and hits, registered by the factory."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from engage.moderation.models import ReasonClass
from engage.moderation.rules import Hit

LABELS = {
    ReasonClass.OFF_TOPIC: _l("Not about this subject"),
    ReasonClass.REPEATED: _l("Sent several times"),
    ReasonClass.PERSONAL_DATA: _l("Contains personal data"),
    ReasonClass.INSULT: _l("Insults someone"),
    ReasonClass.ADVERTISEMENT: _l("Advertisement"),
    ReasonClass.UNLAWFUL: _l("Against the law"),
    ReasonClass.UNINTELLIGIBLE: _l("Cannot be understood"),
    ReasonClass.OTHER: _l("Another reason"),
    Hit.MOBILE: _l("Mobile number"),
    Hit.LANDLINE: _l("Telephone number"),
    Hit.IDENTITY_NUMBER: _l("Identity number"),
    Hit.PASSPORT: _l("Passport number"),
    Hit.EMAIL: _l("E-mail address"),
    Hit.MESSENGER: _l("WeChat or QQ number"),
    Hit.BANK_CARD: _l("Bank card number"),
    Hit.PLATE: _l("Licence plate"),
    Hit.ADDRESS: _l("Home address"),
}
