package io.bakstripe.worker.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The programs of one PostgreSQL and how they are run here.
 *
 * @param directory holds {@code bin/initdb}, {@code bin/pg_ctl} and {@code bin/postgres}
 * @param major its version
 */
public record PostgresBinaries(Path directory, int major, RunAs runAs) {
    private static final Pattern VERSION = Pattern.compile("PostgreSQL\\) (\\d+)");
    private static final int OLDEST_MAJOR = 13;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Those in a directory; {@link IllegalStateException} when they are not there, do not run or are too old. */
    static PostgresBinaries at(Path directory) {
        RunAs runAs = RunAs.detect();
        Path absolute = directory.toAbsolutePath().normalize();
        for (String program : List.of("initdb", "pg_ctl", "postgres")) {
            if (!Files.isExecutable(absolute.resolve("bin").resolve(program))) {
                throw new IllegalStateException(absolute.resolve("bin").resolve(program) + " is no program");
            }
        }
        String answer = Commands.run(
                        runAs.command(absolute.resolve("bin/postgres"), List.of("--version")), "", PATIENCE)
                .output();
        Matcher version = VERSION.matcher(answer);
        if (!version.find()) {
            throw new IllegalStateException(absolute.resolve("bin/postgres") + " does not run: " + answer);
        }
        int major = Integer.parseInt(version.group(1));
        if (major < OLDEST_MAJOR) {
            throw new IllegalStateException(absolute + " holds PostgreSQL " + major + ", older than " + OLDEST_MAJOR);
        }
        return new PostgresBinaries(absolute, major, runAs);
    }

    /** The embedded ones. */
    static PostgresBinaries embedded(Path folder) {
        return unpacked(EmbeddedArchive.onClassPath(), folder);
    }

    /** Those of an archive, unpacked under {@code folder} when they are not there yet. */
    static PostgresBinaries unpacked(EmbeddedArchive archive, Path folder) {
        try {
            return at(archive.unpackInto(folder.toAbsolutePath().normalize()));
        } catch (IOException failure) {
            throw new UncheckedIOException("PostgreSQL could not be unpacked into " + folder, failure);
        }
    }

    /** The command line for one of the programs. */
    List<String> command(String program, List<String> arguments) {
        return runAs.command(directory.resolve("bin").resolve(program), arguments);
    }
}
