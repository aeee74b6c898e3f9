-- What the application may do. Run after every migration, as the owner; does nothing where there is
-- no role of its own for the application. No TRUNCATE, no DDL, no UPDATE or DELETE of history; the
-- one function that prunes the log of changes knows what must stay.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'touchline_app') THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA public TO touchline_app;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO touchline_app;
    GRANT INSERT, UPDATE ON ts_matches, match_incident, match_pause, match_tlive, match_lineup, match_trend, catalogue, sync_cursor
    TO touchline_app;
    GRANT INSERT, UPDATE ON crest, crest_image TO touchline_app;
    GRANT INSERT, UPDATE ON standing, standing_wanted, match_h2h TO touchline_app;
    GRANT DELETE ON standing_wanted TO touchline_app;
    GRANT INSERT, UPDATE ON lease TO touchline_app;
    GRANT INSERT, UPDATE, DELETE ON reconcile_request, stale_episode TO touchline_app;
    GRANT UPDATE ON watch TO touchline_app;
    GRANT INSERT ON kickoff_revision, change, raw_payload TO touchline_app;
    GRANT DELETE ON raw_payload TO touchline_app;
    GRANT EXECUTE ON FUNCTION prune_change TO touchline_app;
    GRANT INSERT, UPDATE, DELETE ON job_slot, job_execution_logs, job_planner TO touchline_app;
    GRANT INSERT, UPDATE ON runtime_flag TO touchline_app;
    GRANT INSERT ON audit_log TO touchline_app;
    GRANT INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events, procrastinate_workers,
    procrastinate_periodic_defers TO touchline_app;
    GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq TO touchline_app;
END
$$;
