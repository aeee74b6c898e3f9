"""Why a logo is not taken."""

from enum import StrEnum

from touchline.errors import TouchlineError


class Reason(StrEnum):
    """Every way in which asking for a logo brings nothing; stands in the row and on the metric."""

    BAD_URL = "bad_url"
    UNRESOLVED = "unresolved"
    PRIVATE_ADDRESS = "private_address"
    TIMEOUT = "timeout"
    NETWORK = "network"
    REDIRECTS = "too_many_redirects"
    NOT_FOUND = "not_found"
    LIMITED = "limited"
    SERVER_ERROR = "server_error"
    UNEXPECTED_STATUS = "unexpected_status"
    TOO_LARGE = "too_large"
    ENCODED = "encoded"
    SVG = "svg"
    WRONG_TYPE = "wrong_type"
    NOT_AN_IMAGE = "not_an_image"
    TOO_MANY_PIXELS = "too_many_pixels"
    BROKEN = "broken"
    BLANK = "blank"
    SLOW_TO_DRAW = "slow_to_draw"


OF_THE_HOST = frozenset(
    {Reason.UNRESOLVED, Reason.TIMEOUT, Reason.NETWORK, Reason.LIMITED, Reason.SERVER_ERROR}
)
"""What speaks of the host rather than of the one logo; it may well pass by itself."""


class Refused(TouchlineError):
    """Asking for a logo brought nothing. `retry_after_s` is what the host asked for, 0 for nothing."""

    def __init__(self, reason: Reason, retry_after_s: float = 0.0) -> None:
        self.reason = reason
        self.retry_after_s = retry_after_s
        super().__init__(f"no logo ({reason})")
