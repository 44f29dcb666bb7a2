"""The forms of accounts and units."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import Optional

from engage.accounts.actions.factors import PASSKEY_NAME_LIMIT
from engage.accounts.actions.people import NAME_LIMIT
from engage.accounts.actions.units import NAME_LIMIT as UNIT_NAME_LIMIT
from engage.accounts.models import UnitKind
from engage.accounts.password_rules import LONGEST
from engage.accounts.permissions import Role
from engage.core.actor import ScopeKind
from engage.core.messages import msg
from engage.web.display import label
from engage.web.forms import AtMost, Needed, OneOf, StaffForm, options, stripped

_EMAIL_LIMIT = 254


class SignInForm(StaffForm):
    email = EmailField(
        _l("Email address"),
        filters=[stripped],
        validators=[Needed(msg("Please enter your email address.")), AtMost(_EMAIL_LIMIT)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[Needed(msg("Please enter your password.")), AtMost(LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )


class PasswordForm(StaffForm):
    """The fields' names say that they hold passwords: such are never cleaned and never shown back."""

    current = PasswordField(
        _l("Current password"),
        name="current_password",
        validators=[Needed(msg("Please enter your current password.")), AtMost(LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        _l("New password"),
        name="new_password",
        description=_l("At least 12 characters. Four unrelated words are easy to keep and hard to guess."),
        validators=[Needed(msg("Please enter a new password.")), AtMost(LONGEST)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("New password once more"),
        name="new_password_again",
        validators=[Needed(msg("Please enter the new password once more."))],
        render_kw={"autocomplete": "new-password"},
    )


class SecondStepForm(StaffForm):
    """A code, or in ``credential`` the answer of a passkey that a script puts there."""

    code = StringField(
        _l("One-time code"),
        filters=[stripped],
        description=_l("Six digits of the authenticator app, or one of your recovery codes."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "off"},
    )
    credential = HiddenField()


class AppForm(StaffForm):
    code = StringField(
        _l("One-time code"),
        filters=[stripped],
        description=_l("The six digits that the app shows now."),
        validators=[Needed(msg("Please enter the six digits that the app shows."))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class PasskeyForm(StaffForm):
    name = StringField(
        _l("Name of the passkey"),
        filters=[stripped],
        description=_l("Such as “Office computer” or “My phone”, to tell it from others."),
        validators=[
            Needed(msg("Please give the passkey a name, such as that of the device.")),
            AtMost(PASSKEY_NAME_LIMIT),
        ],
        render_kw={"autocomplete": "off"},
    )
    credential = HiddenField()


class ConfirmForm(StaffForm):
    """Shown in the middle of another form: its fields have names of their own."""

    password = PasswordField(
        _l("Password"), name="confirm_password", render_kw={"autocomplete": "current-password"}
    )
    code = StringField(
        _l("One-time code"),
        name="confirm_code",
        filters=[stripped],
        description=_l("Six digits of the authenticator app, or one of your recovery codes."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "off"},
    )
    credential = HiddenField(name="confirm_credential")


class PersonForm(StaffForm):
    name = StringField(
        _l("Name"),
        filters=[stripped],
        validators=[Needed(msg("Please enter the person's name.")), AtMost(NAME_LIMIT)],
        render_kw={"autocomplete": "off"},
    )
    email = EmailField(
        _l("Email address"),
        filters=[stripped],
        description=_l("Used to sign in. It is not shown to citizens."),
        validators=[
            Needed(msg("Please enter an email address such as name@example.com.")),
            AtMost(_EMAIL_LIMIT),
        ],
        render_kw={"autocomplete": "off"},
    )


class GrantForm(StaffForm):
    """Which fields matter depends on the scope; the others are ignored."""

    # What is offered first goes together; whoever needs more says so.
    role = OneOf(
        _l("Role"),
        default=Role.DEPARTMENT.value,
        validators=[Needed(msg("Please choose one of the list."))],
    )
    scope = RadioField(
        _l("Scope"),
        description=_l(
            "Administrators and coordinators: the whole site. Department staff: one unit or one activity."
        ),
        default=ScopeKind.UNIT.value,
        validators=[Needed(msg("Please choose one of the list."))],
    )
    unit = SelectField(_l("Unit"), validators=[Optional()], validate_choice=False)
    activity = StringField(
        _l("Activity"),
        filters=[stripped],
        description=_l("Paste the address of the activity's page."),
        validators=[Optional(), AtMost(200)],
    )

    def offer(self, units: list[tuple[str, str]], *, activities: bool) -> None:
        """Fill in the choices: ``units`` are (public id, name)."""
        self.role.choices = options((role.value, label(role)) for role in Role)
        scopes = [scope for scope in ScopeKind if activities or scope is not ScopeKind.ACTIVITY]
        self.scope.choices = options((scope.value, label(scope)) for scope in scopes)
        self.unit.choices = options(units)


class UnitForm(StaffForm):
    name_zh = StringField(
        _l("Name in Chinese"),
        filters=[stripped],
        validators=[Needed(msg("Please enter the Chinese name.")), AtMost(UNIT_NAME_LIMIT)],
    )
    name_en = StringField(_l("Name in English"), filters=[stripped], validators=[AtMost(UNIT_NAME_LIMIT)])
    code = StringField(
        _l("Code"),
        filters=[stripped],
        description=_l(
            "It stands for the unit in web addresses and commands; elsewhere people read its name. "
            "Small letters a-z, digits and hyphens, such as civil-affairs."
        ),
        validators=[Needed(msg("Please enter a code such as civil-affairs.")), AtMost(40)],
    )
    kind = OneOf(_l("Kind"), validators=[Needed(msg("Please choose one of the list."))])
    position = IntegerField(
        _l("Position in lists"),
        default=0,
        description=_l("Smaller numbers come first."),
        validators=[Optional()],
    )
    active = BooleanField(
        _l("In use"), default=True, description=_l("Units out of use are not offered for new activities.")
    )

    def offer(self) -> None:
        """Fill in the choices."""
        self.kind.choices = options((kind.value, label(kind)) for kind in UnitKind)
