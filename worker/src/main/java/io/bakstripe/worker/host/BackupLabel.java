package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.Lsn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code backup_label} says of where a server begins to roll forward.
 *
 * @param start the first record that is replayed
 * @param checkpoint where the record lies that the server begins with: it must name the same start
 * @param file the log segment that holds the start
 * @param timeline of that segment
 */
record BackupLabel(Lsn start, Lsn checkpoint, String file, int timeline) {
    static final String NAME = "backup_label";

    private static final Pattern BEGINNING =
            Pattern.compile("START WAL LOCATION: ([0-9A-F]{1,8}/[0-9A-F]{1,8}) \\(file (([0-9A-F]{8})[0-9A-F]{16})\\)\n"
                    + "CHECKPOINT LOCATION: ([0-9A-F]{1,8}/[0-9A-F]{1,8})\n");

    /** {@code MANIFEST_MISMATCH} when a data directory has none. */
    static void require(Path data) {
        if (!Files.exists(data.resolve(NAME))) {
            throw BackupError.MANIFEST_MISMATCH.problem("there is no " + NAME).asException();
        }
    }

    /** Reads the label of a data directory; {@code MANIFEST_MISMATCH} when it is none. */
    static BackupLabel read(Path data) throws IOException {
        require(data);
        Matcher label = BEGINNING.matcher(Files.readString(data.resolve(NAME), StandardCharsets.ISO_8859_1));
        if (!label.lookingAt()) {
            throw BackupError.MANIFEST_MISMATCH
                    .problem(NAME + " does not say where the backup starts")
                    .asException();
        }
        return new BackupLabel(
                Lsn.parse(label.group(1)),
                Lsn.parse(label.group(4)),
                label.group(2),
                Integer.parseUnsignedInt(label.group(3), 16));
    }
}
