-- lane: the queue a delivery waits in (DeliveryLane). topic: deliveries about the same thing on the same way. place: the notification's place in
-- the customer's stream. reason: what holds or stopped it. notes: how many there are.
ALTER TABLE deliveries ADD COLUMN lane INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN topic TEXT;
ALTER TABLE deliveries ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN reason TEXT;
ALTER TABLE deliveries ADD COLUMN notes INTEGER NOT NULL DEFAULT 0;

DROP INDEX deliveries_queued;
CREATE INDEX deliveries_queued ON deliveries (lane, tenant, due, id) WHERE state = 0;
CREATE INDEX deliveries_by_topic ON deliveries (tenant, topic, place) WHERE topic IS NOT NULL;
CREATE INDEX deliveries_held ON deliveries (reason) WHERE state = 0 AND reason IS NOT NULL;

CREATE TABLE delivery_notes (
    tenant TEXT NOT NULL,
    delivery TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (tenant, delivery, number)
) WITHOUT ROWID;

-- What was decided for each channel when the notification was made, as JSON.
ALTER TABLE notifications ADD COLUMN plan BLOB;

-- What has gone out lately. A bucket (period 0) keeps the time up to which it is used; a count keeps how much of its period is.
CREATE TABLE delivery_limits (
    tenant TEXT NOT NULL,
    scope TEXT NOT NULL,
    period INTEGER NOT NULL,
    value INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    PRIMARY KEY (tenant, scope, period)
) WITHOUT ROWID;
CREATE INDEX delivery_limits_ended ON delivery_limits (ends);
