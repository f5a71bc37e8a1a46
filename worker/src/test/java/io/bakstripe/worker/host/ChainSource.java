package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.login;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.wal.LogLayout;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** A server of which backups are made by copying its files, as PostgreSQL's documentation says, without anything of ours in between. */
public final class ChainSource {
    private static final int FIRST_WITH_NEW_NAMES = 15;
    private static final Set<String> LEFT_OUT = Set.of("postmaster.pid", "postmaster.opts");
    private static final Set<String> EMPTIED = Set.of("pg_wal", "pg_replslot", "pg_stat_tmp", "pg_subtrans");

    private final ServerConnection server;
    private final Path data;
    private final int major;
    private Lsn next = new Lsn(0);

    /** @param data the directory of this server, which keeps its log from now on */
    public ChainSource(ServerConnection server, Path data) throws SQLException {
        this.server = server;
        this.data = data;
        this.major = Integer.parseInt(column(server, "SHOW server_version_num").get(0)) / 10_000;
        execute(server, "SELECT pg_create_physical_replication_slot('chain', true)");
    }

    public ServerConnection server() {
        return server;
    }

    public String systemIdentifier() throws SQLException {
        return column(server, "SELECT system_identifier FROM pg_control_system()")
                .get(0);
    }

    /** The server's clock. */
    public Instant now() throws SQLException {
        try (Connection connection = login(server);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT clock_timestamp()")) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    /** Copies a full backup into an empty directory. */
    public WrittenStep full(Path target) throws Exception {
        return copy(target, () -> {});
    }

    /**
     * The same.
     *
     * @param meanwhile what happens behind the copying of the files and before the end of the backup
     */
    public WrittenStep copy(Path target, Meanwhile meanwhile) throws Exception {
        try (Connection session = login(server);
                Statement statement = session.createStatement()) {
            Instant started = now();
            Lsn first = Lsn.parse(text(
                    statement,
                    major < FIRST_WITH_NEW_NAMES
                            ? "SELECT pg_start_backup('chain', true, false)"
                            : "SELECT pg_backup_start('chain', true)"));
            // The position of the checkpoint is not that of its redo point.
            copyFiles(target);
            meanwhile.happens();
            Lsn last;
            String label;
            try (ResultSet row = statement.executeQuery(
                    "SELECT lsn, labelfile FROM "
                            + (major < FIRST_WITH_NEW_NAMES
                                    ? "pg_stop_backup(false, false)"
                                    : "pg_backup_stop(false)"))) {
                row.next();
                last = Lsn.parse(row.getString(1));
                label = row.getString(2);
            }
            Files.writeString(target.resolve("backup_label"), label);
            Lsn redo = Lsn.parse(label.substring("START WAL LOCATION: ".length(), label.indexOf(" (file")));
            if (!redo.equals(first)) {
                throw new IllegalStateException(redo + " is not " + first);
            }
            copySegments(layout().segmentOf(redo), layout().nextSegment(new Lsn(last.value() - 1)), target);
            Files.copy(
                    data.resolve("global/pg_control"),
                    target.resolve("global/pg_control"),
                    StandardCopyOption.REPLACE_EXISTING);
            next = layout().segmentOf(last);
            return new WrittenStep(Kind.FULL, set(), start(redo, started), last, Optional.of(now()), Optional.empty());
        }
    }

    /** Copies the log since the last backup into a directory. */
    public WrittenStep log(Path target) throws Exception {
        return log(target, Optional.empty());
    }

    /** The same for a step that stops at a moment. */
    public WrittenStep log(Path target, Optional<Instant> stopAt) throws Exception {
        Instant started = now();
        try (Connection session = login(server);
                Statement statement = session.createStatement()) {
            text(statement, "SELECT pg_current_xact_id()");
            Lsn switched = Lsn.parse(text(statement, "SELECT pg_switch_wal()"));
            Lsn first = next;
            next = layout().nextSegment(new Lsn(switched.value() - 1));
            copySegments(first, next, target);
            return new WrittenStep(Kind.LOG, set(), start(first, started), next, Optional.empty(), stopAt);
        }
    }

    /** Copies all log from a position on, as a later backup of the log would that nobody else has made. */
    public WrittenStep logFrom(Lsn position, Path target) throws Exception {
        next = layout().segmentOf(position);
        return log(target);
    }

    /** The same set for another moment to stop at. */
    public static WrittenStep stopping(WrittenStep log, Instant stopAt) {
        return new WrittenStep(
                log.kind(), log.set(), log.start(), log.lastLsn(), log.lastCommit(), Optional.of(stopAt));
    }

    public LogLayout layout() {
        return new LogLayout(16 << 20, 8192);
    }

    private static BackupSetId set() {
        return new BackupSetId(UUID.randomUUID());
    }

    private StartFacts start(Lsn first, Instant at) throws SQLException {
        return new StartFacts(
                "postgresql",
                Integer.toString(major),
                systemIdentifier(),
                1,
                first,
                16 << 20,
                "UTC",
                server.dbname(),
                Optional.empty(),
                at);
    }

    private void copyFiles(Path target) throws IOException {
        try (Stream<Path> all = Files.walk(data, FileVisitOption.FOLLOW_LINKS)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Path relative = data.relativize(each);
                boolean inside = relative.getNameCount() > 1
                        && EMPTIED.contains(relative.getName(0).toString());
                if (relative.toString().isEmpty() || inside || LEFT_OUT.contains(relative.toString())) {
                    continue;
                }
                try {
                    Files.copy(each, target.resolve(relative));
                } catch (NoSuchFileException vanished) {
                    continue;
                }
            }
        }
    }

    private void copySegments(Lsn first, Lsn end, Path target) throws IOException {
        Path log = Files.createDirectories(target.resolve("pg_wal"));
        for (Lsn at = first; at.compareTo(end) < 0; at = layout().nextSegment(at)) {
            String name = layout().fileName(1, at);
            Files.copy(data.resolve("pg_wal").resolve(name), log.resolve(name));
        }
    }

    private static String text(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Something that happens while a backup is open. */
    public interface Meanwhile {
        void happens() throws Exception;
    }

    /** All files below a directory, relative to it. */
    public static List<Path> files(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .map(root::relativize)
                    .sorted()
                    .toList();
        }
    }
}
