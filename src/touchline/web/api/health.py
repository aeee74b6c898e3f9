"""Health, readiness and metrics."""

from litestar import Controller, Response, get
from litestar.di import NamedDependency

from touchline.metrics import CONTENT_TYPE, Metrics
from touchline.web import health
from touchline.web.api import examples
from touchline.web.api.examples import shown
from touchline.web.queries import ANY, QUERY

NO_STORE = {"Cache-Control": "no-store"}
PROMETHEUS = CONTENT_TYPE.partition("; charset")[0]
"""The framework adds the charset itself."""
ALIVE = health.Alive(ok=True)


class HealthPages(Controller):
    """How this installation is doing."""

    tags = ["Health"]  # noqa: RUF012 - as the framework has it
    opt = {QUERY: ANY}  # noqa: RUF012 - as the framework has it

    @get(
        "/healthz",
        summary="The process answers",
        responses=shown(health.Alive, "The process answers", examples.ALIVE),
        sync_to_thread=False,
    )
    def healthz(self) -> Response[health.Alive]:
        """Touches nothing."""
        return Response(ALIVE, headers=NO_STORE)

    @get(
        "/readyz",
        summary="Whether to send visitors here",
        responses=shown(health.Readiness, "Send visitors", examples.READY)
        | shown(
            health.Readiness, "Send them elsewhere: there is nothing to show", examples.NOT_READY, status=503
        ),
    )
    async def readyz(self, watch: NamedDependency[health.Health]) -> Response[health.Readiness]:
        """200 while there is something true to show (from the database or the last good copy), else 503.

        `reasons` also names what is not well without keeping visitors away, such as a provider that
        refuses our account.
        """
        await watch.look()
        readiness = watch.readiness()
        return Response(readiness, status_code=200 if readiness.ready else 503, headers=NO_STORE)

    @get(
        "/api/health",
        summary="All is well?",
        responses=shown(health.Summary, "Well or not, and which part is not", examples.SUMMARY),
    )
    async def summary(self, watch: NamedDependency[health.Health]) -> Response[health.Summary]:
        """`ok` while the database answers and the provider neither refuses us nor is down. Always 200."""
        await watch.look()
        return Response(watch.summary(), headers=NO_STORE)

    @get(
        "/health/detailed",
        summary="Part by part",
        responses=shown(health.Detail, "Every part as it was last seen", examples.DETAIL),
    )
    async def detailed(self, watch: NamedDependency[health.Health]) -> Response[health.Detail]:
        """Every part with its state, reason and age."""
        await watch.look()
        return Response(watch.detail(), headers=NO_STORE)

    @get(
        "/metrics",
        summary="Prometheus text",
        media_type="text/plain",
        responses=shown(str, "Text format 0.0.4", examples.METRICS, media_type="text/plain"),
        sync_to_thread=False,
    )
    def metrics(self, metrics: NamedDependency[Metrics]) -> Response[bytes]:
        """Every metric of this installation."""
        return Response(metrics.render(), media_type=PROMETHEUS, headers=NO_STORE)
