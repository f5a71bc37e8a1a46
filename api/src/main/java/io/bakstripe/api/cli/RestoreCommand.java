package io.bakstripe.api.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bakstripe restore}: calls {@code rds_restore_database}. */
@Command(
        name = "restore",
        description = "Restore a database from its files in S3.",
        footer = {
            "",
            "A full restore creates DATABASE and opens it, unless --norecovery or --standby",
            "is given. A differential restore goes on with a database that is RESTORING; it",
            "must be told what becomes of it.",
            "",
            "Examples:",
            "  bakstripe restore shop_copy arn:aws:s3:::bucket/shop.bak --wait",
            "  bakstripe restore shop_copy 'arn:aws:s3:::bucket/shop*' --norecovery",
            "  bakstripe restore shop_copy arn:aws:s3:::bucket/1.diff --type DIFFERENTIAL \\",
            "    --recovery --wait"
        })
final class RestoreCommand extends SubmitCommand {
    @Mixin
    private SetOptions set = new SetOptions();

    @Mixin
    private DataTypeOption type = new DataTypeOption();

    @Mixin
    private RecoveryOptions recovery = new RecoveryOptions();

    @Override
    String procedure() {
        return "rds_restore_database";
    }

    @Override
    Map<String, Object> arguments() {
        Map<String, Object> arguments = set.arguments("restore_db_name", "s3_arn_to_restore_from");
        type.addTo(arguments);
        recovery.addTo(arguments);
        return arguments;
    }
}
