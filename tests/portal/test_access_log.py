"""The access log of the web server tells of every page but those of bids."""

import logging

from portal.access_log import leave_out_bids

# As gunicorn writes it: the atoms of the request fill the format.
FORMAT = '%(h)s %(t)s "%(r)s" %(s)s'


def written(caplog, path):
    atoms = {"h": "-", "t": "-", "r": f"POST {path} HTTP/1.1", "s": "302", "U": path}
    caplog.clear()
    with caplog.at_level(logging.INFO, "gunicorn.access"):
        logging.getLogger("gunicorn.access").info(FORMAT, atoms)
    return [record.getMessage() for record in caplog.records]


def test_requests_of_bidders_are_not_in_the_access_log(caplog):
    leave_out_bids()
    leave_out_bids()
    for path in ("/bid/7/submit/", "/bid/7/bids/1/withdraw/", "/bid/"):
        assert written(caplog, path) == []
    assert written(caplog, "/desk/") == ['- - "POST /desk/ HTTP/1.1" 302']
    assert len(logging.getLogger("gunicorn.access").filters) == 1
