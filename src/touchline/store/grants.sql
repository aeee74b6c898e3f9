-- What the application may do. Run after every migration, as the owner; does nothing where there is
-- no role of its own for the application. No TRUNCATE, no DDL, no UPDATE or DELETE of history.
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
    GRANT INSERT, UPDATE ON lease TO touchline_app;
    GRANT INSERT ON kickoff_revision, change, raw_payload TO touchline_app;
    GRANT DELETE ON raw_payload TO touchline_app;
END
$$;
