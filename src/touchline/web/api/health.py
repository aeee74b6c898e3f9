"""Health, readiness and metrics."""

from litestar import Controller, Response, get
from litestar.di import NamedDependency

from touchline.metrics import CONTENT_TYPE, Metrics
from touchline.web import health
from touchline.web.queries import ANY, QUERY

NO_STORE = {"Cache-Control": "no-store"}
PROMETHEUS = CONTENT_TYPE.partition("; charset")[0]
"""The framework adds the charset itself."""
ALIVE = health.Alive(ok=True)


class HealthPages(Controller):
    """How this installation is doing."""

    tags = ["Health"]  # noqa: RUF012 - as the framework has it
    opt = {QUERY: ANY}  # noqa: RUF012 - as the framework has it

    @get("/healthz", summary="The process answers", sync_to_thread=False)
    def healthz(self) -> Response[health.Alive]:
        """Touches nothing."""
        return Response(ALIVE, headers=NO_STORE)

    @get("/readyz", summary="Whether to send visitors here")
    async def readyz(self, watch: NamedDependency[health.Health]) -> Response[health.Readiness]:
        """200 while there is something true to show (from the database or the last good copy), else 503.

        `reasons` also names what is not well without keeping visitors away, such as a provider that
        refuses our account.
        """
        await watch.look()
        readiness = watch.readiness()
        return Response(readiness, status_code=200 if readiness.ready else 503, headers=NO_STORE)

    @get("/api/health", summary="All is well?")
    async def summary(self, watch: NamedDependency[health.Health]) -> Response[health.Summary]:
        """`ok` while the database answers and the provider neither refuses us nor is down. Always 200."""
        await watch.look()
        return Response(watch.summary(), headers=NO_STORE)

    @get("/health/detailed", summary="Part by part")
    async def detailed(self, watch: NamedDependency[health.Health]) -> Response[health.Detail]:
        """Every part with its state, reason and age."""
        await watch.look()
        return Response(watch.detail(), headers=NO_STORE)

    @get("/metrics", summary="Prometheus text", media_type="text/plain", sync_to_thread=False)
    def metrics(self, metrics: NamedDependency[Metrics]) -> Response[bytes]:
        """Every metric of this installation."""
        return Response(metrics.render(), media_type=PROMETHEUS, headers=NO_STORE)
