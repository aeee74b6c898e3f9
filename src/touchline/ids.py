"""Ids that can't be taken for one another, and what a well-formed one looks like."""

import re
from typing import NewType

MatchId = NewType("MatchId", str)
CompetitionId = NewType("CompetitionId", str)
TeamId = NewType("TeamId", str)
IncidentId = NewType("IncidentId", int)
ChangeSeq = NewType("ChangeSeq", int)

# Provider ids are opaque 15-character strings; the column allows 6 to 32 (domain: match record).
EXTERNAL_ID = re.compile(r"[a-z0-9]{6,32}")


def is_external_id(text: object) -> bool:
    """Whether `text` can be an id of the provider's."""
    return isinstance(text, str) and EXTERNAL_ID.fullmatch(text) is not None
