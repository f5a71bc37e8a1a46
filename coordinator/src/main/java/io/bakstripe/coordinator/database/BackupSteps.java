package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStopped;
import io.bakstripe.coordinator.journal.DatabaseEvent.DamageFound;
import io.bakstripe.coordinator.journal.DatabaseEvent.DataDrained;
import io.bakstripe.coordinator.journal.DatabaseEvent.ProgressReported;
import io.bakstripe.coordinator.journal.DatabaseEvent.PublishingFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.SetSealed;
import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsLeft;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.ErrorCategory;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.StartFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The steps of a backup that runs. Up to {@code SetSealed} every failure rolls the attempt back; behind it the set is published. */
final class BackupSteps {
    private static final Set<StripeState> DRAINED =
            EnumSet.of(StripeState.DRAINED, StripeState.CLOSING, StripeState.PREPARED, StripeState.PUBLISHED);
    private static final Set<StripeState> GONE = EnumSet.of(StripeState.ABORTED);
    private static final Set<StripeState> PUBLISHED = EnumSet.of(StripeState.PUBLISHED);
    private static final Set<StripeState> GONE_OR_PUBLISHED = EnumSet.of(StripeState.ABORTED, StripeState.PUBLISHED);
    private static final Set<StripeState> PREPARED = EnumSet.of(StripeState.PREPARED, StripeState.PUBLISHED);

    private final DatabaseSettings settings;
    private final Steps steps;

    BackupSteps(DatabaseSettings settings, Steps steps) {
        this.settings = settings;
        this.steps = steps;
    }

    List<DatabaseEvent> due(DatabaseRecord state, TaskState task, Live live, Instant now) {
        return switch (task.phase()) {
            case OPENING, STREAMING, STOPPING, CLOSING ->
                workerFailure(live)
                        .map(problem -> steps.fail(task, problem, true, now))
                        .orElseGet(() -> towardsSealing(state, task, live, now));
            case PUBLISHING -> publishing(task, live, now);
            case ABANDONING -> abandoning(task, live, now);
            case ROLLING_BACK -> rollingBack(state, task, live, now);
            default -> List.of();
        };
    }

    private List<DatabaseEvent> towardsSealing(DatabaseRecord state, TaskState task, Live live, Instant now) {
        return switch (task.phase()) {
            case OPENING -> opening(state, task, live, now);
            case STREAMING -> streaming(task, live, now);
            case STOPPING -> stopping(task, live, now);
            default -> closing(task, live, now);
        };
    }

    private static Optional<Problem> workerFailure(Live live) {
        return live.session()
                .failed()
                .or(() -> live.stripes().values().stream()
                        .filter(report -> report.state() == StripeState.FAILED)
                        .min(Comparator.comparing(report -> report.stripe().stripe()))
                        .map(BackupSteps::problemOf));
    }

    private List<DatabaseEvent> opening(DatabaseRecord state, TaskState task, Live live, Instant now) {
        return live.session()
                .opened()
                .<List<DatabaseEvent>>map(opened -> List.of(new BackupOpened(
                        task.id(),
                        task.running().number(),
                        onFork(state, task, opened.facts()),
                        opened.stripeBytes(),
                        opened.statements(),
                        now)))
                .orElse(List.of());
    }

    /**
     * The facts with the recovery fork of the set. A server that is not ours does not know it: as long as it keeps its identity it is on the fork of the last
     * full backup, and a full backup of another one begins a new fork.
     */
    private StartFacts onFork(DatabaseRecord state, TaskState task, StartFacts facts) {
        if (facts.recoveryFork().isPresent()) {
            return facts;
        }
        BackupBasis basis = task.running().basis();
        Optional<String> builtOn = basis.base()
                .flatMap(base -> base.start().recoveryFork())
                .or(() -> basis.chain().map(LogChain::recoveryFork));
        return facts.on(builtOn.or(() -> state.history().forkOf(facts)).orElseGet(steps::mintFork));
    }

    private List<DatabaseEvent> streaming(TaskState task, Live live, Instant now) {
        Attempt attempt = task.running();
        if (live.all(task.files().size(), DRAINED::contains)) {
            return drained(task, live.damage(), now);
        }
        List<Long> done = IntStream.rangeClosed(1, task.files().size())
                .mapToObj(stripe -> TaskDetails.done(attempt, live, stripe))
                .toList();
        int percent = Percent.of(done.stream().mapToLong(Long::longValue).sum(), attempt.totalBytes());
        return percent > attempt.percent()
                ? List.of(new ProgressReported(task.id(), attempt.number(), percent, done, List.of(), now))
                : List.of();
    }

    /** Only now all damaged pages are known: a page that is stored again before may turn out sound, or damaged. */
    private List<DatabaseEvent> drained(TaskState task, Damage damage, Instant now) {
        Attempt attempt = task.running();
        DataDrained drained = new DataDrained(task.id(), attempt.number(), now);
        if (!damage.found()) {
            return List.of(drained);
        }
        DamageFound found = new DamageFound(task.id(), attempt.number(), damage, now);
        Problem problem = BackupError.PAGES_DAMAGED.problem(task.origin().display(), damage.pages(), damage.summary());
        List<DatabaseEvent> next =
                task.continuesAfterError() ? List.of(drained) : steps.fail(task.apply(found), problem, false, now);
        return Stream.concat(attempt.damage().equals(damage) ? Stream.of() : Stream.of(found), next.stream())
                .toList();
    }

    private static List<DatabaseEvent> stopping(TaskState task, Live live, Instant now) {
        return live.session()
                .stopped()
                .<List<DatabaseEvent>>map(stopped -> List.of(new BackupStopped(
                        task.id(),
                        task.running().number(),
                        stopped.facts().withDamagedPages(task.running().damage().pages()),
                        stopped.inline(),
                        stopped.stripeBytes(),
                        stopped.statements(),
                        now)))
                .orElse(List.of());
    }

    /** Whether every stripe is prepared, so that the commit point is only a check of the targets away. */
    static boolean prepared(TaskState task, Live live) {
        return task.phase() == TaskPhase.CLOSING && live.all(task.files().size(), PREPARED::contains);
    }

    private List<DatabaseEvent> closing(TaskState task, Live live, Instant now) {
        Optional<Problem> refusal = live.targets().refusal(settings.attempts());
        if (refusal.isPresent()) {
            return steps.fail(task, refusal.get(), true, now);
        }
        return prepared(task, live) && live.targets().passed()
                ? List.of(new SetSealed(task.id(), task.running().number(), now))
                : List.of();
    }

    private List<DatabaseEvent> publishing(TaskState task, Live live, Instant now) {
        int stripes = task.files().size();
        if (live.all(stripes, state -> state == StripeState.PUBLISHED)) {
            boolean released = live.session().ended() || over(live, settings.sessionEndLimit(), now);
            return released ? Steps.end(task, live, TaskEnd.SUCCESS, now) : List.of();
        }
        List<StripeReport> hopeless = IntStream.rangeClosed(1, stripes)
                .mapToObj(stripe -> Optional.ofNullable(live.stripes().get(stripe)))
                .flatMap(Optional::stream)
                .filter(BackupSteps::hopeless)
                .toList();
        boolean settled = IntStream.rangeClosed(1, stripes)
                .mapToObj(stripe -> Optional.ofNullable(live.stripes().get(stripe)))
                .allMatch(report -> report.filter(found -> found.state() == StripeState.PUBLISHED || hopeless(found))
                        .isPresent());
        return hopeless.isEmpty() || !settled ? List.of() : List.of(incomplete(task, live, hopeless.get(0), now));
    }

    /**
     * A failure behind the commit point that no repetition mends: whatever the store itself said no to. Only a store that does not answer is asked for
     * ever, because what it holds cannot be known.
     */
    private static boolean hopeless(StripeReport report) {
        return report.state() == StripeState.FAILED
                && problemOf(report).error().category() != ErrorCategory.UNREACHABLE;
    }

    private static DatabaseEvent incomplete(TaskState task, Live live, StripeReport failed, Instant now) {
        List<Integer> visible = IntStream.rangeClosed(1, task.files().size())
                .filter(stripe -> Optional.ofNullable(live.stripes().get(stripe))
                        .filter(report -> report.state() == StripeState.PUBLISHED)
                        .isPresent())
                .boxed()
                .toList();
        String names = visible.isEmpty()
                ? "none"
                : String.join(
                        ", ",
                        visible.stream()
                                .map(stripe -> task.files().get(stripe - 1).toString())
                                .toList());
        Problem found = problemOf(failed);
        Problem shown = found.error() == BackupError.PUBLISH_CONFLICT
                ? BackupError.PUBLISH_CONFLICT.problem(
                        task.files().get(failed.stripe().stripe() - 1), names)
                : BackupError.PUBLISH_INCOMPLETE.problem(found.detail(), names);
        return new PublishingFailed(task.id(), task.running().number(), shown, visible, now);
    }

    private List<DatabaseEvent> abandoning(TaskState task, Live live, Instant now) {
        List<Integer> open = abortable(task)
                .filter(stripe -> !live.reported(stripe, GONE_OR_PUBLISHED))
                .toList();
        if (!open.isEmpty() && !over(live, settings.rollbackLimit(), now)) {
            return List.of();
        }
        // A completion whose answer was lost shows up only now; a visible stripe must be named.
        List<String> remarks = abortable(task)
                .filter(stripe -> live.reported(stripe, PUBLISHED))
                .map(stripe -> "Stripe %d is visible too: %s"
                        .formatted(stripe, task.files().get(stripe - 1)))
                .toList();
        Problem problem = task.running().failure().orElseThrow().problem();
        return leaving(
                task,
                open,
                now,
                left -> Steps.end(left, live, TaskEnd.error(problem).remarking(remarks), now));
    }

    private List<DatabaseEvent> rollingBack(DatabaseRecord state, TaskState task, Live live, Instant now) {
        // Before the engine's backup was open no stripe was begun.
        List<Integer> open = task.running().start().isEmpty()
                ? List.of()
                : IntStream.rangeClosed(1, task.files().size())
                        .boxed()
                        .filter(stripe -> !live.reported(stripe, GONE))
                        .toList();
        boolean released = live.session().ended() || over(live, settings.sessionEndLimit(), now);
        return (open.isEmpty() && released) || over(live, settings.rollbackLimit(), now)
                ? leaving(task, open, now, left -> steps.rolledBack(state, left, live, now))
                : List.of();
    }

    /** What follows, with the uploads that the store has not confirmed as gone recorded before it. */
    private static List<DatabaseEvent> leaving(
            TaskState task, List<Integer> open, Instant now, Function<TaskState, List<DatabaseEvent>> next) {
        if (open.isEmpty()) {
            return next.apply(task);
        }
        Attempt attempt = task.running();
        UploadsLeft left = new UploadsLeft(task.id(), attempt.number(), attempt.epoch(), open, now);
        List<DatabaseEvent> following = next.apply(task.apply(left));
        return following.isEmpty()
                ? List.of()
                : Stream.concat(Stream.<DatabaseEvent>of(left), following.stream())
                        .toList();
    }

    /** Stripes of a failed set that are not visible and are to be aborted. */
    static Stream<Integer> abortable(TaskState task) {
        List<Integer> visible =
                task.running().failure().map(Attempt.Failure::visible).orElse(List.of());
        return IntStream.rangeClosed(1, task.files().size()).boxed().filter(stripe -> !visible.contains(stripe));
    }

    private static boolean over(Live live, Duration limit, Instant now) {
        return !now.isBefore(live.since().plus(limit));
    }

    private static Problem problemOf(StripeReport report) {
        return report.problem()
                .orElseGet(() -> BackupError.PROTOCOL_BROKEN.problem(
                        "stripe " + report.stripe().stripe() + " failed without a reason"));
    }
}
