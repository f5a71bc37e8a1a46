package io.bakstripe.node.sandbox;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.node.config.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
                .or(() -> kept.map(SandboxState::httpPort).filter(FreePort::isFree))
                .orElseGet(() -> wantedPort.isPresent() ? FreePort.choose() : DEFAULT_PORT);
        SandboxState state =
                new SandboxState(port, kept.map(SandboxState::token).orElseGet(PrivateFile::newToken));
        PrivateFile.replace(file, new ObjectMapper().writeValueAsBytes(state));
        return state;
    }
}
