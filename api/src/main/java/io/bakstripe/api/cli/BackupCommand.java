package io.bakstripe.api.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bakstripe backup}: calls {@code rds_backup_database}. */
@Command(
        name = "backup",
        description = "Back up a database to one or several files in S3.",
        footer = {
            "",
            "With several files no other backup's names may begin as ARN does before its asterisk:",
            "'shop*.bak' matches the files of 'shop2*.bak', too, and neither can be restored then.",
            "Give each a folder, or a date of fixed length and a separator: 'shop-2026-03-01-*.bak'.",
            "",
            "Examples:",
            "  bakstripe backup shop arn:aws:s3:::bucket/shop.bak --wait",
            "  bakstripe backup shop 'arn:aws:s3:::bucket/shop/1/*.bak' --files 4 --overwrite",
            "  bakstripe backup shop arn:aws:s3:::bucket/1.diff --type DIFFERENTIAL",
            "  bakstripe backup shop arn:aws:s3:::bucket/shop.bak \\",
            "      --kms-key arn:aws:kms:us-east-1:123456789012:key/1234abcd --encryption-mode authenticated"
        })
final class BackupCommand extends SubmitCommand {
    @Mixin
    private SetOptions set = new SetOptions();

    @Mixin
    private DataTypeOption type = new DataTypeOption();

    @Mixin
    private OverwriteOption overwrite = new OverwriteOption();

    @Mixin
    private EncryptionModeOption encryption = new EncryptionModeOption();

    @Option(
            names = "--files",
            paramLabel = "N",
            description = "How many files, 1 (default) to 10; with several, ARN has one asterisk in its name.")
    private @Nullable Integer files;

    @Option(
            names = "--continue-after-error",
            description = "Back damaged pages up as they are and mark the files, instead of ending in an error.")
    private boolean continueAfterError;

    @Override
    String procedure() {
        return "rds_backup_database";
    }

    @Override
    Map<String, Object> arguments() {
        Map<String, Object> arguments = set.arguments("source_db_name", "s3_arn_to_backup_to");
        overwrite.addTo(arguments);
        encryption.addTo(arguments);
        type.addTo(arguments);
        if (continueAfterError) {
            arguments.put("continue_after_error", 1);
        }
        if (files != null) {
            arguments.put("number_of_files", files);
        }
        return arguments;
    }
}
