-- Messages that could not be recorded, as they came. Times are UTC ticks; headers are UTF-8 JSON.
-- The time belongs to the identity: the offsets of a topic that was deleted and made anew begin at 0 again.
-- announce_at: from when on somebody may write the letter to the dead-letter topic; null: it stands there, or shall not.
CREATE TABLE dead_letters (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    partition_no integer NOT NULL,
    offset_no bigint NOT NULL,
    time bigint NOT NULL,
    key bytea,
    headers bytea NOT NULL,
    value bytea,
    code text COLLATE "C" NOT NULL,
    field text COLLATE "C",
    detail text COLLATE "C" NOT NULL,
    received_at bigint NOT NULL,
    state integer NOT NULL DEFAULT 0,
    tried_at bigint,
    announce_at bigint
);
CREATE UNIQUE INDEX dead_letters_by_message ON dead_letters (topic, partition_no, offset_no, time);
CREATE INDEX dead_letters_open ON dead_letters (code, place) WHERE state <> 2;
CREATE INDEX dead_letters_unannounced ON dead_letters (announce_at) WHERE announce_at IS NOT NULL;
SELECT milepost_guard('dead_letters');
