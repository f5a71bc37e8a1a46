package io.bakstripe.api.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What becomes of a database after a restore step; what is not said is left to the procedure. */
final class RecoveryOptions {
    @ArgGroup(multiplicity = "0..1")
    private @Nullable Choice choice;

    @Option(names = "--standby", description = "Leave the database RESTORING, but let it be read until the next step.")
    private boolean standby;

    /** One of the two. */
    static final class Choice {
        @Option(names = "--norecovery", description = "Leave the database RESTORING, for further steps.")
        private boolean norecovery;

        @Option(names = "--recovery", description = "Open the database: no further steps.")
        private boolean recovery;

        private int parameter() {
            return norecovery && !recovery ? 1 : 0;
        }
    }

    void addTo(Map<String, Object> arguments) {
        if (choice != null) {
            arguments.put("with_norecovery", choice.parameter());
        }
        if (standby) {
            arguments.put("with_standby", 1);
        }
    }
}
