package io.bakstripe.api.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bakstripe backup}: calls {@code rds_backup_database}. */
@Command(
        name = "backup",
        description = "Back up a database to one or several files in S3.",
        footer = {
            "",
            "Examples:",
            "  bakstripe backup shop arn:aws:s3:::bucket/shop.bak --wait",
            "  bakstripe backup shop 'arn:aws:s3:::bucket/shop*.bak' --files 4 --overwrite --wait"
        })
final class BackupCommand extends SubmitCommand {
    @Parameters(index = "0", paramLabel = "DATABASE", description = "The database to back up.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String database;

    @Parameters(
            index = "1",
            paramLabel = "ARN",
            description = "The file to write; with several files one asterisk in its name.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String arn;

    @Option(names = "--files", paramLabel = "N", description = "How many files, 1 (default) to 10.")
    private @Nullable Integer files;

    @Option(names = "--overwrite", description = "Overwrite files that exist.")
    private boolean overwrite;

    @Option(
            names = "--continue-after-error",
            description = "Back damaged pages up as they are and mark the files, instead of ending in an error.")
    private boolean continueAfterError;

    @Option(names = "--type", paramLabel = "TYPE", description = "FULL (default).")
    private @Nullable String type;

    @Option(names = "--kms-key", paramLabel = "ARN", description = "The KMS key that encrypts the files.")
    private @Nullable String kmsKey;

    @Override
    String procedure() {
        return "rds_backup_database";
    }

    @Override
    Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("source_db_name", database);
        arguments.put("s3_arn_to_backup_to", arn);
        arguments.put("overwrite_s3_backup_file", overwrite ? 1 : 0);
        if (continueAfterError) {
            arguments.put("continue_after_error", 1);
        }
        if (files != null) {
            arguments.put("number_of_files", files);
        }
        if (type != null) {
            arguments.put("type", type);
        }
        if (kmsKey != null) {
            arguments.put("kms_master_key_arn", kmsKey);
        }
        return arguments;
    }
}
