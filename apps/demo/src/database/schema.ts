/** `version` counts the writes of a row, `…_version` those of the list that hangs from it. */
export const schema = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE cities (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    population INTEGER NOT NULL CHECK (population >= 0),
    latitude REAL NOT NULL,
    longitude REAL NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    jobs_version INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    headline TEXT NOT NULL,
    city_id INTEGER NOT NULL REFERENCES cities (id),
    version INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    salary INTEGER NOT NULL CHECK (salary > 0),
    status TEXT NOT NULL CHECK (status IN ('open', 'closed')),
    posted_at TEXT NOT NULL,
    city_id INTEGER NOT NULL REFERENCES cities (id),
    employer_id INTEGER NOT NULL REFERENCES users (id),
    version INTEGER NOT NULL DEFAULT 1,
    applications_version INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  CREATE TABLE applications (
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    letter TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (job_id, user_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX users_by_city ON users (city_id);
  CREATE INDEX jobs_by_city ON jobs (city_id, status, posted_at DESC);
  CREATE INDEX jobs_by_employer ON jobs (employer_id);
  CREATE INDEX applications_by_user ON applications (user_id);
`
