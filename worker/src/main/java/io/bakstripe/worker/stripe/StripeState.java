package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.journal.StripeSnapshot;
import io.bakstripe.worker.store.ObjectStore.Upload;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What is recorded of a stripe: enough to publish or abort it.
 *
 * @param position where the next part goes on
 * @param dataParts how many parts belong to the data plan; 0 before {@link StripePhase#DRAINED}
 * @param closed the worker has ended and refuses everything
 */
record StripeState(
        StripePhase phase,
        Optional<UploadIntended> intended,
        Optional<String> uploadId,
        Position position,
        int dataParts,
        boolean closed,
        PartLedger parts) {

    static StripeState initial() {
        return new StripeState(
                StripePhase.EMPTY,
                Optional.empty(),
                Optional.empty(),
                Position.start(PlanKind.DATA),
                0,
                false,
                PartLedger.empty());
    }

    /** The state after {@code event}. */
    StripeState after(StripeEvent event) {
        if (event instanceof UploadIntended begun) {
            return new StripeState(
                    StripePhase.INTENDED, Optional.of(begun), uploadId, position, dataParts, closed, parts);
        }
        if (event instanceof StripeEvent.UploadCreated created) {
            return new StripeState(
                    StripePhase.STREAMING,
                    intended,
                    Optional.of(created.uploadId()),
                    position,
                    dataParts,
                    closed,
                    parts);
        }
        if (event instanceof PartStored part) {
            return new StripeState(phase, intended, uploadId, part.to(), dataParts, closed, parts.with(part));
        }
        if (event instanceof StripeEvent.DataDrained) {
            return new StripeState(
                    StripePhase.DRAINED,
                    intended,
                    uploadId,
                    Position.start(PlanKind.CLOSING),
                    parts.count(),
                    closed,
                    parts);
        }
        if (event instanceof StripeEvent.Prepared) {
            return in(StripePhase.PREPARED);
        }
        if (event instanceof StripeEvent.Published) {
            return in(StripePhase.PUBLISHED);
        }
        if (event instanceof StripeEvent.Aborted) {
            return in(StripePhase.ABORTED);
        }
        if (event instanceof StripeEvent.Closed) {
            return new StripeState(phase, intended, uploadId, position, dataParts, true, parts);
        }
        throw new IllegalArgumentException("no such event: " + event);
    }

    private StripeState in(StripePhase next) {
        return new StripeState(next, intended, uploadId, position, dataParts, closed, parts);
    }

    /** True when parts of the closing plan are recorded. */
    boolean closingBegun() {
        return phase == StripePhase.DRAINED && parts.count() > dataParts;
    }

    /** The upload, once its id is known. */
    Optional<Upload> upload() {
        return intended.flatMap(begun -> uploadId.map(id -> new Upload(begun.file(), id)));
    }

    StripeSnapshot snapshot() {
        return new StripeSnapshot(
                phase.name(),
                intended,
                uploadId,
                position,
                dataParts,
                closed,
                numbers().mapToObj(parts::plainBytes).toList(),
                numbers().mapToObj(parts::storedBytes).toList(),
                numbers().mapToObj(parts::crc32c).toList(),
                numbers().mapToObj(parts::etag).toList());
    }

    static StripeState of(StripeSnapshot snapshot) {
        PartLedger parts = PartLedger.empty();
        for (int i = 0; i < snapshot.etags().size(); i++) {
            parts = parts.with(new PartStored(
                    i + 1,
                    snapshot.position(),
                    snapshot.position(),
                    snapshot.plainBytes().get(i),
                    snapshot.storedBytes().get(i),
                    snapshot.crc32c().get(i),
                    snapshot.etags().get(i)));
        }
        return new StripeState(
                StripePhase.valueOf(snapshot.phase()),
                snapshot.intended(),
                snapshot.uploadId(),
                snapshot.position(),
                snapshot.dataParts(),
                snapshot.closed(),
                parts);
    }

    private IntStream numbers() {
        return IntStream.rangeClosed(1, parts.count());
    }
}
