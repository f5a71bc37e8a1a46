package io.bakstripe.node;

import io.bakstripe.api.http.ApiSettings;
import io.bakstripe.node.config.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API's token where the configuration gives none: made once, kept in the data folder, readable by its owner only. */
final class ApiToken {
    private static final Logger LOG = LoggerFactory.getLogger(ApiToken.class);

    private ApiToken() {}

    static ApiSettings fill(ApiSettings settings, Path data) throws IOException {
        if (!settings.token().isBlank()) {
            return settings;
        }
        Path file = data.resolve("api-token");
        if (!Files.exists(file)) {
            PrivateFile.replace(file, PrivateFile.newToken().getBytes(StandardCharsets.US_ASCII));
        }
        LOG.info("bakstripe.api.token is not set; the token is in {}", file);
        return settings.withToken(Files.readString(file).strip());
    }
}
