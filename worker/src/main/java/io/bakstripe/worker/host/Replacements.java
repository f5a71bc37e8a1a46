package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.worker.host.ServerRecord.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Restores that replace a database that is open, and the databases that are kept since. Callers hold the directory's lock.
 *
 * <h2>What holds after a crash</h2>
 *
 * Nothing but {@code served.json} says which of the two places is served, and it is replaced in one step. Before that step the server of the new place is whole,
 * stopped, and has the port of the other one; so whoever starts what is served finds one database, the one before or the new one. What lies in the place that is not
 * served counts only while it is kept, or as what an attempt goes on with.
 */
final class Replacements {
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final ServerOpening opening;
    private final Postmaster postmaster;
    private final DatabaseStart start;
    private final Removal removal;
    private final InstantSource clock;
    private final Consumer<Step> watch;

    /** What has just been done when a {@code watch} is told; tests break off there. */
    enum Step {
        /** The directory for a replacement is there, its record is not. */
        STAGED,
        /** The replacement has rolled forward and was logged in to. */
        OPENED,
        /** The replacement does not run any more. */
        STOPPED,
        /** The replacement has the port of the database that is served. */
        PORT_GIVEN,
        /** The database that was served does not run any more. */
        SERVED_STOPPED,
        /** The other place is served, and does not run yet. */
        SWAPPED,
        /** The place that does not count any more is empty. */
        CLEARED
    }

    Replacements(
            ServerOpening opening,
            Postmaster postmaster,
            DatabaseStart start,
            Removal removal,
            InstantSource clock,
            Consumer<Step> watch) {
        this.opening = opening;
        this.postmaster = postmaster;
        this.start = start;
        this.removal = removal;
        this.clock = clock;
        this.watch = watch;
    }

    /** Makes an empty directory beside a database that is open; what earlier attempts left there is removed. */
    Path prepare(Places places, DatabaseRef database, AttemptRef attempt) throws IOException {
        ServerRecord living = requireOpen(places, database);
        Optional<KeptDatabase> kept = places.kept();
        if (kept.isPresent()) {
            throw BackupError.KEPT_ALREADY
                    .problem(living.display(), kept.get().since())
                    .asException();
        }
        ServerDirectory beside = places.other();
        removal.clear(beside);
        Files.createDirectories(beside.root());
        Path staging = Files.createDirectory(beside.staging(attempt), PRIVATE);
        watch.accept(Step.STAGED);
        ServerRecord.prepared(database, attempt.entityId()).write(beside.record());
        return staging;
    }

    private static ServerRecord requireOpen(Places places, DatabaseRef database) throws IOException {
        Optional<ServerRecord> found = places.servedRecord();
        if (found.isEmpty()) {
            throw BackupError.REPLACE_NOTHING
                    .problem(database.folded(), database.instance())
                    .asException();
        }
        return found.filter(read -> read.state() == State.OPENED)
                .orElseThrow(() -> BackupError.REPLACE_NOT_ONLINE
                        .problem(database.folded(), "RESTORING")
                        .asException());
    }

    /** Whether this attempt was prepared beside an open database, or is served in its place. */
    boolean isOf(Places places, AttemptRef attempt) throws IOException {
        return places.replacedBy(attempt)
                || places.said().kept().isEmpty()
                        && places.otherRecord()
                                .filter(read -> read.attempt().equals(attempt.entityId()))
                                .isPresent();
    }

    /** Opens what this attempt restored and puts it in the place of the database beside which it was prepared; safe to repeat. */
    ServerConnection open(Places places, DatabaseName display, AttemptRef attempt, String dbname) throws IOException {
        if (places.replacedBy(attempt)) {
            return serve(places, places.swapped(clock.instant(), "").alone());
        }
        ServerRecord living = places.servedRecord().orElseThrow();
        ServerDirectory beside = places.other();
        ServerRecord mine = places.otherRecord().orElseThrow();
        if (mine.state() != State.OPENED) {
            start.open(beside, mine, display, attempt, dbname, living::password);
        }
        watch.accept(Step.OPENED);
        postmaster.stop(beside);
        watch.accept(Step.STOPPED);
        places.otherRecord().orElseThrow().at(living.port()).write(beside.record());
        watch.accept(Step.PORT_GIVEN);
        Places now = places.swapped(clock.instant(), attempt.entityId());
        return swap(places, now);
    }

    private ServerConnection swap(Places before, Places now) throws IOException {
        exchange(before, now);
        return serve(now, before);
    }

    private void exchange(Places before, Places now) throws IOException {
        postmaster.stop(before.served());
        watch.accept(Step.SERVED_STOPPED);
        now.write();
        watch.accept(Step.SWAPPED);
    }

    /** Starts what is served; when that fails, it is as it was before, and that is started. */
    private ServerConnection serve(Places now, Places before) throws IOException {
        try {
            return opening.run(now.served(), now.servedRecord().orElseThrow());
        } catch (BakstripeException | IOException failure) {
            goBack(now, before, failure);
            throw failure;
        }
    }

    private void goBack(Places now, Places before, Exception failure) throws IOException {
        postmaster.stop(now.served());
        before.write();
        try {
            opening.run(before.served(), before.servedRecord().orElseThrow());
        } catch (BakstripeException | IOException also) {
            // It is served all the same: whoever asks for it next starts it.
            failure.addSuppressed(also);
        }
    }

    /** Removes what this attempt left beside the database; when it is served already and nobody heard of that, the one before is served again. Safe to repeat. */
    void discard(Places places, AttemptRef attempt) throws IOException {
        if (places.replacedBy(attempt)) {
            Places before = places.swapped(clock.instant(), "").alone();
            exchange(places, before);
            removal.clear(before.other());
            watch.accept(Step.CLEARED);
            opening.run(before.served(), before.servedRecord().orElseThrow());
        } else {
            removal.clear(places.other());
        }
    }

    /** Whether the other place holds something that neither counts nor is gone on with. */
    boolean litters(Places places) throws IOException {
        return places.said().kept().isEmpty()
                && places.servedRecord()
                        .filter(read -> read.state() == State.OPENED)
                        .isPresent()
                && Files.isDirectory(places.other().root())
                && places.otherRecord().isEmpty();
    }

    /**
     * Serves the database of this history and keeps the other one; safe to repeat.
     *
     * @return why it is not served; nothing has changed then
     */
    Optional<Problem> swapBack(Places places, DatabaseRef database, String fork) throws IOException {
        boolean already = hasFork(places.servedRecord(), fork);
        if (!already && !(places.said().kept().isPresent() && hasFork(places.otherRecord(), fork))) {
            return Optional.of(BackupError.KEPT_CHANGED.problem(database.folded(), shown(places.kept())));
        }
        try {
            Places around = places.swapped(clock.instant(), "");
            if (already) {
                serve(places, places.said().kept().isPresent() ? around : places);
            } else {
                swap(places, around);
            }
            return Optional.empty();
        } catch (BakstripeException failure) {
            return Optional.of(failure.problem());
        }
    }

    private static boolean hasFork(Optional<ServerRecord> record, String fork) {
        return record.filter(read ->
                        read.state() == State.OPENED && read.recoveryFork().equals(fork))
                .isPresent();
    }

    private static String shown(Optional<KeptDatabase> kept) {
        return kept.map(there -> "one of history " + there.fork()).orElse("none");
    }

    /** Removes the one that is kept; safe to repeat. */
    void dropKept(Places places) throws IOException {
        if (places.said().kept().isPresent()) {
            removal.clear(places.other());
            watch.accept(Step.CLEARED);
            places.alone().write();
        }
    }

    /** After a start of the node: only what is served runs, and what was being removed is gone. */
    void settle(Places places) throws IOException {
        if (Files.isDirectory(places.other().root())) {
            postmaster.stop(places.other());
        }
        if (places.said().kept().isPresent() && places.otherRecord().isEmpty()) {
            dropKept(places);
        }
    }
}
