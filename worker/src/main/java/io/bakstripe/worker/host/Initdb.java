package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes fresh data directories: UTF-8, page checksums, and a collation that is the same on every machine. */
final class Initdb {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int FIRST_WITH_BUILTIN_LOCALES = 17;

    private final PostgresBinaries binaries;

    Initdb(PostgresBinaries binaries) {
        this.binaries = binaries;
    }

    /** @param further arguments besides our own */
    void run(ServerDirectory directory, String display, List<String> further) throws IOException {
        Files.createDirectory(
                directory.data(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        binaries.runAs().own(directory.data());
        List<String> arguments =
                new ArrayList<>(List.of("-D", directory.data().toString(), "-U", "postgres", "-A", "reject"));
        arguments.addAll(List.of("-E", "UTF8", "--locale=C", "--data-checksums"));
        if (binaries.major() >= FIRST_WITH_BUILTIN_LOCALES) {
            arguments.addAll(List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8"));
        }
        arguments.addAll(further);
        Commands.Result result = Commands.run(binaries.command("initdb", arguments), "", PATIENCE);
        if (!result.succeeded()) {
            throw BackupError.ENGINE_FAILED.problem(display, result.output()).asException();
        }
    }
}
