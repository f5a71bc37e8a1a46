package io.bakstripe.worker.session;

import io.bakstripe.protocol.message.SessionCommand.SessionSpec;
import io.bakstripe.protocol.message.SessionCommand.StoppedEngine;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.engine.Engine;
import io.bakstripe.worker.engine.Listed;
import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.key.KeyServices;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.store.Stores;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The engine's side of a session: each step blocks on the blocking dispatcher and never runs beside another one. Stages fail with {@code
 * BakstripeException} as {@link Engine} says. Used by the session's actor only.
 */
final class SessionHold {
    private final Sources sources;
    private final Stores stores;
    private final KeyServices keys;
    private final SessionSettings settings;
    private final Executor blocking;
    private EngineLease<BackupHold> lease;
    private CompletionStage<Void> earlierReleases = CompletableFuture.completedFuture(null);

    SessionHold(SessionDependencies dependencies, Executor blocking) {
        this.sources = dependencies.sources();
        this.stores = dependencies.stores();
        this.keys = dependencies.keys();
        this.settings = dependencies.settings();
        this.blocking = blocking;
        this.lease = lease();
    }

    private EngineLease<BackupHold> lease() {
        return new EngineLease<>(blocking, BackupHold::abort, BackupHold::close);
    }

    /** Opens the engine's backup and cuts the data plan. */
    CompletionStage<Begun> open(SessionSpec spec) {
        EngineLease<BackupHold> current = lease;
        return address(spec)
                .thenCompose(at -> ordered(spec)
                        .thenCompose(order -> current.use(
                                () -> sources.engine(spec.view()).open(at, order), hold -> begun(spec, hold))));
    }

    private CompletionStage<BackupOrder> ordered(SessionSpec spec) {
        return spec.basis()
                .base()
                .map(base -> bases(spec).read(spec.display(), base).thenApply(order(spec)::over))
                .orElseGet(() -> CompletableFuture.completedFuture(order(spec)));
    }

    private BaseLookup bases(SessionSpec spec) {
        StoreAccess access = StoreAccess.of(spec.attempt(), spec.view());
        return new BaseLookup(
                new OpenedFiles(stores.of(access), keys.of(access), new KeyChoice.AsTheFileSays(), blocking), blocking);
    }

    private static BackupOrder order(SessionSpec spec) {
        return new BackupOrder(spec.database(), spec.display(), label(spec), spec.basis());
    }

    /** Holds the log of a stopped backup by a new connection, in the place of one that was lost, and cuts its closing plan again. */
    CompletionStage<Finished> takeUp(SessionSpec spec, StoppedBackup known) {
        CompletionStage<Void> lost = releaseCurrent();
        earlierReleases = earlierReleases.thenCombine(lost, (earlier, now) -> now);
        EngineLease<BackupHold> fresh = lease();
        lease = fresh;
        return address(spec)
                .thenCompose(at -> fresh.use(
                        () -> sources.engine(spec.view())
                                .resume(
                                        at,
                                        order(spec),
                                        known.start(),
                                        known.stopped().facts(),
                                        known.stopped().inline()),
                        hold -> takenUp(spec, known, hold)));
    }

    private CompletionStage<Engine.SourceAddress> address(SessionSpec spec) {
        try {
            return sources.resolve(spec.view(), spec.database());
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** Fails when the server no longer holds what this session needs: the open backup, or the log of the stopped one. */
    CompletionStage<Boolean> verify() {
        return lease.use(SessionHold::gone, hold -> {
            hold.verifyOpen();
            return true;
        });
    }

    /** Stops the engine's backup and cuts the closing plan. */
    CompletionStage<Finished> stop(SessionSpec spec, Begun begun) {
        return lease.use(SessionHold::gone, hold -> finished(spec, begun, hold));
    }

    /** True while a statement runs. */
    boolean busy() {
        return lease.busy();
    }

    /**
     * Lets go of the server, then gives back the log before {@code published}. Fails when the server could not be told, after it was let go.
     *
     * @param published empty when no log is to be given back
     */
    CompletionStage<Boolean> end(SessionSpec spec, Optional<Lsn> published) {
        CompletionStage<Boolean> released = release().thenApply(done -> true);
        return published
                .map(upTo -> released.thenCompose(done -> address(spec))
                        .thenApplyAsync(
                                at -> {
                                    sources.engine(spec.view()).giveBack(at, spec.database(), spec.display(), upTo);
                                    return true;
                                },
                                blocking))
                .orElse(released);
    }

    /** Lets go of the server, breaking off what runs; never fails. */
    CompletionStage<Void> release() {
        return earlierReleases.thenCombine(releaseCurrent(), (earlier, now) -> now);
    }

    private CompletionStage<Void> releaseCurrent() {
        return lease.release().exceptionally(ignored -> null);
    }

    private Begun begun(SessionSpec spec, BackupHold hold) {
        List<Listed> listing = new ArrayList<>();
        hold.list(listing::add);
        List<Extent> manifest = Manifest.pages(listing, settings.manifestPageBytes());
        Plan plan = Plan.of(PlanCutter.data(listing, manifest, spec.stripes()), settings.pageBytes());
        StartFacts facts = hold.start().in(spec.view().definition().timeZone());
        return new Begun(facts, listing.size(), plan, hold.statements());
    }

    private Finished finished(SessionSpec spec, Begun begun, BackupHold hold) {
        BackupHold.Stop stop = hold.stop();
        Plan plan = closing(spec, stop);
        StopFacts facts = new StopFacts(
                stop.lastLsn(),
                stop.stoppedAt(),
                begun.files(),
                begun.plan().bytes() + plan.bytes(),
                Optional.empty(),
                stop.serverTime(),
                stop.keptLog());
        List<Extent> inline = stop.closing().stream()
                .filter(extent -> extent.kind() == ExtentKind.INLINE)
                .toList();
        StoppedBackup known = new StoppedBackup(begun.facts(), new StoppedEngine(facts, inline));
        return new Finished(known, plan, hold.statements());
    }

    private Finished takenUp(SessionSpec spec, StoppedBackup known, BackupHold hold) {
        return new Finished(known, closing(spec, hold.stop()), hold.statements());
    }

    private Plan closing(SessionSpec spec, BackupHold.Stop stop) {
        return Plan.of(PlanCutter.closing(stop.closing(), spec.stripes()), settings.pageBytes());
    }

    private static String label(SessionSpec spec) {
        return "bakstripe " + spec.attempt().instance() + " task "
                + spec.attempt().task() + " attempt " + spec.attempt().attempt();
    }

    private static BackupHold gone() {
        throw new IllegalStateException("no engine backup is open");
    }

    /**
     * An opened engine backup.
     *
     * @param files entries in the manifest
     */
    record Begun(StartFacts facts, long files, Plan plan, long statements) {}

    /** All that is needed to take up an engine's backup that was stopped. */
    record StoppedBackup(StartFacts start, StoppedEngine stopped) {}

    /** A stopped engine backup whose log is held. */
    record Finished(StoppedBackup known, Plan plan, long statements) {}
}
