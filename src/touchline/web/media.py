"""Pictures under `/media/`: the crests of teams and competitions."""

SIZES = (48, 160)
"""Edges of the squares a crest is kept in, in px: a row's and the match page's. `logo` names the larger."""


def at_size(logo: str, size: int) -> str:
    """The address of the crest `logo` in another size of `SIZES`."""
    return f"{logo.removesuffix('-160.webp')}-{size}.webp"
