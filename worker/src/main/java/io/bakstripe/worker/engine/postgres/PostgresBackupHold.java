package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.engine.BackupHold;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A non-exclusive backup, held open by its session, with a temporary slot that keeps the log from before the start. Server and slot forget
 * everything when the session ends, however it ends.
 */
final class PostgresBackupHold implements BackupHold {
    private static final String TIMELINE = "SELECT timeline_id FROM pg_control_checkpoint()";
    private static final String READ_SMALL_FILE = "SELECT pg_read_binary_file(?, 0, 1048576, true)";

    private final PostgresSession session;
    private final InstantSource clock;
    private final LogSlot slot;
    private final LogSegments segments;
    private final DatabaseList databases;
    private final StartFacts start;

    private PostgresBackupHold(
            PostgresSession session,
            InstantSource clock,
            LogSlot slot,
            LogSegments segments,
            DatabaseList databases,
            StartFacts start) {
        this.session = session;
        this.clock = clock;
        this.slot = slot;
        this.segments = segments;
        this.databases = databases;
        this.start = start;
    }

    /** Checks the source once more, takes a slot and begins the backup. The session stays the caller's when this throws. */
    static PostgresBackupHold open(
            PostgresSession session, PostgresSettings settings, InstantSource clock, String slot, String label) {
        SourceCheck found = SourceCheck.pass(session);
        LogSlot log = LogSlot.make(session, slot);
        DatabaseList databases = DatabaseList.of(session);
        var startedAt = clock.instant();
        session.waitUpTo(settings.checkpointTimeout());
        Lsn first = Lsn.parse(session.one(
                session.version().startSql(),
                row -> row.getString(1),
                label,
                !settings.load().spreadCheckpoint()));
        session.waitUpTo(settings.answerTimeout());
        StartFacts start = new StartFacts(
                PostgresEngine.NAME,
                Integer.toString(session.version().major()),
                Long.toUnsignedString(found.systemIdentifier()),
                session.one(TIMELINE, row -> row.getInt(1)),
                first,
                found.segmentBytes(),
                "",
                found.dbname(),
                Optional.empty(),
                startedAt);
        return new PostgresBackupHold(session, clock, log, found.segments(), databases, start);
    }

    @Override
    public StartFacts start() {
        return start;
    }

    @Override
    public void list(Consumer<Extent> consumer) {
        Listing.run(session, consumer);
    }

    /** The backup is open exactly as long as its session; the slot is looked at too, since without it the log may go. */
    @Override
    public void verifyOpen() {
        slot.verifyHeld();
    }

    @Override
    public Stop stop() {
        verifyOpen();
        boolean databasesChanged = databases.mayHaveChanged(DatabaseList.of(session));
        Labels labels = session.one(
                session.version().stopSql(),
                row -> new Labels(Lsn.parse(row.getString(1)), row.getString(2), row.getBytes(3)));
        var stoppedAt = clock.instant();
        if (databasesChanged) {
            requireRightCopies();
        }
        List<Extent> closing = new ArrayList<>();
        for (String path : segments.paths(start.timeline(), start.firstLsn(), labels.end())) {
            closing.add(Extent.log(path, segments.segmentBytes()));
        }
        history().ifPresent(closing::add);
        closing.add(Extent.inline("backup_label", labels.backupLabel().getBytes(StandardCharsets.UTF_8)));
        byte[] tablespaceMap = labels.tablespaceMap();
        if (tablespaceMap != null && tablespaceMap.length > 0) {
            closing.add(Extent.inline("tablespace_map", tablespaceMap));
        }
        closing.add(Extent.control(FileRules.CONTROL_FILE, ControlFile.BYTES));
        return new Stop(labels.end(), stoppedAt, closing);
    }

    /** The attempt is of no use when a database was made from files that changed before they were read. */
    private void requireRightCopies() {
        CopiedDatabases copied = new CopiedDatabases();
        new SourceLog(session, segments, start).each(copied::wants, copied::accept);
        copied.wronged().ifPresent(database -> {
            throw BackupError.SESSION_LOST
                    .problem(
                            session.display(),
                            "while it was backed up, the server copied files to the database with oid " + database
                                    + " and then changed them")
                    .asException();
        });
    }

    /** The history file of the timeline; the first timeline has none. */
    private Optional<Extent> history() {
        if (start.timeline() == 1) {
            return Optional.empty();
        }
        String path = LogSegments.DIRECTORY + "%08X.history".formatted(start.timeline());
        return session.one(READ_SMALL_FILE, row -> Optional.ofNullable(row.getBytes(1)), path)
                .map(content -> Extent.inline(path, content));
    }

    @Override
    public long statements() {
        return session.statements();
    }

    @Override
    public void abort() {
        session.abort();
    }

    @Override
    public void close() {
        session.close();
    }

    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    private record Labels(Lsn end, String backupLabel, byte @Nullable [] tablespaceMap) {}
}
