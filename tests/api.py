"""A client of the API, as tests ask it."""

from django.test import Client

BASE = "/api/v1/"


class Api:
    """A client with a token that asks below /api/v1/."""

    def __init__(self, token=None, session=None):
        self.client = session or Client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path, headers=None, **query):
        return self.client.get(BASE + path, query, headers={**self.headers, **(headers or {})})

    def json(self, path, **query):
        response = self.get(path, **query)
        assert response.status_code == 200, response.content.decode()
        return response.json()

    def rows(self, path, **query):
        """Every row, page after page."""
        page = self.json(path, **{"page_size": 200, **query})
        rows = page["results"]
        while page["next"]:
            page = self.client.get(page["next"], headers=self.headers).json()
            rows += page["results"]
        return rows

    def refused(self, path, status, **query):
        response = self.get(path, **query)
        assert response.status_code == status, response.content.decode()
        assert response["Content-Type"] == "application/problem+json"
        return response.json()
