package io.bakstripe.node.demo;

import io.bakstripe.protocol.instance.ServerConnection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the sample database while it is backed up: transaction {@code n} moves an amount between two accounts and books the move as row {@code
 * n} of a ledger. A restored copy is right when its ledger ends at some {@code n}, holds every row up to it, and its accounts are what these rows
 * make them: a lost, torn or doubled transaction shows.
 */
public final class ShopWriter implements AutoCloseable {
    static final int ACCOUNTS = 1_000;

    private final Thread thread;
    private final AtomicLong committed = new AtomicLong();
    private volatile boolean stopped;
    private volatile @Nullable SQLException failure;

    private ShopWriter(ServerConnection shop) {
        this.thread = new Thread(() -> write(shop), "shop-writer");
    }

    /** Makes the ledger and the accounts anew and begins to write. */
    public static ShopWriter start(ServerConnection shop) throws SQLException {
        try (Connection connection = connect(shop);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS demo_ledger, demo_account");
            statement.execute("CREATE TABLE demo_account (id int PRIMARY KEY, balance bigint NOT NULL)");
            statement.execute(
                    "CREATE TABLE demo_ledger (n bigint PRIMARY KEY, source int NOT NULL, target int NOT NULL,"
                            + " amount bigint NOT NULL, booked_at timestamptz NOT NULL DEFAULT clock_timestamp())");
            statement.execute(
                    "INSERT INTO demo_account SELECT i, 0 FROM generate_series(0, " + (ACCOUNTS - 1) + ") AS i");
        }
        ShopWriter writer = new ShopWriter(shop);
        writer.thread.setDaemon(true);
        writer.thread.start();
        return writer;
    }

    static Connection connect(ServerConnection server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
    }

    /** Transactions that the server has acknowledged. */
    public long committed() {
        return committed.get();
    }

    private void write(ServerConnection shop) {
        try (Connection connection = connect(shop)) {
            connection.setAutoCommit(false);
            try (PreparedStatement move =
                            connection.prepareStatement("UPDATE demo_account SET balance = balance + ? WHERE id = ?");
                    PreparedStatement book = connection.prepareStatement(
                            "INSERT INTO demo_ledger (n, source, target, amount) VALUES (?, ?, ?, ?)")) {
                for (long n = 1; !stopped; n++) {
                    int source = (int) (n * 7919 % ACCOUNTS);
                    int target = (int) ((n * 104_729 + 1) % ACCOUNTS);
                    long amount = n % 97 + 1;
                    add(move, source, -amount);
                    add(move, target, amount);
                    book.setLong(1, n);
                    book.setInt(2, source);
                    book.setInt(3, target);
                    book.setLong(4, amount);
                    book.executeUpdate();
                    connection.commit();
                    committed.set(n);
                }
            }
        } catch (SQLException failed) {
            failure = failed;
        }
    }

    private static void add(PreparedStatement move, int account, long amount) throws SQLException {
        move.setLong(1, amount);
        move.setInt(2, account);
        move.executeUpdate();
    }

    /** Stops after the transaction at hand; throws what ended the writing before, if anything did. */
    @Override
    public void close() throws SQLException {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        SQLException failed = failure;
        if (failed != null) {
            throw failed;
        }
    }

    /**
     * The last transaction in a copy, after checking that the copy holds exactly the transactions up to it.
     *
     * @throws IllegalStateException when it does not
     */
    public static long verifyPrefix(ServerConnection source, ServerConnection copy) throws SQLException {
        try (Connection left = connect(source);
                Connection right = connect(copy)) {
            long last = number(right, "SELECT coalesce(max(n), 0) FROM demo_ledger");
            String ledger = "SELECT t::text FROM demo_ledger t WHERE n <= " + last + " ORDER BY n";
            RowComparison.requireEqual("demo_ledger", left, ledger, right, ledger);
            // The source's accounts have moved on: what they were at transaction `last` follows from the ledger.
            RowComparison.requireEqual(
                    "demo_account",
                    left,
                    "SELECT a.id || ':' || coalesce(sum(m.amount), 0) FROM demo_account a LEFT JOIN (SELECT source AS id,"
                            + " -amount AS amount FROM demo_ledger WHERE n <= " + last
                            + " UNION ALL SELECT target, amount FROM demo_ledger WHERE n <= " + last
                            + ") m USING (id) GROUP BY a.id ORDER BY a.id",
                    right,
                    "SELECT id || ':' || balance FROM demo_account ORDER BY id");
            return last;
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
