"""How much a client may ask."""


def check(request):
    """The headers that tell a client its limits; raises a 429 ``Problem`` beyond them."""
    return {}
