-- Those that failed, or may have gone out: what somebody looks through and sends again.
CREATE INDEX deliveries_dead ON deliveries (tenant, due, id) WHERE state IN (4, 5);
