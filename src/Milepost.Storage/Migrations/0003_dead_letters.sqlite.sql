-- Messages that could not be recorded, as they came. Times are UTC ticks; headers are UTF-8 JSON.
-- The time belongs to the identity: the offsets of a topic that was deleted and made anew begin at 0 again.
-- announce_at: from when on somebody may write the letter to the dead-letter topic; null: it stands there, or shall not.
CREATE TABLE dead_letters (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition_no INTEGER NOT NULL,
    offset_no INTEGER NOT NULL,
    time INTEGER NOT NULL,
    key BLOB,
    headers BLOB NOT NULL,
    value BLOB,
    code TEXT NOT NULL,
    field TEXT,
    detail TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    tried_at INTEGER,
    announce_at INTEGER
);
CREATE UNIQUE INDEX dead_letters_by_message ON dead_letters (topic, partition_no, offset_no, time);
CREATE INDEX dead_letters_open ON dead_letters (code, place) WHERE state <> 2;
CREATE INDEX dead_letters_unannounced ON dead_letters (announce_at) WHERE announce_at IS NOT NULL;
