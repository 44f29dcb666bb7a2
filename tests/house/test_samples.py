"""The samples for a server: what stands in front of Engage gives away no more than Engage does."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from engage.config import ROOT, Config
from tests.fixtures.html import check_html

SAMPLES = ROOT / "deploy" / "samples"
_BYTES = {"k": 1024, "m": 1024 * 1024, "": 1}


@pytest.fixture(scope="module")
def nginx() -> str:
    text = (SAMPLES / "nginx.conf").read_text(encoding="utf-8")
    return re.sub(r"^\s*#.*$", "", text, flags=re.M)


def test_no_line_says_who_answered_what(nginx: str) -> None:
    assert nginx.count("    access_log off;") == nginx.count("server {")
    assert re.search(r"^    error_log \S+ crit;", nginx, re.M)
    assert "log_format" not in nginx


def test_what_is_too_large_is_refused_by_our_own_page(nginx: str) -> None:
    number, unit = re.search(r"client_max_body_size (\d+)(\w*);", nginx).groups()  # type: ignore[union-attr]
    (ours,) = [item.default for item in fields(Config) if item.name == "max_request_bytes"]
    assert int(number) * _BYTES[unit] > ours


@pytest.mark.parametrize("when", ["502 504 =503", "429"])
def test_a_process_that_starts_again_or_a_full_address_is_told_of_by_a_page(nginx: str, when: str) -> None:
    (name,) = re.findall(rf"error_page {when} (/\S+);", nginx)
    (places,) = re.findall(r"location ~ (\^/\S+) \{\s*internal;", nginx)
    assert re.search(places, name)
    (folder,) = re.findall(r"root /srv/engage/(\S+);", nginx)
    page = Path(ROOT, folder, name.lstrip("/"))
    check_html(page.read_text(encoding="utf-8"))


def test_visitors_cannot_say_who_they_are(nginx: str) -> None:
    assert "proxy_add_x_forwarded_for" not in nginx
    assert nginx.count("proxy_set_header X-Forwarded-For $remote_addr;") == nginx.count("proxy_pass ")


UNITS = ("engage-web.service", "engage-worker.service")
# What `systemd-analyze security` counts, most of it: each line takes something from a process taken over.
_HELD = """
UMask=0077
NoNewPrivileges=true
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ReadWritePaths=/srv/engage/instance
ProtectHome=true
PrivateTmp=true
PrivateDevices=true
DevicePolicy=closed
PrivateUsers=true
ProtectProc=invisible
ProtectClock=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectControlGroups=true
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
RemoveIPC=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
User=engage
Group=engage
"""


@pytest.mark.parametrize("unit", UNITS)
def test_a_process_taken_over_reaches_little(unit: str) -> None:
    lines = (SAMPLES / unit).read_text(encoding="utf-8").splitlines()
    assert set(_HELD.split("\n")) <= {"", *lines}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here: the lines are held above")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_itself_counts_little_exposure(unit: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(SAMPLES / unit)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found, said
    assert float(found[1]) <= 3
