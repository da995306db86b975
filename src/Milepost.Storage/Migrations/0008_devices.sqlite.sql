-- Which customer an address of a device belongs to (customers.body has the device itself), so that a browser's subscription can move to whoever is
-- logged in now. address is a hash: who knows a push address can nearly push.
CREATE TABLE devices (
    tenant TEXT NOT NULL,
    address TEXT NOT NULL,
    customer TEXT NOT NULL,
    PRIMARY KEY (tenant, address)
) WITHOUT ROWID;

-- The key of the links in messages. It lives with the data, so that every node has it and a link outlives the keys of tokens.
INSERT INTO meta (key, value) VALUES ('link_key', lower(hex(randomblob(32))));
