-- Take tokens out of a bucket. Time is the server's own, so that all processes live in one.
--
-- KEYS[1]  the bucket; a missing one is full
-- ARGV     capacity, tokens a second, tokens wanted, ms after which an untouched bucket is forgotten
-- Answers  tokens granted (at most as many as wanted), whole tokens left, ms to the next whole token
--          (0 while there is one), ms until the bucket is full

local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local capacity, rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]) / 1000, tonumber(ARGV[3])

local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(state[1]) or capacity, tonumber(state[2]) or now
tokens = math.min(capacity, tokens + math.max(0, now - at) * rate)

local granted = math.min(wanted, math.floor(tokens))
tokens = tokens - granted

redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.3f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {
  granted,
  math.floor(tokens),
  math.ceil(math.max(0, 1 - tokens) / rate),
  math.ceil((capacity - tokens) / rate),
}
