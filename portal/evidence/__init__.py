"""Files that prove what was filed: photographs, scans, contracts.

A file enters by ``services.store`` alone: counted, kept under a random name, looked at by its
content, read in a child process, and only then a row. It leaves by ``views.answer``, after the
door that calls it has checked who asks. A row is never changed; files no row of any app refers to
are discarded after a day.
"""
