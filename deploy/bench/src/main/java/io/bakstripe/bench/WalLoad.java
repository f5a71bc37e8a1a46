package io.bakstripe.bench;

import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** Makes log as an application does: rows of a sample database are updated, added and deleted, some at a time, all over its tables. */
final class WalLoad implements AutoCloseable {
    private static final int ACCOUNTS = 20;
    private static final int ARTICLES = 2;
    private static final int EVENTS = 10;
    /** Transactions between two looks at how much log there is. */
    private static final int AT_ONCE = 200;

    private final Connection connection;
    private final Random random;
    private final SampleText text;
    private long events;

    WalLoad(ServerConnection server, Random random) throws SQLException {
        this.connection = SampleDatabase.connect(server);
        this.random = random;
        this.text = new SampleText(random);
        connection.setAutoCommit(false);
    }

    /**
     * What was made.
     *
     * @param images whole pages in it: the first change of each after a checkpoint
     */
    record Made(long transactions, long bytes, long images) {}

    /** Runs transactions until there are so many bytes of log more. */
    Made run(long bytes) throws SQLException, IOException {
        long accounts = number("SELECT max(aid) FROM pgbench_accounts");
        long articles = number("SELECT max(id) FROM articles");
        events = number("SELECT max(id) FROM events");
        long begin = number("SELECT pg_current_wal_insert_lsn() - '0/0'");
        long images = images();
        long transactions = 0;
        while (number("SELECT pg_current_wal_insert_lsn() - '0/0'") - begin < bytes) {
            for (int i = 0; i < AT_ONCE; i++) {
                update(SampleTable.ACCOUNTS, "aid", accounts, ACCOUNTS);
                update(SampleTable.ARTICLES, "id", articles, ARTICLES);
                addEvents();
                connection.commit();
            }
            transactions += AT_ONCE;
        }
        return new Made(transactions, number("SELECT pg_current_wal_insert_lsn() - '0/0'") - begin, images() - images);
    }

    private void update(SampleTable table, String key, long keys, int rows) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE " + table.tableName() + " SET " + table.change() + " WHERE " + key + " = ANY (?)")) {
            Long[] some = random.longs(rows, 1, keys + 1).boxed().toArray(Long[]::new);
            update.setArray(1, connection.createArrayOf("bigint", some));
            update.executeUpdate();
        }
    }

    /** And deletes one that was there before. */
    private void addEvents() throws SQLException, IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < EVENTS; i++) {
            SampleTable.EVENTS.append(lines, ++events, text, random);
            lines.append('\n');
        }
        byte[] rows = lines.toString().getBytes(StandardCharsets.UTF_8);
        CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
        var copy = copies.copyIn("COPY " + SampleTable.EVENTS.tableName() + " FROM STDIN");
        copy.writeToCopy(rows, 0, rows.length);
        copy.endCopy();
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM events WHERE id = ?")) {
            delete.setLong(1, random.nextLong(1, events));
            delete.executeUpdate();
        }
    }

    private long images() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_stat_force_next_flush()");
        }
        connection.commit();
        return number("SELECT wal_fpi FROM pg_stat_wal");
    }

    private long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            long number = row.getBigDecimal(1).longValueExact();
            connection.commit();
            return number;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
