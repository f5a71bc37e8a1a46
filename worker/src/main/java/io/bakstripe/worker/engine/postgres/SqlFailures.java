package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.DatabaseName;
import java.sql.SQLException;
import java.util.Set;
import org.postgresql.util.PSQLException;

/** Translates what the driver throws into the catalogue, by SQL state. */
final class SqlFailures {
    /** Connection rejected on our side of the login, for example no password to give. */
    private static final String CONNECTION_REJECTED = "08004";

    private static final Set<String> GONE = Set.of("57P01", "57P02", "57P03", "57P05", "53300", "25P03", "25P04");

    private SqlFailures() {}

    /** What a failed login means. */
    static BakstripeException atLogin(DatabaseName display, SQLException failure) {
        String state = state(failure);
        if (state.startsWith("28")
                || state.equals("3D000")
                || state.equals("42501")
                || state.equals(CONNECTION_REJECTED)) {
            return BackupError.DATABASE_LOGIN_REFUSED
                    .problem(display, text(failure))
                    .asException(failure);
        }
        return BackupError.DATABASE_UNREACHABLE.problem(display, text(failure)).asException(failure);
    }

    /**
     * What a failed statement means.
     *
     * @param lost what the loss of this connection means to its owner: {@code SESSION_LOST} or {@code DATABASE_UNREACHABLE}
     */
    static BakstripeException atWork(DatabaseName display, SQLException failure, BackupError lost) {
        return atWork(display, state(failure), text(failure), lost).asException(failure);
    }

    static Problem atWork(DatabaseName display, String state, String text, BackupError lost) {
        if (state.startsWith("08") || GONE.contains(state)) {
            return lost.problem(display, text);
        }
        // The same state also stands for a file that the server itself may not read.
        if (state.equals("42501") && text.contains("permission denied for")) {
            return BackupError.GRANT_MISSING.problem(
                    display,
                    text.substring(text.indexOf("permission denied for") + "permission denied for".length() + 1));
        }
        return BackupError.ENGINE_FAILED.problem(display, text);
    }

    private static String state(SQLException failure) {
        return failure.getSQLState() == null ? "" : failure.getSQLState();
    }

    private static String text(SQLException failure) {
        if (failure instanceof PSQLException known
                && known.getServerErrorMessage() != null
                && known.getServerErrorMessage().getMessage() != null) {
            return known.getServerErrorMessage().getMessage();
        }
        return String.valueOf(failure.getMessage());
    }
}
