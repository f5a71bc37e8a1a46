package io.bakstripe.node.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.host.TestHost;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a restore to a point in time must hold, by two witnesses that have nothing to do with us: the order of commits and aborts in the log, as the server's own
 * {@code pg_walinspect} tells it, and the times of commits, as {@code track_commit_timestamp} has kept them.
 */
final class CommitOrder {
    private static final Pattern WITH_TRANSACTION = Pattern.compile("(\\d+): (\\d{4}-.*)");
    private static final Pattern TIME = Pattern.compile("(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?)");
    private static final DateTimeFormatter SHAPE = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
            .toFormatter(Locale.ROOT);

    /** The end of a transaction. @param commit false for an abort */
    record End(Lsn lsn, long xid, boolean commit, Instant at) {}

    private final List<End> ends;
    private final Set<Long> marked;

    private CommitOrder(List<End> ends, Set<Long> marked) {
        this.ends = ends;
        this.marked = marked;
    }

    /** Reads the log from a position to its end; nothing may be running on the server. */
    static CommitOrder of(ServerConnection server, Lsn from) throws SQLException {
        List<End> ends = new ArrayList<>();
        Map<Long, Instant> kept = new HashMap<>();
        try (Connection connection = TestHost.login(server);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION IF NOT EXISTS pg_walinspect");
            statement.execute("SET timezone = 'UTC'");
            try (PreparedStatement records = connection.prepareStatement("""
                    SELECT r.start_lsn::text, r.xid::text, r.record_type, r.description
                      FROM pg_get_wal_records_info(?::pg_lsn, pg_current_wal_flush_lsn()) r
                     WHERE resource_manager = 'Transaction'
                       AND record_type IN ('COMMIT', 'ABORT', 'COMMIT_PREPARED', 'ABORT_PREPARED')
                     ORDER BY r.start_lsn""")) {
                records.setString(1, from.toString());
                try (ResultSet rows = records.executeQuery()) {
                    while (rows.next()) {
                        ends.add(end(rows));
                    }
                }
            }
            try (ResultSet rows = statement.executeQuery(
                    "SELECT xid, extract(epoch FROM pg_xact_commit_timestamp(xid::text::xid))::numeric FROM mark")) {
                while (rows.next()) {
                    kept.put(
                            rows.getLong(1),
                            Instant.ofEpochSecond(
                                    0, rows.getBigDecimal(2).movePointRight(9).longValueExact()));
                }
            }
        }
        assertThat(ends).hasSizeGreaterThan(100);
        Map<Long, Instant> committed = new HashMap<>();
        ends.stream().filter(End::commit).forEach(end -> committed.put(end.xid(), end.at()));
        kept.forEach((xid, at) -> {
            if (committed.containsKey(xid)) {
                assertThat(committed.get(xid)).as("time of transaction " + xid).isEqualTo(at);
            }
        });
        return new CommitOrder(ends, kept.keySet());
    }

    private static End end(ResultSet row) throws SQLException {
        String type = row.getString(3);
        String description = row.getString(4);
        Matcher prepared = WITH_TRANSACTION.matcher(description);
        long xid = prepared.lookingAt() ? Long.parseLong(prepared.group(1)) : row.getLong(2);
        Matcher time = TIME.matcher(description);
        assertThat(time.find()).as(description).isTrue();
        return new End(
                Lsn.parse(row.getString(1)),
                xid,
                type.startsWith("COMMIT"),
                LocalDateTime.parse(time.group(1), SHAPE).toInstant(ZoneOffset.UTC));
    }

    List<End> ends() {
        return ends;
    }

    /** The marks that a database holds that was restored to this moment: those committed before the first commit or abort at or after it. */
    Set<Long> before(Instant moment, Set<Long> earlier) {
        Set<Long> expected = new HashSet<>(earlier);
        for (End end : ends) {
            if (!end.at().isBefore(moment)) {
                return expected;
            }
            if (end.commit() && marked.contains(end.xid())) {
                expected.add(end.xid());
            }
        }
        throw new IllegalArgumentException("nothing ended at or after " + moment);
    }

    /** What is wrong with the marks that a database holds that was restored to this moment: those that are missing and those that are too many. */
    List<String> difference(Set<Long> held, Instant moment) {
        Set<Long> earlier = new HashSet<>(marked);
        ends.forEach(end -> earlier.remove(end.xid()));
        Set<Long> expected = before(moment, earlier);
        Map<Long, End> known = new HashMap<>();
        ends.forEach(end -> known.put(end.xid(), end));
        List<String> wrong = new ArrayList<>();
        expected.stream()
                .filter(xid -> !held.contains(xid))
                .sorted()
                .forEach(xid -> wrong.add("missing: " + xid + " " + known.get(xid)));
        held.stream()
                .filter(xid -> !expected.contains(xid))
                .sorted()
                .forEach(xid -> wrong.add("too many: " + xid + " " + known.get(xid)));
        return wrong.isEmpty()
                ? wrong
                : List.of(
                        wrong.size() + " of " + expected.size() + " differ",
                        wrong.subList(0, Math.min(6, wrong.size())).toString());
    }
}
