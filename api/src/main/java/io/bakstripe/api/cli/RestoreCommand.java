package io.bakstripe.api.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bakstripe restore}: calls {@code rds_restore_database}. */
@Command(
        name = "restore",
        description = "Restore a database from its files in S3.",
        footer = {
            "",
            "Examples:",
            "  bakstripe restore shop_copy arn:aws:s3:::bucket/shop.bak --wait",
            "  bakstripe restore shop_copy 'arn:aws:s3:::bucket/shop*' --wait"
        })
final class RestoreCommand extends SubmitCommand {
    @Parameters(index = "0", paramLabel = "DATABASE", description = "The database to create.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String database;

    @Parameters(
            index = "1",
            paramLabel = "ARN",
            description = "The file; or what the names of several files have in common, and an asterisk.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String arn;

    @Option(names = "--norecovery", description = "Leave the database RESTORING, for further restores.")
    private boolean norecovery;

    @Option(names = "--type", paramLabel = "TYPE", description = "FULL (default).")
    private @Nullable String type;

    @Option(names = "--kms-key", paramLabel = "ARN", description = "The KMS key that the files are encrypted with.")
    private @Nullable String kmsKey;

    @Override
    String procedure() {
        return "rds_restore_database";
    }

    @Override
    Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("restore_db_name", database);
        arguments.put("s3_arn_to_restore_from", arn);
        arguments.put("with_norecovery", norecovery ? 1 : 0);
        if (type != null) {
            arguments.put("type", type);
        }
        if (kmsKey != null) {
            arguments.put("kms_master_key_arn", kmsKey);
        }
        return arguments;
    }
}
