"""What goes wrong is said as problem details on the API, and as a page on the pages."""

from httpx import AsyncClient

BAD_INPUT = (
    ("/api/matches/live?wnidow=5", "wnidow", "5"),
    ("/api/matches/diary?tz=Mars/Base", "tz", "Mars/Base"),
    ("/api/matches/diary?date=2026-02-30", "date", "2026-02-30"),
    ("/api/matches/diary?date=2026-02-07&date=2026-02-08", "date", "2026-02-07, 2026-02-08"),
    ("/api/matches/aaaaaaaaaaaaaa1?full=1", "full", "1"),
    ("/api/matches/live?x=", "x", ""),
    ("/live/stream?match=../etc", "match", "../etc"),
    ("/live/stream?tz=Mars/Base", "tz", "Mars/Base"),
    ("/live/stream?what=1", "what", "1"),
)


async def test_bad_input_names_field_value_and_what_is_allowed(client: AsyncClient) -> None:
    for path, field, value in BAD_INPUT:
        answer = await client.get(path)

        problem = answer.json()
        assert answer.status_code == problem["status"] == 400, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert (problem["field"], problem["value"]) == (field, value)
        assert problem["allowed"]
        assert problem["type"] == "/docs#problem-bad-input"
        assert problem["request_id"] == answer.headers["x-request-id"]


async def test_what_is_echoed_has_an_end(client: AsyncClient) -> None:
    long = "x" * 5_000
    for path, field in (
        (f"/api/matches/diary?tz={long}", "tz"),
        (f"/api/matches/live?wnidow={long}", "wnidow"),
        (f"/api/matches/diary?date=1&date={long}", "date"),
    ):
        answer = await client.get(path)

        problem = answer.json()
        assert (answer.status_code, problem["field"]) == (400, field)
        assert len(problem["value"]) == 100
        assert problem["value"].endswith("x…")
        assert len(answer.content) < 1_000
    for path in (f"/api/matches/live?{long}=1", f"/api/matches/{long}", f"/?tz={long}", f"/match/{long}"):
        answer = await client.get(path)
        assert answer.status_code in (400, 404), path
        assert "x" * 100 not in answer.text


NOT_THERE = (
    "/api/matches/aaaaaaaaaaaaaa9",
    "/api/matches/NOT-AN-ID",
    "/api/matches/aaaaaaaaaaaaaa9/stats",
    "/api/nothing",
    "/static/x/nothing.js",
)


async def test_what_is_not_there_is_a_404_problem(client: AsyncClient) -> None:
    for path in NOT_THERE:
        answer = await client.get(path)

        assert answer.status_code == answer.json()["status"] == 404, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"


async def test_another_method_is_a_405_problem(client: AsyncClient) -> None:
    answer = await client.post("/api/matches/live")

    assert (answer.status_code, answer.json()["type"]) == (405, "/docs#problem-method-not-allowed")


async def test_a_405_names_the_methods_that_are_served(client: AsyncClient) -> None:
    for path in ("/api/matches/live", "/", "/healthz", "/docs", "/static/x/page.js", "/live/stream"):
        refused = await client.post(path)
        allowed = refused.headers["allow"].split(", ")

        assert refused.status_code == 405, path
        assert "HEAD" in allowed
        for method in set(allowed) - {"GET"}:
            assert (await client.request(method, path)).status_code not in (405, 501), (method, path)


async def test_options_names_head_as_well(client: AsyncClient) -> None:
    answer = await client.options("/api/matches/live")

    assert answer.status_code == 204
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


ON_PAGES = (
    ("/match/aaaaaaaaaaaaaa9", 404),
    ("/nothing", 404),
    ("/day/2026-02-30", 400),
    ("/?tz=Mars/Base", 400),
)


async def test_on_the_pages_it_is_a_page(client: AsyncClient) -> None:
    for path, status in ON_PAGES:
        answer = await client.get(path)

        assert answer.status_code == status, path
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["x-request-id"] in answer.text


async def test_every_problem_type_leads_to_its_place_in_the_docs(client: AsyncClient) -> None:
    problem = (await client.get("/api/matches/live?x=1")).json()

    anchor = problem["type"].partition("#")[2]
    assert f'id="{anchor}"' in (await client.get("/docs")).text


async def test_a_request_id_is_taken_over_where_it_is_well_formed(client: AsyncClient) -> None:
    kept = await client.get("/healthz", headers={"X-Request-ID": "trace-12345678"})
    replaced = await client.get("/healthz", headers={"X-Request-ID": "no spaces, please"})

    assert kept.headers["x-request-id"] == "trace-12345678"
    assert replaced.headers["x-request-id"] != "no spaces, please"


async def test_every_answer_carries_the_security_headers(client: AsyncClient) -> None:
    for path in ("/", "/api/matches/live", "/nothing", "/docs"):
        headers = (await client.get(path)).headers

        assert "'unsafe-inline'" not in headers["content-security-policy"], path
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
