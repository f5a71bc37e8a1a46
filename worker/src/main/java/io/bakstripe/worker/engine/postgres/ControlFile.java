package io.bakstripe.worker.engine.postgres;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Checks a copy of {@code global/pg_control}, which may have been read while the server wrote it. */
final class ControlFile {
    static final int BYTES = 8192;

    /** Where the checksum stands differs between versions, always inside this span. */
    private static final int FIRST_CHECKSUM_AT = 200;

    private static final int LAST_CHECKSUM_AT = 400;

    private ControlFile() {}

    /** What is wrong with this control file of the server {@code systemIdentifier}; empty when nothing is. */
    static Optional<String> complaint(byte[] file, long systemIdentifier) {
        if (file.length != BYTES) {
            return Optional.of("the control file has " + file.length + " bytes, not " + BYTES);
        }
        ByteBuffer content = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (content.getLong(0) != systemIdentifier) {
            return Optional.of("the control file is of server " + Long.toUnsignedString(content.getLong(0)));
        }
        CRC32C checksum = new CRC32C();
        checksum.update(file, 0, FIRST_CHECKSUM_AT);
        for (int at = FIRST_CHECKSUM_AT; at <= LAST_CHECKSUM_AT; at += Integer.BYTES) {
            if ((int) checksum.getValue() == content.getInt(at)) {
                return Optional.empty();
            }
            checksum.update(file, at, Integer.BYTES);
        }
        return Optional.of("the control file's checksum is wrong");
    }
}
