package io.bakstripe.worker.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The ports of this host's servers: chosen once, kept for good. */
final class Ports {
    private final HostSettings settings;
    private final Path databases;

    Ports(HostSettings settings, Path databases) {
        this.settings = settings;
        this.databases = databases;
    }

    /** The record with a port that is free now: the one it has, if it can, otherwise one that no other record here has. */
    ServerRecord assign(ServerRecord server, ServerDirectory directory) throws IOException {
        if (server.port() != 0 && free(server.port())) {
            return server;
        }
        Set<Integer> taken = new HashSet<>();
        for (ServerRecord other : records()) {
            taken.add(other.port());
        }
        int count = settings.lastPort() - settings.firstPort() + 1;
        // Several data directories on one host do not begin their search at the same port.
        int first = Math.floorMod(directory.root().hashCode(), count);
        for (int i = 0; i < count; i++) {
            int port = settings.firstPort() + (first + i) % count;
            if (!taken.contains(port) && free(port)) {
                return server.at(port);
            }
        }
        throw Postmaster.notStarted(
                directory,
                server.display(),
                "no port between " + settings.firstPort() + " and " + settings.lastPort() + " is free");
    }

    /** Throws {@code SERVER_NOT_STARTED} when another program has taken the server's port. */
    void requireFree(ServerRecord server, ServerDirectory directory) {
        if (!free(server.port())) {
            throw Postmaster.notStarted(
                    directory, server.display(), "its port " + server.port() + " is used by another program");
        }
    }

    /** All records of this host, of places that are not served, too. */
    List<ServerRecord> records() throws IOException {
        List<ServerRecord> records = new ArrayList<>();
        if (!Files.isDirectory(databases)) {
            return records;
        }
        try (Stream<Path> files = Files.find(databases, 3, (path, attributes) -> path.endsWith("server.json"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                ServerRecord.read(file).ifPresent(records::add);
            }
        }
        return records;
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
