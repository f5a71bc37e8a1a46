-- Journal, snapshots, projection offsets and history for PostgreSQL. Tables are only ever created when absent.
CREATE TABLE IF NOT EXISTS event_journal (
    ordering BIGSERIAL,
    persistence_id VARCHAR(2048) NOT NULL,
    sequence_number BIGINT NOT NULL,
    deleted BOOLEAN DEFAULT FALSE NOT NULL,
    writer VARCHAR(255) NOT NULL,
    write_timestamp BIGINT,
    adapter_manifest VARCHAR(255),
    event_ser_id INTEGER NOT NULL,
    event_ser_manifest VARCHAR(255) NOT NULL,
    event_payload BYTEA NOT NULL,
    meta_ser_id INTEGER,
    meta_ser_manifest VARCHAR(255),
    meta_payload BYTEA,
    PRIMARY KEY (persistence_id, sequence_number)
);
CREATE UNIQUE INDEX IF NOT EXISTS event_journal_ordering_idx ON event_journal (ordering);
CREATE TABLE IF NOT EXISTS event_tag (
    event_id BIGINT,
    tag VARCHAR(256),
    PRIMARY KEY (event_id, tag),
    CONSTRAINT fk_event_journal FOREIGN KEY (event_id) REFERENCES event_journal (ordering) ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS snapshot (
    persistence_id VARCHAR(2048) NOT NULL,
    sequence_number BIGINT NOT NULL,
    created BIGINT NOT NULL,
    snapshot_ser_id INTEGER NOT NULL,
    snapshot_ser_manifest VARCHAR(255) NOT NULL,
    snapshot_payload BYTEA NOT NULL,
    meta_ser_id INTEGER,
    meta_ser_manifest VARCHAR(255),
    meta_payload BYTEA,
    PRIMARY KEY (persistence_id, sequence_number)
);
CREATE TABLE IF NOT EXISTS akka_projection_offset_store (
    projection_name VARCHAR(255) NOT NULL,
    projection_key VARCHAR(255) NOT NULL,
    current_offset VARCHAR(255) NOT NULL,
    manifest VARCHAR(4) NOT NULL,
    mergeable BOOLEAN NOT NULL,
    last_updated BIGINT NOT NULL,
    PRIMARY KEY (projection_name, projection_key)
);
CREATE TABLE IF NOT EXISTS akka_projection_management (
    projection_name VARCHAR(255) NOT NULL,
    projection_key VARCHAR(255) NOT NULL,
    paused BOOLEAN NOT NULL,
    last_updated BIGINT NOT NULL,
    PRIMARY KEY (projection_name, projection_key)
);
CREATE TABLE IF NOT EXISTS task_history (
    instance VARCHAR(63) NOT NULL,
    task_id BIGINT NOT NULL,
    database_folded VARCHAR(2048) NOT NULL,
    lifecycle VARCHAR(32) NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (instance, task_id)
);
CREATE INDEX IF NOT EXISTS "task_history_newest" ON "task_history" ("instance" DESC, "task_id" DESC);
CREATE TABLE IF NOT EXISTS "last_backup" (
    "instance" VARCHAR(63) NOT NULL,
    "database_folded" VARCHAR(2048) NOT NULL,
    "task_type" VARCHAR(64) NOT NULL,
    "database_name" VARCHAR(2048) NOT NULL,
    "ended_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY ("instance", "database_folded", "task_type")
);
