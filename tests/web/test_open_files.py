"""As many files as the process may open, and a word where they are too few."""

import resource

from structlog.testing import capture_logs

from touchline.web.server import SPARE_FILES, open_files


def test_the_process_may_open_all_it_is_allowed_to() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = min(1_024, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    with capture_logs() as logs:
        open_files(1)

    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    assert logs == []


def test_streams_that_would_not_fit_are_told_of() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    with capture_logs() as logs:
        open_files(hard - SPARE_FILES + 1)

    assert [(line["event"], line["log_level"], line["needed"]) for line in logs] == [
        ("web.files.short", "warning", hard + 1)
    ]
