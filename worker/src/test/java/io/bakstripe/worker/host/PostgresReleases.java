package io.bakstripe.worker.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The PostgreSQL versions that tests run against, oldest first: those that the build names, {@code -Pall-postgres} more of them. A test class that is to run on
 * each is annotated {@code @ParameterizedClass @MethodSource(PostgresReleases.EACH)}, a single test {@code @ParameterizedTest @MethodSource(PostgresReleases.EACH)}.
 */
public final class PostgresReleases {
    /** For {@code @MethodSource}. */
    public static final String EACH = "io.bakstripe.worker.host.PostgresReleases#each";

    /** The embedded PostgreSQL, which is on the class path. */
    private static final int EMBEDDED = 18;

    private static final String WITHOUT_A_BUILD = "15,18";

    private PostgresReleases() {}

    public static Stream<PostgresRelease> each() {
        return Stream.of(System.getProperty("bakstripe.postgres.majors", WITHOUT_A_BUILD)
                        .split(","))
                .map(String::strip)
                .filter(major -> !major.isEmpty())
                .map(major -> of(Integer.parseInt(major)))
                .sorted(Comparator.comparingInt(PostgresRelease::major));
    }

    /** One of them; fails when the build has not fetched it, so that no version is left out unseen. */
    public static PostgresRelease of(int major) {
        return new PostgresRelease(
                major, major == EMBEDDED ? EmbeddedArchive.onClassPath() : EmbeddedArchive.in(fetched(major)));
    }

    public static PostgresRelease embedded() {
        return of(EMBEDDED);
    }

    /** The oldest of those that tests run against; never the embedded one. */
    public static PostgresRelease oldest() {
        return each().findFirst().orElseThrow();
    }

    /** Where the worker module's build has put it, seen from any module's folder. */
    private static Path fetched(int major) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            for (String build : List.of("target", "worker/target")) {
                Path release =
                        folder.resolve(build).resolve("postgresql-releases").resolve(Integer.toString(major));
                if (Files.isDirectory(release)) {
                    return release;
                }
            }
        }
        throw new IllegalStateException("the archive of PostgreSQL " + major
                + " is not there: run mvn generate-test-resources, with -Pall-postgres for all versions");
    }
}
