-- Journal, snapshots, projection offsets and history for H2. Tables are only ever created when absent.
CREATE TABLE IF NOT EXISTS "event_journal" (
    "ordering" BIGINT UNIQUE NOT NULL AUTO_INCREMENT,
    "deleted" BOOLEAN DEFAULT false NOT NULL,
    "persistence_id" VARCHAR(2048) NOT NULL,
    "sequence_number" BIGINT NOT NULL,
    "writer" VARCHAR NOT NULL,
    "write_timestamp" BIGINT NOT NULL,
    "adapter_manifest" VARCHAR NOT NULL,
    "event_payload" BLOB NOT NULL,
    "event_ser_id" INTEGER NOT NULL,
    "event_ser_manifest" VARCHAR NOT NULL,
    "meta_payload" BLOB,
    "meta_ser_id" INTEGER,
    "meta_ser_manifest" VARCHAR,
    PRIMARY KEY ("persistence_id", "sequence_number")
);
CREATE TABLE IF NOT EXISTS "event_tag" (
    "event_id" BIGINT NOT NULL,
    "tag" VARCHAR NOT NULL,
    PRIMARY KEY ("event_id", "tag"),
    CONSTRAINT "fk_event_journal" FOREIGN KEY ("event_id") REFERENCES "event_journal" ("ordering") ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS "snapshot" (
    "persistence_id" VARCHAR(2048) NOT NULL,
    "sequence_number" BIGINT NOT NULL,
    "created" BIGINT NOT NULL,
    "snapshot_ser_id" INTEGER NOT NULL,
    "snapshot_ser_manifest" VARCHAR NOT NULL,
    "snapshot_payload" BLOB NOT NULL,
    "meta_ser_id" INTEGER,
    "meta_ser_manifest" VARCHAR,
    "meta_payload" BLOB,
    PRIMARY KEY ("persistence_id", "sequence_number")
);
CREATE TABLE IF NOT EXISTS "akka_projection_offset_store" (
    "projection_name" VARCHAR(255) NOT NULL,
    "projection_key" VARCHAR(255) NOT NULL,
    "current_offset" VARCHAR(255) NOT NULL,
    "manifest" VARCHAR(4) NOT NULL,
    "mergeable" BOOLEAN NOT NULL,
    "last_updated" BIGINT NOT NULL,
    PRIMARY KEY ("projection_name", "projection_key")
);
CREATE TABLE IF NOT EXISTS "akka_projection_management" (
    "projection_name" VARCHAR(255) NOT NULL,
    "projection_key" VARCHAR(255) NOT NULL,
    "paused" BOOLEAN NOT NULL,
    "last_updated" BIGINT NOT NULL,
    PRIMARY KEY ("projection_name", "projection_key")
);
CREATE TABLE IF NOT EXISTS "task_history" (
    "instance" VARCHAR(63) NOT NULL,
    "task_id" BIGINT NOT NULL,
    "database_folded" VARCHAR(2048) NOT NULL,
    "lifecycle" VARCHAR(32) NOT NULL,
    "ended_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "detail" CLOB NOT NULL,
    PRIMARY KEY ("instance", "task_id")
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
