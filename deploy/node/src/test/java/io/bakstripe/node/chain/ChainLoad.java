package io.bakstripe.node.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.worker.host.TestHost;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Transactions of many kinds at once: plain ones, rolled back ones, with savepoints, in two phases, with tables that come and go, and the vacuum between them.
 * Each that is to commit writes its own number into {@code mark}, so that a copy tells which of them it holds, and moves an amount between two accounts, so that
 * one of which it holds only a part shows.
 */
final class ChainLoad implements AutoCloseable {
    private static final int ACCOUNTS = 400;
    private static final int WRITERS = 3;
    private static final String MARK = "INSERT INTO mark SELECT pg_current_xact_id()::text::bigint, %d, %d, %d";

    private final ServerConnection server;
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong serial = new AtomicLong();
    private volatile boolean stopped;

    private ChainLoad(ServerConnection server) {
        this.server = server;
    }

    static ChainLoad start(ServerConnection server, long seed) throws SQLException {
        TestHost.execute(
                server,
                "CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL, note text)",
                "INSERT INTO account SELECT i, 0, repeat(md5(i::text), 20) FROM generate_series(0, " + (ACCOUNTS - 1)
                        + ") i",
                "CREATE TABLE mark (xid bigint PRIMARY KEY, source int, target int, amount bigint)",
                "CREATE TABLE filler AS SELECT i AS id, repeat(md5(i::text), 30) AS note FROM generate_series(1, 30000) i",
                "CREATE INDEX ON filler (id)",
                "CREATE INDEX ON mark (source, target)");
        ChainLoad load = new ChainLoad(server);
        for (int writer = 0; writer < WRITERS; writer++) {
            Random random = new Random(seed + writer);
            load.run("writer-" + writer, statement -> load.write(statement, random));
        }
        Random random = new Random(seed - 1);
        load.run("keeper", statement -> load.keep(statement, random));
        return load;
    }

    private interface Turn {
        void on(Statement statement) throws SQLException;
    }

    private void run(String name, Turn turn) {
        Thread thread = new Thread(
                () -> {
                    try (Connection connection = TestHost.login(server);
                            Statement statement = connection.createStatement()) {
                        while (!stopped) {
                            turn.on(statement);
                        }
                    } catch (SQLException | RuntimeException failed) {
                        failures.add(failed);
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void write(Statement statement, Random random) throws SQLException {
        int source = random.nextInt(ACCOUNTS);
        int target = (source + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        long amount = 1 + random.nextInt(90);
        // In one order, so that two of them never wait for each other.
        String move = source < target
                ? change(source, -amount) + change(target, amount)
                : change(target, amount) + change(source, -amount);
        String mark = MARK.formatted(source, target, amount);
        switch (random.nextInt(12)) {
            case 0 -> statement.execute("BEGIN;" + move + mark + "; ROLLBACK");
            case 1 ->
                statement.execute("BEGIN; SAVEPOINT s;" + change(0, 7) + "ROLLBACK TO s;" + move + mark + "; COMMIT");
            case 2 -> {
                String name = "t" + serial.incrementAndGet();
                statement.execute("BEGIN;" + move + mark + "; PREPARE TRANSACTION '" + name + "'");
                statement.execute("COMMIT PREPARED '" + name + "'");
            }
            case 3 -> {
                String name = "t" + serial.incrementAndGet();
                statement.execute("BEGIN;" + move + mark + "; PREPARE TRANSACTION '" + name + "'");
                statement.execute("ROLLBACK PREPARED '" + name + "'");
            }
            case 4 -> {
                String table = "come_and_go_" + serial.incrementAndGet();
                statement.execute("BEGIN;" + move + "CREATE TABLE " + table
                        + " AS SELECT i, md5(i::text) FROM generate_series(1, 500) i;" + mark + "; COMMIT");
                statement.execute((random.nextBoolean() ? "TRUNCATE " : "DROP TABLE ") + table);
            }
            default -> statement.execute("BEGIN;" + move + mark + "; COMMIT");
        }
    }

    private static String change(int account, long amount) {
        return " UPDATE account SET balance = balance + (" + amount + ") WHERE id = " + account + "; ";
    }

    private void keep(Statement statement, Random random) throws SQLException {
        int from = 1 + random.nextInt(29_000);
        switch (random.nextInt(8)) {
            case 0 -> statement.execute("VACUUM (TRUNCATE) filler");
            case 1 -> statement.execute("VACUUM FREEZE account");
            case 2 -> statement.execute("DELETE FROM filler WHERE id BETWEEN " + from + " AND " + (from + 200));
            case 3 ->
                statement.execute("INSERT INTO filler SELECT i, repeat(md5(i::text), 30) FROM generate_series(" + from
                        + ", " + (from + 200) + ") i");
            case 4 -> statement.execute("CHECKPOINT");
            case 5 -> statement.execute("REINDEX TABLE mark");
            default -> statement.execute("UPDATE filler SET note = note WHERE id = " + from);
        }
    }

    /** Fails unless a copy's accounts are what its marks make of them. */
    static void requireWhole(ServerConnection copy) throws SQLException {
        assertThat(TestHost.column(copy, """
                SELECT a.id FROM account a LEFT JOIN (
                  SELECT id, sum(amount) AS balance FROM (
                    SELECT source AS id, -amount AS amount FROM mark UNION ALL SELECT target, amount FROM mark) m
                   GROUP BY id) m ON m.id = a.id
                 WHERE a.balance <> coalesce(m.balance, 0)"""))
                .as("accounts that are not what the transactions in the copy make of them")
                .isEmpty();
    }

    /** Ends all transactions; fails when one of the writers did. */
    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
        }
        assertThat(failures).as("what ended a writer").isEmpty();
    }
}
