package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.http.ApiJson;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say which server to call: an option beats {@code --sandbox}, that beats the environment,
 * in which address and token beat {@code BAKSTRIPE_SANDBOX}. */
final class ConnectionOptions {
    private static final String DEFAULT_URL = "http://127.0.0.1:8080";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The server; default BAKSTRIPE_URL, or " + DEFAULT_URL + ".")
    private @Nullable String url;

    @Option(names = "--token", paramLabel = "TOKEN", description = "The bearer token; default BAKSTRIPE_TOKEN.")
    private @Nullable String token;

    @Option(
            names = "--sandbox",
            paramLabel = "FILE",
            description = "Take both from the sandbox.json that a sandbox wrote, or from its directory;"
                    + " default BAKSTRIPE_SANDBOX.")
    private @Nullable Path sandbox;

    @Option(
            names = "--instance",
            paramLabel = "NAME",
            description = "The instance; may be left out while the server has one.")
    private @Nullable String instance;

    /** The instance that was named. */
    Optional<String> instance() {
        return Optional.ofNullable(instance);
    }

    /** A client of the server that the options name; wrong or missing ones throw {@link ParameterException}. */
    ApiClient client(Surroundings surroundings, CommandLine line) {
        Map<String, String> environment = surroundings.environment();
        Optional<JsonNode> file = Optional.ofNullable(sandbox).map(path -> sandboxFile(path, line));
        boolean named = environment.containsKey("BAKSTRIPE_URL") || environment.containsKey("BAKSTRIPE_TOKEN");
        Optional<JsonNode> ambient = file.isPresent() || named || (url != null && token != null)
                ? Optional.empty()
                : Optional.ofNullable(environment.get("BAKSTRIPE_SANDBOX"))
                        .map(path -> sandboxFile(Path.of(path), line));
        String chosenUrl = Optional.ofNullable(url)
                .or(() -> file.map(json -> json.path("http").asText()))
                .or(() -> Optional.ofNullable(environment.get("BAKSTRIPE_URL")))
                .or(() -> ambient.map(json -> json.path("http").asText()))
                .orElse(DEFAULT_URL);
        String chosenToken = Optional.ofNullable(token)
                .or(() -> file.map(json -> json.path("token").asText()))
                .or(() -> Optional.ofNullable(environment.get("BAKSTRIPE_TOKEN")))
                .or(() -> ambient.map(json -> json.path("token").asText()))
                .orElseThrow(() -> new ParameterException(
                        line,
                        "no token: give --token or --sandbox, or set the environment variable BAKSTRIPE_TOKEN or"
                                + " BAKSTRIPE_SANDBOX"));
        return new ApiClient(address(chosenUrl, line), chosenToken, instance(), surroundings.keys());
    }

    private static URI address(String text, CommandLine line) {
        try {
            URI address = URI.create(text);
            if (address.getHost() != null
                    && ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))) {
                return address;
            }
        } catch (IllegalArgumentException malformed) {
            throw new ParameterException(line, "not an address: " + text, malformed);
        }
        throw new ParameterException(line, "not an address that begins with http:// or https://: " + text);
    }

    private static JsonNode sandboxFile(Path path, CommandLine line) {
        Path file = Files.isDirectory(path) ? path.resolve("sandbox.json") : path;
        try {
            return ApiJson.tolerant().readTree(Files.readString(file));
        } catch (IOException failed) {
            throw new ParameterException(line, "cannot read " + file + ": is the sandbox running?", failed);
        }
    }
}
