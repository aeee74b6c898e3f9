"""Every job there is. What each one does is its task, under the same key.

Offsets keep starts apart: no two jobs that can be due in the same minute share one, which is checked at
every start. Rows that come up daily or more rarely have 61 + 2 x their number, modulo 60, and one more where
the minute grid has that second already. Source: requirement, jobs on the minute grid and daily jobs.
"""

from touchline.jobs.job import Job, Missed

JOBS: tuple[Job, ...] = (
    # ------------------------------------------------------------ the minute grid
    Job(
        name="Lost Run Reaper",
        cron="* * * * *",
        offset_s=58,
        timeout_s=10,
        batch_size=100,
        missed=Missed.SKIP,
    ),
    # ------------------------------------------------------------ daily and longer
    Job(
        name="Job Logs Cleanup",
        cron="20 5 * * *",
        offset_s=31,
        timeout_s=60,
        batch_size=5_000,
        missed=Missed.LATEST,
    ),
    Job(
        name="Old Logs Cleanup",
        cron="10 4 1 * *",
        offset_s=34,
        timeout_s=600,
        batch_size=5_000,
        missed=Missed.LATEST,
    ),
)
