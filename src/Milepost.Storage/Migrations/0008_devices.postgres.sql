-- Which customer an address of a device belongs to (customers.body has the device itself), so that a browser's subscription can move to whoever is
-- logged in now. address is a hash: who knows a push address can nearly push.
CREATE TABLE devices (
    tenant text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    customer text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, address)
);
SELECT milepost_guard('devices');

-- The key of the links in messages. It lives with the data, so that every node has it and a link outlives the keys of tokens. Each half has 122 random bits.
INSERT INTO meta (key, value) VALUES ('link_key', replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));
