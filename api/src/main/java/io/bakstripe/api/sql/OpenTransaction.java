package io.bakstripe.api.sql;

import io.bakstripe.protocol.error.BackupError;
import java.util.Optional;

/**
 * How deep in transactions a text is; every text begins outside (row L13). A transaction that is still open at its end is rolled back, which
 * changes nothing: no procedure runs inside.
 */
public final class OpenTransaction {
    private int depth;
    private Optional<String> outermost = Optional.empty();

    /** Takes a statement that begins or ends a transaction; throws when there is none to end, and then nothing has changed. */
    public void take(SqlTransaction statement) {
        if (statement.only().filter(condition -> !condition.holds(depth)).isPresent()) {
            return;
        }
        switch (statement.kind()) {
            case BEGIN -> {
                outermost = depth == 0 ? statement.name() : outermost;
                depth++;
            }
            case COMMIT -> {
                if (depth == 0) {
                    throw BackupError.COMMIT_WITHOUT_BEGIN.problem().asException();
                }
                depth--;
            }
            case ROLLBACK -> {
                boolean other =
                        statement.name().isPresent() && !statement.name().equals(outermost);
                if (depth == 0 || other) {
                    throw BackupError.ROLLBACK_WITHOUT_BEGIN.problem().asException();
                }
                depth = 0;
            }
        }
    }

    /** Throws inside of a transaction: procedures for backup and restore do not run there. */
    public void mustBeOutside(String procedure) {
        if (depth > 0) {
            throw BackupError.IN_TRANSACTION.problem(procedure).asException();
        }
    }
}
