package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.session.EngineLease;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One stream's connection to the database, opened when it is first needed and broken off from outside by {@link #release()}. */
final class PlanReader {
    private final Sources sources;
    private final StripeSpec spec;
    private final Runnable leave;
    private final EngineLease<ExtentReader> lease;
    private volatile @Nullable ExtentReader open;

    /** @param leave is asked before each reading and throws when nothing may be read any more */
    PlanReader(Sources sources, StripeSpec spec, Runnable leave, Executor blocking) {
        this.sources = sources;
        this.leave = leave;
        this.spec = spec;
        this.lease = new EngineLease<>(blocking, ExtentReader::abort, ExtentReader::close);
    }

    /** Runs {@code operation} on the blocking dispatcher, never beside another one. */
    <T> CompletionStage<T> read(Function<ExtentReader, T> operation) {
        Function<ExtentReader, T> allowed = reader -> {
            leave.run();
            return operation.apply(reader);
        };
        if (open != null) {
            return lease.use(PlanReader::never, allowed);
        }
        CompletionStage<SourceAddress> address;
        try {
            address = sources.resolve(spec.view(), spec.database());
        } catch (RuntimeException refused) {
            address = CompletableFuture.failedFuture(refused);
        }
        return address.thenCompose(at -> lease.use(() -> openReader(at), allowed));
    }

    /** Statements sent so far. */
    long statements() {
        ExtentReader reader = open;
        return reader == null ? 0 : reader.statements();
    }

    /** Breaks off what runs and closes the connection; never fails. */
    CompletionStage<Void> release() {
        return lease.release().exceptionally(ignored -> null);
    }

    private ExtentReader openReader(SourceAddress address) {
        leave.run();
        ExtentReader reader = sources.engine(spec.view()).reader(address, spec.display());
        open = reader;
        return reader;
    }

    private static ExtentReader never() {
        throw new IllegalStateException("the reader was open before");
    }
}
