"""One POST, against real servers that behave and servers that do not."""

import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.webhooks import sending
from portal.webhooks.services import deliveries
from tests.portal.webhooks.receivers import LOOPBACK, Receiver, Trap, answering, speaking


@pytest.fixture(autouse=True)
def opened(settings):
    settings.WEBHOOK_NETWORKS = LOOPBACK


def send(url, **kwargs):
    return sending.send(url=url, headers={"webhook-id": "msg_1"}, body=b'{"a":1}', **kwargs)


def test_the_body_arrives_as_it_is_with_our_headers():
    with Receiver() as receiver:
        answer = send(receiver.url + "?key=1")
    assert (answer.status, answer.error, answer.address) == (204, "", "127.0.0.1")
    assert answer.is_taken
    ((path, headers, body),) = receiver.got
    assert (path, body) == ("/hooks?key=1", b'{"a":1}')
    assert headers["webhook-id"] == "msg_1"
    assert headers["Content-Type"] == "application/json"
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    with Trap() as trap, Receiver() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
        assert send(receiver.url).status == 204
        assert trap.is_empty()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_leads_nowhere(status):
    with Trap() as trap, Receiver() as receiver:
        receiver.status = status
        receiver.headers = {"Location": f"http://127.0.0.1:{trap.port}/"}
        answer = send(receiver.url)
        assert trap.is_empty()
    assert answer.status == status
    assert not answer.is_taken


def test_a_name_that_answers_differently_the_second_time_is_asked_once(settings):
    """Rebinding: the connection goes to the address that was judged."""
    settings.WEBHOOK_NETWORKS = []
    asked = []

    def turncoat(host, port, **kwargs):
        asked.append(host)
        return answering("203.0.113.9" if len(asked) == 1 else "127.0.0.1")(host, port)

    with Trap() as trap:
        answer = send(f"https://r.example.cn:{trap.port}/", resolve=turncoat)
        assert trap.is_empty()
    assert answer.error == "forbidden"
    assert len(asked) == 1


def test_the_name_is_asked_once_and_its_address_is_used():
    with Receiver() as receiver:
        asked = []

        def resolve(host, port, **kwargs):
            asked.append(host)
            return answering("127.0.0.1")(host, port)

        url = f"http://receiver.example.cn:{receiver.port}/hooks"
        assert send(url, resolve=resolve).status == 204
    assert asked == ["receiver.example.cn"]
    assert receiver.got[0][1]["Host"] == f"receiver.example.cn:{receiver.port}"


def test_the_next_address_is_tried_when_the_first_takes_no_connection():
    with Receiver() as receiver:
        url = f"http://receiver.example.cn:{receiver.port}/hooks"
        answer = send(url, resolve=answering("127.0.0.9", "127.0.0.1"))
    assert (answer.status, answer.address) == (204, "127.0.0.1")


def test_a_closed_port_is_unreachable():
    with Receiver() as receiver:
        url = receiver.url
    assert send(url).error == "unreachable"


@pytest.fixture
def hurried(monkeypatch):
    """Half a second for everything, so that the test need not wait fifteen."""
    monkeypatch.setattr(sending, "TOTAL_LIMIT_S", 0.5)
    started = time.monotonic()
    yield
    assert time.monotonic() - started < 5


def trickle(connection, beginning=b""):
    connection.sendall(beginning)
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


def test_a_server_that_says_nothing_is_given_up(hurried):
    done = threading.Event()
    with speaking(lambda connection: done.wait(5)) as port:
        answer = send(f"http://127.0.0.1:{port}/")
    done.set()
    assert answer.error == "timeout"


def test_a_byte_at_a_time_does_not_hold_the_sender(hurried):
    """Each byte comes in time; all together they do not."""
    with speaking(lambda c: trickle(c, b"HTTP/1.1 200 OK\r\nX-Slow: ")) as port:
        assert send(f"http://127.0.0.1:{port}/").error in ("timeout", "too_long")


def test_a_body_that_never_ends_leaves_the_status(hurried):
    head = b"HTTP/1.1 500 No\r\nContent-Length: 1000000\r\n\r\n"
    with speaking(lambda c: trickle(c, head)) as port:
        answer = send(f"http://127.0.0.1:{port}/")
    assert (answer.status, answer.error) == (500, "")
    assert 0 < len(answer.excerpt) <= sending.EXCERPT_LENGTH


def test_all_limits_together_stay_below_the_lease():
    assert sending.CONNECT_LIMIT_S <= sending.TOTAL_LIMIT_S <= 15
    assert timedelta(seconds=sending.TOTAL_LIMIT_S) < deliveries.LEASE


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 60_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 90 + b"Z: " + b"y" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 5000,
    ],
)
def test_headers_without_end_are_not_read(head):
    with speaking(lambda connection: connection.sendall(head)) as port:
        assert send(f"http://127.0.0.1:{port}/").error == "too_long"


def test_a_long_answer_is_read_to_its_limit_only():
    with Receiver() as receiver:
        receiver.status, receiver.text = 500, "错".encode() * 100_000
        answer = send(receiver.url)
    assert answer.status == 500
    assert answer.excerpt == "错" * 500


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x00\xff" * 40,
        b"+PONG\r\n",
    ],
)
def test_what_is_no_answer_raises_nothing(said):
    with speaking(lambda connection: connection.sendall(said)) as port:
        answer = send(f"http://127.0.0.1:{port}/")
    assert answer.error or answer.status == 200
    assert "\0" not in answer.excerpt


def test_only_the_word_of_the_receiver_counts_as_taken():
    with Receiver() as receiver:
        taken = {}
        for status in (200, 201, 202, 204, 299, 300, 400, 401, 404, 410, 429, 500, 503):
            receiver.status = status
            taken[status] = send(receiver.url).is_taken
    assert {status for status, is_taken in taken.items() if is_taken} == {200, 201, 202, 204, 299}


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", 120),
        ("Mon, 02 Mar 2026 01:02:00 GMT", 120),
        ("Mon, 02 Mar 2026 00:00:00 GMT", 0),
        ("Mon, 01 Jan 99999999999 00:00:00 GMT", None),
        ("Mon, 02 Mar 2026 01:02:00 +99999999999999", None),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("\uff19", None),
    ],
)
def test_how_long_the_receiver_wants_to_be_left_alone(at, said, wait):
    assert sending.Answer(status=503, retry_after=said).wait_s(at) == wait


# --- encryption ------------------------------------------------------------------------------


def certificate(folder, name):
    """A certificate for ``name`` that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def tls_receiver(tmp_path):
    path = certificate(tmp_path, "receiver.example.cn")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    with Receiver(tls=server) as receiver:
        yield receiver, ssl.create_default_context(cafile=path)


def test_https_goes_to_the_judged_address_and_checks_the_name(tls_receiver):
    receiver, trusting = tls_receiver
    url = f"https://receiver.example.cn:{receiver.port}/hooks"
    answer = send(url, resolve=answering("127.0.0.1"), tls=trusting)
    assert (answer.status, answer.address) == (204, "127.0.0.1")
    assert receiver.got[0][1]["Host"] == f"receiver.example.cn:{receiver.port}"


def test_a_certificate_of_another_name_or_of_nobody_is_refused(tls_receiver):
    receiver, trusting = tls_receiver
    other = f"https://other.example.cn:{receiver.port}/hooks"
    assert send(other, resolve=answering("127.0.0.1"), tls=trusting).error == "tls"
    url = f"https://receiver.example.cn:{receiver.port}/hooks"
    assert send(url, resolve=answering("127.0.0.1")).error == "tls"
    assert receiver.got == []


def test_a_handshake_that_never_ends_is_given_up(hurried):
    done = threading.Event()
    with speaking(lambda connection: done.wait(5)) as port:
        answer = send(f"https://127.0.0.1:{port}/")
    done.set()
    assert answer.error == "timeout"
