/*
 * The protocol's atomic steps. Keys of one partition share a hash tag, so each script touches one Cluster slot:
 *   {ns:p}:m       hash: e epoch, s sequence number, n nonce of the last record, g the name of its last healing, and the marks: t<group> holds, for each of 64 slots,
 *                  the positions of its last hard and soft invalidation, 6 bytes each, as far as any were set. All of it is one
 *                  key, so that marks are never lost without the epoch
 *   {ns:p}:l       stream of records, ids <seq>-0
 *   {ns:p}:z       never exists; deleting it first makes a script a writer, so that a replica refuses it, and an
 *                  invalidation is not refused when Redis is out of memory (it refuses the first write only if that write needs memory)
 *   {ns:p}:v:<id>  value, behind a head of 19 bytes that is written here: magic, version, mark, S0 and epoch
 *   {ns:p}:L:<id>  lease: the holder's token, with '!' behind it once somebody waits
 *   {ns:p}:F:<origin>  fence: the sets of that instance up to this number are void, since they were replayed as invalidations. One that
 *                  was on a connection that is gone may arrive later than what the next connection sent
 * Beside them, touched by no script and in the slot of partition 0:
 *   {ns:0}:d:<name>  layout: the names of properties that values were written without (codec/layout.ts)
 */

const EPOCH = `
-- Epoch and position by the first fields of the hash, or nothing: one that is damaged, or not one of ours, is no log.
local function known(f)
  local e, s = f[1], tonumber(f[2] or '')
  if type(e) == 'string' and #e == 8 and s and s >= 0 and s < 9007199254740992 and s % 1 == 0 then return e, s end
end
local function begin(m, l, fresh)
  redis.call('DEL', m, l)
  redis.call('HSET', m, 'e', fresh, 's', 0, 'n', '-')
  return fresh, 0
end
local function epoch(m, l, fresh)
  local e, s = known(redis.pcall('HMGET', m, 'e', 's'))
  if e then return e, s end
  return begin(m, l, fresh)
end
local function head(s0, e)
  return struct.pack('>BBBd', 84, 1, 0, s0) .. e
end
`

/*
 * KEYS m l F z, then the lease of each key, then the value of each
 * ARGV epoch-if-new nonce origin log-length payload channel soft number void-up-to slot-count slots..., then, if values are
 *      stored, tail and expiry of each key
 * Every call of a command costs about as much as the command, so what can be asked or written at once is.
 */
const INVALIDATE = `${EPOCH}
local m, l = KEYS[1], KEYS[2]
local keys, soft, slots = (#KEYS - 4) / 2, ARGV[7] == '1', tonumber(ARGV[10])
local leases, values = 4 + keys, 10 + slots
local fields, place, at = {'e', 's', 'n'}, {}, {}
for i = 11, values do
  local field = 't' .. math.floor(ARGV[i] / 64)
  if not place[field] then
    fields[#fields + 1] = field
    place[field] = #fields
  end
  at[i] = place[field]
end
local held = redis.pcall('HMGET', m, unpack(fields))
local e, s = known(held)
s = (s or 0) + 1
local seq = string.format('%.0f', s)
local void, fence = tonumber(ARGV[9]), 0
if #ARGV > values or void > 0 then fence = tonumber(redis.pcall('GET', KEYS[3]) or 0) or 0 end
local stored = 0
if #ARGV > values then
  if tonumber(ARGV[8]) > fence then stored = 1 end
  local h = head(s, e or ARGV[1])
  for i = 1, keys do
    local done = stored == 1 and redis.pcall('SET', KEYS[leases + i], h .. ARGV[values + 2 * i - 1], 'PX', ARGV[values + 2 * i])
    if type(done) ~= 'table' or not done.ok then
      stored = 0
      redis.call('UNLINK', KEYS[leases + i])
    end
  end
  redis.call('DEL', unpack(KEYS, 4, leases))
elseif soft then
  redis.call('DEL', unpack(KEYS, 4, leases))
  for i = leases + 1, #KEYS do
    if redis.call('EXISTS', KEYS[i]) == 1 then
      if type(redis.pcall('SETRANGE', KEYS[i], 2, string.char(1))) == 'table' then redis.call('UNLINK', KEYS[i]) end
    end
  end
else
  redis.call('UNLINK', unpack(KEYS, 4))
end
if void > fence then redis.call('SET', KEYS[3], void, 'PX', 3600000) end
if not e then
  e = begin(m, l, ARGV[1])
  held = {}
end
local changed = {'s', seq, 'n', ARGV[2]}
for i = 11, values do
  local group, from = held[at[i]] or '', ARGV[i] % 64 * 12 + (soft and 6 or 0)
  held[at[i]] = string.sub(group, 1, from) .. string.rep('\0', from - #group) .. struct.pack('>I6', s) .. string.sub(group, from + 7)
end
for i = 4, #fields do
  changed[#changed + 1] = fields[i]
  changed[#changed + 1] = held[i]
end
redis.call('HSET', m, unpack(changed))
local function append()
  return redis.pcall('XADD', l, 'MAXLEN', '~', ARGV[4], seq .. '-0', 'n', ARGV[2], 'o', ARGV[3], 'p', ARGV[5])
end
-- A log that does not take the record is not ours, or from another time: nobody may be told that it has no gap.
if type(append()) == 'table' then
  redis.call('DEL', l)
  append()
end
local payload = ARGV[5]
if #payload > 8192 then payload = '' end
-- Where it may not be published, SYNC tells the others.
redis.pcall('PUBLISH', ARGV[6], table.concat({e, seq, held[3] or '-', ARGV[2], ARGV[3], payload}, '|'))
return {e, s, stored}
`

// Steps of many keys in one go. What fails for one key is its own reply; where all failed, the first failure is that of the script.
const EACH = `
local function each(count, step)
  local replies, failed = {}, 0
  for i = 1, count do
    local ok, reply = pcall(step, i)
    if not ok then
      failed = failed + 1
      reply = {'E', type(reply) == 'table' and reply.err or tostring(reply)}
    end
    replies[i] = reply
  end
  if failed == count then return redis.error_reply(replies[1][2]) end
  return replies
end
`

/* KEYS m l, then value and lease of each key   ARGV epoch-if-new, then token lease-ms rejected-head force of each */
const LEASE = `${EPOCH}${EACH}
local e, s
local function lease(i)
  local v, L = KEYS[2 * i + 1], KEYS[2 * i + 2]
  local token, ms, reject, force = ARGV[4 * i - 2], ARGV[4 * i - 1], ARGV[4 * i], ARGV[4 * i + 1]
  if force ~= '1' then
    local first = redis.pcall('GETRANGE', v, 0, math.max(#reject - 1, 0))
    if type(first) == 'table' then
      redis.call('UNLINK', v) -- a key of another type is no value
    elseif first ~= '' and first ~= reject then return {'V', redis.call('GET', v)} end
    local holder = redis.call('GET', L)
    if holder then
      if string.sub(holder, -1) ~= '!' then redis.pcall('APPEND', L, '!') end
      return {'W', redis.call('PTTL', L)}
    end
  end
  redis.call('SET', L, token, 'PX', ms)
  if not e then e, s = epoch(KEYS[1], KEYS[2], ARGV[1]) end
  return {'L', e, s}
end
return each((#KEYS - 2) / 2, lease)
`

const WAKE = `
local function finish(L, holder, channel, id)
  redis.call('DEL', L)
  if string.sub(holder, -1) == '!' then redis.pcall('PUBLISH', channel, 'F|' .. id) end
end
`

/*
 * KEYS m, then value and lease of each key   ARGV channel, then token epoch s0 expire-ms tail id slot-count slots... of each
 * Stores on positive evidence only: the lease is there, the epoch is the same, and no slot was invalidated after s0. What was
 * evicted, flushed or lost in a failover refuses.
 */
const FILL = `${EPOCH}${WAKE}${EACH}
local current
local last = {} -- position of the last invalidation, by slot: the keys of one call mostly share theirs
local function look(first, to)
  local fields, slots = {'e'}, {}
  for i = first, to do
    if not last[ARGV[i]] then
      slots[#slots + 1] = ARGV[i]
      fields[#fields + 1] = 't' .. math.floor(ARGV[i] / 64)
    end
  end
  if current and #slots == 0 then return end
  local found = redis.call('HMGET', KEYS[1], unpack(fields))
  current = found[1] or ''
  for i, slot in ipairs(slots) do
    local group, from = found[i + 1] or '', slot % 64 * 12 + 1
    last[slot] = 0
    for at = from, from + 6, 6 do
      if #group >= at + 5 then last[slot] = math.max(last[slot], (struct.unpack('>I6', group, at))) end
    end
  end
end
local at, held = 2, {}
local function fill(i)
  local token, e, s0, ms, tail, id, slots = unpack(ARGV, at, at + 6)
  local first = at + 7
  at = first + slots
  local v, L = KEYS[2 * i], KEYS[2 * i + 1]
  local holder = redis.call('GET', L)
  if holder ~= token and holder ~= token .. '!' then return 0 end
  held[#held + 1] = {L, holder, id}
  look(first, at - 1)
  s0 = tonumber(s0)
  if current ~= e then return 0 end
  for i = first, at - 1 do
    if last[ARGV[i]] > s0 then return 0 end
  end
  local done = redis.pcall('SET', v, head(s0, e) .. tail, 'PX', ms)
  if type(done) ~= 'table' or not done.ok then return 2 end
  return 1
end
local replies = each((#KEYS - 1) / 2, fill)
-- After the last value: once a script has deleted something, Redis lets it write beyond its memory.
for _, lease in ipairs(held) do finish(lease[1], lease[2], ARGV[1], lease[3]) end
return replies
`

/* KEYS the leases   ARGV channel, then token and id of each */
const RELEASE = `${WAKE}${EACH}
local function release(i)
  local token, holder = ARGV[2 * i], redis.call('GET', KEYS[i])
  if holder == token or holder == token .. '!' then finish(KEYS[i], holder, ARGV[1], ARGV[2 * i + 1]) end
  return 0
end
return each(#KEYS, release)
`

/* KEYS L   ARGV token lease-ms */
const RENEW = `
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] or holder == ARGV[1] .. '!' then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`

/* KEYS m l z   ARGV epoch seq nonce epoch-if-new limit */
const SYNC = `${EPOCH}
local m, l = KEYS[1], KEYS[2]
redis.call('DEL', KEYS[3])
local t = redis.call('TIME')
local now = string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000))
local held = redis.pcall('HMGET', m, 'e', 's', 'n', 'g')
local e, s = known(held)
if not e then
  e, s = begin(m, l, ARGV[4])
  held = {}
end
local n, g = held[3] or '-', held[4] or ''
local seq, limit = tonumber(ARGV[2]), tonumber(ARGV[5])
local function snapshot(kind) return {kind, now, e, s, n, redis.call('HGETALL', m), g} end
if e ~= ARGV[1] then return snapshot('E') end
if s < seq or (s == seq and n ~= ARGV[3]) then return snapshot('D') end
if s == seq then return {'R', now, e, s, n, {}, g} end
if s - seq > limit then return snapshot('T') end
local records = redis.call('XRANGE', l, seq .. '-0', '+')
local first = 1
if seq > 0 then
  if not records[1] or records[1][1] ~= seq .. '-0' then return snapshot('T') end
  if records[1][2][2] ~= ARGV[3] then return snapshot('D') end
  first = 2
end
if #records - first + 1 ~= s - seq then return snapshot('T') end
local list = {}
for i = first, #records do
  local f = records[i][2]
  list[#list + 1] = f[2]
  list[#list + 1] = f[4]
  list[#list + 1] = f[6]
end
return {'R', now, e, s, n, list, g}
`

/* KEYS m z   ARGV epoch seq nonce */
const HEAL = `
redis.call('DEL', KEYS[2])
local known = redis.call('HMGET', KEYS[1], 'e', 's', 'g')
if known[1] == ARGV[1] and (tonumber(known[2] or 0) or 0) < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], 's', ARGV[2], 'n', ARGV[3], 'g', ARGV[3])
  return ARGV[3]
end
return known[3] or ''
`

/* KEYS v   ARGV first-bytes. A key of another type is no value either. */
const DISCARD = `
local n = #ARGV[1]
local first = redis.pcall('GETRANGE', KEYS[1], 0, math.max(n - 1, 0))
if type(first) == 'table' or (first == ARGV[1] and (n > 0 or redis.call('EXISTS', KEYS[1]) == 1)) then
  return redis.call('UNLINK', KEYS[1])
end
return 0
`

export type ScriptName =
  | 'tiercacheInvalidate'
  | 'tiercacheLease'
  | 'tiercacheFill'
  | 'tiercacheRelease'
  | 'tiercacheRenew'
  | 'tiercacheSync'
  | 'tiercacheHeal'
  | 'tiercacheDiscard'

/** Lua by the name ioredis defines it under. The number of keys is given with each call. */
export const SCRIPTS: Readonly<Record<ScriptName, string>> = {
  tiercacheInvalidate: INVALIDATE,
  tiercacheLease: LEASE,
  tiercacheFill: FILL,
  tiercacheRelease: RELEASE,
  tiercacheRenew: RENEW,
  tiercacheSync: SYNC,
  tiercacheHeal: HEAL,
  tiercacheDiscard: DISCARD,
}
