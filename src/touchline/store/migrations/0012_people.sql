-- Coaches and players have names as well.
CREATE TABLE coach PARTITION OF catalogue FOR VALUES IN ('coach');
CREATE TABLE player PARTITION OF catalogue FOR VALUES IN ('player');
CREATE UNIQUE INDEX coach_id ON coach (id);
CREATE UNIQUE INDEX player_id ON player (id);
