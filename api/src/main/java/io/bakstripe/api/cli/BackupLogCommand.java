package io.bakstripe.api.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bakstripe backup-log}: calls {@code rds_backup_log}. */
@Command(
        name = "backup-log",
        description = "Back up the log of a database, from where the last log backup ended to now.",
        footer = {
            "",
            "The database's recovery model must be full, and a full backup must have begun",
            "its chain of logs. A log backup is one file: an asterisk in its name is kept",
            "as it is, and is better avoided.",
            "",
            "Example:",
            "  bakstripe backup-log shop arn:aws:s3:::bucket/shop-1.trn --wait"
        })
final class BackupLogCommand extends SubmitCommand {
    @Mixin
    private SetOptions set = new SetOptions();

    @Mixin
    private OverwriteOption overwrite = new OverwriteOption();

    @Mixin
    private EncryptionModeOption encryption = new EncryptionModeOption();

    @Override
    String procedure() {
        return "rds_backup_log";
    }

    @Override
    Map<String, Object> arguments() {
        Map<String, Object> arguments = set.arguments("source_db_name", "s3_arn_to_backup_to");
        overwrite.addTo(arguments);
        encryption.addTo(arguments);
        return arguments;
    }
}
