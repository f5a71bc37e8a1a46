package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.worker.engine.EngineVersions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL versions that this host can run, one installation of each. They are looked at once, when this is made; binaries that are added later
 * are found at the next start of the node.
 */
public final class Installations {
    private static final Logger LOG = LoggerFactory.getLogger(Installations.class);

    /** Longer contents of PG_VERSION, which may have come with a backup, are no version anyway. */
    private static final int LONGEST_VERSION = 16;

    private final NavigableMap<Integer, PostgresBinaries> byMajor = new TreeMap<>();

    private Installations(List<PostgresBinaries> all) {
        for (PostgresBinaries each : all) {
            PostgresBinaries twin = byMajor.putIfAbsent(each.major(), each);
            if (twin != null) {
                throw new IllegalStateException("bakstripe.worker.host.binaries names two of version " + each.major()
                        + ": " + twin.directory() + " and " + each.directory());
            }
        }
        if (byMajor.isEmpty()) {
            throw new IllegalArgumentException("there are no installations");
        }
    }

    /**
     * Those that the settings name, and the embedded one, unpacked under {@code folder} when it is not there yet, unless one of its version is named. {@link
     * IllegalStateException} when one that is named does not run, or two have one version. The embedded one alone may be missing when others are named: on
     * machines that it was not built for, or where nothing under {@code folder} may be run.
     */
    public static Installations of(HostSettings settings, Path folder) {
        Installations found = settings.binaries().isEmpty()
                ? of(List.of(PostgresBinaries.embedded(folder)))
                : of(settings.binaries().stream().map(PostgresBinaries::at).toList());
        if (!settings.binaries().isEmpty()) {
            found.addEmbedded(folder);
        }
        return found;
    }

    static Installations of(List<PostgresBinaries> all) {
        return new Installations(all);
    }

    private void addEmbedded(Path folder) {
        try {
            PostgresBinaries embedded = PostgresBinaries.embedded(folder);
            byMajor.putIfAbsent(embedded.major(), embedded);
        } catch (RuntimeException unusable) {
            LOG.warn("There is the PostgreSQL of bakstripe.worker.host.binaries only: {}", unusable.toString());
        }
    }

    /** What backups may have been made with that are to be restored here. */
    EngineVersions versions() {
        return new EngineVersions(
                byMajor.keySet().stream().map(major -> Integer.toString(major)).toList());
    }

    /** What a server gets whose version nobody asked for. */
    PostgresBinaries newest() {
        return byMajor.lastEntry().getValue();
    }

    /** Those of a version; {@code ENGINE_MISMATCH} when the host has none. */
    PostgresBinaries of(int major) {
        return of(Integer.toString(major));
    }

    /** Those of the version that a data directory has; {@code ENGINE_MISMATCH} when the host has none. */
    PostgresBinaries of(Path data) throws IOException {
        return of(version(data));
    }

    /** Those of the version that a data directory has, as far as that is known and the host has them. */
    Optional<PostgresBinaries> find(Path data) throws IOException {
        return Files.exists(data.resolve("PG_VERSION")) ? find(version(data)) : Optional.empty();
    }

    /** Whom the files of all servers belong to. */
    RunAs runAs() {
        return newest().runAs();
    }

    private PostgresBinaries of(String version) {
        return find(version)
                .orElseThrow(() -> versions()
                        .refusal(version)
                        .orElseGet(() -> BackupError.ENGINE_MISMATCH.problem(version, versions()))
                        .asException());
    }

    private Optional<PostgresBinaries> find(String version) {
        return byMajor.values().stream()
                .filter(each -> Integer.toString(each.major()).equals(version))
                .findFirst();
    }

    /** The major version that a data directory names. */
    static String version(Path data) throws IOException {
        try (InputStream file = Files.newInputStream(data.resolve("PG_VERSION"))) {
            return new String(file.readNBytes(LONGEST_VERSION), StandardCharsets.US_ASCII).strip();
        }
    }
}
