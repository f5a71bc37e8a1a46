package io.bakstripe.node.sandbox;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a sandbox keeps from one start to the next, in {@code sandbox-node.json} of its folder, readable by its owner only.
 *
 * @param httpPort of the API
 * @param token that the API asks for
 */
record SandboxState(int httpPort, String token) {
    private static final String FILE = "sandbox-node.json";
    private static final int DEFAULT_PORT = 8080;

    /**
     * Reads the folder's state or makes it.
     *
     * @param wantedPort of the API: absent for the kept one (8080 at first), 0 for the kept one or a free one
     */
    static SandboxState keep(Path folder, Optional<Integer> wantedPort) throws IOException {
        Path file = folder.resolve(FILE);
        Optional<SandboxState> kept = Files.exists(file)
                ? Optional.of(new ObjectMapper().readValue(file.toFile(), SandboxState.class))
                : Optional.empty();
        int port = wantedPort
                .filter(wanted -> wanted != 0)
                .or(() -> kept.map(SandboxState::httpPort).filter(SandboxState::isFree))
                .orElseGet(() -> wantedPort.isPresent() ? freePort() : DEFAULT_PORT);
        SandboxState state =
                new SandboxState(port, kept.map(SandboxState::token).orElseGet(SandboxState::newToken));
        writePrivately(file, new ObjectMapper().writeValueAsBytes(state));
        return state;
    }

    /** Replaces a file in one step; only its owner can read it at any time. */
    static void writePrivately(Path file, byte[] content) throws IOException {
        Path temporary = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                file.getFileName().toString(),
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(temporary, content);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort() == port;
        } catch (IOException taken) {
            return false;
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new IllegalStateException("no free port on loopback", none);
        }
    }

    private static String newToken() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
