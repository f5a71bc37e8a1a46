package io.bakstripe.worker.preflight;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.DatabaseName;
import java.time.Duration;

/** Remembers what a check waits for, to name it when the time is over. Thread-safe. */
final class Waiting {
    private final Duration limit;
    private volatile Problem problem;

    Waiting(Duration limit) {
        this.limit = limit;
        this.problem = BackupError.CLUSTER_TIMEOUT.problem("pre-flight");
    }

    void forStore() {
        problem = BackupError.STORE_UNREACHABLE.problem(noAnswer());
    }

    void forKeyService() {
        problem = BackupError.KEY_SERVICE_UNREACHABLE.problem(noAnswer());
    }

    void forAddressOf(DatabaseName database) {
        problem = BackupError.CLUSTER_TIMEOUT.problem("the host of database '" + database + "'");
    }

    void forDatabase(DatabaseName database) {
        problem = BackupError.DATABASE_UNREACHABLE.problem(database, noAnswer());
    }

    /** What to say when the time is over now. */
    Problem problem() {
        return problem;
    }

    private String noAnswer() {
        return "no answer within " + limit.toMillis() / 1000.0 + " s";
    }
}
