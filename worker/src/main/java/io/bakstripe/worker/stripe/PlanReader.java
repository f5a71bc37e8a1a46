package io.bakstripe.worker.stripe;

import static java.util.Objects.requireNonNull;

import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.PageCheck.Suspect;
import io.bakstripe.worker.engine.PageReader;
import io.bakstripe.worker.engine.PageReader.Reading;
import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.session.EngineLease;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One stream's connections to the database, each opened when it is first needed, and broken off from outside by {@link #release()}: one for the plan,
 * another for pages that have to be read again in the middle of it.
 */
final class PlanReader {
    private final Sources sources;
    private final StripeSpec spec;
    private final Runnable leave;
    private final EngineLease<ExtentReader> lease;
    private final EngineLease<PageReader> pages;
    private volatile @Nullable SourceAddress readFrom;
    private volatile @Nullable ExtentReader open;

    /** @param leave is asked before each reading and throws when nothing may be read any more */
    PlanReader(Sources sources, StripeSpec spec, Runnable leave, Executor blocking) {
        this.sources = sources;
        this.leave = leave;
        this.spec = spec;
        this.lease = new EngineLease<>(blocking, ExtentReader::abort, ExtentReader::close);
        this.pages = new EngineLease<>(blocking, PageReader::abort, PageReader::close);
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

    /** Reads pages once more that {@link #read} has brought, on the blocking dispatcher. */
    CompletionStage<List<Reading>> again(List<Suspect> suspects) {
        return pages.use(this::openPages, reader -> {
            leave.run();
            return reader.again(suspects);
        });
    }

    /** Statements sent so far. */
    long statements() {
        ExtentReader reader = open;
        return reader == null ? 0 : reader.statements();
    }

    /** Breaks off what runs and closes the connections; never fails. */
    CompletionStage<Void> release() {
        return lease.release().runAfterBoth(pages.release(), () -> {}).exceptionally(ignored -> null);
    }

    private ExtentReader openReader(SourceAddress address) {
        leave.run();
        ExtentReader reader = sources.engine(spec.view()).reader(address, spec.display());
        readFrom = address;
        open = reader;
        return reader;
    }

    private PageReader openPages() {
        leave.run();
        SourceAddress address = requireNonNull(readFrom, "pages come from a reader");
        return sources.engine(spec.view()).pageReader(address, spec.display(), spec.start());
    }

    private static ExtentReader never() {
        throw new IllegalStateException("the reader was open before");
    }
}
