package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.copy.CopyOut;

/**
 * One connection to a source server, set up so that nothing on the server's side ends it by a timeout. Not thread-safe, except {@link #abort()} and
 * {@link #statements()}. All methods throw {@link BakstripeException} from the catalogue.
 */
final class PostgresSession implements AutoCloseable {
    /** Nothing in the source's own schemas may stand in for a catalogue function; our literals rely on plain quoting. */
    private static final String ISOLATE = "SET search_path = pg_catalog; SET standard_conforming_strings = on";

    /** Timeouts that a role, a database or the configuration may impose; none of them may end a backup. */
    private static final String LIFT_TIMEOUTS = """
            SELECT set_config(name, '0', false), current_setting('server_version_num')::int FROM pg_settings
             WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_session_timeout',
                            'idle_in_transaction_session_timeout', 'transaction_timeout')""";

    private final Connection connection;
    private final DatabaseName display;
    private final BackupError lost;
    private final AtomicLong statements;
    private final ServerVersion version;
    private volatile boolean aborted;

    private PostgresSession(Connection connection, DatabaseName display, BackupError lost) {
        this.connection = connection;
        this.display = display;
        this.lost = lost;
        this.statements = new AtomicLong();
        execute(ISOLATE);
        this.version = new ServerVersion(one(LIFT_TIMEOUTS, row -> row.getInt(2)));
    }

    private PostgresSession(PostgresSession session, DatabaseName display) {
        this.connection = session.connection;
        this.display = display;
        this.lost = session.lost;
        this.statements = session.statements;
        this.version = session.version;
    }

    /**
     * Logs in.
     *
     * @param answerTimeout for each answer of the server, until {@link #waitUpTo} changes it
     * @param lost what the loss of the connection is to be reported as
     */
    static PostgresSession open(
            SourceAddress address,
            DatabaseName display,
            PostgresSettings settings,
            Duration answerTimeout,
            BackupError lost) {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, address.user());
        PGProperty.PASSWORD.set(properties, address.password());
        PGProperty.CONNECT_TIMEOUT.set(properties, seconds(settings.connectTimeout()));
        PGProperty.SOCKET_TIMEOUT.set(properties, seconds(answerTimeout));
        PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, seconds(settings.connectTimeout()));
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.APPLICATION_NAME.set(properties, "bakstripe");
        Connection connection;
        try {
            connection = new Driver().connect(address.jdbcUrl(), properties);
        } catch (SQLException failure) {
            throw SqlFailures.atLogin(display, failure);
        }
        if (connection == null) {
            throw BackupError.DATABASE_UNREACHABLE
                    .problem(display, "its address is not a jdbc:postgresql: URL")
                    .asException();
        }
        try {
            return new PostgresSession(connection, display, lost);
        } catch (RuntimeException failure) {
            closeQuietly(connection);
            throw failure;
        }
    }

    /** The same session, whose texts name this database. Closing either closes both. */
    PostgresSession forDatabase(DatabaseName other) {
        return new PostgresSession(this, other);
    }

    ServerVersion version() {
        return version;
    }

    DatabaseName display() {
        return display;
    }

    /**
     * Whether the address leads to the server itself. A pooler answers the login in the server's place and names a process of its own making.
     */
    boolean direct() {
        try {
            int announced = connection.unwrap(PGConnection.class).getBackendPID();
            return one("SELECT pg_backend_pid()", row -> row.getInt(1)) == announced;
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** Statements sent so far. */
    long statements() {
        return statements.get();
    }

    /** Runs a query that gives few rows, at least one, and gives what is read from the first. */
    <T> T one(String sql, Reading<T> reading, Object... parameters) {
        List<T> rows = all(sql, reading, parameters);
        if (rows.isEmpty()) {
            throw BackupError.ENGINE_FAILED
                    .problem(display, "no row for: " + sql)
                    .asException();
        }
        return rows.get(0);
    }

    /** Runs a query of few rows and reads them all. */
    <T> List<T> all(String sql, Reading<T> reading, Object... parameters) {
        statements.incrementAndGet();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<T> read = new ArrayList<>();
                while (rows.next()) {
                    read.add(reading.read(rows));
                }
                return read;
            }
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    private void execute(String sql) {
        statements.incrementAndGet();
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** Runs a query of any size with bounded memory, in a transaction of its own. */
    void each(String sql, int fetchRows, RowConsumer consumer, Object... parameters) {
        statements.incrementAndGet();
        try {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setFetchSize(fetchRows);
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        consumer.accept(rows);
                    }
                }
            }
            connection.commit();
            connection.setAutoCommit(true);
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** Begins a COPY to the client. */
    CopyOut copyOut(String sql) {
        statements.incrementAndGet();
        try {
            return connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** Changes how long the server may take for each answer from now on. */
    void waitUpTo(Duration answerTimeout) {
        try {
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(answerTimeout.toMillis()));
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** What this failure of a statement on this connection means. */
    BakstripeException failed(SQLException failure) {
        return aborted
                ? lost.problem(display, "it was broken off").asException(failure)
                : SqlFailures.atWork(display, failure, lost);
    }

    /** Cancels what the server does for this connection, then cuts it; for other threads. Never throws. */
    void abort() {
        aborted = true;
        try {
            connection.unwrap(PGConnection.class).cancelQuery();
        } catch (SQLException alreadyGone) {
            // Cutting the connection below is what counts; the cancel only spares the server the rest of its work.
        }
        try {
            connection.abort(Runnable::run);
        } catch (SQLException alreadyGone) {
            closeQuietly(connection);
        }
    }

    @Override
    public void close() {
        closeQuietly(connection);
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException alreadyGone) {
            // There is nothing left to release.
        }
    }

    private static int seconds(Duration duration) {
        return Math.toIntExact(Math.max(1, duration.toSeconds()));
    }

    /** Reads what is wanted from a row. */
    interface Reading<T extends @Nullable Object> {
        T read(ResultSet row) throws SQLException;
    }

    /** Takes rows one by one. */
    interface RowConsumer {
        void accept(ResultSet row) throws SQLException;
    }
}
