package io.bakstripe.worker.journal;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.format.FrameRun;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What happened to one stripe of one attempt. With these alone a stripe can be published or aborted by a worker that knows nothing else. */
public sealed interface StripeEvent {

    /** An upload is about to be begun; from here to {@link UploadCreated} a crash leaves an upload whose id nobody knows. */
    record UploadIntended(BackupSetId setId, S3Arn file, int family, int families, boolean overwrite, Instant at)
            implements StripeEvent {}

    /** The store began the upload. */
    record UploadCreated(String uploadId, Instant at) implements StripeEvent {}

    /**
     * The store holds one more part of the contiguous prefix.
     *
     * @param number from 1, without gaps
     * @param from where in the plan its first byte comes from
     * @param to where the next part goes on
     * @param plainBytes of the database in it
     * @param storedBytes its length in the file
     * @param crc32c of its stored bytes
     * @param etag as the store gave it
     * @param damage pages in it whose checksums are wrong; absent when there are none
     * @param manifest where in the part the frames with pages of the manifest lie, counted from its beginning
     */
    record PartStored(
            int number,
            Position from,
            Position to,
            long plainBytes,
            long storedBytes,
            int crc32c,
            String etag,
            Optional<Damage> damage,
            // Left out where there is nothing, as in the rows of the first release.
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FrameRun> manifest)
            implements StripeEvent {
        public PartStored {
            manifest = manifest == null ? List.of() : List.copyOf(manifest);
        }

        /** Without damage and pages of the manifest. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public PartStored(
                int number, Position from, Position to, long plainBytes, long storedBytes, int crc32c, String etag) {
            this(number, from, to, plainBytes, storedBytes, crc32c, etag, Optional.empty(), List.of());
        }
    }

    /**
     * The work on parts went on after an interruption. Recorded before anything is sent, so that a worker that another one has succeeded without its
     * knowledge fails here.
     */
    record Resumed(Instant at) implements StripeEvent {}

    /**
     * A recorded part was stored again under its number, because the store did not hold what was recorded; it holds the same run of its plan.
     *
     * @param plainBytes as in {@link PartStored}, like all that follow
     */
    record PartReplaced(
            int number,
            long plainBytes,
            long storedBytes,
            int crc32c,
            String etag,
            Optional<Damage> damage,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FrameRun> manifest)
            implements StripeEvent {
        public PartReplaced {
            manifest = manifest == null ? List.of() : List.copyOf(manifest);
        }

        /** Without damage and pages of the manifest. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public PartReplaced(int number, long plainBytes, long storedBytes, int crc32c, String etag) {
            this(number, plainBytes, storedBytes, crc32c, etag, Optional.empty(), List.of());
        }

        /** Of a part that was stored once more. */
        public static PartReplaced by(PartStored part) {
            return new PartReplaced(
                    part.number(),
                    part.plainBytes(),
                    part.storedBytes(),
                    part.crc32c(),
                    part.etag(),
                    part.damage(),
                    part.manifest());
        }
    }

    /**
     * The store holds the last part, which is the trailer alone. A further one replaces it.
     *
     * @param number the next one after all others
     */
    record TrailerStored(int number, long storedBytes, int crc32c, String etag) implements StripeEvent {}

    /** The whole data plan is stored and equals the store's list of parts. */
    record DataDrained(Instant at) implements StripeEvent {}

    /** All parts, trailer included, are stored and equal the store's list; only the completion is missing. */
    record Prepared(Instant at) implements StripeEvent {}

    /** The object is there. */
    record Published(Instant at) implements StripeEvent {}

    /** The store knows nothing of the upload any more, or there never was one. */
    record Aborted(Instant at) implements StripeEvent {}

    /** The worker has ended and refuses everything from now on; its rows may be trimmed. */
    record Closed(Instant at) implements StripeEvent {}

    /**
     * A place in one of a stripe's plans.
     *
     * @param extent how many extents of the plan lie wholly before it
     * @param offset bytes of that extent that lie before it, counted from the extent's own beginning
     */
    record Position(PlanKind plan, long extent, long offset) {
        /** Where a plan begins. */
        public static Position start(PlanKind plan) {
            return new Position(plan, 0, 0);
        }
    }
}
