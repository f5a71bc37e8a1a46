package io.bakstripe.worker.stripe;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.name.StripeRef;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Seal;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.Upload;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.stripe.StripeParts.Job;
import io.bakstripe.worker.stripe.StripePipeline.Recorder;
import io.bakstripe.worker.stripe.StripeUpload.Abortion;
import io.bakstripe.worker.stripe.StripeUpload.Publication;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a stripe worker has under way, one thing at a time. Each thing answers the worker with a message that carries its number; {@link #current}
 * tells whether the answer is still wanted. Used by the worker's own thread only.
 *
 * <p>What was broken off may still have requests on their way, which end by the store's time limits. New parts wait for them a little, an abort and a
 * comparison wait until nothing of ours can change any more what they find.
 */
final class StripeWork {
    /** How often a broken connection to the database is opened again before a part was recorded in between. */
    private static final int MAX_RECONNECTIONS = 5;

    private final ActorContext<StripeMessage> context;
    private final StripeDependencies dependencies;
    private final StripeParts parts;
    private final StripeLease lease;
    private final RequestScope budget;
    private final StripeKeys keys;
    private final Deque<Integer> toMend = new ArrayDeque<>();

    private StoreAccess access;
    private StripeActivity activity = StripeActivity.NONE;
    private int number;
    private int rounds;
    private int reconnections;
    private long statementsBefore;
    private long brokenOffAt;
    private StripeLease.Requests requests;
    private CompletableFuture<?> quiet = CompletableFuture.completedFuture(Done.getInstance());
    private @Nullable StripeRun run;
    private @Nullable Problem failure;

    /** The upload's id is known, and with which key its parts are sealed. */
    record UploadBegun(int work, Upload upload, Optional<Seal> seal) implements StripeMessage {}

    /** A part waits to be recorded; the stream goes on with {@code recorded}. */
    record PartArrived(int work, PartStored part, CompletableFuture<Done> recorded) implements StripeMessage {}

    /** A stream has ended, well if there is no problem, or something else has failed. */
    record WorkEnded(int work, Optional<Problem> problem) implements StripeMessage {}

    record ComparisonEnded(int work, PartComparison comparison) implements StripeMessage {}

    record PublishEnded(int work, Publication publication) implements StripeMessage {}

    /** @param outcome {@code UNCLEAR} also when something of ours that could change it is on its way */
    record AbortEnded(int work, Abortion outcome) implements StripeMessage {}

    StripeWork(ActorContext<StripeMessage> context, StripeRef stripe, StripeDependencies dependencies) {
        this.context = context;
        this.dependencies = dependencies;
        this.keys = new StripeKeys(dependencies.random());
        this.access = StoreAccess.of(stripe.attempt());
        this.lease = new StripeLease(
                stripe.entityId(), dependencies.nanos(), dependencies.settings().lease());
        this.budget = RequestScope.ofBudget(dependencies.settings().retries());
        this.requests = lease.requests(budget);
        this.parts = new StripeParts(dependencies, lease::check, context.getSystem());
    }

    /** For whom the store is asked from now on. */
    void accessAs(StoreAccess told) {
        access = told;
    }

    StripeLease lease() {
        return lease;
    }

    StripeActivity activity() {
        boolean settling = !quiet.isDone()
                && dependencies.nanos().getAsLong() - brokenOffAt
                        < dependencies.settings().abortPatience().toNanos();
        return activity == StripeActivity.NONE && settling ? StripeActivity.SETTLING : activity;
    }

    Optional<Problem> failure() {
        return Optional.ofNullable(failure);
    }

    /** How many comparisons in a row have found differences. */
    int rounds() {
        return rounds;
    }

    /** True when the thing of that number is what is under way. */
    boolean current(int work) {
        return work == number && activity != StripeActivity.NONE;
    }

    /** Statements that this worker's readers have sent. */
    long statements() {
        return statementsBefore + (run == null ? 0 : run.statements());
    }

    void begin(UploadIntended intended, StripeSpec spec) {
        int work = next(StripeActivity.BEGINNING);
        StripeUpload store = upload();
        context.pipeToSelf(
                keys.generate(keyService(), spec.encryption(), intended)
                        .thenCompose(seal -> store.begin(intended, spec.stripe(), seal)
                                .thenApply(upload -> new UploadBegun(work, upload, seal))),
                (begun, failed) -> failed == null ? begun : ended(work, failed));
    }

    /** Stores the rest of the plan that the record stands in. */
    void stream(StripeActivity kind, StripeState state, StripeSpec spec) {
        int work = next(kind);
        watch(work, parts.rest(job(work, state, spec)));
    }

    void storeTrailer(StripeState state, StripeSpec spec, StopFacts stop) {
        int work = next(StripeActivity.STORING_TRAILER);
        watch(work, parts.trailer(job(work, state, spec), stop));
    }

    /** Compares all parts that are recorded; behind the last one, where nothing may be missing, the file's keys are stored as well. */
    void compare(StripeActivity kind, StripeState state, Upload upload) {
        int work = next(kind);
        StripeUpload store = upload();
        boolean all = kind == StripeActivity.COMPARING_ALL;
        // Before any file of the set is visible: whoever may not store them would tear the set apart.
        CompletionStage<Done> kept = all
                ? store.keepKeys(state.intended().orElseThrow(), state.seal())
                : CompletableFuture.completedStage(Done.getInstance());
        context.pipeToSelf(
                kept.thenCombine(quiet, (keys, still) -> still)
                        .thenCompose(still -> store.compare(upload, state.parts())),
                (found, failed) -> failed == null ? new ComparisonEnded(work, found) : ended(work, failed));
    }

    /** Parts are to be stored again; {@link #mendNext} takes them one after the other. */
    void mend(Mending.Needed needed) {
        rounds++;
        toMend.clear();
        toMend.addAll(needed.numbers());
    }

    /** Parts were forgotten because they differed; what follows is as after an interruption. */
    void rewound() {
        rounds++;
        done();
    }

    /** Stores the next part again; false when there is none. */
    boolean mendNext(StripeActivity kind, StripeState state, StripeSpec spec) {
        Integer part = toMend.poll();
        if (part == null) {
            return false;
        }
        int work = next(kind);
        watch(work, parts.again(job(work, state, spec), part));
        return true;
    }

    void publish(UploadIntended intended, StripeState state, Upload upload) {
        keys.close();
        int work = next(StripeActivity.PUBLISHING);
        context.pipeToSelf(
                upload().publish(intended, state.seal(), upload, state.parts()),
                (outcome, failed) ->
                        new PublishEnded(work, failed == null ? outcome : new Publication.Unclear(Problem.of(failed))));
    }

    /** Breaks off whatever is under way and asks the store to forget the upload. */
    void abort(UploadIntended intended, StripeState state, Upload upload) {
        stop();
        int work = next(StripeActivity.ABORTING);
        StripeUpload store = upload();
        boolean completionSent = state.phase() == StripePhase.PREPARED;
        // A request that outlives the patience may still add a part: the next try waits for it again.
        CompletableFuture<Boolean> still = quiet.thenApply(done -> true)
                .completeOnTimeout(
                        false, dependencies.settings().abortPatience().toMillis(), TimeUnit.MILLISECONDS);
        context.pipeToSelf(
                still.thenCompose(nothingUnderWay -> store.abort(intended, upload, completionSent)
                        .thenApply(outcome -> nothingUnderWay ? outcome : Abortion.UNCLEAR)),
                (outcome, failed) -> new AbortEnded(work, failed == null ? outcome : Abortion.UNCLEAR));
    }

    /** True when what was under way may be taken up again by the next tick although it failed. */
    boolean mayGoOnAfter(Problem problem) {
        if (problem.error() == BackupError.LEASE_OVER || lease.over()) {
            return true;
        }
        return problem.error() == BackupError.DATABASE_UNREACHABLE && ++reconnections <= MAX_RECONNECTIONS;
    }

    /** A part was recorded. */
    void progressed() {
        reconnections = 0;
    }

    /** What was under way has ended well. */
    void done() {
        activity = StripeActivity.NONE;
    }

    /** All parts so far are as they are recorded. */
    void agreed() {
        rounds = 0;
        done();
    }

    /** The worker cannot go on; only an abort ends this. */
    void fail(Problem problem) {
        stop();
        failure = problem;
    }

    /** Breaks off what is under way; its answer is not wanted any more. */
    void stop() {
        requests.breakOff();
        if (run != null && activity != StripeActivity.NONE) {
            run.kill(BackupError.STOPPED_BY_NODE.problem().asException());
            brokenOffAt = dependencies.nanos().getAsLong();
        }
        keys.close();
        number++;
        activity = StripeActivity.NONE;
    }

    /** Forgets everything but what is on its way, as after a restart. */
    void reset() {
        stop();
        failure = null;
        rounds = 0;
    }

    private int next(StripeActivity kind) {
        activity = kind;
        requests = lease.requests(budget);
        return ++number;
    }

    private StripeUpload upload() {
        return new StripeUpload(store());
    }

    private ObjectStore store() {
        return dependencies.stores().of(access).within(requests);
    }

    private Job job(int work, StripeState state, StripeSpec spec) {
        return new Job(
                state,
                state.intended().orElseThrow(),
                state.upload().orElseThrow(),
                spec,
                keys.open(keyService(), state.seal()),
                store(),
                recorder(work));
    }

    private KeyService keyService() {
        return dependencies.keys().of(access).within(requests);
    }

    private void watch(int work, StripeRun started) {
        statementsBefore = statements();
        run = started;
        quiet = quiet.isDone() ? started.quiet() : CompletableFuture.allOf(quiet, started.quiet());
        context.pipeToSelf(
                started.done(),
                (done, failed) -> failed == null ? new WorkEnded(work, Optional.empty()) : ended(work, failed));
    }

    private Recorder recorder(int work) {
        ActorRef<StripeMessage> self = context.getSelf();
        return part -> {
            CompletableFuture<Done> recorded = new CompletableFuture<>();
            self.tell(new PartArrived(work, part, recorded));
            return recorded;
        };
    }

    private static WorkEnded ended(int work, Throwable failed) {
        return new WorkEnded(work, Optional.of(Problem.of(failed)));
    }
}
