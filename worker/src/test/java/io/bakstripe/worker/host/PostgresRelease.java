package io.bakstripe.worker.host;

import java.nio.file.Path;

/** One PostgreSQL that tests run against. */
public record PostgresRelease(int major, EmbeddedArchive archive) {
    /** Unpacked once for all test classes of a module. */
    static final Path FOLDER = Path.of("target/postgresql");

    /** As {@code bakstripe.worker.host.binaries} takes it. */
    public Path directory() {
        return binaries().directory();
    }

    PostgresBinaries binaries() {
        return PostgresBinaries.unpacked(archive, FOLDER);
    }

    /** As it stands in the names of tests. */
    @Override
    public String toString() {
        return "PostgreSQL " + major;
    }
}
