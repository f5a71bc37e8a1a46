package io.bakstripe.worker.wal;

/**
 * A directory with files of a database: those that it has in one tablespace.
 *
 * @param tablespace its identifier
 * @param database its identifier; 0 for what all databases share
 */
public record DatabasePlace(long tablespace, long database) {}
