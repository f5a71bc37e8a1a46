package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.DatabaseInfo.LastFullBackup;
import io.bakstripe.protocol.instance.DatabaseInfo.LogBackups;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.protocol.stripe.KeptLog;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.protocol.task.StripeDetail;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The backup sets of a database and what further backups go on from.
 *
 * @param sets newest first, at most {@link #KEPT}
 * @param base what the next differential builds on: the last full backup, unless that is damaged or one of its files was overwritten
 * @param chain how far the log is backed up; absent before the first full backup in recovery model full
 * @param broken why the log cannot be backed up any further, until the next full backup
 * @param snapshotSince the last snapshot since the last full backup: no differential builds on that any more (row L5)
 */
record BackupHistory(
        List<BackupSetInfo> sets,
        Optional<DifferentialBase> base,
        Optional<LogChain> chain,
        Optional<Problem> broken,
        Optional<SnapshotId> snapshotSince) {
    /** A month of log backups every hour and of daily data backups. */
    static final int KEPT = 800;

    private static final String ASIDE =
            "the database whose log this is was replaced at %s and is kept aside; a full backup of the one in its place begins another chain";

    private static final String DROPPED = "the database whose log this is was replaced at %s, and dropped since";

    BackupHistory {
        // Snapshots of the first release do not have these.
        sets = sets == null ? List.of() : List.copyOf(sets);
        base = base == null ? Optional.empty() : base;
        chain = chain == null ? Optional.empty() : chain;
        broken = broken == null ? Optional.empty() : broken;
        snapshotSince = snapshotSince == null ? Optional.empty() : snapshotSince;
    }

    static BackupHistory none() {
        return new BackupHistory(List.of(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** With the set that {@code task} has just published. */
    BackupHistory published(TaskState task, TaskDetail detail, Instant finishedAt) {
        Attempt attempt = task.running();
        if (attempt.start().isEmpty()
                || attempt.stop().isEmpty()
                || attempt.setId().isEmpty()) {
            return this;
        }
        StartFacts start = attempt.start().get();
        StopFacts stop = attempt.stop().get();
        BackupSetId set = attempt.setId().get();
        BackupType type = attempt.basis().type();
        Optional<BackupSetId> builtOn = attempt.basis().base().map(DifferentialBase::setId);
        boolean serves = type == BackupType.FULL
                && !task.snapshot()
                && stop.damagedPages().isEmpty();
        BackupSetInfo info = new BackupSetInfo(
                set,
                task.id(),
                task.origin().display(),
                type,
                builtOn,
                start.firstLsn(),
                stop.lastLsn(),
                start.startedAt(),
                finishedAt,
                task.files(),
                stop.plainBytes(),
                detail.stripes().stream().mapToLong(StripeDetail::storedBytes).sum(),
                task.encryption(),
                stop.damagedPages(),
                start.recoveryFork(),
                false,
                serves,
                task.origin().snapshot().map(TaskOrigin.Snapshot::kind));
        List<BackupSetInfo> known = Stream.concat(Stream.of(info), sets.stream().map(earlier -> beside(earlier, info)))
                .limit(KEPT)
                .toList();
        if (task.snapshot()) {
            return new BackupHistory(
                    known, base, chain, broken, task.origin().snapshot().map(TaskOrigin.Snapshot::id));
        }
        Optional<DifferentialBase> nextBase = switch (type) {
            case FULL ->
                serves ? Optional.of(new DifferentialBase(set, task.files(), start, stop.lastLsn())) : Optional.empty();
            default -> base.filter(present -> !overlap(present.files(), task.files()));
        };
        return switch (type) {
            case FULL -> full(known, nextBase, start, stop);
            case DIFFERENTIAL -> new BackupHistory(known, nextBase, chain, broken, snapshotSince);
            case LOG ->
                new BackupHistory(
                        known,
                        nextBase,
                        chain.map(present -> start.log()
                                .map(span -> present.extended(stop.lastLsn(), span.fence()))
                                .orElse(present)),
                        broken,
                        snapshotSince);
        };
    }

    private BackupHistory full(
            List<BackupSetInfo> known, Optional<DifferentialBase> nextBase, StartFacts start, StopFacts stop) {
        Optional<LogChain> next = stop.keptLog()
                .map(kept -> chain.filter(present -> goesOn(present, start, kept))
                        .orElseGet(() -> new LogChain(
                                start.systemIdentifier(),
                                start.timeline(),
                                start.recoveryFork().orElse(""),
                                kept.nextLsn(),
                                kept.nextLsn(),
                                stop.serverTime().orElse(stop.stoppedAt()))));
        return new BackupHistory(known, nextBase, next, Optional.empty(), Optional.empty());
    }

    private boolean goesOn(LogChain present, StartFacts start, KeptLog kept) {
        return !kept.fresh()
                && broken.isEmpty()
                && present.systemIdentifier().equals(start.systemIdentifier())
                && present.timeline() == start.timeline()
                && start.recoveryFork().equals(Optional.of(present.recoveryFork()));
    }

    /** An earlier set beside a new one: gone when this has overwritten one of its files, and no base any more when this is one. */
    private static BackupSetInfo beside(BackupSetInfo earlier, BackupSetInfo newer) {
        boolean gone = earlier.gone() || overlap(earlier.files(), newer.files());
        return marked(earlier, gone, earlier.servesAsBase() && !gone && newer.type() != BackupType.FULL);
    }

    private static BackupSetInfo marked(BackupSetInfo set, boolean gone, boolean serves) {
        return new BackupSetInfo(
                set.setId(),
                set.task(),
                set.database(),
                set.type(),
                set.base(),
                set.firstLsn(),
                set.lastLsn(),
                set.startedAt(),
                set.finishedAt(),
                set.files(),
                set.plainBytes(),
                set.storedBytes(),
                set.encryption(),
                set.damagedPages(),
                set.recoveryFork(),
                gone,
                serves,
                set.snapshot());
    }

    /** With the sets gone of which one of these files was overwritten by a backup that could not be published as a whole. */
    BackupHistory overwritten(List<S3Arn> files) {
        List<BackupSetInfo> marked = sets.stream()
                .map(set -> overlap(set.files(), files) ? marked(set, true, false) : set)
                .toList();
        return new BackupHistory(
                marked, base.filter(present -> !overlap(present.files(), files)), chain, broken, snapshotSince);
    }

    private static boolean overlap(List<S3Arn> some, List<S3Arn> others) {
        return some.stream().anyMatch(others::contains);
    }

    /** The log cannot be backed up any further. */
    BackupHistory broken(Problem why) {
        return chain.isEmpty() ? this : new BackupHistory(sets, base, chain, Optional.of(why), snapshotSince);
    }

    /** The server that was kept aside is dropped, and with it the log that it kept. */
    BackupHistory withoutServer(KeptDatabase dropped) {
        return chain.filter(present -> dropped.fork().equals(present.recoveryFork()))
                .filter(present -> broken.isEmpty())
                .map(present -> broken(BackupError.LOG_CHAIN_BROKEN.problem(
                        sets.isEmpty() ? "" : sets.get(0).database(), DROPPED.formatted(dropped.since()))))
                .orElse(this);
    }

    /** The set that a new differential or log goes on from and that has one of these files; such a set must not be overwritten. */
    Optional<BackupSetInfo> builtOnAmong(List<S3Arn> files) {
        return sets.stream()
                .filter(set -> !set.gone() && overlap(set.files(), files))
                .filter(this::neededByWhatFollows)
                .findFirst();
    }

    private boolean neededByWhatFollows(BackupSetInfo set) {
        boolean isBase =
                base.filter(present -> present.setId().equals(set.setId())).isPresent();
        boolean inChain = set.type() != BackupType.DIFFERENTIAL
                && chain.filter(present -> set.lastLsn().compareTo(present.firstLsn()) > 0
                                && set.recoveryFork().equals(Optional.of(present.recoveryFork())))
                        .isPresent();
        return isBase || inChain;
    }

    /** The recovery fork of a server that the last backups were taken from, too; empty when it may be another one. */
    Optional<String> forkOf(StartFacts facts) {
        return base.map(DifferentialBase::start)
                .filter(last -> last.systemIdentifier().equals(facts.systemIdentifier())
                        && last.timeline() == facts.timeline()
                        && last.engineVersion().equals(facts.engineVersion())
                        && last.firstLsn().compareTo(facts.firstLsn()) <= 0)
                .flatMap(StartFacts::recoveryFork)
                // Without a base, because it is damaged or gone, the log still tells.
                .or(() -> chain.filter(present -> broken.isEmpty()
                                && present.systemIdentifier().equals(facts.systemIdentifier())
                                && present.timeline() == facts.timeline()
                                && present.nextLsn().compareTo(facts.firstLsn()) <= 0)
                        .map(LogChain::recoveryFork));
    }

    /** What a differential builds on now. */
    Optional<DifferentialBase> differentialBase() {
        return base.filter(present -> snapshotSince.isEmpty());
    }

    /** The last full backup that somebody called for, damaged or not. */
    Optional<BackupSetInfo> lastNativeFull() {
        return sets.stream()
                .filter(set -> set.type() == BackupType.FULL && set.snapshot().isEmpty())
                .findFirst();
    }

    /** The last full backup or snapshot that is not gone, as a database shows it (row B8). */
    Optional<LastFullBackup> last() {
        return sets.stream()
                .filter(set -> set.type() == BackupType.FULL && !set.gone())
                .findFirst()
                .map(set -> new LastFullBackup(
                        set.setId(),
                        set.startedAt(),
                        set.finishedAt(),
                        set.firstLsn(),
                        set.lastLsn(),
                        set.damagedPages(),
                        set.snapshot()));
    }

    /**
     * How far the log is backed up, as a database shows it: as broken, too, while the server whose log it is is kept aside and another one is in its place. It goes on
     * when the two are swapped back.
     *
     * @param kept the database that another one was put in the place of
     */
    Optional<LogBackups> logBackups(Optional<KeptDatabase> kept) {
        return chain.map(present -> new LogBackups(
                present.firstLsn(),
                present.nextLsn(),
                present.fence(),
                broken.map(Problem::detail)
                        .or(() -> kept.filter(aside -> aside.fork().equals(present.recoveryFork()))
                                .map(aside -> ASIDE.formatted(aside.since())))));
    }
}
