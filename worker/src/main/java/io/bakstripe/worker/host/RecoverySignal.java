package io.bakstripe.worker.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The file in a data directory that makes its server roll forward: {@code recovery.signal} for one that opens at the end, {@code standby.signal} for one that can
 * be read and waits for more. A database that is RESTORING has exactly one of the two. A server that opened has removed it; it is never made again, since
 * such a server must not recover once more.
 */
final class RecoverySignal {
    static final String RECOVERY = "recovery.signal";
    static final String STANDBY = "standby.signal";

    private RecoverySignal() {}

    /** Whether the server of a restored data directory has not opened yet. */
    static boolean there(Path data) {
        return Files.exists(data.resolve(RECOVERY)) || Files.exists(data.resolve(STANDBY));
    }

    /** Makes it {@code recovery.signal}; nothing happens when there is none of the two. */
    static void toOpen(Path data) throws IOException {
        rename(data, STANDBY, RECOVERY);
    }

    /** Makes it {@code standby.signal}; nothing happens when there is none of the two. */
    static void toRead(Path data) throws IOException {
        rename(data, RECOVERY, STANDBY);
    }

    private static void rename(Path data, String from, String to) throws IOException {
        if (Files.exists(data.resolve(from))) {
            Files.move(
                    data.resolve(from),
                    data.resolve(to),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            Trees.sync(data);
        }
    }
}
