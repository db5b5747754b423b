"""Where webhooks may go, and the many spellings of where they may not."""

from ipaddress import ip_address, ip_network

import pytest
from django.core.checks import run_checks
from hypothesis import given
from hypothesis import strategies as st

from portal.webhooks import destinations, sending
from portal.webhooks.checks import networks_are_no_back_door
from portal.webhooks.destinations import DestinationRefused
from tests.portal.webhooks.receivers import Trap, answering

PUBLIC = answering("8.8.8.8")
# What leads to this machine, its neighbours, or a cloud's metadata. ``{port}`` is the trap's.
FORBIDDEN = [
    "https://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/",
    "https://127.0.0.2:{port}/",
    "https://127.255.255.254:{port}/",
    "https://localhost:{port}/",
    "https://LOCALHOST:{port}/",
    "https://localhost.:{port}/",
    "https://127.1:{port}/",
    "https://127.0.1:{port}/",
    "https://127.0.0.01:{port}/",
    "https://0127.0.0.1:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://0177.0.0.01:{port}/",
    "https://0x7f.0.0.1:{port}/",
    "https://0x7f.1:{port}/",
    "https://0x7f000001:{port}/",
    "https://0X7F000001:{port}/",
    "https://2130706433:{port}/",
    "https://017700000001:{port}/",
    "https://127.0.0.1.:{port}/",
    "https://127。0。0。1:{port}/",
    "https://127\uff0e0\uff0e0\uff0e1:{port}/",
    "https://\uff11\uff12\uff17.0.0.1:{port}/",
    "https://①②⑦.0.0.1:{port}/",
    "https://127%2e0.0.1:{port}/",
    "https://%31%32%37.0.0.1:{port}/",
    "https://0:{port}/",
    "https://0.0.0.0:{port}/",
    "https://0x0:{port}/",
    "https://[::]:{port}/",
    "https://[::1]:{port}/",
    "http://[::1]:{port}/",
    "https://[0:0:0:0:0:0:0:1]:{port}/",
    "https://[::0001]:{port}/",
    "https://[::1%25lo]:{port}/",
    "https://[::1%lo]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://[::ffff:7f00:1]:{port}/",
    "https://[::127.0.0.1]:{port}/",
    "https://[::7f00:1]:{port}/",
    "https://[64:ff9b::7f00:1]:{port}/",
    "https://[64:ff9b::127.0.0.1]:{port}/",
    "https://[64:ff9b:1::7f00:1]:{port}/",
    "https://[2002:7f00:1::]:{port}/",
    "https://[2001:0:7f00:1::]:{port}/",
    "https://[fe80::1]:{port}/",
    "https://[fe80::1%eth0]:{port}/",
    "https://[fec0::1]:{port}/",
    "https://[fc00::1]:{port}/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://[ff02::1]:{port}/",
    "https://169.254.169.254/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.0.1:{port}/",
    "https://100.100.100.200/latest/meta-data/",
    "https://168.63.129.16/metadata",
    "https://10.0.0.1:{port}/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://192.88.99.1/",
    "https://224.0.0.1/",
    "https://239.255.255.255/",
    "https://255.255.255.255:{port}/",
    "https://user@127.0.0.1:{port}/",
    "https://8.8.8.8@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}@8.8.8.8/",
    "https://8.8.8.8:443#@127.0.0.1:{port}/",
    "https://8.8.8.8\\@127.0.0.1:{port}/",
    "https:\\\\127.0.0.1:{port}/",
    "https:///127.0.0.1:{port}/",
    "https:127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "https://127.0.0.1 :{port}/",
    "https://127.0.0.1\t:{port}/",
    "https://127.0.0.1\r\nHost: x:{port}/",
    "https://127.0.0.1\0.example.cn:{port}/",
    "gopher://127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "unix:///var/run/docker.sock",
    "dict://127.0.0.1:{port}/",
    "https://",
    "",
]


def test_no_spelling_of_an_inner_address_is_connected_to():
    """All of them in one go, then the trap is opened: nobody came."""
    with Trap() as trap:
        answers = {
            url: sending.send(url=url.format(port=trap.port), headers={}, body=b"{}")
            for url in FORBIDDEN
        }
        assert trap.is_empty()
    assert len(FORBIDDEN) >= 60
    assert {url for url, answer in answers.items() if not answer.error} == set()
    reached = {"unreachable", "timeout", "tls", "protocol"}
    assert {url for url, answer in answers.items() if answer.error in reached} == set()


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::", "::a00:1", "ff02::1"),
        *("fd00:ec2::254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1"),
    ],
)
def test_a_name_that_leads_inside_is_refused_whatever_else_it_leads_to(address):
    target = destinations.read("https://receiver.example.cn/")
    for found in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        with pytest.raises(DestinationRefused) as refusal:
            destinations.addresses(target, resolve=answering(*found))
        assert refusal.value.code == "forbidden"


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://receiver.example.cn/hooks", "receiver.example.cn", 443, "/hooks"),
        ("https://receiver.example.cn", "receiver.example.cn", 443, "/"),
        ("https://Receiver.Example.CN:8443/a?b=c&d", "receiver.example.cn", 8443, "/a?b=c&d"),
        ("https://接收.example.cn/数据", "xn--mnqy55i.example.cn", 443, None),
        ("https://8.8.8.8/x", "8.8.8.8", 443, "/x"),
        ("https://[2400:3200::1]/x", "2400:3200::1", 443, "/x"),
    ],
)
def test_what_a_receiver_is_called_is_read_as_dns_writes_it(url, host, port, path):
    target = destinations.read(url)
    if path:
        assert (target.host, target.port, target.path) == (host, port, path)
    else:
        assert target.host.startswith("xn--")
        assert target.path.isascii()
    assert destinations.addresses(target, resolve=PUBLIC) == [ip_address("8.8.8.8")]


def test_on_the_public_network_only_https_on_two_ports():
    refusals = {}
    for url in ("http://r.example.cn/", "https://r.example.cn:22/", "https://r.example.cn:6379/"):
        with pytest.raises(DestinationRefused) as refusal:
            destinations.addresses(destinations.read(url), resolve=PUBLIC)
        refusals[url] = refusal.value.code
    assert list(refusals.values()) == ["insecure", "port", "port"]


def test_an_opened_network_is_reached_by_http_on_any_port_and_its_neighbour_is_not(settings):
    settings.WEBHOOK_NETWORKS = [ip_network("10.32.0.0/16")]
    target = destinations.read("http://receiver.gov.example.cn:8080/hooks")
    assert destinations.addresses(target, resolve=answering("10.32.9.9"))
    for outside in ("10.33.0.1", "10.31.255.255", "192.168.0.1"):
        with pytest.raises(DestinationRefused):
            destinations.addresses(target, resolve=answering(outside))


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "100.100.100.200", "168.63.129.16", "0.0.0.0", "fe80::1"]
)
def test_some_addresses_stay_closed_whatever_is_opened(settings, address):
    settings.WEBHOOK_NETWORKS = [ip_network("0.0.0.0/0"), ip_network("::/0")]
    with pytest.raises(DestinationRefused):
        destinations.addresses(
            destinations.read("https://r.example.cn/"), resolve=answering(address)
        )


def test_the_portals_own_database_and_redis_stay_closed_in_an_opened_network(
    settings, monkeypatch
):
    settings.WEBHOOK_NETWORKS = [ip_network("10.32.0.0/16")]
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", "db.gov.example.cn")
    settings.CELERY_BROKER_URL = "redis://10.32.0.6:6379/0"
    where = {"db.gov.example.cn": "10.32.0.5"}

    def resolve(host, port, **kwargs):
        return answering(where.get(host, host))(host, port, **kwargs)

    for address in ("10.32.0.5", "10.32.0.6"):
        with pytest.raises(DestinationRefused):
            destinations.addresses(destinations.read(f"http://{address}:80/"), resolve=resolve)
    assert destinations.addresses(destinations.read("http://10.32.0.7:80/"), resolve=resolve)


def test_an_unknown_name_is_told_as_such():
    def nobody(host, port, **_kwargs):
        raise OSError(host)

    with pytest.raises(DestinationRefused) as refusal:
        destinations.addresses(destinations.read("https://r.example.cn/"), resolve=nobody)
    assert refusal.value.code == "unresolved"


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_is_read_or_refused(host, path):
    try:
        target = destinations.read(f"https://{host}/{path}")
    except DestinationRefused:
        return
    assert target.host.isascii()
    assert target.path.isascii()
    assert not set(target.host + target.path) & set(" \r\n\t\0\\")


@given(st.ip_addresses())
def test_every_address_is_public_or_refused(address):
    target = destinations.read("https://r.example.cn/")
    try:
        found = destinations.addresses(target, resolve=answering(str(address)))
    except DestinationRefused:
        return
    assert found[0].is_global
    assert not found[0].is_multicast


@pytest.mark.parametrize(
    ("network", "is_refused"),
    [
        ("127.0.0.0/8", True),
        ("127.0.0.1/32", True),
        ("::1/128", True),
        ("::/0", True),
        ("0.0.0.0/0", True),
        ("169.254.0.0/16", True),
        ("fe80::/10", True),
        ("10.0.0.0/8", False),
        ("10.32.0.0/16", False),
        ("fd12:3456::/32", False),
    ],
)
def test_a_deployment_that_opens_too_much_is_refused(settings, network, is_refused):
    settings.WEBHOOK_NETWORKS = [ip_network(network)]
    assert bool(networks_are_no_back_door()) == is_refused
    named = {error.id for error in run_checks(tags=["security"], include_deployment_checks=True)}
    assert ("webhooks.E001" in named) == is_refused
