package io.bakstripe.worker.engine;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import java.util.List;
import java.util.Optional;

/**
 * The versions of its engine that a host can run servers of, as backups name theirs; for PostgreSQL the major versions.
 *
 * @param versions oldest first
 */
public record EngineVersions(List<String> versions) {
    public EngineVersions {
        versions = List.copyOf(versions);
    }

    /** {@code ENGINE_MISMATCH}, which names all that there is, for a backup of a version that is not among these. */
    public Optional<Problem> refusal(String version) {
        return versions.contains(version)
                ? Optional.empty()
                : Optional.of(BackupError.ENGINE_MISMATCH
                        .problem(version, joined(" or "))
                        .withHint("The host has the binaries of " + joined(" and ") + ". Add a directory with those of "
                                + version + " to bakstripe.worker.host.binaries there."));
    }

    private String joined(String lastSeparator) {
        int last = versions.size() - 1;
        return last <= 0
                ? String.join("", versions)
                : String.join(", ", versions.subList(0, last)) + lastSeparator + versions.get(last);
    }
}
