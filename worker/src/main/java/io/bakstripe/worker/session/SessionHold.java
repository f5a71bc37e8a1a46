package io.bakstripe.worker.session;

import io.bakstripe.protocol.message.SessionCommand.SessionSpec;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine;
import io.bakstripe.worker.engine.Sources;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The engine's side of a session: each step blocks on the blocking dispatcher and never runs beside another one. Stages fail with {@code
 * BakstripeException} as {@link Engine} says.
 */
final class SessionHold {
    private final Sources sources;
    private final SessionSettings settings;
    private final EngineLease<BackupHold> lease;

    SessionHold(Sources sources, SessionSettings settings, Executor blocking) {
        this.sources = sources;
        this.settings = settings;
        this.lease = new EngineLease<>(blocking, BackupHold::abort, BackupHold::close);
    }

    /** Opens the engine's backup and cuts the data plan. */
    CompletionStage<Begun> open(SessionSpec spec) {
        CompletionStage<Engine.SourceAddress> address;
        try {
            address = sources.resolve(spec.view(), spec.database());
        } catch (RuntimeException refused) {
            address = CompletableFuture.failedFuture(refused);
        }
        return address.thenCompose(at -> lease.use(
                () -> sources.engine(spec.view()).open(at, spec.display(), label(spec)), hold -> begun(spec, hold)));
    }

    /** Fails when the engine's backup is no longer open. */
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

    /** Lets go of the server, breaking off what runs; never fails. */
    CompletionStage<Void> release() {
        return lease.release().exceptionally(ignored -> null);
    }

    private Begun begun(SessionSpec spec, BackupHold hold) {
        List<Extent> listing = new ArrayList<>();
        hold.list(listing::add);
        Plan plan = Plan.of(PlanCutter.data(listing, spec.stripes()), settings.pageBytes());
        StartFacts facts = inZone(hold.start(), spec.view().definition().timeZone());
        return new Begun(facts, List.copyOf(listing), plan, hold.statements());
    }

    private Finished finished(SessionSpec spec, Begun begun, BackupHold hold) {
        BackupHold.Stop stop = hold.stop();
        List<Extent> manifest = Manifest.pages(begun.listing(), settings.manifestPageBytes());
        Plan plan = Plan.of(PlanCutter.closing(stop.closing(), manifest, spec.stripes()), settings.pageBytes());
        StopFacts facts = new StopFacts(
                stop.lastLsn(),
                stop.stoppedAt(),
                begun.listing().size(),
                begun.plan().bytes() + plan.bytes());
        List<Extent> inline = stop.closing().stream()
                .filter(extent -> extent.kind() == ExtentKind.INLINE)
                .toList();
        return new Finished(facts, inline, plan, hold.statements());
    }

    private static String label(SessionSpec spec) {
        return "bakstripe " + spec.attempt().instance() + " task "
                + spec.attempt().task() + " attempt " + spec.attempt().attempt();
    }

    private static StartFacts inZone(StartFacts facts, String timeZone) {
        return new StartFacts(
                facts.engine(),
                facts.engineVersion(),
                facts.systemIdentifier(),
                facts.timeline(),
                facts.firstLsn(),
                facts.segmentBytes(),
                timeZone,
                facts.dbname(),
                facts.recoveryFork(),
                facts.startedAt());
    }

    private static BackupHold gone() {
        throw new IllegalStateException("no engine backup is open");
    }

    /** An opened engine backup, its listing kept for the manifest. */
    record Begun(StartFacts facts, List<Extent> listing, Plan plan, long statements) {}

    /**
     * A stopped engine backup.
     *
     * @param inline the closing plan's small files
     */
    record Finished(StopFacts facts, List<Extent> inline, Plan plan, long statements) {}
}
