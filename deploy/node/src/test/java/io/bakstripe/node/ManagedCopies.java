package io.bakstripe.node;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Managed databases on disk, as a test handles them behind a node's back. */
final class ManagedCopies {
    private ManagedCopies() {}

    /** The process of a managed database's server. */
    static ProcessHandle server(Path data, String name) throws IOException {
        List<String> lines = Files.readAllLines(directory(data, name).resolve("pgdata/postmaster.pid"));
        return ProcessHandle.of(Long.parseLong(lines.get(0).strip())).orElseThrow();
    }

    /** Ends a server at once, its sessions too, and removes its files: copies that were looked at would pile up. */
    static void remove(Path data, String name) throws IOException, InterruptedException {
        ProcessHandle server = server(data, name);
        // Unlike SIGKILL this one ends the server's children as well.
        new ProcessBuilder("kill", "-QUIT", Long.toString(server.pid())).start().waitFor();
        await("end of the server of " + name).atMost(Duration.ofSeconds(20)).until(() -> !server.isAlive());
        try (Stream<Path> files = Files.walk(directory(data, name))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Everything of one managed database. */
    static Path directory(Path data, String name) {
        return data.resolve("databases/sandbox").resolve(name);
    }
}
