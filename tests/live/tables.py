"""What is allowed in a live session, written out: read by people, compared with the rules and the actions."""

from __future__ import annotations

from engage.accounts.permissions import Role
from engage.live.models import Phase, QuestionState
from engage.live.rules.deeds import Deed
from engage.live.rules.life import Act, Step


def grid(text: str) -> dict[str, dict[str, str]]:
    """A table with a head: row name → column name → cell."""
    head, *rows = [line.split() for line in text.strip().splitlines()]
    return {name: dict(zip(head, cells, strict=True)) for name, *cells in rows}


_ACTS = grid("""
             draft announced collecting live ended recorded
see          no    yes       yes        yes  yes   yes
join         no    yes       yes        yes  no    no
ask          no    no        yes        yes  no    no
support      no    no        yes        yes  no    no
withdraw     no    no        yes        yes  yes   no
read-record  no    no        no         no   no    yes
""")

_STEPS = grid("""
                 draft     announced  collecting live  ended    recorded
announce         announced -          -          -     -        -
recall           -         draft      -          -     -        -
collect          -         collecting -          -     -        -
start            -         live       live       -     -        -
end              -         -          -          ended -        -
reopen           -         -          -          -     live     -
publish-record   -         -          -          -     recorded -
withdraw-record  -         -          -          -     -        ended
""")

_STEP_ROLES = grid("""
                 administrator coordinator department approver moderator typist check-in
announce         no            yes         yes        yes      no        no     no
recall           no            yes         yes        yes      no        no     no
collect          no            yes         yes        no       yes       no     no
start            no            yes         yes        no       yes       no     no
end              no            yes         yes        no       yes       no     no
reopen           no            yes         yes        no       yes       no     no
publish-record   no            yes         yes        yes      no        no     no
withdraw-record  no            yes         yes        yes      no        no     no
""")

_DEED_STATES = grid("""
           pending  approved   on-air     answered   written    declined taken-down withdrawn
approve    approved -          -          -          -          approved approved   -
mask       approved -          -          -          -          -        -          -
decline    declined -          -          -          -          -        -          -
air        -        on-air     -          on-air     -          -        -          -
back       -        -          approved   -          -          -        -          -
answer     -        answered   answered   answered   -          -        -          -
defer      written  written    written    written    -          -        -          -
correct    -        -          -          -          written    -        -          -
take-down  -        taken-down taken-down taken-down taken-down -        -          -
""")

_DEED_PHASES = grid("""
           draft announced collecting live ended recorded
approve    no    yes       yes        yes  yes   no
mask       no    yes       yes        yes  yes   no
decline    no    yes       yes        yes  yes   no
air        no    no        no         yes  no    no
back       no    no        no         yes  no    no
answer     no    no        no         yes  yes   no
defer      no    no        no         yes  yes   no
correct    no    no        no         yes  yes   yes
take-down  no    yes       yes        yes  yes   yes
""")

_DEED_ROLES = grid("""
           administrator coordinator department approver moderator typist check-in
approve    no            yes         no         no       yes       no     no
mask       no            yes         no         no       yes       no     no
decline    no            yes         no         no       yes       no     no
air        no            yes         no         no       yes       no     no
back       no            yes         no         no       yes       no     no
answer     no            yes         no         no       yes       no     no
defer      no            yes         no         no       yes       no     no
correct    no            yes         yes        no       yes       no     no
take-down  no            yes         no         no       yes       no     no
undo       no            yes         no         no       yes       no     no
""")

ACTS = {(Act(act), Phase(phase)): cell == "yes" for act, row in _ACTS.items() for phase, cell in row.items()}
STEPS = {
    (Step(step), Phase(phase)): None if cell == "-" else Phase(cell)
    for step, row in _STEPS.items()
    for phase, cell in row.items()
}
STEP_ROLES = {
    (Step(step), Role(role)): cell == "yes" for step, row in _STEP_ROLES.items() for role, cell in row.items()
}
DEED_STATES = {
    (Deed(deed), QuestionState(state)): None if cell == "-" else QuestionState(cell)
    for deed, row in _DEED_STATES.items()
    for state, cell in row.items()
}
DEED_PHASES = {
    (Deed(deed), Phase(phase)): cell == "yes"
    for deed, row in _DEED_PHASES.items()
    for phase, cell in row.items()
}
DEED_ROLES = {
    (Deed(deed), Role(role)): cell == "yes" for deed, row in _DEED_ROLES.items() for role, cell in row.items()
}
