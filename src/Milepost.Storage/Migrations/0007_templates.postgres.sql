-- The tenants' templates with all their versions. A tenant's versions are numbered through over all its templates, so that a number alone
-- names the words. changed: when it was last put in or out of use.
CREATE TABLE templates (
    tenant text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    type text COLLATE "C" NOT NULL,
    channel integer NOT NULL,
    locale text COLLATE "C" NOT NULL,
    source bytea NOT NULL,
    created bigint NOT NULL,
    created_by text COLLATE "C" NOT NULL,
    published bigint,
    published_by text COLLATE "C",
    retired bigint,
    changed bigint,
    PRIMARY KEY (tenant, number)
);
CREATE INDEX templates_by_name ON templates (tenant, type, channel, locale, number);
CREATE UNIQUE INDEX templates_in_use ON templates (tenant, type, channel, locale) WHERE published IS NOT NULL AND retired IS NULL;
CREATE INDEX templates_changed ON templates (changed) WHERE published IS NOT NULL;
SELECT milepost_guard('templates');
