"""Every endpoint that is asked: its path, how urgent it is, what its id parameter is called."""

from collections.abc import Mapping

from msgspec import Struct

from touchline.provider.budget import Urgency
from touchline.provider.port import Kind


class Endpoint(Struct, frozen=True, kw_only=True):
    """One endpoint. `id_param` is the name of the parameter that asks for one thing."""

    path: str
    urgency: Urgency
    id_param: str = "uuid"


DETAIL_LIVE = Endpoint(path="/match/detail_live", urgency=Urgency.LIVE)
LIVE_HISTORY = Endpoint(path="/match/live/history", urgency=Urgency.REPAIR)
RECENT_ONE = Endpoint(path="/match/recent/list", urgency=Urgency.REPAIR)
RECENT_LIST = Endpoint(path="/match/recent/list", urgency=Urgency.REPAIR)
DIARY = Endpoint(path="/match/diary", urgency=Urgency.REPAIR)
TREND_LIVE = Endpoint(path="/match/trend/live", urgency=Urgency.REPAIR)
TREND_DETAIL = Endpoint(path="/match/trend/detail", urgency=Urgency.REPAIR)
LINEUP_DETAIL = Endpoint(path="/match/lineup/detail", urgency=Urgency.CATALOGUE)
DATA_UPDATE = Endpoint(path="/data/update", urgency=Urgency.REPAIR)
TEAM_STATS_LIST = Endpoint(path="/match/team_stats/list", urgency=Urgency.REPAIR)
HALF_STATS_LIST = Endpoint(path="/match/half/team_stats/list", urgency=Urgency.REPAIR)
DELETED = Endpoint(path="/deleted", urgency=Urgency.REPAIR)
TABLE_LIVE = Endpoint(path="/table/live", urgency=Urgency.REPAIR)
SEASON_TABLE = Endpoint(path="/season/recent/table/detail", urgency=Urgency.CATALOGUE)
ANALYSIS = Endpoint(path="/match/analysis", urgency=Urgency.CATALOGUE)
COMPENSATION = Endpoint(path="/compensation/list", urgency=Urgency.CATALOGUE)
HALF_STATS = Endpoint(path="/match/half/team_stats/detail", urgency=Urgency.REPAIR)

CATALOGUE: Mapping[Kind, Endpoint] = {
    kind: Endpoint(path=path, urgency=Urgency.CATALOGUE)
    for kind, path in {
        Kind.CATEGORY: "/category/list",
        Kind.COUNTRY: "/country/list",
        Kind.COMPETITION: "/competition/additional/list",
        Kind.TEAM: "/team/additional/list",
        Kind.SEASON: "/season/list",
        Kind.STAGE: "/stage/list",
        Kind.VENUE: "/venue/list",
        Kind.REFEREE: "/referee/list",
        Kind.COACH: "/coach/list",
        Kind.PLAYER: "/player/with_stat/list",
    }.items()
}
