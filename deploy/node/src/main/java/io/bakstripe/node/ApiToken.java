package io.bakstripe.node;

import io.bakstripe.api.http.ApiSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
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
            byte[] bytes = new byte[24];
            new SecureRandom().nextBytes(bytes);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, HexFormat.of().formatHex(bytes));
        }
        LOG.info("bakstripe.api.token is not set; the token is in {}", file);
        return settings.withToken(Files.readString(file).strip());
    }
}
