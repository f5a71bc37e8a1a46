package io.bakstripe.api.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every command takes that makes or restores a backup set. */
final class SetOptions {
    @Parameters(index = "0", paramLabel = "DATABASE", description = "The name of the database.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String database;

    @Parameters(
            index = "1",
            paramLabel = "ARN",
            description =
                    "The file in S3; where there are several, what their names have in common and an asterisk. A log"
                            + " backup is always one file.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String arn;

    @Option(names = "--kms-key", paramLabel = "ARN", description = "The KMS key that encrypts the files.")
    private @Nullable String kmsKey;

    /** The procedure's arguments so far; the procedures name database and file each in its own way. */
    Map<String, Object> arguments(String databaseParameter, String arnParameter) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put(databaseParameter, database);
        arguments.put(arnParameter, arn);
        if (kmsKey != null) {
            arguments.put("kms_master_key_arn", kmsKey);
        }
        return arguments;
    }
}
