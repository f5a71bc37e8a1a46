package io.bakstripe.coordinator.instance;

import io.bakstripe.coordinator.journal.InstanceEvent.ConfigurationSet;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.ConfigurationRow;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.InstanceCommand.ConfigurationReply;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The configurations of an instance (row K1): at present the one switch for compression. */
final class ConfigurationRules {
    static final String COMPRESSION = "S3 backup compression";
    private static final String DESCRIPTION = "Whether backups to S3 are compressed: true or false.";

    /** Either an event to record or a problem to answer with. */
    record Decision(Optional<ConfigurationSet> event, Optional<Problem> problem) {}

    private ConfigurationRules() {}

    static Decision set(InstanceView view, String name, String value, Instant now) {
        if (!name.equalsIgnoreCase(COMPRESSION)) {
            return refused(unknown(name).on("name"));
        }
        String wanted = value.strip().toLowerCase(Locale.ROOT);
        if (!wanted.equals("true") && !wanted.equals("false")) {
            return refused(BackupError.PARAMETER_VALUE
                    .problem("value", "'true' or 'false'", "'" + value + "'")
                    .on("value"));
        }
        if (wanted.equals("true") && !view.definition().edition().allowsCompression()) {
            return refused(BackupError.COMPRESSION_NOT_SUPPORTED.problem(
                    view.definition().edition().displayName()));
        }
        return new Decision(Optional.of(new ConfigurationSet(COMPRESSION, wanted, now)), Optional.empty());
    }

    /** The rows asked for; {@code name} absent means all. */
    static ConfigurationReply show(InstanceView view, Optional<String> name) {
        if (name.filter(asked -> !asked.equalsIgnoreCase(COMPRESSION)).isPresent()) {
            return new ConfigurationReply(
                    List.of(), Optional.of(unknown(name.get()).on("name")));
        }
        return new ConfigurationReply(
                List.of(new ConfigurationRow(COMPRESSION, Boolean.toString(view.compression()), DESCRIPTION)),
                Optional.empty());
    }

    private static Problem unknown(String name) {
        return BackupError.CONFIGURATION_UNKNOWN.problem(name, "'" + COMPRESSION + "'");
    }

    private static Decision refused(Problem problem) {
        return new Decision(Optional.empty(), Optional.of(problem));
    }
}
