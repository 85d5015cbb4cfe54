"""The tests' own fence: every connection and name look-up but loopback is refused before a packet is sent."""

import socket

import pytest

OUTSIDE = ["example.org", "192.0.2.1", "2001:db8::1", "169.254.169.254"]


@pytest.mark.parametrize("host", OUTSIDE)
def test_a_connection_to_the_outside_is_refused(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as outward, pytest.raises(AssertionError, match="loopback"):
        outward.connect((host, 80))


@pytest.mark.parametrize("host", OUTSIDE)
def test_a_look_up_of_the_outside_is_refused(host: str) -> None:
    with pytest.raises(AssertionError, match="loopback"):
        socket.getaddrinfo(host, 80)


def test_this_machine_is_reached() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as here,
        socket.create_connection(here.getsockname(), timeout=5) as caller,
    ):
        assert caller.getpeername() == here.getsockname()
