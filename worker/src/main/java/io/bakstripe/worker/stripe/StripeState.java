package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.journal.StripeEvent.PartReplaced;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.journal.StripeEvent.Seal;
import io.bakstripe.worker.journal.StripeEvent.TrailerStored;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.store.ObjectStore.Upload;
import java.util.List;
import java.util.Optional;

/**
 * What is recorded of a stripe: enough to go on with it, and to publish or abort it without asking anybody.
 *
 * @param seal how parts are sealed; empty where they are not, and before the upload
 * @param position where the next part goes on
 * @param dataParts how many parts belong to the data plan; 0 before {@link StripePhase#DRAINED}
 * @param closed the worker has ended and refuses everything
 * @param resumed how often the work went on after parts that were recorded before
 * @param parts the trailer's own among them from {@link StripePhase#COMPLETE} on
 */
record StripeState(
        StripePhase phase,
        Optional<UploadIntended> intended,
        Optional<String> uploadId,
        Optional<Seal> seal,
        Position position,
        int dataParts,
        boolean closed,
        int resumed,
        PartLedger parts) {

    static StripeState initial() {
        return new StripeState(
                StripePhase.EMPTY,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Position.start(PlanKind.DATA),
                0,
                false,
                0,
                PartLedger.empty());
    }

    /** The state after {@code event}; {@link IllegalStateException} when it cannot follow. */
    StripeState after(StripeEvent event) {
        if (event instanceof PartStored part && oldTrailer(part)) {
            return after(TrailerStored.of(part));
        }
        StripePhase next = StripeTransitions.next(phase, event);
        if (event instanceof UploadIntended begun) {
            return new StripeState(
                    next, Optional.of(begun), uploadId, seal, position, dataParts, closed, resumed, parts);
        }
        if (event instanceof StripeEvent.UploadCreated created) {
            Optional<String> id = Optional.of(created.uploadId());
            return new StripeState(next, intended, id, created.seal(), position, dataParts, closed, resumed, parts);
        }
        if (event instanceof StripeEvent.Resumed) {
            int times = resumed + (parts.count() > 0 ? 1 : 0);
            return new StripeState(next, intended, uploadId, seal, position, dataParts, closed, times, parts);
        }
        if (event instanceof PartStored part) {
            return with(next, part.to(), dataParts, parts.with(part));
        }
        if (event instanceof PartReplaced part) {
            // The trailer tells the facts of all parts before it: it has to be made again.
            PartLedger kept = phase == StripePhase.COMPLETE ? parts.upTo(parts.count() - 1) : parts;
            return with(next, position, dataParts, kept.replacing(part));
        }
        if (event instanceof StripeEvent.Rewound rewound) {
            Position back = parts.from(rewound.number()).orElseThrow();
            return with(next, back, dataParts, parts.upTo(rewound.number() - 1));
        }
        if (event instanceof StripeEvent.DataDrained) {
            return with(next, Position.start(PlanKind.CLOSING), parts.count(), parts);
        }
        if (event instanceof TrailerStored trailer) {
            PartLedger kept = phase == StripePhase.COMPLETE ? parts.upTo(parts.count() - 1) : parts;
            return with(next, position, dataParts, kept.with(trailerPart(trailer)));
        }
        if (event instanceof StripeEvent.Closed) {
            return new StripeState(next, intended, uploadId, seal, position, dataParts, true, resumed, parts);
        }
        return with(next, position, dataParts, parts);
    }

    private StripeState with(StripePhase next, Position at, int ofData, PartLedger ledger) {
        return new StripeState(next, intended, uploadId, seal, at, ofData, closed, resumed, ledger);
    }

    /** The first version recorded the trailer as a part of the closing plan that holds nothing of it. */
    private boolean oldTrailer(PartStored part) {
        return phase == StripePhase.DRAINED && part.from().equals(part.to());
    }

    private PartStored trailerPart(TrailerStored trailer) {
        return new PartStored(
                trailer.number(),
                position,
                position,
                0,
                trailer.storedBytes(),
                trailer.crc32c(),
                trailer.etag(),
                Optional.empty(),
                List.of(),
                trailer.sealed());
    }

    /** True when parts of the closing plan are recorded. */
    boolean closingBegun() {
        return phase == StripePhase.COMPLETE || (phase == StripePhase.DRAINED && parts.count() > dataParts);
    }

    /** The parts without the trailer's. */
    PartLedger planned() {
        return phase == StripePhase.COMPLETE ? parts.upTo(parts.count() - 1) : parts;
    }

    /** What of its plan a recorded part holds; empty when the record is too old to say it. The trailer's part holds nothing. */
    Optional<PlanRange> range(int number) {
        Optional<Position> from = parts.from(number);
        Optional<Position> next = number < planned().count() ? parts.from(number + 1) : Optional.empty();
        boolean lastOfPlan = next.isEmpty() || !next.map(Position::plan).equals(from.map(Position::plan));
        return from.map(begin -> {
            if (!lastOfPlan) {
                return new PlanRange(begin, next);
            }
            return position.plan() == begin.plan()
                    ? new PlanRange(begin, Optional.of(position))
                    : PlanRange.from(begin);
        });
    }

    /** The upload, once its id is known. */
    Optional<Upload> upload() {
        return intended.flatMap(begun -> uploadId.map(id -> new Upload(begun.file(), id)));
    }
}
