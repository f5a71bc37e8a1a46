/**
 * PostgreSQL's write-ahead log, read record by record from segment files: where a record lies, what wrote it, what it says. Every record's checksum is
 * verified, so what is given out is what the server wrote.
 *
 * <p>The format is the one that PostgreSQL's {@code xlogrecord.h} and {@code xlog_internal.h} describe; it is the same in versions 13 to 18 but for the
 * flags of compressed page images.
 */
@NullMarked
package io.bakstripe.worker.wal;

import org.jspecify.annotations.NullMarked;
