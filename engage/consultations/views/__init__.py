"""Pages of the consultations."""

from flask import Blueprint

from engage.consultations.views import (
    commenting,
    home,
    reading,
    results,
    staff_afterwards,
    staff_comment,
    staff_deeds,
    staff_editing,
    staff_export,
    staff_list,
    staff_queue,
)
from engage.consultations.views._blueprints import public_pages, staff_pages

MODULES = (
    *(home, reading, commenting, results),
    *(staff_list, staff_deeds, staff_editing, staff_afterwards, staff_queue, staff_comment, staff_export),
)

blueprints: tuple[Blueprint, ...] = (public_pages, staff_pages)
