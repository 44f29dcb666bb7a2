"""The two blueprints of this domain: what everybody reads, and where staff work."""

from flask import Blueprint

public_pages = Blueprint("consultations", __name__)
staff_pages = Blueprint("staff_consultations", __name__, url_prefix="/staff/consultations")
