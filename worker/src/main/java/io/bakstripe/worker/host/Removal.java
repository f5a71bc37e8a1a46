package io.bakstripe.worker.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;

/** Removes servers. Callers hold the directory's lock. */
final class Removal {
    /** What belongs to both places of a database. */
    private static final Set<String> SHARED = Set.of("lock", ServerDirectory.SERVED);

    private final Postmaster postmaster;

    Removal(Postmaster postmaster) {
        this.postmaster = postmaster;
    }

    /** Removes everything of a server but what belongs to its database's other place as well; the server is stopped first. Safe to repeat. */
    void clear(ServerDirectory directory) throws IOException {
        if (!Files.isDirectory(directory.root())) {
            return;
        }
        postmaster.stop(directory);
        // The record goes first: without it nothing that is left counts.
        Files.deleteIfExists(directory.record());
        try (Stream<Path> all = Files.list(directory.root())) {
            for (Path each : all.filter(path -> !SHARED.contains(String.valueOf(path.getFileName())))
                    .toList()) {
                Trees.delete(each);
            }
        }
    }
}
