"""Who is counted, in which storage, and what a phone and its network are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from limits.storage import MemoryStorage

from engage.core.errors import TooMany
from engage.web import limits
from engage.web.citizen import citizen_token, signed_device
from tests.factories.consultations import make_consultation

pytestmark = pytest.mark.either_database


class Shared(MemoryStorage):
    """Stands for Redis: not the counters of this process."""

    STORAGE_SCHEME = ["shared"]


class Broken(Shared):
    """Stands for a Redis that is down."""

    STORAGE_SCHEME = ["broken"]
    base_exceptions = ConnectionError

    def incr(self, *args: Any, **options: Any) -> int:
        raise ConnectionError("refused")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        ("2001:db8:1:200:abcd::9", "2001:db8:1:200::/56"),
        ("2001:db8:1:300::1", "2001:db8:1:300::/56"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("not an address", "unknown"),
        ("198.51.100.07", "unknown"),
        ("198.51.100.7 ", "unknown"),
        ("198.51.100.7\0", "unknown"),
        ("198.51.100", "unknown"),
        ("", "unknown"),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert limits.network(address) == network


@pytest.fixture(params=["memory://", "shared://"])
def app(request: pytest.FixtureRequest, make_app: Callable[..., Flask]) -> Flask:
    """Counting in this process, and in a storage several share."""
    return make_app(rate_limits=True, limits_storage=request.param)


def test_devices_and_networks_are_counted_apart(app: Flask) -> None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "198.51.100.7"}):
        for device in ("a", "b", "a", "b"):
            limits.hit("try", device=device, per_device="2/day", per_network="5/day")
        with pytest.raises(TooMany) as refused:
            limits.hit("try", device="a", per_device="2/day", per_network="5/day")
        assert 1 <= refused.value.retry_after <= 86_400
        limits.hit("try", device="c", per_device="2/day", per_network="5/day")
        with pytest.raises(TooMany):
            limits.hit("try", device="d", per_device="2/day", per_network="5/day")
        limits.hit("another", device="a", per_device="2/day", per_network="5/day")
        limits.hit("try", per_network="5/day", of="203.0.113.9")


@pytest.mark.database
def test_a_network_is_told_how_long_to_wait_and_keeps_its_text(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        path = f"/consultations/{make_consultation().public_id}/comment"
    monkeypatch.setattr(app.view_functions["consultations.send"], "limit", ("try", "", "3/day"))
    statuses = []
    for number in range(5):
        phone = app.test_client()
        device = f"device{number:018d}"
        with app.app_context():
            phone.set_cookie("device", signed_device(device))
            token = citizen_token(device)
        # Phones of one household behind one /56.
        place = {"REMOTE_ADDR": f"2001:db8:0:1{number:02x}::1"}
        data = {"_token": token, "_request_id": f"request-{number:016d}", "text": "范围太窄"}
        answer = phone.post(path, data=data, environ_base=place)
        statuses.append(answer.status_code)
    assert 429 not in statuses[:3]
    assert statuses[3:] == [429, 429]
    assert 1 <= int(answer.headers["Retry-After"]) <= 86_400
    assert "范围太窄" in answer.text


def test_a_storage_that_is_down_stops_nobody(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    with make_app(rate_limits=True, limits_storage="broken://").test_request_context("/"):
        for _ in range(3):
            limits.hit("try", per_network="1/day")
    assert "ConnectionError" in caplog.text


def test_redis_is_at_hand_and_out_of_reach_stops_nobody(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(rate_limits=True, limits_storage="redis://127.0.0.1:1/0")
    with app.test_request_context("/"):
        limits.hit("try", per_network="1/day")
        limits.hit("try", per_network="1/day")
    assert "limits are not counted" in caplog.text
    assert app.config["RATELIMIT_STORAGE_OPTIONS"]["socket_timeout"] == 1
