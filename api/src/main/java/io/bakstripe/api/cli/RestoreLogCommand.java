package io.bakstripe.api.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bakstripe restore-log}: calls {@code rds_restore_log}. */
@Command(
        name = "restore-log",
        description = "Roll a database that is RESTORING forward by one log backup.",
        footer = {
            "",
            "The database stays RESTORING unless --recovery is given. Give --stopat with every log",
            "until a task ends in SUCCESS without message 4322: the moment is reached then, and",
            "'finish-restore' comes next, no further log.",
            "",
            "Examples:",
            "  bakstripe restore-log shop_copy arn:aws:s3:::bucket/1.trn --wait",
            "  bakstripe restore-log shop_copy arn:aws:s3:::bucket/2.trn \\",
            "    --stopat '2026-03-01 14:05:00.25' --recovery --wait"
        })
final class RestoreLogCommand extends SubmitCommand {
    @Mixin
    private SetOptions set = new SetOptions();

    @Mixin
    private RecoveryOptions recovery = new RecoveryOptions();

    @Option(
            names = "--stopat",
            paramLabel = "TIME",
            description = "Apply only what was committed before this moment: '2026-03-01 14:05:00.25', in the"
                    + " instance's time zone, or with an offset, 2026-03-01T13:05:00.25Z.")
    private @Nullable String stopAt;

    @Override
    String procedure() {
        return "rds_restore_log";
    }

    @Override
    Map<String, Object> arguments() {
        Map<String, Object> arguments = set.arguments("restore_db_name", "s3_arn_to_restore_from");
        recovery.addTo(arguments);
        if (stopAt != null) {
            arguments.put("stopat", stopAt);
        }
        return arguments;
    }
}
