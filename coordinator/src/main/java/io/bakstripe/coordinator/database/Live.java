package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.DamageFound;
import io.bakstripe.coordinator.journal.DatabaseEvent.ProgressReported;
import io.bakstripe.coordinator.journal.DatabaseEvent.RestoreStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.SlotReturned;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.TidyingNoted;
import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsForgotten;
import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsLeft;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Damage;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * What the workers of the running attempt reported last. It lives in memory only: after a restart the next tick brings it back.
 *
 * @param slot the task that the instance granted a slot
 * @param start pre-flight before the first attempt
 * @param targets pre-flight before the commit point
 * @param since when the present phase began, or when this was started if that was later
 */
record Live(
        Optional<TaskId> slot,
        Check start,
        Check targets,
        Session session,
        Map<Integer, StripeReport> stripes,
        Optional<RestoreReport> restore,
        Instant since) {

    /** What the backup session reported. */
    record Session(
            Optional<SessionOpened> opened, Optional<EngineStopped> stopped, boolean ended, Optional<Problem> failed) {
        static final Session SILENT = new Session(Optional.empty(), Optional.empty(), false, Optional.empty());
    }

    /** Events that neither begin nor end a phase. */
    private static final Set<Class<? extends DatabaseEvent>> KEEPING = Set.of(
            TaskCreated.class,
            SlotReturned.class,
            ProgressReported.class,
            DamageFound.class,
            DatabaseEvent.StepInterrupted.class,
            DatabaseEvent.DatabaseDropped.class,
            DatabaseEvent.SnapshotWanted.class,
            DatabaseEvent.SnapshotCreated.class,
            DatabaseEvent.SnapshotGoing.class,
            DatabaseEvent.SnapshotRemovalFailed.class,
            DatabaseEvent.SnapshotGone.class,
            DatabaseEvent.SwapBackBegun.class,
            DatabaseEvent.SwapBackEnded.class,
            DatabaseEvent.KeptDropped.class,
            UploadsLeft.class,
            UploadsForgotten.class,
            TidyingNoted.class);

    Live {
        stripes = Map.copyOf(stripes);
    }

    static Live fresh(Instant now) {
        return new Live(
                Optional.empty(), Check.UNASKED, Check.UNASKED, Session.SILENT, Map.of(), Optional.empty(), now);
    }

    /**
     * What still holds after {@code event} was recorded.
     *
     * @param head the task that this is about
     */
    Live after(DatabaseEvent event, Optional<TaskId> head) {
        if (!head.equals(Optional.of(event.task()))) {
            return this;
        } else if (event instanceof TaskEnded || event instanceof DatabaseEvent.SnapshotEnded) {
            return fresh(event.at());
        } else if (event instanceof BackupStarted
                || event instanceof RestoreStarted
                || event instanceof DatabaseEvent.FinishStarted) {
            return new Live(slot, Check.UNASKED, Check.UNASKED, Session.SILENT, Map.of(), Optional.empty(), event.at());
        } else if (KEEPING.contains(event.getClass())) {
            return this;
        }
        return new Live(slot, start, targets, session, stripes, restore, event.at());
    }

    Live slot(TaskId task) {
        return new Live(Optional.of(task), start, targets, session, stripes, restore, since);
    }

    Live start(Check check) {
        return new Live(slot, check, targets, session, stripes, restore, since);
    }

    Live targets(Check check) {
        return new Live(slot, start, check, session, stripes, restore, since);
    }

    Live opened(SessionOpened report) {
        return session(new Session(Optional.of(report), session.stopped(), session.ended(), session.failed()));
    }

    Live stopped(EngineStopped report) {
        return session(new Session(session.opened(), Optional.of(report), session.ended(), session.failed()));
    }

    Live sessionEnded() {
        return session(new Session(session.opened(), session.stopped(), true, session.failed()));
    }

    Live sessionFailed(Problem problem) {
        return session(new Session(session.opened(), session.stopped(), session.ended(), Optional.of(problem)));
    }

    Live stripe(StripeReport report) {
        Map<Integer, StripeReport> next = new HashMap<>(stripes);
        next.put(report.stripe().stripe(), report);
        return new Live(slot, start, targets, session, next, restore, since);
    }

    Live restore(RestoreReport report) {
        return new Live(slot, start, targets, session, stripes, Optional.of(report), since);
    }

    /** The damaged pages that the stripes have met, in the order of the stripes. */
    Damage damage() {
        return stripes.values().stream()
                .sorted(Comparator.comparing(report -> report.stripe().stripe()))
                .map(StripeReport::damage)
                .reduce(Damage.none(), Damage::and);
    }

    /** True when each of the stripes 1 to {@code count} reported a state that {@code reached} accepts. */
    boolean all(int count, Predicate<StripeState> reached) {
        return IntStream.rangeClosed(1, count)
                .allMatch(stripe -> stripes.containsKey(stripe)
                        && reached.test(stripes.get(stripe).state()));
    }

    /** True when the stripe's last report is of one of these states. */
    boolean reported(int stripe, Set<StripeState> states) {
        return Optional.ofNullable(stripes.get(stripe))
                .filter(report -> states.contains(report.state()))
                .isPresent();
    }

    private Live session(Session next) {
        return new Live(slot, start, targets, next, stripes, restore, since);
    }
}
