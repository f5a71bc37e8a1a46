package io.bakstripe.protocol.stripe;

import io.bakstripe.protocol.name.Lsn;

/**
 * The log that a server keeps for log backups once a full backup of it has been stopped.
 *
 * @param nextLsn where a chain of logs that goes on from this backup begins: the beginning of a segment, not behind the backup's end
 * @param fresh true when nothing had kept the log before this backup, so that no earlier chain goes on
 */
public record KeptLog(Lsn nextLsn, boolean fresh) {}
