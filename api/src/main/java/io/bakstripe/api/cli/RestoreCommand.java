package io.bakstripe.api.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
            "With --replace a full backup is restored beside DATABASE, which is ONLINE and stays",
            "so, is opened there, and takes its place. The database before is kept: 'drop'",
            "removes it for good, 'swap-back' returns it, once the initial snapshot has ended",
            "where snapshots are taken.",
            "",
            "Examples:",
            "  bakstripe restore shop_copy arn:aws:s3:::bucket/shop.bak --wait",
            "  bakstripe restore shop_copy 'arn:aws:s3:::bucket/shop*' --norecovery",
            "  bakstripe restore shop_copy arn:aws:s3:::bucket/1.diff --type DIFFERENTIAL \\",
            "    --recovery --wait",
            "  bakstripe restore shop arn:aws:s3:::bucket/shop.bak --replace --wait"
        })
final class RestoreCommand extends SubmitCommand {
    @Mixin
    private SetOptions set = new SetOptions();

    @Mixin
    private DataTypeOption type = new DataTypeOption();

    @Mixin
    private RecoveryOptions recovery = new RecoveryOptions();

    @Option(names = "--replace", description = "Put the restored database in the place of one that is ONLINE.")
    private boolean replace;

    @Override
    String procedure() {
        return "rds_restore_database";
    }

    @Override
    Map<String, Object> arguments() {
        Map<String, Object> arguments = set.arguments("restore_db_name", "s3_arn_to_restore_from");
        type.addTo(arguments);
        recovery.addTo(arguments);
        if (replace) {
            arguments.put("replace_existing", 1);
        }
        return arguments;
    }
}
