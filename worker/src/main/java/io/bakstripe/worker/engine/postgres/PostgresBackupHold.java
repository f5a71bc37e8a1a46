package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.KeptLog;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.engine.BaseFiles;
import io.bakstripe.worker.engine.Listed;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A non-exclusive backup, held open by its session, with a temporary slot that keeps the log from before the start. Server and slot forget
 * everything when the session ends, however it ends.
 */
final class PostgresBackupHold implements BackupHold {
    private static final String READ_SMALL_FILE = "SELECT pg_read_binary_file(?, 0, 1048576, true)";

    private final PostgresSession session;
    private final InstantSource clock;
    private final LogSlot slot;
    private final LogSegments segments;
    private final DatabaseList databases;
    private final StartFacts start;
    private final Inventory inventory;
    private final Optional<KeptLogSlot> keptLog;

    private PostgresBackupHold(
            PostgresSession session,
            InstantSource clock,
            LogSlot slot,
            LogSegments segments,
            DatabaseList databases,
            StartFacts start,
            Inventory inventory,
            Optional<KeptLogSlot> keptLog) {
        this.session = session;
        this.clock = clock;
        this.slot = slot;
        this.segments = segments;
        this.databases = databases;
        this.start = start;
        this.inventory = inventory;
        this.keptLog = keptLog;
    }

    /**
     * Takes a slot and begins the backup. The session stays the caller's when this throws.
     *
     * @param pace shared with all readers of the same server
     */
    static PostgresBackupHold open(
            PostgresSession session,
            PostgresSettings settings,
            InstantSource clock,
            ReadPace pace,
            String slot,
            BackupOrder order,
            SourceCheck found,
            Continuity history) {
        LogSlot log = LogSlot.make(session, slot);
        DatabaseList databases = DatabaseList.of(session);
        var startedAt = clock.instant();
        session.waitUpTo(settings.checkpointTimeout());
        Lsn first = Lsn.parse(session.one(
                session.version().startSql(),
                row -> row.getString(1),
                order.label(),
                !settings.load().spreadCheckpoint()));
        session.waitUpTo(settings.answerTimeout());
        StartFacts start = new StartFacts(
                PostgresEngine.NAME,
                history.engineVersion(),
                history.systemIdentifier(),
                history.timeline(),
                first,
                found.segmentBytes(),
                "",
                found.dbname(),
                // The same as its base, as far as anybody knows.
                history.recoveryFork()
                        .or(() -> order.basis()
                                .base()
                                .flatMap(base -> base.start().recoveryFork())),
                startedAt,
                Optional.empty(),
                databases.versions());
        Inventory inventory = order.basis()
                .base()
                .<Inventory>map(base -> {
                    // Those that came or were moved between the two looks are in the log of the backup, or not there.
                    Set<Long> same = databases.sameIn(base.start().databases(), DatabaseList.of(session));
                    BaseFiles files = order.baseFiles().orElseThrow();
                    DifferentialListing listing =
                            new DifferentialListing(session, settings, clock, pace, base, files, same);
                    return consumer -> listing.run(start, consumer);
                })
                .orElse(consumer -> Listing.run(session, extent -> consumer.accept(Listed.whole(extent))));
        Optional<KeptLogSlot> keptLog = Optional.of(new KeptLogSlot(session, order.database()))
                .filter(kept -> order.basis().keepsLog());
        return new PostgresBackupHold(session, clock, log, found.segments(), databases, start, inventory, keptLog);
    }

    @Override
    public StartFacts start() {
        return start;
    }

    @Override
    public void list(Consumer<Listed> consumer) {
        inventory.list(consumer);
    }

    /** The backup is open exactly as long as its session; the slot is looked at too, since without it the log may go. */
    @Override
    public void verifyOpen() {
        slot.verifyHeld();
    }

    @Override
    public Stop stop() {
        verifyOpen();
        // Before the end is known, so that nothing behind it can go.
        Optional<Boolean> fresh = keptLog.map(KeptLogSlot::keep);
        boolean databasesChanged = databases.mayHaveChanged(DatabaseList.of(session));
        Labels labels = session.one(
                session.version().stopSql(),
                row -> new Labels(Lsn.parse(row.getString(1)), row.getString(2), row.getBytes(3)));
        var stoppedAt = clock.instant();
        Instant serverTime = ServerClock.now(session);
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
        Lsn next = segments.layout().segmentOf(labels.end());
        return new Stop(
                labels.end(),
                stoppedAt,
                closing,
                Optional.of(serverTime),
                fresh.map(isFresh -> new KeptLog(next, isFresh)));
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

    /** Names what the backup is to give back. */
    private interface Inventory {
        void list(Consumer<Listed> consumer);
    }

    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    private record Labels(Lsn end, String backupLabel, byte @Nullable [] tablespaceMap) {}
}
